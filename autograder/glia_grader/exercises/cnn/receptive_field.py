"""How much of the input one unit sees through a stack of layers."""

from glia_grader.exercise import Case, Check, Exercise, Misconception

STATEMENT = r"""
A unit of the first layer sees a patch as large as its kernel. A unit of the second sees several
such patches side by side, so it sees more. Walk through the layers with two numbers: $r$, the side
of the patch that a unit sees, and $j$, how far apart neighbouring units look (the *jump*). Start
with $r = j = 1$; for each layer with a kernel of $k$ and a stride of $s$

$$ r \leftarrow r + (k - 1)\,j, \qquad j \leftarrow s\,j $$

Pooling counts as a layer too.
"""

SIGNATURE = '''
def receptive_field(layers):
    """Side of the patch of the input that a unit of the last layer sees.

    Args:
        layers: A list of (kernel, stride), from the first layer to the last.

    Returns:
        The side of the patch, an integer.
    """
'''


def receptive_field(layers):
    """Walk from the input to the unit."""
    seen, jump = 1, 1
    for kernel, stride in layers:
        seen += (kernel - 1) * jump
        jump *= stride
    return seen


def _one(rng):
    return [
        Case(([(3, 1)],), "one layer"),
        Case(([(7, 2)],), "one layer with a stride"),
        Case(([(11, 4)],), "a large kernel"),
    ]


def _stack(rng):
    return [
        Case(([(3, 1), (3, 1)],), "two layers of 3"),
        Case(([(3, 1), (3, 1), (3, 1)],), "three layers of 3"),
        Case(([(5, 1), (1, 1), (3, 1)],), "a layer of 1 in between"),
    ]


def _strides(rng):
    return [
        Case(([(2, 2), (3, 1)],), "a stride first"),
        Case(([(3, 1), (3, 2)],), "a stride last"),
        Case(([(5, 1), (2, 2), (5, 1), (2, 2)],), "the first half of LeNet"),
        Case(([(3, 2), (3, 2), (3, 2), (3, 1)],), "strides in a row"),
    ]


def _random(rng):
    cases = []
    for depth in (2, 3, 4, 5, 6):
        layers = [(int(rng.integers(2, 7)), int(rng.integers(2, 4))) for _ in range(depth)]
        layers[0] = (layers[0][0] + 6, layers[0][1])  # never the same from back to front
        cases.append(Case((layers,), f"{depth} layers"))
    return cases


def _adds_kernels(layers):
    return sum(kernel for kernel, _ in layers)


def _no_strides(layers):
    return 1 + sum(kernel - 1 for kernel, _ in layers)


def _own_stride(layers):
    seen, jump = 1, 1
    for kernel, stride in layers:
        jump *= stride
        seen += (kernel - 1) * jump
    return seen


def _last_stride_only(layers):
    seen, before = 1, 1
    for kernel, stride in layers:
        seen += (kernel - 1) * before
        before = stride
    return seen


def _whole_kernels(layers):
    seen, jump = 1, 1
    for kernel, stride in layers:
        seen += kernel * jump
        jump *= stride
    return seen


def _from_behind(layers):
    seen, jump = 1, 1
    for kernel, stride in layers[::-1]:
        seen += (kernel - 1) * jump
        jump *= stride
    return seen


def _multiplies(layers):
    seen = 1
    for kernel, _ in layers:
        seen *= kernel
    return seen


EXERCISE = Exercise(
    name="receptive_field",
    unit="cnn",
    title="What a unit sees",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=receptive_field,
    checks=(
        Check("one", "One layer", 2, cases=_one),
        Check("stack", "Several layers", 2.5, cases=_stack),
        Check("strides", "Strides", 2.5, cases=_strides),
        Check("random", "Any stack", 2, cases=_random),
    ),
    misconceptions=(
        Misconception(
            "adds_kernels",
            "Kernels add up.",
            "One layer is right; every further layer adds one too many.",
            _adds_kernels,
            (
                "Draw a kernel of 3 on a kernel of 3. How many inputs does the upper unit see?",
                "Neighbouring patches overlap: a further kernel of 3 adds 2 and not 3.",
                "Start with 1 and add kernel - 1 for each layer (times the jump).",
            ),
            "stack",
        ),
        Misconception(
            "no_strides",
            "The stride only makes the result smaller.",
            "Without strides it is right; with them the patch is too small.",
            _no_strides,
            (
                "After a stride of 2, how many inputs apart do neighbouring units look?",
                "A kernel on units that look 2 apart spans twice as much.",
                "Keep a jump, multiply it by each stride, and add (kernel - 1) * jump.",
            ),
            "strides",
        ),
        Misconception(
            "own_stride",
            "A layer's own stride counts for its own kernel.",
            "Strides are counted one layer too early.",
            _own_stride,
            (
                "Does a single layer with kernel 7 and stride 2 see 7 inputs, or more?",
                "The stride moves the layer's units apart: that matters to the layers above.",
                "Add (kernel - 1) * jump first, then multiply the jump by the stride.",
            ),
            "one",
        ),
        Misconception(
            "last_stride_only",
            "Only the layer just below spreads the units.",
            "With two or more strides the patch is too small.",
            _last_stride_only,
            (
                "After two strides of 2, how far apart do neighbouring units look?",
                "Strides multiply: 2, then 4, then 8.",
                "Write jump *= stride, not jump = stride.",
            ),
            "strides",
        ),
        Misconception(
            "whole_kernels",
            "A kernel of k adds k.",
            "The patch is too large already for one layer.",
            _whole_kernels,
            (
                "How many inputs does a single kernel of 3 see? What do you say?",
                "One input is counted by the start value 1.",
                "Add (kernel - 1) * jump.",
            ),
            "one",
        ),
        Misconception(
            "from_behind",
            "It does not matter at which end one starts.",
            "Strides of late layers widen early kernels.",
            _from_behind,
            (
                "Whose units does a stride move apart: those below the layer or those above?",
                "The jump grows on the way from the input to the unit.",
                "Walk through the layers in the order in which they are given.",
            ),
            "strides",
        ),
        Misconception(
            "multiplies",
            "Kernels multiply.",
            "One layer is right; a stack explodes.",
            _multiplies,
            (
                "Draw two layers of 3 on paper. Does the upper unit see 9 inputs?",
                "Patches of neighbours overlap, so a further layer adds only a little.",
                "Add (kernel - 1) * jump for each layer.",
            ),
            "stack",
        ),
    ),
)
