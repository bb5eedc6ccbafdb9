"""How many numbers a convolutional layer has to learn."""

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
A filter has one kernel of $K_h \times K_w$ weights for each input channel, and one bias if the
layer has biases. A layer with $O$ filters on $C$ channels has

$$ O \cdot (C \cdot K_h \cdot K_w + 1) $$

parameters, whatever the size of the image and the stride.
"""

SIGNATURE = '''
def conv_parameters(in_channels, filters, kernel, bias):
    """Count the parameters of a convolutional layer.

    Args:
        in_channels: Channels of the input.
        filters: How many filters there are.
        kernel: (KH, KW).
        bias: Whether there are biases.

    Returns:
        The number of weights and biases, an integer.
    """
'''


def conv_parameters(in_channels, filters, kernel, bias):
    """Weights and bias of one filter, times the filters."""
    height, width = kernel
    return filters * (in_channels * height * width + int(bias))


def _one_filter(rng):
    return [
        Case((1, 1, (3, 3), True), "one filter on a grey image"),
        Case((3, 1, (5, 5), True), "one filter on a colour image"),
        Case((2, 1, (2, 4), True), "a kernel that is not square"),
    ]


def _layers(rng):
    return [
        Case((3, 96, (11, 11), True), "the first layer of a net for photographs"),
        Case((1, 6, (5, 5), True), "the first layer of a net for digits"),
        Case((6, 16, (5, 5), True), "its second layer"),
        Case((64, 32, (1, 1), True), "a layer that only mixes channels"),
    ]


def _no_bias(rng):
    return [
        Case((3, 8, (3, 3), False), "without biases"),
        Case((5, 7, (1, 3), False), "without biases, not square"),
    ]


def _random(rng):
    cases = []
    for i in range(6):
        c, o, kh, kw = (int(v) for v in rng.integers(2, 20, size=4))
        cases.append(Case((c, o, (kh, kw), i % 2 == 0), "any layer"))
    return cases


def _no_channels(in_channels, filters, kernel, bias):
    return filters * (kernel[0] * kernel[1] + int(bias))


def _one_bias(in_channels, filters, kernel, bias):
    return filters * in_channels * kernel[0] * kernel[1] + int(bias)


def _bias_for_each_kernel(in_channels, filters, kernel, bias):
    return filters * in_channels * (kernel[0] * kernel[1] + int(bias))


def _always_biases(in_channels, filters, kernel, bias):
    return filters * (in_channels * kernel[0] * kernel[1] + 1)


def _never_biases(in_channels, filters, kernel, bias):
    return filters * in_channels * kernel[0] * kernel[1]


def _square(in_channels, filters, kernel, bias):
    return filters * (in_channels * kernel[0] * kernel[0] + int(bias))


EXERCISE = Exercise(
    name="conv_parameters",
    unit="convolution",
    title="How much does it learn?",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=conv_parameters,
    checks=(
        Check("one_filter", "One filter", 2.5, cases=_one_filter),
        Check("layers", "Layers of well-known nets", 2.5, cases=_layers),
        Check("no_bias", "Without biases", 2, cases=_no_bias),
        Check("random", "Any layer", 2, cases=_random),
    ),
    misconceptions=(
        Misconception(
            "no_channels",
            "A filter is one kernel.",
            "On more than one channel the count is too small.",
            _no_channels,
            (
                "How many numbers does a filter of 5 × 5 multiply on a colour image?",
                "A filter has a kernel of its own for each input channel.",
                "Multiply KH * KW by in_channels.",
            ),
            "one_filter",
        ),
        Misconception(
            "one_bias",
            "A layer has one bias.",
            "One filter is right; with more of them there are too few biases.",
            _one_bias,
            (
                "What is the shape of the bias in your conv2d?",
                "Each filter has a bias of its own.",
                "Add the bias before you multiply by the number of filters.",
            ),
            "layers",
        ),
        Misconception(
            "bias_for_each_kernel",
            "Each kernel has a bias.",
            "On more than one channel there are too many biases.",
            _bias_for_each_kernel,
            (
                "How many biases does one filter on a colour image have?",
                "The channels are added up first; then one bias is added.",
                "Count C * KH * KW + 1 for a filter, not C * (KH * KW + 1).",
            ),
            "one_filter",
        ),
        Misconception(
            "always_biases",
            "There is always a bias.",
            "Layers without biases come out too large.",
            _always_biases,
            (
                "Does your count change with the last argument?",
                "A layer that is followed by batch norm often has no biases.",
                "Add the bias only if bias is true.",
            ),
            "no_bias",
        ),
        Misconception(
            "never_biases",
            "Biases are not parameters.",
            "The count is too small by the number of filters.",
            _never_biases,
            (
                "Is a bias learnt?",
                "Everything that training changes is a parameter.",
                "Add 1 for each filter if bias is true.",
            ),
            "one_filter",
        ),
        Misconception(
            "square",
            "Kernels are square.",
            "Kernels that are not square are counted wrongly.",
            _square,
            (
                "How many weights has a kernel of 2 × 4?",
                "kernel holds two numbers: height and width.",
                "Multiply kernel[0] by kernel[1].",
            ),
            "one_filter",
        ),
    ),
)
