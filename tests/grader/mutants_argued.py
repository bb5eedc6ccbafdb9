"""Mutants of references that keep full marks because they do the same job, each with its reason.

exercise -> {beginning of the mutant's description: why nothing can tell it from the reference}
"""

DOT = "the dot product of two vectors does not mind which comes first"
OVERWRITTEN = "every place is written before it is read: what it held before does not matter"
SLICE = "the slice starts at 0 by itself"
ODD = "from 1 in steps of 2, an odd last row or column is not met anyway"
RESHAPE = "numpy reads any negative number in reshape as -1: find it out"

SAME = {
    "sigmoid": {"GtE->Gt": "both branches of the stable form agree at z = 0"},
    "logistic_gradient": {"GtE->Gt": "both branches of the stable form agree at z = 0"},
    "output_head": {"GtE->Gt": "both branches of the stable form agree at z = 0"},
    "perceptron_update": {
        "1.0->2.0": "the default of lr: it is always given",
        "1.0->0": "the default of lr: it is always given",
        "a@b->b@a": DOT,
    },
    "perceptron_fit": {"a@b->b@a": DOT},
    "mistake_bound": {
        "Gt->GtE": "a margin of 0 gives R / 0, which is inf too",
        "a@b->b@a in length": DOT,
    },
    "xor_hidden_units": {
        "0.5->0": "judged by behaviour: other lines that separate the same corners are right",
        "1.0->2.0": "judged by behaviour: other lines that separate the same corners are right",
    },
    "gradient_descent": {"a@b->b@a": "A is symmetric, as the statement says: A x = x A"},
    "delta_hidden": {"USub->UAdd": "the slope a (1 - a) is the same for z and -z"},
    "mlp_backward": {"zeros_like->ones_like": OVERWRITTEN},
    "worked_net_step": {"a@b->b@a in y = ": DOT},
    "graph_gradient": {
        "zeros->ones in nodes": OVERWRITTEN + "; edges back, which would read it, are 0",
        "a@b->b@a": DOT,
    },
    "gradient_check": {"zeros->ones in measured": OVERWRITTEN},
    "max_pool_backward": {"1->2 in winner = ": RESHAPE},
    "conv2d_backward": {"zeros->ones in grad_weight": OVERWRITTEN},
    "shift_gaps": {
        "max->min in float(np.abs(second": "convolution commutes with shifts: all differences are 0"
    },
    "lenet_forward": {
        "1->2 in features = ": RESHAPE,
        "slice without lower in rows": SLICE,
        "slice without lower in x": SLICE,
        "slice without upper in rows": ODD,
        "slice without upper in x": ODD,
    },
    "rnn_backward": {"zeros_like->ones_like in delta": OVERWRITTEN},
    "truncated_bptt": {"zeros_like->ones_like in delta": OVERWRITTEN},
    "clip_gradient": {"Gt->GtE": "at the limit itself the factor is 1 either way"},
    "scaled_dot_product_attention": {
        "0.0->1.0 in powers": "stands in for the maximum of an empty row: exp(-inf - 1) is 0 too",
        "0.0->2 in powers": "stands in for the maximum of an empty row: exp(-inf - 2) is 0 too",
        "1.0->2.0 in return": "stands in for the sum of an empty row: 0 / 2 is 0 too",
    },
    "positional_encoding": {"slice without lower in table": "0::2 and ::2 are the same slice"},
    "next_token_probabilities": {"Lt->LtE": "the best k of k tokens are all of them"},
}
