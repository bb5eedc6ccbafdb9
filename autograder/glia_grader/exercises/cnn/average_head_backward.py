"""The way back through the mean of each map and the linear layer."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
Backwards through the head of the exercise before, with $G$ the gradient of the loss by the scores.
The linear layer first, as you know it:

$$ \frac{\partial L}{\partial W} = G^\top P, \qquad \frac{\partial L}{\partial b_k} = \sum_n G_{nk},
   \qquad \frac{\partial L}{\partial P} = G\,W $$

Then the mean: each of the $HW$ places of a map has the same small influence on it, so each gets the
same share of the gradient.
"""

SIGNATURE = '''
def average_head_backward(grad, features, weight):
    """Gradients of a head of global average pooling and a linear layer.

    Args:
        grad: Gradient of the loss by the scores, shape (N, K).
        features: The maps that went in, shape (N, C, H, W).
        weight: Shape (K, C).

    Returns:
        (grad_features, grad_weight, grad_bias): shapes (N, C, H, W), (K, C) and (K,).
    """
'''


def average_head_backward(grad, features, weight):
    """Linear layer, then equal shares."""
    height, width = features.shape[2:]
    shares = (grad @ weight) / (height * width)
    grad_features = np.broadcast_to(shares[:, :, None, None], features.shape).copy()
    return grad_features, grad.T @ features.mean(axis=(2, 3)), grad.sum(axis=0)


_MAPS = np.arange(12.0).reshape(1, 2, 2, 3) % 5
_W = np.array([[1.0, -1.0], [0.5, 2.0], [0.0, -3.0]])
_G = np.array([[1.0, -2.0, 0.5]])


def _one(rng):
    return [
        Case((_G, _MAPS, _W), "one image, two maps, three classes"),
        Case((_G[:, :1], _MAPS[:, :, :1, :2], _W[:1]), "two pixels, one class"),
    ]


def _batch(rng):
    maps = np.concatenate([_MAPS, 1 - _MAPS, 2 * _MAPS[:, ::-1]])
    grad = np.concatenate([_G, -2 * _G[:, ::-1], _G + 1])
    return [Case((grad, maps, _W), "three images"), Case((grad[:2], maps[1:], _W), "two images")]


def _random(rng):
    cases = []
    for n, c, h, w, k in ((3, 3, 3, 3, 3), (4, 2, 5, 3, 6), (2, 5, 2, 4, 2)):
        arrays = [rng.normal(size=s) for s in ((n, k), (n, c, h, w), (k, c))]
        cases.append(Case(tuple(arrays), f"{n} images, {c} maps, {k} classes", 5.0))
    grad, features = rng.normal(size=(4, 3)), rng.normal(size=(4, 4, 6, 6))
    args = (grad[::2], features[::2, ::2, ::-1, ::2], rng.normal(size=(2, 3)).T)
    cases.append(Case(args, "strided views", 5.0))
    cases.append(Case(tuple(a.astype(np.float32) for a in args), "float32", 5.0))
    return cases


def _slopes(ask, rng):
    """A step in a random direction, measured and foretold."""
    shapes = (3, 2, 3, 4), (4, 2), (4,)
    at = [rng.normal(size=shape) for shape in shapes]
    way = [rng.normal(size=shape) for shape in shapes]
    grad = rng.normal(size=(3, 4))
    got = ask(grad, at[0], at[1])

    def value(t):
        features, weight, bias = (a + t * d for a, d in zip(at, way, strict=True))
        return float(np.sum((features.mean(axis=(2, 3)) @ weight.T + bias) * grad))

    measured = (value(1e-5) - value(-1e-5)) / 2e-5
    foretold = sum(float(np.sum(g * d)) for g, d in zip(got, way, strict=True))
    if abs(measured - foretold) <= 1e-5 * (1 + abs(measured)):
        return None
    return Finding(
        f"A small step in a random direction changes the loss by {measured:.6g} per unit; your "
        f"gradients foretell {foretold:.6g}",
        safe="Your gradients do not foretell what a small step does",
    )


def _no_shares(grad, features, weight):
    to_maps = np.repeat((grad @ weight)[:, :, None], features.shape[2], axis=2)
    to_maps = np.repeat(to_maps[:, :, :, None], features.shape[3], axis=3)
    return to_maps, grad.T @ features.mean(axis=(2, 3)), grad.sum(axis=0)


