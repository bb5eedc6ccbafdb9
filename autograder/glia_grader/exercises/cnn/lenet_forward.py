"""Convolution, ReLU, pooling, twice; flatten; dense: LeNet on the way forward."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
The pattern of all early convolutional nets: (convolution, ReLU, pooling), the same again, flatten,
a dense layer with ReLU, a dense layer for the scores. Convolutions have stride 1 and no padding;
pooling takes the maximum of windows of 2 × 2, side by side; weights of dense layers are stored
like PyTorch's, one row a unit. `conv2d(x, weight, bias, stride, padding)` and `pool2d(x, size,
stride, kind)` are given.

Flattening goes channel by channel, each in reading order. Return the flattened features and the
scores.
"""

SIGNATURE = '''
def lenet_forward(x, K1, b1, K2, b2, W3, b3, W4, b4):
    """Forward pass of a small LeNet.

    Args:
        x: Images, shape (N, C, H, W).
        K1: First filters, shape (O1, C, KH, KW).
        b1: Shape (O1,).
        K2: Second filters, shape (O2, O1, KH, KW).
        b2: Shape (O2,).
        W3: Weights of the dense layer, shape (D, F), F numbers after flattening.
        b3: Shape (D,).
        W4: Weights of the output, shape (K, D).
        b4: Shape (K,).

    Returns:
        (features, scores): shapes (N, F) and (N, K).
    """
'''


