"""One step of Rosenblatt's learning rule."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
A perceptron learns only from its mistakes. Show it one example $x$ with its label $y \in \{0, 1\}$.
It predicts $\hat y = 1$ if $w^\top x + b > 0$ and $\hat y = 0$ otherwise (also at exactly $0$).
If it is right, nothing changes. If it is wrong, the boundary turns a little towards getting this
example right:

$$ w \leftarrow w + \eta\,(y - \hat y)\,x, \qquad b \leftarrow b + \eta\,(y - \hat y) $$

Write `perceptron_update`. It returns the **new** weight and bias and leaves the old ones as they
were, so that we can still draw where the boundary came from.
"""

SIGNATURE = '''
def perceptron_update(x, y, weight, bias, lr=1.0):
    """One step of the perceptron's learning rule.

    Args:
        x: One example, shape (D,).
        y: Its label, 0 or 1.
        weight: Current weight, shape (D,).
        bias: Current bias, a number.
        lr: Learning rate.

    Returns:
        (weight, bias) after the step.
    """
'''


def perceptron_update(x, y, weight, bias, lr=1.0):
    """One step of the perceptron's learning rule on labels 0 and 1."""
    prediction = 1 if weight @ x + bias > 0 else 0
    error = y - prediction
    return weight + lr * error * x, bias + lr * error


def _array(*numbers):
    return np.array(numbers, dtype=float)


def _mistakes(rng):
    return [
        Case((_array(1, 2), 1, _array(0, -1), -0.5, 1.0), "should be 1, predicted 0"),
        Case((_array(1, 2), 0, _array(1, 1), -2.5, 1.0), "should be 0, predicted 1"),
        Case((_array(-2, 3, 1), 1, _array(1, -1, 0), 0.25, 1.0), "an input below zero"),
    ]


def _rates(rng):
    return [
        Case((_array(1, 2), 1, _array(0, -1), -0.5, 0.5), "lr = 0.5"),
        Case((_array(3, -1), 0, _array(1, 1), 1.0, 0.1), "lr = 0.1"),
    ]


def _right(rng):
    return [
        Case((_array(1, 2), 1, _array(1, 1), -0.5, 1.0), "predicted 1, and 1 is right"),
        Case((_array(1, 2), 0, _array(-1, 0), 0.5, 1.0), "predicted 0, and 0 is right"),
        Case((_array(1, 2), 0, _array(1, 1), -4.0, 1.0), "the bias decides: predicted 0"),
    ]


def _ties(rng):
    return [
        Case((_array(1, 1), 1, _array(0, 0), 0.0, 1.0), "exactly on the boundary, label 1"),
        Case((_array(2, 1), 0, _array(1, -2), 0.0, 1.0), "exactly on the boundary, label 0"),
    ]


def _random(rng):
    cases = []
    for size, kind in ((1, float), (4, float), (7, np.float32), (30, float)):
        for label in (0, 1):
            x, weight = rng.normal(size=(2, size)).astype(kind)
            bias, lr = float(rng.normal()), float(rng.uniform(0.05, 2))
            if size == 4 and (weight @ x > 0) == (label == 0):
                weight = -weight  # here the bias turns the prediction round
            if size < 7:  # surely a mistake, of each kind; the larger ones as they come
                surplus = abs(bias) + 0.1
                bias = float(-(weight @ x)) + (surplus if label == 0 else -surplus)
            cases.append(Case((x, label, weight, bias, lr), f"{size} inputs", 3.0))
    return cases


def _wrong_sign(x, y, weight, bias, lr=1.0):
    prediction = 1 if weight @ x + bias > 0 else 0
    error = prediction - y
    return weight + lr * error * x, bias + lr * error


def _forgets_bias(x, y, weight, bias, lr=1.0):
    prediction = 1 if weight @ x + bias > 0 else 0
    return weight + lr * (y - prediction) * x, bias


def _scores_without_bias(x, y, weight, bias, lr=1.0):
    prediction = 1 if weight @ x > 0 else 0
    return weight + lr * (y - prediction) * x, bias + lr * (y - prediction)


def _ignores_lr(x, y, weight, bias, lr=1.0):
    prediction = 1 if weight @ x + bias > 0 else 0
    return weight + (y - prediction) * x, bias + (y - prediction)


def _no_threshold(x, y, weight, bias, lr=1.0):
    error = y - (weight @ x + bias)
    return weight + lr * error * x, bias + lr * error


def _plus_minus_one(x, y, weight, bias, lr=1.0):
    prediction = 1 if weight @ x + bias >= 0 else -1
    target = 1 if y == 1 else -1
    return weight + lr * (target - prediction) * x, bias + lr * (target - prediction)


def _always_adds(x, y, weight, bias, lr=1.0):
    prediction = 1 if weight @ x + bias > 0 else 0
    if prediction != y:
        return weight + lr * x, bias + lr
    return weight.copy(), bias


def _tie_is_one(x, y, weight, bias, lr=1.0):
    prediction = 1 if weight @ x + bias >= 0 else 0
    return weight + lr * (y - prediction) * x, bias + lr * (y - prediction)


