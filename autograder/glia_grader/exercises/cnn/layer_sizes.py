"""How many values come out of each layer of a net, and how many parameters it has."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
Walk through a net and write down, for each layer, how many numbers come out for one image, and how
many parameters the layer learns. The layers are

| layer | what comes out | parameters |
| --- | --- | --- |
| `("conv", filters, kernel, stride, padding)` | `filters` maps (padding per side, biases) | $O\,(C k^2 + 1)$ |
| `("pool", size)` | as many maps, windows side by side | none |
| `("dense", units)` | `units` numbers; what comes in is flattened | $n_{\text{in}} \cdot n + n$ |

Sizes round down, as always.
"""  # noqa: E501

SIGNATURE = '''
def layer_sizes(shape, layers):
    """Count values and parameters, layer by layer.

    Args:
        shape: (channels, height, width) of the image.
        layers: A list of ("conv", filters, kernel, stride, padding), ("pool", size) and
            ("dense", units).

    Returns:
        (values, parameters): two integer arrays with one number for each layer.
    """
'''


def layer_sizes(shape, layers):
    """Carry the shape along."""
    channels, height, width = shape
    values, parameters = [], []
    for kind, *settings in layers:
        learnt = 0
        if kind == "conv":
            filters, kernel, stride, padding = settings
            learnt = filters * (channels * kernel * kernel + 1)
            height = (height + 2 * padding - kernel) // stride + 1
            width = (width + 2 * padding - kernel) // stride + 1
            channels = filters
        elif kind == "pool":
            height, width = height // settings[0], width // settings[0]
        else:
            learnt = (channels * height * width + 1) * settings[0]
            channels, height, width = settings[0], 1, 1
        values.append(channels * height * width)
        parameters.append(learnt)
    return np.array(values), np.array(parameters)


def _conv(rng):
    return [
        Case(((1, 28, 28), [("conv", 6, 5, 1, 2)]), "the first layer of LeNet"),
        Case(((3, 9, 13), [("conv", 4, 3, 2, 1)]), "a stride"),
        Case(((3, 227, 227), [("conv", 96, 11, 4, 0)]), "a layer for photographs"),
    ]


def _two(rng):
    return [
        Case(((1, 9, 8), [("conv", 4, 3, 1, 0), ("conv", 5, 2, 1, 0)]), "two convolutions"),
        Case(((2, 7, 9), [("conv", 3, 2, 1, 0), ("pool", 2)]), "a convolution and pooling"),
    ]


def _dense(rng):
    return [
        Case(((2, 5, 4), [("dense", 7), ("dense", 3)]), "an image into a dense layer"),
        Case(((3, 6, 6), [("pool", 3), ("dense", 10)]), "pooling before a dense layer"),
    ]


def _lenet(rng):
    lenet = [("conv", 6, 5, 1, 2), ("pool", 2), ("conv", 16, 5, 1, 0), ("pool", 2)]
    lenet += [("dense", 120), ("dense", 84), ("dense", 10)]
    return [
        Case(((1, 28, 28), lenet), "LeNet-5"),
        Case(((3, 32, 30), lenet), "the same layers on a colour image"),
    ]


def _random(rng):
    cases = []
    for _ in range(4):
        a, b, c, d, k = (int(v) for v in rng.integers(2, 6, size=5))
        layers = [("conv", a, k, 1, 1), ("pool", 2), ("conv", b, 2, 1, 1), ("dense", c)]
        shape = (d, int(rng.integers(9, 20)), int(rng.integers(21, 30)))
        cases.append(Case((shape, [*layers, ("dense", a)]), "any net"))
    return cases


