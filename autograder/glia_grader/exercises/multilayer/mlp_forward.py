"""The forward pass of a multilayer perceptron, layer by layer."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
Now with biases, ReLUs in the hidden layer, and PyTorch's way of storing weights: row $j$ of $W_1$
holds the weights of hidden neuron $j$, so for one example $z = W_1 x + b_1$. For a batch with one
example a row that becomes

$$ H = \max(0,\; X W_1^\top + b_1), \qquad Z = H W_2^\top + b_2 $$

The last layer stays linear: what is made of its scores is the business of an output head.
Return `(H, Z)`.
"""

SIGNATURE = '''
def mlp_forward(X, W1, b1, W2, b2):
    """Forward pass of a multilayer perceptron with one hidden layer of ReLUs.

    Args:
        X: Examples in rows, shape (N, D).
        W1: Hidden weights, shape (H, D): one row per neuron.
        b1: Hidden biases, shape (H,).
        W2: Output weights, shape (K, H).
        b2: Output biases, shape (K,).

    Returns:
        (hidden, scores): shapes (N, H) and (N, K).
    """
'''


def mlp_forward(X, W1, b1, W2, b2):
    """Linear, ReLU, linear."""
    hidden = np.maximum(X @ W1.T + b1, 0.0)
    return hidden, hidden @ W2.T + b2


_X = np.array([[1.0, 2.0], [-1.0, 0.5]])
_W1 = np.array([[1.0, -1.0], [0.5, 1.0], [-2.0, 0.0]])
_B1 = np.array([0.5, -1.0, 1.0])
_W2 = np.array([[1.0, 2.0, -1.0], [-1.0, 0.5, 0.25]])
_B2 = np.array([-3.0, 1.0])


def _one(rng):
    return [
        Case((_X[:1], _W1, _B1, _W2, _B2), "one example"),
        Case((_X[1:], _W1, _B1, _W2, _B2), "another example"),
        Case((np.array([[2.0, -1.0]]), _W1[:2], _B1[:2], -_W2[:1, :2], _B2[:1]), "one score"),
    ]


def _batch(rng):
    X = np.vstack([_X, -_X, np.zeros((1, 2))])
    return [Case((X, _W1, _B1, _W2, _B2), "five examples, three hidden neurons, two scores")]


def _random(rng):
    cases = []
    for n, d, h, k in ((4, 3, 5, 2), (6, 2, 2, 2), (3, 3, 3, 3), (9, 5, 8, 1)):
        shapes = ((n, d), (h, d), (h,), (k, h), (k,))
        args = tuple(rng.normal(size=shape) for shape in shapes)
        cases.append(Case(args, f"{n} examples, sizes {d}, {h}, {k}", 3.0))
    X, W1, W2 = rng.normal(size=(8, 3)), rng.normal(size=(3, 4)), rng.normal(size=(2, 4))
    args = (X[::2], W1.T, rng.normal(size=4), W2, rng.normal(size=2))
    cases.append(Case(args, "every second row, a transposed view", 3.0))
    cases.append(Case(tuple(a.astype(np.float32) for a in args), "float32", 3.0))
    return cases


def _alone(ask, rng):
    args = tuple(rng.normal(size=s) for s in ((5, 3), (4, 3), (4,), (2, 4), (2,)))
    X, rest = args[0], args[1:]
    together = ask(X, *rest)[1]
    single = np.vstack([ask(X[i : i + 1], *rest)[1] for i in range(len(X))])
    if np.allclose(together, single, rtol=1e-6):
        return None
    return Finding(
        "An example should get the same scores alone and in a batch; yours do not",
        args=args,
        got=together,
    )


def _no_relu(X, W1, b1, W2, b2):
    hidden = X @ W1.T + b1
    return hidden, hidden @ W2.T + b2


def _relu_everywhere(X, W1, b1, W2, b2):
    hidden = np.maximum(X @ W1.T + b1, 0)
    return hidden, np.maximum(hidden @ W2.T + b2, 0)


