"""The smallest two-layer net, in matrix form with rows as examples."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
Two hidden neurons and one output neuron, all of them sigmoids, without biases. Written out, that is
$h_j = \sigma(\sum_i x_i w_{ij})$ and $y = \sigma(h_1 v_1 + h_2 v_2)$. Written with matrices, an
example is a *row*:

$$ h = \sigma(x W), \qquad y = \sigma(h V) $$

With three features the shapes are $(1,3)(3,2) \to (1,2)$ and $(1,2)(2,1) \to (1,1)$. Any number of
rows, features and hidden neurons should work. Return `(h, y)`.
"""

SIGNATURE = '''
def two_layer_net(x, W, V):
    """Forward pass of a net with one hidden layer of sigmoids and a sigmoid output.

    Args:
        x: Examples in rows, shape (N, D).
        W: Weights of the hidden layer, shape (D, H); column j belongs to hidden neuron j.
        V: Weights of the output layer, shape (H, 1).

    Returns:
        (h, y): hidden outputs, shape (N, H), and outputs, shape (N, 1).
    """
'''


def two_layer_net(x, W, V):
    """Hidden layer, then output layer."""
    h = 1 / (1 + np.exp(-(x @ W)))
    y = 1 / (1 + np.exp(-(h @ V)))
    return h, y


_W = np.array([[1.0, -1.0], [0.5, 2.0], [-1.0, 0.0]])
_V = np.array([[2.0], [-1.0]])


def _one(rng):
    return [
        Case((np.array([[1.0, 2.0, 0.5]]), _W, _V), "one row of three features"),
        Case(
            (
                np.array([[0.35, 0.9]]),
                np.array([[0.1, 0.4], [0.8, 0.6]]),
                np.array([[0.3], [0.9]]),
            ),
            "one row of two features",
        ),
        Case((np.array([[-2.0, 1.0, 3.0]]), _W, -_V), "negative inputs too"),
    ]


def _rows(rng):
    X = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 1.0]])
    return [Case((X, _W, _V), "four rows"), Case((X[:, :2], _W[:2], _V), "two features")]


def _random(rng):
    cases = []
    for rows, features, hidden in ((3, 3, 3), (5, 4, 6), (7, 2, 1), (1, 6, 3)):
        cases.append(
            Case(
                (
                    rng.normal(size=(rows, features)),
                    rng.normal(size=(features, hidden)),
                    rng.normal(size=(hidden, 1)),
                ),
                f"{rows} rows, {hidden} hidden neurons",
            )
        )
    X, W, V = rng.normal(size=(8, 3)), rng.normal(size=(3, 4)), rng.normal(size=(4, 1))
    cases.append(Case((X[::2], W[:, ::-1], V), "every second row"))
    cases.append(Case(tuple(a.astype(np.float32) for a in (X, W, V)), "float32"))
    return cases


def _linear_hidden(x, W, V):
    h = x @ W
    return h, 1 / (1 + np.exp(-(h @ V)))


def _linear_output(x, W, V):
    h = 1 / (1 + np.exp(-(x @ W)))
    return h, h @ V


def _flat_output(x, W, V):
    h = 1 / (1 + np.exp(-(x @ W)))
    return h, 1 / (1 + np.exp(-(h @ V)[:, 0]))


def _folded_weights(x, W, V):
    h = 1 / (1 + np.exp(-(x @ W.reshape(W.shape[1], W.shape[0]).T)))
    return h, 1 / (1 + np.exp(-(h @ V)))


def _sign_lost(x, W, V):
    h = 1 / (1 + np.exp(x @ W))
    return h, 1 / (1 + np.exp(h @ V))


def _relu_hidden(x, W, V):
    h = np.maximum(x @ W, 0)
    return h, 1 / (1 + np.exp(-(h @ V)))


EXERCISE = Exercise(
    name="two_layer_net",
    unit="multilayer",
    title="Two layers in matrix form",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=two_layer_net,
    returns=("h", "y"),
    axes={"N": (("x", 0),)},
    checks=(
        Check("hidden", "One example: the hidden layer", 2.5, cases=_one, parts=("h",)),
        Check("output", "One example: the output", 2.5, cases=_one, parts=("y",)),
        Check("rows", "Several rows at once", 1, cases=_rows),
        Check("random", "Random nets of other sizes", 3, cases=_random),
    ),
    misconceptions=(
        Misconception(
            "linear_hidden",
            "Only the output goes through the sigmoid.",
            "h is the weighted sum itself, and some of its numbers are above 1 or below 0.",
            _linear_hidden,
            (
                "Can a sigmoid answer 2, or a negative number? Look at your h.",
                "Every neuron applies its own sigmoid, the hidden ones too: two layers without one "
                "between them are only one layer.",
                "Apply the sigmoid to x @ W before you multiply with V.",
            ),
            "hidden",
        ),
        Misconception(
            "linear_output",
            "The last layer only adds up.",
            "h is right; y is the weighted sum without its sigmoid.",
            _linear_output,
            (
                "Your h is right. What happens between h @ V and y?",
                "The output neuron is a neuron like the others: a weighted sum, then a sigmoid.",
                "Return the sigmoid of h @ V, not h @ V.",
            ),
            "output",
        ),
        Misconception(
            "flat_output",
            "One output neuron gives a flat array.",
            "The numbers are right; y has shape (N,) where (N, 1) is asked.",
            _flat_output,
            (
                "Print the shape of your y. Which shape do (N, H) and (H, 1) give?",
                "Layers pass on two-dimensional arrays, so that another layer could follow.",
                "Leave y as h @ V makes it: no [:, 0], no ravel(), no squeeze().",
            ),
            "output",
        ),
        Misconception(
            "folded_weights",
            "reshape turns rows into columns.",
            "The numbers of W are in another order than they should.",
            _folded_weights,
            (
                "Which numbers of W belong to the first hidden neuron?",
                "reshape keeps the numbers in reading order; it does not transpose.",
                "Nothing has to be turned here: x is (N, D) and W is (D, H), so write x @ W.",
            ),
            "hidden",
        ),
        Misconception(
            "sign_lost",
            "σ(z) is 1 / (1 + e^z).",
            "Every neuron answers with 1 minus what it should.",
            _sign_lost,
            (
                "What should the sigmoid of a large positive number be? What is yours?",
                "Look at the exponent in σ(z) = 1 / (1 + e^(-z)).",
                "Write np.exp(-z), with the minus sign.",
            ),
            "hidden",
        ),
        Misconception(
            "relu_hidden",
            "Hidden neurons are ReLUs.",
            "h holds zeros and numbers above 1.",
            _relu_hidden,
            (
                "Which activation does the statement ask for in the hidden layer?",
                "A ReLU cuts at 0; this net has sigmoids in both of its layers.",
                "Use 1 / (1 + np.exp(-(x @ W))) for h.",
            ),
            "hidden",
        ),
    ),
)