def _no_biases(shape, layers):
    channels, height, width = shape
    values, parameters = [], []
    for kind, *s in layers:
        learnt = 0
        if kind == "conv":
            learnt = s[0] * channels * s[1] ** 2
            height, width = ((n + 2 * s[3] - s[1]) // s[2] + 1 for n in (height, width))
            channels = s[0]
        elif kind == "pool":
            height, width = height // s[0], width // s[0]
        else:
            learnt = channels * height * width * s[0]
            channels, height, width = s[0], 1, 1
        values.append(channels * height * width)
        parameters.append(learnt)
    return np.array(values), np.array(parameters)


def _one_kernel(shape, layers):
    channels, height, width = shape
    values, parameters = [], []
    for kind, *s in layers:
        learnt = 0
        if kind == "conv":
            learnt = s[0] * (s[1] ** 2 + 1)
            height, width = ((n + 2 * s[3] - s[1]) // s[2] + 1 for n in (height, width))
            channels = s[0]
        elif kind == "pool":
            height, width = height // s[0], width // s[0]
        else:
            learnt = (channels * height * width + 1) * s[0]
            channels, height, width = s[0], 1, 1
        values.append(channels * height * width)
        parameters.append(learnt)
    return np.array(values), np.array(parameters)


def _padding_once(shape, layers):
    channels, height, width = shape
    values, parameters = [], []
    for kind, *s in layers:
        learnt = 0
        if kind == "conv":
            learnt = s[0] * (channels * s[1] ** 2 + 1)
            height, width = ((n + s[3] - s[1]) // s[2] + 1 for n in (height, width))
            channels = s[0]
        elif kind == "pool":
            height, width = height // s[0], width // s[0]
        else:
            learnt = (channels * height * width + 1) * s[0]
            channels, height, width = s[0], 1, 1
        values.append(channels * height * width)
        parameters.append(learnt)
    return np.array(values), np.array(parameters)


def _dense_on_channels(shape, layers):
    channels, height, width = shape
    values, parameters = [], []
    for kind, *s in layers:
        learnt = 0
        if kind == "conv":
            learnt = s[0] * (channels * s[1] ** 2 + 1)
            height, width = ((n + 2 * s[3] - s[1]) // s[2] + 1 for n in (height, width))
            channels = s[0]
        elif kind == "pool":
            height, width = height // s[0], width // s[0]
        else:
            learnt = (channels + 1) * s[0]
            channels, height, width = s[0], 1, 1
        values.append(channels * height * width)
        parameters.append(learnt)
    return np.array(values), np.array(parameters)


def _pooling_learns(shape, layers):
    channels, height, width = shape
    values, parameters = [], []
    for kind, *s in layers:
        if kind == "conv":
            learnt = s[0] * (channels * s[1] ** 2 + 1)
            height, width = ((n + 2 * s[3] - s[1]) // s[2] + 1 for n in (height, width))
            channels = s[0]
        elif kind == "pool":
            learnt = channels * s[0] ** 2
            height, width = height // s[0], width // s[0]
        else:
            learnt = (channels * height * width + 1) * s[0]
            channels, height, width = s[0], 1, 1
        values.append(channels * height * width)
        parameters.append(learnt)
    return np.array(values), np.array(parameters)


EXERCISE = Exercise(
    name="layer_sizes",
    unit="cnn",
    title="A walk through a net",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=layer_sizes,
    returns=("values", "parameters"),
    checks=(
        Check("values", "One convolution: its values", 1.5, cases=_conv, parts=("values",)),
        Check("learnt", "One convolution: its parameters", 1.5, cases=_conv, parts=("parameters",)),
        Check("two", "Two layers", 1.5, cases=_two),
        Check("dense", "Dense layers", 1.5, cases=_dense),
        Check("lenet", "LeNet", 1.5, cases=_lenet),
        Check("random", "Any net", 1.5, cases=_random),
    ),
    misconceptions=(
        Misconception(
            "no_biases",
            "Biases are not parameters.",
            "Values are right; every layer has too few parameters.",
            _no_biases,
            (
                "By how much is your first layer off, and how many filters does it have?",
                "Every filter and every dense unit has a bias, and training changes it.",
                "Add the number of filters (or units) to the weights.",
            ),
            "learnt",
        ),
        Misconception(
            "one_kernel",
            "A filter is one kernel.",
            "On grey images it is right; deeper layers have too few parameters.",
            _one_kernel,
            (
                "How many maps does the second convolution of LeNet look at?",
                "A filter has a kernel for each of the channels that come in.",
                "Count channels * kernel * kernel + 1 for a filter.",
            ),
            "learnt",
        ),
        Misconception(
            "padding_once",
            "Padding p adds p pixels.",
            "With padding the maps are too small.",
            _padding_once,
            (
                "With padding 2 and a kernel of 5, how large is the map of an image of 28?",
                "Padding is counted per side here.",
                "Use height + 2 * padding.",
            ),
            "values",
        ),
        Misconception(
            "dense_on_channels",
            "A dense layer sees one number a map.",
            "The first dense layer has too few parameters.",
            _dense_on_channels,
            (
                "How many numbers are 16 maps of 5 × 5 pixels?",
                "Flattening keeps all of them; that is why the first dense layer is so large.",
                "Multiply channels * height * width.",
            ),
            "dense",
        ),
        Misconception(
            "pooling_learns",
            "Every layer learns something.",
            "Pooling layers are given weights.",
            _pooling_learns,
            (
                "Which weights does a maximum have?",
                "Pooling is a fixed rule: there is nothing to learn in it.",
                "Count 0 parameters for a pooling layer.",
            ),
            "two",
        ),
    ),
)