def _in_place(x, y, weight, bias, lr=1.0):
    prediction = 1 if weight @ x + bias > 0 else 0
    weight += (lr * (y - prediction) * x).astype(weight.dtype)
    return weight, bias + lr * (y - prediction)


EXERCISE = Exercise(
    name="perceptron_update",
    unit="perceptron",
    title="One step of the perceptron's learning rule",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=perceptron_update,
    returns=("weight", "bias"),
    axes={"D": (("x", 0), ("weight", 0))},
    checks=(
        Check(
            "weight",
            "After a mistake the weight turns the right way",
            2,
            "values",
            cases=_mistakes,
            parts=("weight",),
        ),
        Check(
            "bias",
            "After a mistake the bias moves too",
            1,
            "values",
            cases=_mistakes,
            parts=("bias",),
        ),
        Check("rate", "The learning rate sets the size of the step", 2, "values", cases=_rates),
        Check(
            "unchanged",
            "A right answer changes nothing",
            1,
            "property",
            cases=_right,
            needs=("weight",),
        ),
        Check("tie", "Exactly on the boundary counts as 0", 1, "property", cases=_ties),
        Check("random", "Random examples of many sizes", 2, "values", cases=_random),
    ),
    misconceptions=(
        Misconception(
            "wrong_sign",
            "The error is prediction minus label.",
            "After each mistake the boundary turns away from the example instead of towards it.",
            _wrong_sign,
            (
                "Take an example with y = 1 that was predicted 0. Should the score of this "
                "example go up or down?",
                "It should go up, so something positive times x must be added. Which order of y "
                "and the prediction makes the error positive here?",
                "The error is label minus prediction: error = y - prediction.",
            ),
            "weight",
        ),
        Misconception(
            "forgets_bias",
            "Only the weight learns.",
            "The weight is right every time and the bias never moves.",
            _forgets_bias,
            (
                "Compare the two parts of your result with the expected ones: which part is right?",
                "The bias is a weight too: it belongs to an input that is always 1. What does the "
                "rule for the weight say when x is 1?",
                "Add lr * (y - prediction) to the bias, and return this new bias.",
            ),
            "bias",
        ),
        Misconception(
            "scores_without_bias",
            "The bias has no say in the prediction.",
            "Where the bias decides, a right answer is taken for a mistake, or a mistake missed.",
            _scores_without_bias,
            (
                "Which of your arguments does your prediction never look at?",
                "The boundary lies where weight @ x + bias is 0, not where weight @ x is.",
                "prediction = 1 if weight @ x + bias > 0 else 0.",
            ),
            "unchanged",
        ),
        Misconception(
            "ignores_lr",
            "The learning rate is always 1.",
            "All is right when lr is 1, and the step is too large or small otherwise.",
            _ignores_lr,
            (
                "Try your function twice on the same mistake, with lr=1 and lr=0.1. What changes?",
                "The learning rate is the length of the step. Where does it stand in the formula?",
                "Multiply the change of the weight by lr, and the change of the bias too.",
            ),
            "rate",
        ),
        Misconception(
            "no_threshold",
            "The error compares the label with the score wᵀx + b itself.",
            "The steps grow with the score, and right answers move the boundary too.",
            _no_threshold,
            (
                "What values can the prediction of a perceptron take?",
                "You compare y with the score. A perceptron first makes a decision from the "
                "score. (What you wrote is Adaline's rule: it comes later in this chapter.)",
                "First prediction = 1 if weight @ x + bias > 0 else 0, then y - prediction.",
            ),
            "weight",
        ),
        Misconception(
            "plus_minus_one",
            "The labels are -1 and +1.",
            "Each step after a mistake is exactly twice too long.",
            _plus_minus_one,
            (
                "By how much does your step differ from the expected one?",
                "With labels -1 and +1 a mistake makes an error of size 2. Which labels do we "
                "use here?",
                "Keep y as it is (0 or 1) and predict 1 or 0: then the error is -1, 0 or 1.",
            ),
            "weight",
        ),
        Misconception(
            "always_adds",
            "A mistake always means: add x.",
            "Missed ones are corrected well; false alarms are made worse.",
            _always_adds,
            (
                "There are two kinds of mistakes. Does your rule treat them differently?",
                "If the label is 0 and you predicted 1, the score should go down.",
                "Use the sign of the error: add lr * (y - prediction) * x, which subtracts x for "
                "a false alarm.",
            ),
            "weight",
        ),
        Misconception(
            "tie_is_one",
            "A score of exactly 0 counts as 1.",
            "All is right but for examples that lie exactly on the boundary.",
            _tie_is_one,
            (
                "With zero weight and zero bias every score is 0. What does your function predict?",
                "Read the rule again: the prediction is 1 if the score is greater than 0.",
                "Use > 0, not >= 0.",
            ),
            "tie",
        ),
        Misconception(
            "in_place",
            "weight += ... makes a new array.",
            "The numbers are right, and the caller's old weight is gone.",
            _in_place,
            (
                "Keep the old weight in a variable, call your function, and print the old weight.",
                "weight += step writes into the very array that the caller gave you. "
                "weight + step makes a new one.",
                "Write weight = weight + lr * (y - prediction) * x instead of +=.",
            ),
            "form",
        ),
    ),
)
