"""How many numbers a fully connected net has to learn."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
A fully connected layer from $m$ to $n$ neurons has a weight for each pair and a bias for each of
its neurons. With layer sizes $n_0$ (the inputs), $n_1, \dots, n_L$ the whole net has

$$ \sum_{l=1}^{L} \left( n_{l-1} n_l + n_l \right) $$

parameters. A net with sizes 2, 1024, 512, 3 has 529,411.
"""

SIGNATURE = '''
def parameter_count(sizes):
    """Count weights and biases of a fully connected net.

    Args:
        sizes: Integers, shape (L + 1,): inputs, hidden layers in order, outputs.

    Returns:
        The number of parameters, one integer.
    """
'''


def parameter_count(sizes):
    """Weights and biases of each layer, added up."""
    total = 0
    for layer in range(1, len(sizes)):
        total += int(sizes[layer - 1]) * int(sizes[layer]) + int(sizes[layer])
    return total


def _one_layer(rng):
    return [
        Case((np.array([3, 2]),), "three inputs, two neurons"),
        Case((np.array([1, 1]),), "one and one"),
        Case((np.array([64, 10]),), "digits, straight to the classes"),
    ]


def _deep(rng):
    return [
        Case((np.array([2, 1024, 512, 3]),), "the net of the statement"),
        Case((np.array([64, 24, 10]),), "digits with 24 hidden neurons"),
        Case((np.array([5, 4, 3, 2, 1]),), "a funnel"),
    ]


def _random(rng):
    return [Case((rng.integers(1, 60, size=n),), f"{n} sizes") for n in (2, 3, 4, 6)]


def _no_biases(sizes):
    return int(np.sum(sizes[:-1] * sizes[1:]))


def _input_biases(sizes):
    return int(np.sum(sizes[:-1] * sizes[1:]) + np.sum(sizes))


def _one_bias_per_layer(sizes):
    return int(np.sum(sizes[:-1] * sizes[1:]) + len(sizes) - 1)


def _neurons(sizes):
    return int(np.sum(sizes))


def _product(sizes):
    return int(np.prod(sizes) + np.sum(sizes[1:]))


def _biases_of_the_layer_before(sizes):
    return int(np.sum(sizes[:-1] * sizes[1:]) + np.sum(sizes[:-1]))


EXERCISE = Exercise(
    name="parameter_count",
    unit="multilayer",
    title="Counting parameters",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=parameter_count,
    checks=(
        Check("one_layer", "One layer", 3, cases=_one_layer),
        Check("deep", "Several layers", 3, cases=_deep),
        Check("random", "Random sizes", 3, cases=_random),
    ),
    misconceptions=(
        Misconception(
            "no_biases",
            "Only weights are parameters.",
            "The biases are missing.",
            _no_biases,
            (
                "How many numbers does a single neuron with three inputs have to learn?",
                "Each neuron learns its bias as well.",
                "Add sizes[1:].sum() to your count.",
            ),
            "one_layer",
        ),
        Misconception(
            "input_biases",
            "Inputs have biases.",
            "The count is too large by the number of inputs.",
            _input_biases,
            (
                "Does an input compute anything?",
                "Inputs are data. Only the neurons that follow have a bias.",
                "Add the biases of sizes[1:] only.",
            ),
            "one_layer",
        ),
        Misconception(
            "one_bias_per_layer",
            "A layer shares one bias.",
            "There is one bias a layer where each neuron has its own.",
            _one_bias_per_layer,
            (
                "What is the shape of b in z = Wx + b?",
                "A layer of n neurons has n biases.",
                "Add n for each layer, not 1.",
            ),
            "one_layer",
        ),
        Misconception(
            "neurons",
            "Parameters are neurons.",
            "The sizes are added up.",
            _neurons,
            (
                "How many connections go into one neuron of the first hidden layer?",
                "A parameter belongs to a connection (a weight) or to a neuron (a bias).",
                "Multiply neighbouring sizes and add the results; then add the biases.",
            ),
            "one_layer",
        ),
        Misconception(
            "product",
            "All layers multiply.",
            "One layer is right; with more of them the count explodes.",
            _product,
            (
                "Is a neuron of layer 3 connected with the inputs directly?",
                "Only neighbouring layers are connected: each pair has its own matrix.",
                "Multiply neighbours and add these products up.",
            ),
            "deep",
        ),
        Misconception(
            "biases_of_the_layer_before",
            "The bias belongs to the layer a connection starts from.",
            "Biases are counted for the inputs but not for the outputs.",
            _biases_of_the_layer_before,
            (
                "Which layers of your net have a bias?",
                "A bias is added where sums are formed: in every layer but the input.",
                "Count sizes[1:], not sizes[:-1].",
            ),
            "one_layer",
        ),
    ),
)
