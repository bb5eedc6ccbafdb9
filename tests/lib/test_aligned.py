import glia
import numpy as np
import pytest
from glia import nn, optim
from glia.aligned import aligned


def begins_a_line(array):
    return array.ctypes.data % 64 == 0


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int64, bool])
def test_a_copy_begins_with_a_line_of_the_cache(kind):
    given = np.arange(3 * 1024).reshape(3, 1024)[1:].astype(kind)
    copy = aligned(given)
    assert begins_a_line(copy) and copy.flags.carray and not np.shares_memory(copy, given)
    assert copy.dtype == kind
    np.testing.assert_array_equal(copy, given)
    as_float = aligned(given, np.float32)
    assert begins_a_line(as_float) and as_float.dtype == np.float32
    np.testing.assert_array_equal(as_float, given)


@pytest.mark.parametrize(
    "given",
    [
        np.zeros(0),
        np.float32(3),
        np.arange(4.0),
        np.ones((40, 50)).T,
        np.ones(4000)[::-2],
        np.array(["a", None] * 900, object),
    ],
)
def test_other_arrays_are_copied_as_they_lie(given):
    copy = aligned(np.asarray(given))
    assert not np.shares_memory(copy, given)
    np.testing.assert_array_equal(copy, given)
    assert copy.strides == np.array(given).strides


def test_weights_and_what_is_remembered_of_them_are_aligned():
    layer = nn.Linear(40, 40)
    x = glia.tensor(np.ones((40, 40), np.float32))
    for rule in (optim.SGD(layer.parameters(), momentum=0.9), optim.Adam(layer.parameters())):
        layer(x).sum().backward()
        rule.step()
        kept = [v for v in rule.state[layer.weight].values() if isinstance(v, np.ndarray)]
        assert kept and all(begins_a_line(v) for v in kept)
    assert begins_a_line(layer.weight.array) and begins_a_line(x.array)