def _bias_after_relu(X, W1, b1, W2, b2):
    hidden = np.maximum(X @ W1.T, 0) + b1
    return hidden, hidden @ W2.T + b2


def _no_hidden_bias(X, W1, b1, W2, b2):
    hidden = np.maximum(X @ W1.T, 0)
    return hidden, hidden @ W2.T + b2


def _no_output_bias(X, W1, b1, W2, b2):
    hidden = np.maximum(X @ W1.T + b1, 0)
    return hidden, hidden @ W2.T


def _sigmoid_hidden(X, W1, b1, W2, b2):
    hidden = 1 / (1 + np.exp(-(X @ W1.T + b1)))
    return hidden, hidden @ W2.T + b2


EXERCISE = Exercise(
    name="mlp_forward",
    unit="multilayer",
    title="The forward pass",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=mlp_forward,
    returns=("hidden", "scores"),
    axes={"N": (("X", 0),), "D": (("X", 1), ("W1", 1))},
    checks=(
        Check("hidden", "One example: the hidden layer", 2, cases=_one, parts=("hidden",)),
        Check("scores", "One example: the scores", 2, cases=_one, parts=("scores",)),
        Check("batch", "A batch", 1, cases=_batch),
        Check("random", "Random nets of other sizes", 3, cases=_random),
        Check(
            "alone",
            "Examples of a batch do not mix",
            1,
            "property",
            examine=_alone,
            needs=("hidden",),
        ),
    ),
    misconceptions=(
        Misconception(
            "no_relu",
            "Two linear layers are enough.",
            "The hidden layer holds negative numbers.",
            _no_relu,
            (
                "Can a ReLU answer with a negative number? Look at your hidden layer.",
                "Without a bend between them, two linear layers collapse into one.",
                "Take np.maximum(..., 0) of the first layer's scores.",
            ),
            "hidden",
        ),
        Misconception(
            "relu_everywhere",
            "Every layer ends in a ReLU.",
            "The hidden layer is right; negative scores have become 0.",
            _relu_everywhere,
            (
                "Your hidden layer is right. Should a score be allowed to be negative?",
                "A ReLU on the last layer would throw away how unlikely a class is.",
                "Return hidden @ W2.T + b2 as it is.",
            ),
            "scores",
        ),
        Misconception(
            "bias_after_relu",
            "The bias is added to the neuron's output.",
            "The hidden layer is cut at 0 before the bias is added.",
            _bias_after_relu,
            (
                "At which value of the weighted sum does your neuron begin to answer?",
                "The bias moves the point where the ReLU bends, so it belongs inside.",
                "Write np.maximum(X @ W1.T + b1, 0).",
            ),
            "hidden",
        ),
        Misconception(
            "no_hidden_bias",
            "The hidden layer needs no bias.",
            "b1 has no effect.",
            _no_hidden_bias,
            (
                "Which of the five arguments does your code never use?",
                "Without a bias every ReLU bends at the origin.",
                "Add b1 to X @ W1.T before the ReLU.",
            ),
            "hidden",
        ),
        Misconception(
            "no_output_bias",
            "The output layer needs no bias.",
            "The hidden layer is right; b2 has no effect.",
            _no_output_bias,
            (
                "Which of the five arguments does your code never use?",
                "If all hidden neurons are silent, what are your scores? What should they be?",
                "Add b2 to hidden @ W2.T.",
            ),
            "scores",
        ),
        Misconception(
            "sigmoid_hidden",
            "Hidden neurons are sigmoids.",
            "All hidden outputs lie between 0 and 1.",
            _sigmoid_hidden,
            (
                "Which activation does the statement ask for?",
                "In the exercise before it was the sigmoid; here it is max(0, z).",
                "Replace your sigmoid by np.maximum(z, 0).",
            ),
            "hidden",
        ),
    ),
)
