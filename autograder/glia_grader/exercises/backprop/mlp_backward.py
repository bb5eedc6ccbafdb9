"""The whole way back through a net of any depth."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
Put the pieces together. A net has $L$ layers of $M$ sigmoid neurons each; layer $l$ computes
$a^{(l)} = \sigma(W^{(l)} a^{(l-1)} + b^{(l)})$ with $a^{(0)} = x$, and the loss of one example is
$\tfrac12 \lVert a^{(L)} - y \rVert^2$.

Go forward once and keep every $a^{(l)}$. Then go back:

$$ \delta^{(L)} = (a^{(L)} - y) \odot a^{(L)} \odot (1 - a^{(L)}), \qquad
\delta^{(l)} = \big(\delta^{(l+1)} W^{(l+1)}\big) \odot a^{(l)} \odot (1 - a^{(l)}) $$

and collect on the way what each weight and bias is to blame for:

$$ \frac{\partial \mathcal L}{\partial w^{(l)}_{ji}} = \delta^{(l)}_j a^{(l-1)}_i, \qquad
\frac{\partial \mathcal L}{\partial b^{(l)}_j} = \delta^{(l)}_j $$

That all layers have $M$ neurons only serves to keep the weights in one array: `weights[0]` is the
first layer.
"""

SIGNATURE = '''
def mlp_backward(x, y, weights, biases):
    """Gradients of half the squared error of one example for all weights and biases.

    Args:
        x: Input, shape (M,).
        y: Target, shape (M,).
        weights: Weights of the L layers, shape (L, M, M); row j of a layer belongs to neuron j.
        biases: Their biases, shape (L, M).

    Returns:
        (grad_weights, grad_biases), shapes (L, M, M) and (L, M).
    """
'''


def mlp_backward(x, y, weights, biases):
    """Forward with everything kept, then back."""
    outputs = [x]
    for weight, bias in zip(weights, biases, strict=True):
        outputs.append(1 / (1 + np.exp(-(weight @ outputs[-1] + bias))))
    grad_weights, grad_biases = np.zeros_like(weights), np.zeros_like(biases)
    back = outputs[-1] - y
    for layer in reversed(range(len(weights))):
        a = outputs[layer + 1]
        delta = back * a * (1 - a)
        grad_weights[layer] = np.outer(delta, outputs[layer])
        grad_biases[layer] = delta
        back = delta @ weights[layer]
    return grad_weights, grad_biases


_X, _Y = np.array([1.0, 2.0]), np.array([0.0, 1.0])
_W = np.array([[[1.0, -1.0], [0.5, 0.25]], [[2.0, 1.0], [-1.0, 0.5]], [[0.5, 1.0], [-2.0, 1.5]]])
_B = np.array([[0.0, 0.5], [-1.0, 0.25], [0.5, -0.5]])


def _one(rng):
    return [
        Case((_X, _Y, _W[:1], _B[:1]), "one layer of two neurons"),
        Case((_X[:1], _Y[:1], _W[1:2, :1, :1], _B[1:2, :1]), "one neuron"),
    ]


def _two(rng):
    return [
        Case((_X, _Y, _W[:2], _B[:2]), "two layers"),
        Case((-_X, _Y, _W[1:], _B[1:]), "two other layers"),
    ]


def _random(rng):
    cases = []
    for depth, width in ((3, 3), (2, 4), (5, 2), (1, 5)):
        x, y = rng.normal(size=width), rng.uniform(size=width)
        parts = 1.5 * rng.normal(size=(depth, width, width)), rng.normal(size=(depth, width))
        cases.append(Case((x, y, *parts), f"{depth} layers of {width} neurons"))
    x, y, b = rng.normal(size=3), rng.uniform(size=3), rng.normal(size=(2, 3))
    weights = 1.5 * rng.normal(size=(4, 3, 3))
    cases.append(Case((x[::-1], y, weights[::2], b), "every second layer of four"))
    single = (a.astype(np.float32) for a in (x, y, weights, rng.normal(size=(4, 3))))
    cases.append(Case(tuple(single), "float32"))
    return cases


def _loss(x, y, weights, biases):
    for weight, bias in zip(weights, biases, strict=True):
        x = 1 / (1 + np.exp(-(weight @ x + bias)))
    return 0.5 * float(np.sum((x - y) ** 2))