def _winner(grad, features, weight):
    n, c, h, w = features.shape
    winner = features.reshape(n, c, -1).argmax(axis=2)
    to_maps = np.where(np.arange(h * w) == winner[:, :, None], (grad @ weight)[:, :, None], 0.0)
    return to_maps.reshape(features.shape), grad.T @ features.mean(axis=(2, 3)), grad.sum(axis=0)


def _mean_over_images(grad, features, weight):
    shares = (grad @ weight) / (features.shape[2] * features.shape[3])
    to_maps = np.ones(features.shape) * shares[:, :, None, None]
    return to_maps, grad.T @ features.mean(axis=(2, 3)) / len(grad), grad.mean(axis=0)


def _sums_of_maps(grad, features, weight):
    shares = (grad @ weight) / (features.shape[2] * features.shape[3])
    to_maps = np.ones(features.shape) * shares[:, :, None, None]
    return to_maps, grad.T @ features.sum(axis=(2, 3)), grad.sum(axis=0)


def _shares_of_all(grad, features, weight):
    shares = (grad @ weight) / features[0].size
    to_maps = np.ones(features.shape) * shares[:, :, None, None]
    return to_maps, grad.T @ features.mean(axis=(2, 3)), grad.sum(axis=0)


def _times_the_pixel(grad, features, weight):
    shares = (grad @ weight) / (features.shape[2] * features.shape[3])
    to_maps = features * shares[:, :, None, None]
    return to_maps, grad.T @ features.mean(axis=(2, 3)), grad.sum(axis=0)


EXERCISE = Exercise(
    name="average_head_backward",
    unit="cnn",
    title="The way back through the head",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=average_head_backward,
    returns=("grad_features", "grad_weight", "grad_bias"),
    axes={"N": (("grad", 0), ("features", 0)), "K": (("grad", 1), ("weight", 0))},
    checks=(
        Check("bias", "One image: the biases", 1, cases=_one, parts=("grad_bias",)),
        Check("weight", "One image: the weights", 1.5, cases=_one, parts=("grad_weight",)),
        Check("features", "One image: the maps", 2, cases=_one, parts=("grad_features",)),
        Check("batch", "Several images", 1.5, cases=_batch),
        Check("random", "Random heads", 2, cases=_random),
        Check("slopes", "They are the slopes", 1, "gradient", examine=_slopes, needs=("features",)),
    ),
    misconceptions=(
        Misconception(
            "no_shares",
            "Each place gets the gradient of the mean.",
            "The gradients of the maps are too large by the number of places.",
            _no_shares,
            (
                "By how much does a mean of four numbers grow if one of them grows by 1?",
                "The derivative of a mean by one of its numbers is 1 / (H W).",
                "Divide grad @ weight by the number of places of a map.",
            ),
            "features",
        ),
        Misconception(
            "winner",
            "The largest number gets it all.",
            "All places of a map but one have the gradient 0: that is max pooling.",
            _winner,
            (
                "Does the mean change when you nudge a small number?",
                "Every place has a say in a mean, the same for all.",
                "Spread the gradient evenly over the map.",
            ),
            "features",
        ),
        Misconception(
            "mean_over_images",
            "The mean over the batch is taken here.",
            "With several images the gradients of weight and bias are too small.",
            _mean_over_images,
            (
                "One image is right. By which factor are you off with three?",
                "If the loss is a mean over the batch, its 1/N is in grad already.",
                "Sum over the images; do not divide.",
            ),
            "batch",
        ),
        Misconception(
            "sums_of_maps",
            "The linear layer saw the sums.",
            "The gradient of the weights is too large by the number of places.",
            _sums_of_maps,
            (
                "What went into the linear layer on the way forward?",
                "The gradient of a weight is grad times what the weight was multiplied with.",
                "Use the means of the maps: grad.T @ features.mean(axis=(2, 3)).",
            ),
            "weight",
        ),
        Misconception(
            "shares_of_all",
            "The gradient is shared among all numbers of the image.",
            "The gradients of the maps are too small by the number of channels.",
            _shares_of_all,
            (
                "How many numbers go into the mean of one map?",
                "Each channel has a mean of its own; its gradient stays in that channel.",
                "Divide by H * W, without the channels.",
            ),
            "features",
        ),
        Misconception(
            "times_the_pixel",
            "The gradient is multiplied with the pixel.",
            "Bright places get a larger gradient than dark ones.",
            _times_the_pixel,
            (
                "Does the mean react more strongly to a nudge of a large number?",
                "A mean is linear: its derivative does not depend on the numbers.",
                "Leave features out of grad_features but for its shape.",
            ),
            "features",
        ),
    ),
)