def lenet_forward(x, K1, b1, K2, b2, W3, b3, W4, b4):
    """Two blocks, then two dense layers."""
    for kernels, bias in ((K1, b1), (K2, b2)):
        windows = np.lib.stride_tricks.sliding_window_view(x, kernels.shape[2:], axis=(2, 3))
        x = np.tensordot(windows, kernels, ((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2)
        x = np.maximum(x + bias[:, None, None], 0.0)
        height, width = x.shape[2] // 2 * 2, x.shape[3] // 2 * 2
        rows = np.maximum(x[:, :, 0:height:2], x[:, :, 1:height:2])
        x = np.maximum(rows[..., 0:width:2], rows[..., 1:width:2])
    features = x.reshape(len(x), -1)
    hidden = np.maximum(features @ W3.T + b3, 0.0)
    return features, hidden @ W4.T + b4


def _net(rng, images, size, channels=1):
    """Arguments with maps of 2 × 3 numbers at the end."""
    shapes = [(images, channels, *size), (3, channels, 3, 3), (3,), (4, 3, 2, 2), (4,)]
    x, K1, b1, K2, b2 = (rng.normal(size=s) for s in shapes)
    rows, columns = (((n - 2) // 2 - 1) // 2 for n in size)
    flat = 4 * rows * columns
    shapes = [(5, flat), (5,), (2, 5), (2,)]
    return (x, K1, b1 + 0.5, K2, b2 + 0.5, *(rng.normal(size=s) for s in shapes))


def _one(rng):
    rng = np.random.default_rng(3)
    return [
        Case(_net(rng, 1, (10, 14)), "one image", 10.0),
        Case(_net(rng, 1, (10, 10), 2), "two channels", 10.0),
    ]


def _batch(rng):
    rng = np.random.default_rng(4)
    return [Case(_net(rng, 3, (12, 10)), "three images, a rest when pooling", 10.0)]


def _random(rng):
    cases = [Case(_net(rng, n, (10, 14), n), f"{n} images", 20.0) for n in (2, 3)]
    args = _net(rng, 4, (14, 10))
    cases.append(Case((args[0][::2, :, ::-1], *args[1:]), "strided views", 20.0))
    cases.append(Case(tuple(a.astype(np.float32) for a in args), "float32", 40.0))
    return cases


def _alone(ask, rng):
    args = _net(rng, 3, (10, 10))
    together = ask(*args)[1]
    single = np.vstack([ask(args[0][i : i + 1], *args[1:])[1] for i in range(3)])
    if np.allclose(together, single, rtol=1e-6):
        return None
    return Finding("An image should get the same scores alone and in a batch; yours do not")


def _no_conv_relu(x, K1, b1, K2, b2, W3, b3, W4, b4):
    for kernels, bias in ((K1, b1), (K2, b2)):
        views = np.lib.stride_tricks.sliding_window_view(x, kernels.shape[2:], axis=(2, 3))
        x = np.einsum("ncijuv,ocuv->noij", views, kernels) + bias[:, None, None]
        views = np.lib.stride_tricks.sliding_window_view(x, (2, 2), axis=(2, 3))
        x = views[:, :, ::2, ::2].max(axis=(4, 5))
    features = x.reshape(len(x), -1)
    return features, np.maximum(features @ W3.T + b3, 0) @ W4.T + b4


def _averages(x, K1, b1, K2, b2, W3, b3, W4, b4):
    for kernels, bias in ((K1, b1), (K2, b2)):
        views = np.lib.stride_tricks.sliding_window_view(x, kernels.shape[2:], axis=(2, 3))
        x = np.einsum("ncijuv,ocuv->noij", views, kernels) + bias[:, None, None]
        views = np.lib.stride_tricks.sliding_window_view(np.maximum(x, 0), (2, 2), axis=(2, 3))
        x = views[:, :, ::2, ::2].mean(axis=(4, 5))
    features = x.reshape(len(x), -1)
    return features, np.maximum(features @ W3.T + b3, 0) @ W4.T + b4


def _channels_last(x, K1, b1, K2, b2, W3, b3, W4, b4):
    for kernels, bias in ((K1, b1), (K2, b2)):
        views = np.lib.stride_tricks.sliding_window_view(x, kernels.shape[2:], axis=(2, 3))
        x = np.einsum("ncijuv,ocuv->noij", views, kernels) + bias[:, None, None]
        views = np.lib.stride_tricks.sliding_window_view(np.maximum(x, 0), (2, 2), axis=(2, 3))
        x = views[:, :, ::2, ::2].max(axis=(4, 5))
    features = x.transpose(0, 2, 3, 1).reshape(len(x), -1)
    return features, np.maximum(features @ W3.T + b3, 0) @ W4.T + b4


def _linear_dense(x, K1, b1, K2, b2, W3, b3, W4, b4):
    for kernels, bias in ((K1, b1), (K2, b2)):
        views = np.lib.stride_tricks.sliding_window_view(x, kernels.shape[2:], axis=(2, 3))
        x = np.einsum("ncijuv,ocuv->noij", views, kernels) + bias[:, None, None]
        views = np.lib.stride_tricks.sliding_window_view(np.maximum(x, 0), (2, 2), axis=(2, 3))
        x = views[:, :, ::2, ::2].max(axis=(4, 5))
    features = x.reshape(len(x), -1)
    return features, (features @ W3.T + b3) @ W4.T + b4


def _relu_scores(x, K1, b1, K2, b2, W3, b3, W4, b4):
    for kernels, bias in ((K1, b1), (K2, b2)):
        views = np.lib.stride_tricks.sliding_window_view(x, kernels.shape[2:], axis=(2, 3))
        x = np.einsum("ncijuv,ocuv->noij", views, kernels) + bias[:, None, None]
        views = np.lib.stride_tricks.sliding_window_view(np.maximum(x, 0), (2, 2), axis=(2, 3))
        x = views[:, :, ::2, ::2].max(axis=(4, 5))
    features = x.reshape(len(x), -1)
    return features, np.maximum(np.maximum(features @ W3.T + b3, 0) @ W4.T + b4, 0)


def _softmax_scores(x, K1, b1, K2, b2, W3, b3, W4, b4):
    for kernels, bias in ((K1, b1), (K2, b2)):
        views = np.lib.stride_tricks.sliding_window_view(x, kernels.shape[2:], axis=(2, 3))
        x = np.einsum("ncijuv,ocuv->noij", views, kernels) + bias[:, None, None]
        views = np.lib.stride_tricks.sliding_window_view(np.maximum(x, 0), (2, 2), axis=(2, 3))
        x = views[:, :, ::2, ::2].max(axis=(4, 5))
    features = x.reshape(len(x), -1)
    scores = np.maximum(features @ W3.T + b3, 0) @ W4.T + b4
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return features, powers / powers.sum(axis=1, keepdims=True)


EXERCISE = Exercise(
    name="lenet_forward",
    unit="cnn",
    title="LeNet on the way forward",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=lenet_forward,
    returns=("features", "scores"),
    uses=("conv2d", "pool2d"),
    axes={"N": (("x", 0),)},
    checks=(
        Check("features", "One image: the features", 2.5, cases=_one, parts=("features",)),
        Check("scores", "One image: the scores", 2.5, cases=_one, parts=("scores",)),
        Check("batch", "Several images", 1, cases=_batch),
        Check("random", "Random nets", 2, cases=_random),
        Check("alone", "Images do not mix", 1, "property", examine=_alone, needs=("features",)),
    ),
    misconceptions=(
        Misconception(
            "no_conv_relu",
            "Pooling is bend enough.",
            "Some features are negative: the ReLUs after the convolutions are missing.",
            _no_conv_relu,
            (
                "Can a ReLU answer with a negative number? Look at your features.",
                "The order is convolution, ReLU, pooling. (Max pooling and ReLU may be swapped; "
                "leaving one out is another matter.)",
                "Take np.maximum(..., 0) of each convolution's result.",
            ),
            "features",
        ),
        Misconception(
            "averages",
            "Pooling means averaging.",
            "Features are too small: the means of the windows.",
            _averages,
            (
                "Which kind of pooling does the statement ask for?",
                "The LeNet of 1998 averaged; the one asked here takes the maximum.",
                'Call pool2d(..., 2, 2, "max").',
            ),
            "features",
        ),
        Misconception(
            "channels_last",
            "It does not matter in which order the features are flattened.",
            "The right features in another order: channel after channel is asked.",
            _channels_last,
            (
                "Which features stand side by side in your result?",
                "The dense weights were made for one order: channel, then row, then column.",
                "x.reshape(len(x), -1) on (N, C, H, W), without moving axes first.",
            ),
            "features",
        ),
        Misconception(
            "linear_dense",
            "Only convolutions need a ReLU.",
            "Features are right; the two dense layers have no bend between them.",
            _linear_dense,
            (
                "Your features are right. What are two dense layers without a bend in between?",
                "The hidden dense layer ends in a ReLU.",
                "Take np.maximum(features @ W3.T + b3, 0) before W4.",
            ),
            "scores",
        ),
        Misconception(
            "relu_scores",
            "Every layer ends in a ReLU.",
            "Features are right; negative scores have become 0.",
            _relu_scores,
            (
                "Should a score be allowed to be negative?",
                "The last layer is linear: softmax needs to see how unlikely a class is.",
                "Return hidden @ W4.T + b4 as it is.",
            ),
            "scores",
        ),
        Misconception(
            "softmax_scores",
            "A net ends in a softmax.",
            "Features are right; probabilities come out where scores are asked.",
            _softmax_scores,
            (
                "What do the numbers of a row of yours add up to?",
                "The softmax belongs to the loss; the net returns what goes into it.",
                "Return the scores before the softmax.",
            ),
            "scores",
        ),
    ),
)