def _nudges(ask, rng):
    x, y = rng.normal(size=2), rng.uniform(size=2)
    parts = [1.5 * rng.normal(size=(3, 2, 2)), rng.normal(size=(3, 2))]
    gradients = ask(x, y, *parts)
    for k, name in enumerate(("weights", "biases")):
        for place in np.ndindex(*parts[k].shape):
            rise = []
            for step in (1e-5, -1e-5):
                moved = [p.copy() for p in parts]
                moved[k][place] += step
                rise.append(_loss(x, y, *moved))
            slope, mine = (rise[0] - rise[1]) / 2e-5, float(gradients[k][place])
            if abs(slope - mine) > 1e-7 + 1e-4 * abs(slope):
                where = ", ".join(map(str, place))
                return Finding(
                    f"Nudging {name}[{where}] by a hair changes the loss at the rate {slope:.5g}; "
                    f"your gradient says {mine:.5g}",
                    args=(x, y, *parts),
                    got=gradients,
                )
    return None


def _turned(x, y, weights, biases):
    outputs = [x]
    for weight, bias in zip(weights, biases, strict=True):
        outputs.append(1 / (1 + np.exp(-(weight @ outputs[-1] + bias))))
    grad_weights, grad_biases = np.zeros_like(weights), np.zeros_like(biases)
    back = y - outputs[-1]
    for layer in reversed(range(len(weights))):
        delta = back * outputs[layer + 1] * (1 - outputs[layer + 1])
        grad_weights[layer], grad_biases[layer] = np.outer(delta, outputs[layer]), delta
        back = delta @ weights[layer]
    return grad_weights, grad_biases


def _weights_forward(x, y, weights, biases):
    outputs = [x]
    for weight, bias in zip(weights, biases, strict=True):
        outputs.append(1 / (1 + np.exp(-(weight @ outputs[-1] + bias))))
    grad_weights, grad_biases = np.zeros_like(weights), np.zeros_like(biases)
    back = outputs[-1] - y
    for layer in reversed(range(len(weights))):
        delta = back * outputs[layer + 1] * (1 - outputs[layer + 1])
        grad_weights[layer], grad_biases[layer] = np.outer(delta, outputs[layer]), delta
        back = weights[layer] @ delta
    return grad_weights, grad_biases


def _no_hidden_slope(x, y, weights, biases):
    outputs = [x]
    for weight, bias in zip(weights, biases, strict=True):
        outputs.append(1 / (1 + np.exp(-(weight @ outputs[-1] + bias))))
    grad_weights, grad_biases = np.zeros_like(weights), np.zeros_like(biases)
    delta = (outputs[-1] - y) * outputs[-1] * (1 - outputs[-1])
    for layer in reversed(range(len(weights))):
        grad_weights[layer], grad_biases[layer] = np.outer(delta, outputs[layer]), delta
        delta = delta @ weights[layer]
    return grad_weights, grad_biases


def _no_output_slope(x, y, weights, biases):
    outputs = [x]
    for weight, bias in zip(weights, biases, strict=True):
        outputs.append(1 / (1 + np.exp(-(weight @ outputs[-1] + bias))))
    grad_weights, grad_biases = np.zeros_like(weights), np.zeros_like(biases)
    delta = outputs[-1] - y
    for layer in reversed(range(len(weights))):
        grad_weights[layer], grad_biases[layer] = np.outer(delta, outputs[layer]), delta
        delta = (delta @ weights[layer]) * outputs[layer] * (1 - outputs[layer])
    return grad_weights, grad_biases


def _own_output(x, y, weights, biases):
    outputs = [x]
    for weight, bias in zip(weights, biases, strict=True):
        outputs.append(1 / (1 + np.exp(-(weight @ outputs[-1] + bias))))
    grad_weights, grad_biases = np.zeros_like(weights), np.zeros_like(biases)
    back = outputs[-1] - y
    for layer in reversed(range(len(weights))):
        a = outputs[layer + 1]
        delta = back * a * (1 - a)
        grad_weights[layer], grad_biases[layer] = np.outer(delta, a), delta
        back = delta @ weights[layer]
    return grad_weights, grad_biases


def _transposed(x, y, weights, biases):
    outputs = [x]
    for weight, bias in zip(weights, biases, strict=True):
        outputs.append(1 / (1 + np.exp(-(weight @ outputs[-1] + bias))))
    grad_weights, grad_biases = np.zeros_like(weights), np.zeros_like(biases)
    back = outputs[-1] - y
    for layer in reversed(range(len(weights))):
        delta = back * outputs[layer + 1] * (1 - outputs[layer + 1])
        grad_weights[layer], grad_biases[layer] = np.outer(outputs[layer], delta), delta
        back = delta @ weights[layer]
    return grad_weights, grad_biases


def _last_first(x, y, weights, biases):
    outputs = [x]
    for weight, bias in zip(weights, biases, strict=True):
        outputs.append(1 / (1 + np.exp(-(weight @ outputs[-1] + bias))))
    grad_weights, grad_biases = [], []
    back = outputs[-1] - y
    for layer in reversed(range(len(weights))):
        delta = back * outputs[layer + 1] * (1 - outputs[layer + 1])
        grad_weights.append(np.outer(delta, outputs[layer]))
        grad_biases.append(delta)
        back = delta @ weights[layer]
    return np.array(grad_weights), np.array(grad_biases)


