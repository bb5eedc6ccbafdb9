"""How large the result of a convolution is, in both conventions for padding."""

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
Along one axis: $n$ numbers, a kernel of $k$, steps (*stride*) of $s$, and padding with zeros. Count
the places where the kernel lies wholly inside the padded axis:

$$ \left\lfloor \frac{n + p_{\text{total}} - k + s}{s} \right\rfloor $$

Books do not agree on what "padding $p$" means. With `"per_side"` (PyTorch) there are $p$ zeros on
*each* side, so $p_{\text{total}} = 2p$. With `"total"` there are $p$ zeros on both sides
*together*.
"""

SIGNATURE = '''
def conv_output_size(n, kernel, stride, padding, convention):
    """Size of a convolution's result along one axis.

    Args:
        n: Size of the input.
        kernel: Size of the kernel, not larger than the padded input.
        stride: Step from place to place.
        padding: Zeros that are added.
        convention: "per_side" or "total": how padding is counted.

    Returns:
        The number of places, an integer.
    """
'''


def conv_output_size(n, kernel, stride, padding, convention):
    """Steps that fit, and the first place."""
    around = 2 * padding if convention == "per_side" else padding
    return (n + around - kernel) // stride + 1


def _valid(rng):
    return [
        Case((5, 3, 1, 0, "per_side"), "no padding, stride 1"),
        Case((28, 5, 1, 0, "total"), "a larger axis"),
        Case((4, 4, 1, 0, "per_side"), "a kernel as large as the input"),
    ]


def _padding(rng):
    return [
        Case((5, 3, 1, 1, "per_side"), "one zero on each side"),
        Case((28, 5, 1, 2, "per_side"), "same size"),
        Case((7, 3, 1, 2, "per_side"), "larger than before"),
    ]


def _total(rng):
    return [
        Case((5, 3, 1, 2, "total"), "two zeros in total"),
        Case((6, 2, 1, 1, "total"), "one zero in total"),
        Case((9, 3, 1, 4, "total"), "four zeros in total"),
    ]


def _stride(rng):
    return [
        Case((9, 3, 2, 2, "total"), "an input of 9 × 13, the first axis"),
        Case((13, 3, 2, 2, "total"), "the second axis"),
        Case((5, 3, 2, 1, "per_side"), "an input of 5 × 7, the first axis"),
        Case((7, 3, 2, 1, "per_side"), "the second axis"),
        Case((227, 11, 4, 0, "per_side"), "the first layer of a famous net"),
        Case((8, 3, 2, 0, "per_side"), "the last number is never seen"),
        Case((3, 2, 3, 2, "total"), "a step of 3"),
    ]


def _random(rng):
    cases = []
    for i in range(6):
        n, kernel = int(rng.integers(8, 60)), int(rng.integers(2, 8))
        stride = int(rng.integers(2, 5))
        padding = stride + int(rng.integers(3))  # enough to tell the conventions apart
        convention = ("per_side", "total")[i % 2]
        cases.append(Case((n, kernel, stride, padding, convention), "any layer"))
    return cases


def _no_first(n, kernel, stride, padding, convention):
    around = 2 * padding if convention == "per_side" else padding
    return (n + around - kernel) // stride


def _rounds_up(n, kernel, stride, padding, convention):
    around = 2 * padding if convention == "per_side" else padding
    return -(-(n + around - kernel) // stride) + 1


def _counts_once(n, kernel, stride, padding, convention):
    return (n + padding - kernel) // stride + 1


def _counts_twice(n, kernel, stride, padding, convention):
    return (n + 2 * padding - kernel) // stride + 1


def _other_way(n, kernel, stride, padding, convention):
    around = padding if convention == "per_side" else 2 * padding
    return (n + around - kernel) // stride + 1


def _no_padding(n, kernel, stride, padding, convention):
    return (n - kernel) // stride + 1


def _no_stride(n, kernel, stride, padding, convention):
    around = 2 * padding if convention == "per_side" else padding
    return n + around - kernel + 1


def _divides_first(n, kernel, stride, padding, convention):
    around = 2 * padding if convention == "per_side" else padding
    return max((n + around) // stride - kernel + 1, 0)


EXERCISE = Exercise(
    name="conv_output_size",
    unit="convolution",
    title="How large is the result?",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=conv_output_size,
    checks=(
        Check("valid", "Without padding", 1.5, cases=_valid),
        Check("padding", "Padding on each side", 2, cases=_padding),
        Check("total", "Padding in total", 2, cases=_total),
        Check("stride", "Strides", 2, cases=_stride),
        Check("random", "Any layer", 1.5, cases=_random),
    ),
    misconceptions=(
        Misconception(
            "no_first",
            "Places are steps.",
            "The size is too small by 1.",
            _no_first,
            (
                "At how many places does a kernel fit into an axis of its own length?",
                "Before the first step the kernel already stands at one place.",
                "Add 1 to your result.",
            ),
            "valid",
        ),
        Misconception(
            "rounds_up",
            "A step that is begun counts.",
            "With strides the size is too large by 1 where the division leaves a rest.",
            _rounds_up,
            (
                "An axis of 8, a kernel of 3, steps of 2: where does the last place start?",
                "A place where the kernel would stick out does not count: round down.",
                "Use // and no rounding up.",
            ),
            "stride",
        ),
        Misconception(
            "counts_once",
            "Padding p means p zeros altogether.",
            'Right for "total", too small for "per_side".',
            _counts_once,
            (
                "How many zeros are there if there is one on each side?",
                "The two conventions differ by the factor 2.",
                'Use 2 * padding if convention == "per_side".',
            ),
            "padding",
        ),
        Misconception(
            "counts_twice",
            "Padding p means p zeros on each side.",
            'Right for "per_side", too large for "total".',
            _counts_twice,
            (
                "Does your result change with the last argument?",
                'With "total" the zeros of both sides are counted together.',
                'Use padding alone, not twice, if convention == "total".',
            ),
            "total",
        ),
        Misconception(
            "other_way",
            "In total means on each side.",
            "The two conventions are swapped.",
            _other_way,
            (
                "With padding 1 per side, how many zeros are there?",
                "Per side: p on the left and p on the right.",
                "Swap the two branches.",
            ),
            "padding",
        ),
        Misconception(
            "no_padding",
            "Zeros do not count.",
            "The padding has no effect.",
            _no_padding,
            (
                "Which argument does your code never use?",
                "The kernel also slides over the zeros that are added.",
                "Add the zeros of both sides to n first.",
            ),
            "padding",
        ),
        Misconception(
            "no_stride",
            "The stride only changes where the kernel looks.",
            "With strides the size is too large.",
            _no_stride,
            (
                "With steps of 2, how many of the places of stride 1 are left?",
                "A larger step means fewer places.",
                "Divide by the stride with // before you add 1.",
            ),
            "stride",
        ),
        Misconception(
            "divides_first",
            "The stride shrinks the input.",
            "With strides the size is too small.",
            _divides_first,
            (
                "Is the kernel made smaller by the stride, in your formula?",
                "The stride divides the way that the kernel goes, which is n + p - k long.",
                "Subtract the kernel before you divide.",
            ),
            "stride",
        ),
    ),
)
