"""Global average pooling and a linear layer: a head that takes images of any size."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
LeNet flattens its maps and needs a large dense layer for them, made for one size of image. Newer
nets take the *mean* of each map instead, which leaves one number a channel, and put a small linear
layer on top:

$$ p_{nc} = \frac{1}{HW} \sum_{i,j} F_{ncij}, \qquad Z = P\,W^\top + b $$

The mean forgets where a feature was; that is the point. Return both.
"""

SIGNATURE = '''
def average_head(features, weight, bias):
    """Mean of each map, then scores.

    Args:
        features: Feature maps, shape (N, C, H, W).
        weight: Shape (K, C): one row per class.
        bias: Shape (K,).

    Returns:
        (pooled, scores): shapes (N, C) and (N, K).
    """
'''


def average_head(features, weight, bias):
    """Mean over rows and columns, then one matrix."""
    pooled = features.mean(axis=(2, 3))
    return pooled, pooled @ weight.T + bias


_MAPS = np.arange(24.0).reshape(1, 2, 3, 4) % 7
_W = np.array([[1.0, -1.0], [0.5, 2.0], [0.0, -3.0]])
_B = np.array([0.0, 1.0, -2.0])


def _one(rng):
    return [
        Case((_MAPS, _W, _B), "one image, two maps"),
        Case((_MAPS[:, :, :1, :2] - 3.0, _W, _B), "maps of two pixels"),
    ]


def _batch(rng):
    maps = np.concatenate([_MAPS, 1 - _MAPS, 2 * _MAPS[:, ::-1]])
    return [
        Case((maps, _W, _B), "three images"),
        Case((maps[:2], _W[:2], _B[:2]), "two images, two classes, two maps"),
    ]


def _random(rng):
    cases = []
    for n, c, h, w, k in ((3, 3, 3, 3, 3), (4, 2, 5, 3, 6), (2, 5, 1, 4, 1)):
        arrays = [rng.normal(size=s) for s in ((n, c, h, w), (k, c), (k,))]
        cases.append(Case(tuple(arrays), f"{n} images, {c} maps, {k} classes", 3.0))
    features, weight = rng.normal(size=(4, 4, 6, 6)), rng.normal(size=(2, 3))
    args = (features[::2, ::2, ::-1, ::2], weight.T, rng.normal(size=3))
    cases.append(Case(args, "strided views", 3.0))
    cases.append(Case(tuple(a.astype(np.float32) for a in args), "float32", 3.0))
    return cases


def _shuffled(ask, rng):
    """The mean does not care where things are."""
    features, weight, bias = rng.normal(size=(2, 3, 4, 4)), rng.normal(size=(2, 3)), np.zeros(2)
    mixed = features.reshape(2, 3, 16)[:, :, rng.permutation(16)].reshape(features.shape)
    one, other = ask(features, weight, bias)[1], ask(mixed, weight, bias)[1]
    if np.allclose(one, other):
        return None
    return Finding(
        "Shuffling the pixels of the maps should not change the scores; yours change",
        args=(features, weight, bias),
        got=other,
    )


def _sum(features, weight, bias):
    pooled = features.sum(axis=(2, 3))
    return pooled, pooled @ weight.T + bias


def _max(features, weight, bias):
    pooled = features.max(axis=(2, 3))
    return pooled, pooled @ weight.T + bias


def _across_channels(features, weight, bias):
    pooled = np.repeat(features.mean(axis=(1, 2, 3))[:, None], features.shape[1], axis=1)
    return pooled, pooled @ weight.T + bias


def _over_images(features, weight, bias):
    pooled = np.repeat(features.mean(axis=(0, 2, 3))[None], len(features), axis=0)
    return pooled, pooled @ weight.T + bias


def _no_bias(features, weight, bias):
    pooled = features.mean(axis=(2, 3))
    return pooled, pooled @ weight.T


def _folded(features, weight, bias):
    pooled = features.mean(axis=(2, 3))
    return pooled, pooled @ weight.reshape(weight.shape[1], weight.shape[0]) + bias


EXERCISE = Exercise(
    name="average_head",
    unit="cnn",
    title="A head for images of any size",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=average_head,
    returns=("pooled", "scores"),
    axes={"N": (("features", 0),)},
    checks=(
        Check("pooled", "One image: the means", 2, cases=_one, parts=("pooled",)),
        Check("scores", "One image: the scores", 2, cases=_one, parts=("scores",)),
        Check("batch", "Several images", 1.5, cases=_batch),
        Check("random", "Random maps", 2.5, cases=_random),
        Check(
            "shuffled",
            "It forgets the places",
            1,
            "property",
            examine=_shuffled,
            needs=("pooled",),
        ),
    ),
    misconceptions=(
        Misconception(
            "sum",
            "Pooling adds up.",
            "Means are too large by the number of pixels.",
            _sum,
            (
                "What should become of a map that is 1 everywhere?",
                "With a sum, larger images would get larger scores.",
                "Use mean(axis=(2, 3)).",
            ),
            "pooled",
        ),
        Misconception(
            "max",
            "Global pooling keeps the largest number.",
            "Each map is represented by its maximum.",
            _max,
            (
                "What should become of a map with one 8 and three zeros?",
                "Here the mean is asked: every place has its say.",
                "Use mean where you use max.",
            ),
            "pooled",
        ),
        Misconception(
            "across_channels",
            "All maps are averaged together.",
            "Every channel has the same mean.",
            _across_channels,
            (
                "Are the numbers of your `pooled` different from map to map?",
                "A map stands for a feature: joining the maps would lose which one was found.",
                "Average over the axes 2 and 3 only.",
            ),
            "pooled",
        ),
        Misconception(
            "over_images",
            "The mean goes over the batch, too.",
            "One image is right; several all get the same.",
            _over_images,
            (
                "Do two different images get different scores?",
                "The images of a batch have nothing to do with each other.",
                "Leave axis 0 out of the mean.",
            ),
            "batch",
        ),
        Misconception(
            "no_bias",
            "The mean needs no bias.",
            "The means are right; the scores lack b.",
            _no_bias,
            (
                "Which argument does your code never use?",
                "The last layer is a linear layer like any other.",
                "Add bias to pooled @ weight.T.",
            ),
            "scores",
        ),
        Misconception(
            "folded",
            "reshape transposes.",
            "The means are right; the scores mix up the weights.",
            _folded,
            (
                "Which weights belong to the first class: a row or a column?",
                "reshape keeps the reading order; .T swaps rows and columns.",
                "Write pooled @ weight.T.",
            ),
            "scores",
        ),
    ),
)
