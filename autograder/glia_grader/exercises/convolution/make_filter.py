"""Filters by hand, judged by what they do to images."""

import numpy as np

from glia_grader.exercise import Check, Exercise, Finding, Misconception

STATEMENT = r"""
Before filters were learnt they were made by hand. Give a $3 \times 3$ filter for each purpose; it is
used by cross-correlation. Many answers are right: yours is judged by what it does.

| `purpose` | what it does |
| --- | --- |
| `"vertical"` | answers with positive numbers where it gets brighter from left to right; 0 on an even surface and at horizontal edges |
| `"horizontal"` | the same where it gets brighter from top to bottom; 0 on an even surface and at vertical edges |
| `"diagonal"` | answers most strongly to a line from the upper left to the lower right; 0 on an even surface |
| `"sharpen"` | leaves an even surface as it is; next to an edge makes the bright side brighter and the dark side darker |
| `"box"` | the mean of the nine pixels |
| `"gaussian"` | a weighted mean: the middle counts most, its four neighbours less, the corners least but not nothing |
"""  # noqa: E501

SIGNATURE = '''
def make_filter(purpose):
    """Make a filter by hand.

    Args:
        purpose: "vertical", "horizontal", "diagonal", "sharpen", "box" or "gaussian".

    Returns:
        The filter, shape (3, 3).
    """
'''


