"""Cross-correlation and convolution of a signal with a kernel: with and without the flip."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
Slide a kernel of length $K$ along a signal of length $N$; at each of the $N - K + 1$ places where
it lies wholly inside, multiply and add up. Two operations go by this picture:

$$ (x \star w)_i = \sum_{j=0}^{K-1} w_j\, x_{i+j} \quad\text{(cross-correlation)}, \qquad
   (x * w)_i = \sum_{j=0}^{K-1} w_{K-1-j}\, x_{i+j} \quad\text{(convolution)} $$

Convolution reads the kernel backwards. What is called a convolutional layer computes the first.
Write both; `flip` says which.
"""

SIGNATURE = '''
def correlate1d(x, kernel, flip):
    """Slide a kernel along a signal.

    Args:
        x: Signal, shape (N,).
        kernel: Kernel, shape (K,) with K <= N.
        flip: False for cross-correlation, True for convolution.

    Returns:
        One number for each place where the kernel lies wholly inside, shape (N - K + 1,).
    """
'''


def correlate1d(x, kernel, flip):
    """Add up shifted copies of the signal, each with its weight."""
    weights = kernel[::-1] if flip else kernel
    places = len(x) - len(weights) + 1
    out = np.zeros(places, dtype=np.result_type(x, kernel, np.float32))
    for j, w in enumerate(weights):
        out += w * x[j : j + places]
    return out


_PULSE = np.array([1.0, 1.0, 1.0, 0.0, 0.0])
_RAMP = np.array([1.0, 2.0, 0.0, 4.0])
_EDGE = np.array([1.0, 0.0, -1.0])


def _correlation(rng):
    return [
        Case((_PULSE, np.array([1.0, 0.0, 1.0]), False), "a symmetric kernel"),
        Case((_RAMP, _EDGE, False), "an edge detector"),
        Case((_RAMP, np.array([1.0, 2.0]), False), "an even length"),
        Case((np.array([3.0, -1.0]), np.array([2.0, 5.0]), False), "one place only"),
    ]


def _convolution(rng):
    return [
        Case((_PULSE, np.array([1.0, 0.0, 1.0]), True), "a symmetric kernel"),
        Case((_RAMP, _EDGE, True), "an edge detector"),
        Case((_RAMP, np.array([1.0, 2.0]), True), "an even length"),
        Case((np.array([0.0, 0.0, 1.0, 0.0, 0.0]), np.array([1.0, 2.0, 3.0]), True), "an impulse"),
    ]


def _random(rng):
    cases = []
    for length, size, flip in ((6, 3, False), (7, 4, True), (9, 1, False), (5, 5, True)):
        args = (rng.normal(size=length), rng.normal(size=size), flip)
        cases.append(Case(args, f"{length} numbers, a kernel of {size}", 2.0))
    x, kernel = rng.normal(size=20), rng.normal(size=6)
    cases.append(Case((x[::2], kernel[::-2], False), "strided", 2.0))
    cases.append(Case((x.astype(np.float32), kernel.astype(np.float32), True), "float32", 2.0))
    return cases


def _always_flips(x, kernel, flip):
    return np.convolve(x, kernel, "valid")


def _never_flips(x, kernel, flip):
    return np.correlate(x, kernel, "valid")


def _other_way(x, kernel, flip):
    return np.correlate(x, kernel, "valid") if flip else np.convolve(x, kernel, "valid")


def _flips_signal(x, kernel, flip):
    return np.correlate(x[::-1] if flip else x, kernel, "valid")


def _keeps_length(x, kernel, flip):
    return np.convolve(x, kernel if flip else kernel[::-1], "same")


def _one_short(x, kernel, flip):
    weights = kernel[::-1] if flip else kernel
    places = range(len(x) - len(kernel))
    return np.array([np.dot(x[i : i + len(kernel)], weights) for i in places])


def _averages(x, kernel, flip):
    weights = kernel[::-1] if flip else kernel
    return np.correlate(x, weights, "valid") / len(kernel)


EXERCISE = Exercise(
    name="correlate1d",
    unit="convolution",
    title="Slide a kernel along a signal",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=correlate1d,
    checks=(
        Check("correlation", "Cross-correlation", 3, cases=_correlation),
        Check("convolution", "Convolution: the kernel flipped", 3, cases=_convolution),
        Check("random", "Random signals", 3, cases=_random),
    ),
    misconceptions=(
        Misconception(
            "always_flips",
            "Sliding a kernel always means to flip it.",
            "Convolution is right; cross-correlation reads the kernel backwards.",
            _always_flips,
            (
                "With flip=False, which weight meets the first number under the kernel?",
                "np.convolve flips the kernel for you, whether you want it or not.",
                "Turn the kernel around only if flip is true.",
            ),
            "correlation",
        ),
        Misconception(
            "never_flips",
            "Convolution and cross-correlation are one and the same.",
            "Cross-correlation is right; flip has no effect.",
            _never_flips,
            (
                "What do you get for an impulse, 0 0 1 0 0, and the kernel 1 2 3?",
                "A symmetric kernel cannot show the difference; the others can.",
                "If flip is true, use kernel[::-1].",
            ),
            "convolution",
        ),
        Misconception(
            "other_way",
            "Cross-correlation is the one that flips.",
            "The two operations are swapped.",
            _other_way,
            (
                "Which of the two formulas has the index K - 1 - j?",
                "Convolution reads the kernel from its end.",
                "Swap the two branches of your code.",
            ),
            "correlation",
        ),
        Misconception(
            "flips_signal",
            "It does not matter what is flipped.",
            "The convolution comes out from back to front.",
            _flips_signal,
            (
                "Read your convolution from right to left. Do you see something?",
                "Flipping the signal turns the result around as well.",
                "Flip the kernel and leave the signal as it is.",
            ),
            "convolution",
        ),
        Misconception(
            "keeps_length",
            "The result is as long as the signal.",
            "There are numbers at the ends where the kernel sticks out.",
            _keeps_length,
            (
                "At how many places does a kernel of 3 lie wholly inside a signal of 5?",
                "Nothing is added around the signal here.",
                "Return N - K + 1 numbers.",
            ),
            "correlation",
        ),
        Misconception(
            "one_short",
            "The last start is at N - K - 1.",
            "The last number is missing.",
            _one_short,
            (
                "At how many places does a kernel fit into a signal of its own length?",
                "The last place starts at N - K, and range leaves its end away.",
                "Loop over range(len(x) - len(kernel) + 1).",
            ),
            "correlation",
        ),
        Misconception(
            "averages",
            "The products are averaged.",
            "Every number is too small by the length of the kernel.",
            _averages,
            (
                "By which factor do your numbers differ, and how does it depend on the kernel?",
                "The formula has a sum and no mean.",
                "Leave away the division by the length of the kernel.",
            ),
            "correlation",
        ),
    ),
)
