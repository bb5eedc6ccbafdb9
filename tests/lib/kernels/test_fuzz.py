"""Every op's kernel against its numpy twin, over drawn shapes, strides, dtypes and odd arrays.

The default ring draws a few dozen of each; the campaign draws GLIA_FUZZ of them (10,000).
Tolerances, relative to the largest value of a result (or a tenth of the largest input, where that
cancels): 2e-5 for float32, 1e-12 for float64, times the root of the number of values.
"""

import os

import numpy as np
import pytest
from glia import backend

if "numba" not in backend.available():
    pytest.skip("needs numba", allow_module_level=True)

import glia  # noqa: F401 - registers every op
from glia.optim import adam, sgd  # noqa: F401 - registers the updates

from .draws import CASES, Draw, linear_stack, pair

TURNS = int(os.environ.get("GLIA_FUZZ", "40"))


def agree(plain, fast, longest, largest):
    if plain is None or fast is None:
        assert plain is fast
        return
    if isinstance(plain, (tuple, list)):
        assert len(plain) == len(fast)
        for one, other in zip(plain, fast, strict=True):
            agree(one, other, longest, largest)
        return
    plain, fast = np.asarray(plain), np.asarray(fast)
    assert plain.shape == fast.shape
    assert plain.dtype == fast.dtype
    if plain.dtype == bool:
        assert plain == fast
        return
    finite = np.abs(plain[np.isfinite(plain)])
    scale = max(float(finite.max(initial=0)), 0.1 * largest)
    unit = 2e-5 if plain.dtype == np.float32 else 1e-12
    np.testing.assert_allclose(fast, plain, rtol=0, atol=unit * scale * max(longest, 1) ** 0.5)


def copied(args):
    return type(args)(
        copied(a)
        if isinstance(a, list)
        else np.array(a)
        if isinstance(a, np.ndarray) and a.flags.writeable
        else a
        for a in args
    )


def arrays_in(args):
    lists = [a if isinstance(a, list) else [a] for a in args]
    return [a for each in lists for a in each if isinstance(a, np.ndarray)]


@pytest.mark.parametrize("drawn", CASES, ids=lambda c: c.__name__)
def test_kernels_agree_with_their_textbook(drawn):
    plain, fast = pair(drawn.__name__)
    assert plain is not fast
    for seed in range(TURNS):
        draw = Draw(np.random.default_rng(seed))
        args = drawn(draw)
        arrays = arrays_in(args)
        before = [a.copy() for a in arrays]
        longest = max([1, *(a.size for a in arrays)])
        floats = [a for a in arrays if a.dtype.kind == "f" and a.size]
        largest = max([1.0, *(float(np.abs(a[np.isfinite(a)]).max(initial=0)) for a in floats)])
        in_place = drawn.__name__.endswith("_")
        theirs = copied(args) if in_place else args
        with np.errstate(all="ignore"):
            expected, got = plain(*theirs), fast(*args)
        agree(expected, got, longest, largest)
        if in_place:
            agree(arrays_in(theirs), arrays_in(args), longest, largest)
        else:
            for array, was in zip(arrays, before, strict=True):
                np.testing.assert_array_equal(array, was, err_msg=f"seed {seed}: input changed")


def test_stacks_of_layers_agree_with_their_textbook():
    plain, fast = pair("linear_stack")
    assert plain is not fast
    for seed in range(TURNS):
        grad, x, parameters, stack = linear_stack(Draw(np.random.default_rng(seed)))
        for _ in range(2):  # the second time the addresses are known
            (expected, back), (got, ours) = plain(x, parameters, stack), fast(x, parameters, stack)
            agree(expected, got, 400, 4.0)
            for need_x in (True, False):
                first, *theirs = back(grad, need_x)
                mine, *others = ours(grad, need_x)
                agree(theirs, others, 400, 30.0)
                if need_x:
                    agree(first, mine, 400, 30.0)
        stack.memory.clear()


def test_nan_and_infinities_are_numpys():
    x = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-42], np.float32)
    for name, args in (("relu", (x,)), ("relu_backward", (np.ones_like(x), x))):
        plain, fast = pair(name)
        np.testing.assert_array_equal(plain(*args), fast(*args))
    z = np.array([[-np.inf, 0.0], [3.0, -np.inf], [1e4, -1e4]], np.float32)
    plain, fast = pair("class_cross_entropy")
    for target in ([1, 0, 0], [0, 0, 1]):
        args = (z, np.array(target), -100, "sum")
        for ours, theirs in zip(fast(*args), plain(*args), strict=True):
            np.testing.assert_allclose(ours, theirs)


def test_far_from_zero_the_slope_of_gelu_is_that_of_a_line():
    x = np.array([-12.0, -6.0, 6.0, 10.484109, 12.0], np.float32)
    for kind in ("none", "tanh"):
        _, slope = pair("gelu")[1](x, kind, True)
        np.testing.assert_allclose(slope, x > 0, atol=1e-6)


def test_a_wrong_class_number_is_named():
    _, fast = pair("class_cross_entropy")
    with pytest.raises(IndexError, match="class number 7"):
        fast(np.zeros((2, 3), np.float32), np.array([0, 7]), -100, "mean")