def make_filter(purpose):
    """One well-known filter for each purpose."""
    if purpose == "vertical":
        return np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    if purpose == "horizontal":
        return np.array([[-1.0, -2, -1], [0, 0, 0], [1, 2, 1]])
    if purpose == "diagonal":
        return np.array([[2.0, -1, -1], [-1, 2, -1], [-1, -1, 2]])
    if purpose == "sharpen":
        return np.array([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]])
    if purpose == "box":
        return np.ones((3, 3)) / 9
    return np.array([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16


_EDGE = np.repeat([[0.0, 0, 0, 1, 1, 1]], 5, axis=0)  # dark on the left, bright on the right
_TINY = 1e-9


def _slide(image, kernel):
    rows, columns = image.shape[0] - 2, image.shape[1] - 2
    return np.array(
        [
            [np.sum(image[i : i + 3, j : j + 3] * kernel) for j in range(columns)]
            for i in range(rows)
        ]
    )


def _even(kernel):
    """Whether an even surface is answered with 0, by a filter that is not all zeros."""
    largest = np.abs(kernel).max()
    return largest > 0 and abs(kernel.sum()) <= _TINY * largest


def _edges(purpose, image, along, away):
    """The check of an edge filter; `image` has an edge of its kind in the middle."""
    middle = np.s_[:, 1:3] if purpose == "vertical" else np.s_[1:3]

    def examine(ask, rng):
        kernel = ask(purpose)
        if not _even(kernel):
            return _wrong(purpose, kernel, "should answer 0 on an even surface", kernel.sum())
        there, elsewhere = _slide(image, kernel)[middle], _slide(image.T, kernel)
        if np.abs(elsewhere).max() > _TINY * np.abs(kernel).max():
            return _wrong(purpose, kernel, f"should answer 0 at {away} edges", elsewhere)
        words = f"should answer with positive numbers where it gets brighter {along}"
        return None if np.all(there > 0) else _wrong(purpose, kernel, words, there)

    return examine


def _wrong(purpose, kernel, words, got):
    low, high = np.min(got), np.max(got)
    told = f"{low:.4g}" if low == high else f"numbers from {low:.4g} to {high:.4g}"
    message = f"Your {purpose!r} filter {words}"
    return Finding(f"{message}; it answers {told}", got=kernel, safe=message)


def _diagonal(ask, rng):
    kernel, line = ask("diagonal"), np.eye(3)
    if not _even(kernel):
        return _wrong("diagonal", kernel, "should answer 0 on an even surface", kernel.sum())
    others = {
        "the other diagonal": line[::-1],
        "a horizontal line": np.array([[0.0] * 3, [1.0] * 3, [0.0] * 3]),
        "a vertical line": np.array([[0.0, 1.0, 0.0]] * 3),
    }
    for name, other in others.items():
        if not np.sum(kernel * line) > np.sum(kernel * other):
            words = f"should answer more to its own line than to {name}"
            return _wrong("diagonal", kernel, words, np.sum(kernel * line))
    return None


def _sharpen(ask, rng):
    kernel = ask("sharpen")
    if not abs(kernel.sum() - 1) <= 1e-6:
        words = "should leave an even surface of brightness 1 as it is"
        return _wrong("sharpen", kernel, words, kernel.sum())
    for image in (_EDGE, _EDGE[:, ::-1], _EDGE.T, _EDGE.T[::-1]):
        answers = _slide(image, kernel)
        if not (answers.max() > 1 + 1e-6 and answers.min() < -1e-6):
            words = "should go below 0 and above 1 next to an edge between 0 and 1"
            return _wrong("sharpen", kernel, words, answers)
    return None


def _box(ask, rng):
    kernel = ask("box")
    if np.allclose(kernel, 1 / 9, rtol=0, atol=1e-3):
        return None
    return _wrong("box", kernel, "should be the mean of nine pixels; on brightness 1", kernel.sum())


def _gaussian(ask, rng):
    kernel = ask("gaussian")
    middle, sides = kernel[1, 1], kernel[[0, 1, 1, 2], [1, 0, 2, 1]]
    corners = kernel[[0, 0, 2, 2], [0, 2, 0, 2]]
    if not abs(kernel.sum() - 1) <= 1e-3:
        words = "should leave a surface of brightness 1 as it is"
        return _wrong("gaussian", kernel, words, kernel.sum())
    alike = np.ptp(sides) <= 1e-6 and np.ptp(corners) <= 1e-6
    if not (alike and middle > sides.max() + 1e-6 and sides.min() > corners.max() + 1e-6 > 1e-6):
        return Finding(
            "In 'gaussian' the middle should count most, its four neighbours less (all alike), the "
            "corners least (all alike, above 0)",
            got=kernel,
        )
    return None


def _no_balance(purpose):
    weights = {
        "vertical": [0, 0, 1] * 3, "horizontal": [0] * 6 + [1] * 3, "box": [1 / 9] * 9,
        "diagonal": [1, 0, 0, 0] * 2 + [1],
        "gaussian": np.outer([1, 2, 1], [1, 2, 1]) / 16, "sharpen": [0, -1, 0, -1, 5, -1, 0, -1, 0],
    }  # fmt: skip
    return np.array(weights[purpose], dtype=float).reshape(3, 3)


def _swapped(purpose):
    weights = {
        "vertical": [-1] * 3 + [0] * 3 + [1] * 3, "horizontal": [-1, 0, 1] * 3, "box": [1 / 9] * 9,
        "diagonal": [2, -1, -1, -1] * 2 + [2],
        "gaussian": np.outer([1, 2, 1], [1, 2, 1]) / 16, "sharpen": [0, -1, 0, -1, 5, -1, 0, -1, 0],
    }  # fmt: skip
    return np.array(weights[purpose], dtype=float).reshape(3, 3)


def _flipped(purpose):
    weights = {
        "vertical": [1, 0, -1] * 3, "horizontal": [1] * 3 + [0] * 3 + [-1] * 3, "box": [1 / 9] * 9,
        "diagonal": [2, -1, -1, -1] * 2 + [2],
        "gaussian": np.outer([1, 2, 1], [1, 2, 1]) / 16, "sharpen": [0, -1, 0, -1, 5, -1, 0, -1, 0],
    }  # fmt: skip
    return np.array(weights[purpose], dtype=float).reshape(3, 3)


def _only_edges(purpose):
    weights = {
        "vertical": [-1, 0, 1] * 3, "horizontal": [-1] * 3 + [0] * 3 + [1] * 3, "box": [1 / 9] * 9,
        "diagonal": [2, -1, -1, -1] * 2 + [2],
        "gaussian": np.outer([1, 2, 1], [1, 2, 1]) / 16, "sharpen": [0, -1, 0, -1, 4, -1, 0, -1, 0],
    }  # fmt: skip
    return np.array(weights[purpose], dtype=float).reshape(3, 3)


def _no_mean(purpose):
    weights = {
        "vertical": [-1, 0, 1] * 3, "horizontal": [-1] * 3 + [0] * 3 + [1] * 3, "box": [1] * 9,
        "diagonal": [2, -1, -1, -1] * 2 + [2],
        "gaussian": np.outer([1, 2, 1], [1, 2, 1]), "sharpen": [0, -1, 0, -1, 5, -1, 0, -1, 0],
    }  # fmt: skip
    return np.array(weights[purpose], dtype=float).reshape(3, 3)


def _other_diagonal(purpose):
    weights = {
        "vertical": [-1, 0, 1] * 3, "horizontal": [-1] * 3 + [0] * 3 + [1] * 3, "box": [1 / 9] * 9,
        "diagonal": [-1, -1, 2, -1, 2, -1, 2, -1, -1],
        "gaussian": np.outer([1, 2, 1], [1, 2, 1]) / 16, "sharpen": [0, -1, 0, -1, 5, -1, 0, -1, 0],
    }  # fmt: skip
    return np.array(weights[purpose], dtype=float).reshape(3, 3)


EXERCISE = Exercise(
    name="make_filter",
    unit="convolution",
    title="Filters by hand",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=make_filter,
    checks=(
        Check(
            "vertical",
            "Vertical edges",
            1.5,
            examine=_edges("vertical", _EDGE, "from left to right", "horizontal"),
        ),
        Check(
            "horizontal",
            "Horizontal edges",
            1.5,
            examine=_edges("horizontal", _EDGE.T, "from top to bottom", "vertical"),
        ),
        Check("diagonal", "Diagonal lines", 1.5, examine=_diagonal),
        Check("sharpen", "Sharpen", 1.5, examine=_sharpen),
        Check("box", "Box blur", 1.5, examine=_box),
        Check("gaussian", "Gaussian blur", 1.5, examine=_gaussian),
    ),
    misconceptions=(
        Misconception(
            "no_balance",
            "A filter is a picture of what it looks for.",
            "Edge and line filters answer to any bright surface.",
            _no_balance,
            (
                "What does your 'vertical' filter say to a white wall?",
                "To say nothing on an even surface, the weights have to add up to 0.",
                "Put negative weights beside the positive ones until the sum is 0.",
            ),
            "vertical",
        ),
        Misconception(
            "swapped",
            "A vertical edge is one between top and bottom.",
            "The filters for vertical and horizontal edges are swapped.",
            _swapped,
            (
                "In which direction does the brightness change at a vertical edge?",
                "A vertical edge is a line from top to bottom: left and right of it differ.",
                "Swap your filters for 'vertical' and 'horizontal'.",
            ),
            "vertical",
        ),
        Misconception(
            "flipped",
            "The filter is flipped before it is used.",
            "Edges are answered with the wrong sign.",
            _flipped,
            (
                "What sign does your 'vertical' filter give to dark on the left, bright on the "
                "right?",
                "Cross-correlation does not flip: the right column of the filter meets the right "
                "column of the patch.",
                "Put the positive weights where it should be bright.",
            ),
            "vertical",
        ),
        Misconception(
            "only_edges",
            "Sharpening shows the edges.",
            "The 'sharpen' filter turns an even surface black.",
            _only_edges,
            (
                "What does your 'sharpen' filter make of an even grey surface?",
                "Sharpening adds the edges to the image; the image itself has to stay.",
                "Add 1 to the weight in the middle, so that all weights add up to 1.",
            ),
            "sharpen",
        ),
        Misconception(
            "no_mean",
            "A blur adds the pixels up.",
            "Blurred images are many times too bright.",
            _no_mean,
            (
                "How bright is an even surface of brightness 1 after your 'box'?",
                "A mean is a sum divided by the number (or by the sum of the weights).",
                "Divide each blur by the sum of its weights.",
            ),
            "box",
        ),
        Misconception(
            "other_diagonal",
            "A line from the upper left goes up.",
            "The 'diagonal' filter looks for the other diagonal.",
            _other_diagonal,
            (
                "At which two corners of your filter are the large weights?",
                "Row 0, column 0 is the upper left; row 2, column 2 is the lower right.",
                "Mirror your filter from left to right.",
            ),
            "diagonal",
        ),
    ),
)