def _error_everywhere(x, y, weights, biases):
    outputs = [x]
    for weight, bias in zip(weights, biases, strict=True):
        outputs.append(1 / (1 + np.exp(-(weight @ outputs[-1] + bias))))
    grad_weights, grad_biases = np.zeros_like(weights), np.zeros_like(biases)
    for layer in range(len(weights)):
        a = outputs[layer + 1]
        delta = (a - y) * a * (1 - a)
        grad_weights[layer], grad_biases[layer] = np.outer(delta, outputs[layer]), delta
    return grad_weights, grad_biases


EXERCISE = Exercise(
    name="mlp_backward",
    unit="backprop",
    title="All the way back",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=mlp_backward,
    returns=("grad_weights", "grad_biases"),
    uses=("delta_output", "delta_hidden"),
    axes={"L": (("weights", 0), ("biases", 0))},
    checks=(
        Check("one", "One layer", 2, cases=_one),
        Check("two", "Two layers", 2.5, cases=_two),
        Check("random", "Random nets", 2.5, cases=_random),
        Check(
            "nudges",
            "The loss changes as the gradients say",
            2,
            "gradient",
            examine=_nudges,
            needs=("one",),
        ),
    ),
    misconceptions=(
        Misconception(
            "turned",
            "The delta is target minus output.",
            "Every gradient has the wrong sign.",
            _turned,
            (
                "If an output is too high, should its bias's gradient be positive or negative?",
                "A gradient says where the loss grows; target minus output points the other way.",
                "Start with outputs[-1] - y.",
            ),
            "one",
        ),
        Misconception(
            "weights_forward",
            "The way back uses the weights as the way forward does.",
            "The last layer is right; the layers below use rows where they need columns.",
            _weights_forward,
            (
                "Through which weights does the blame come back to neuron i: w_ji or w_ij?",
                "Summing over the neurons j above means summing down a column of W.",
                "Write delta @ W, which is W.T @ delta, and not W @ delta.",
            ),
            "two",
        ),
        Misconception(
            "no_hidden_slope",
            "Only the output neurons have a slope.",
            "The last layer is right; below it the factors a(1 - a) are missing.",
            _no_hidden_slope,
            (
                "What happens to a delta on its way through a hidden neuron?",
                "Every sigmoid on the way back multiplies by its own slope.",
                "Multiply delta @ W by a * (1 - a) of the layer that you arrive at.",
            ),
            "two",
        ),
        Misconception(
            "no_output_slope",
            "The output's delta is its error.",
            "The factor a(1 - a) of the output layer is missing in all gradients.",
            _no_output_slope,
            (
                "With which loss would a - y be the whole delta?",
                "That is the delta of cross entropy; with the squared error the slope stays.",
                "Start with (a - y) * a * (1 - a).",
            ),
            "one",
        ),
        Misconception(
            "own_output",
            "A weight's gradient takes the output of its own neuron.",
            "Biases are right; weights are multiplied by the wrong layer's outputs.",
            _own_output,
            (
                "In which product does w_ji stand, and what stands beside it there?",
                "The weight multiplies what comes in: the output of the layer below.",
                "Use np.outer(delta, outputs of the layer below); for the first layer that is x.",
            ),
            "one",
        ),
        Misconception(
            "transposed",
            "The gradient has one row for each input.",
            "Biases are right; the weights' gradients are transposed.",
            _transposed,
            (
                "Which neuron does row 0 of your gradient belong to?",
                "A gradient has the shape of its weights: row j belongs to neuron j.",
                "np.outer(delta, a): deltas down, inputs across.",
            ),
            "one",
        ),
        Misconception(
            "last_first",
            "Gradients are listed as they are found.",
            "All numbers are there, but the last layer's come first.",
            _last_first,
            (
                "Which layer does your grad_weights[0] belong to?",
                "The way back finds the last layer first; the result starts with the first.",
                "Write into grad_weights[layer], or turn the lists round at the end.",
            ),
            "two",
        ),
        Misconception(
            "error_everywhere",
            "Every layer is compared with the target.",
            "The last layer is right; hidden layers are pulled towards the target themselves.",
            _error_everywhere,
            (
                "Does a hidden neuron have a target?",
                "Only the output has one; a hidden layer's delta comes from the layer above.",
                "Carry delta down: delta = (delta @ weights[l]) * a * (1 - a).",
            ),
            "two",
        ),
    ),
)
