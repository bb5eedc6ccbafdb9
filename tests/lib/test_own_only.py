"""Ops that are switched off: only what stands in for them runs."""

import numpy as np
import pytest
from glia import functional as F
from glia import tensor, use
from glia.substitute import own_only


def relu(x):
    return np.maximum(x, 0)


def relu_backward(grad, x):
    return grad * (x > 0)


def test_the_librarys_own_is_refused_until_the_block_ends():
    with own_only("relu"):
        with pytest.raises(RuntimeError, match=r"relu is switched off here.*use\(relu="):
            F.relu(tensor([1.0]))
        assert F.sigmoid(tensor([0.0])).tolist() == [0.5]
    assert F.relu(tensor([-1.0, 2.0])).tolist() == [0, 2]


def test_what_stands_in_runs_and_is_gone_after_its_block():
    with own_only("relu"):
        with use(relu=(relu, relu_backward)):
            assert F.relu(tensor([-1.0, 2.0])).tolist() == [0, 2]
        with pytest.raises(RuntimeError, match="switched off"):
            F.relu(tensor([1.0]))


def test_what_stands_in_already_stays():
    with use(relu=(relu, relu_backward)):
        with own_only("relu"):
            assert F.relu(tensor([-1.0, 2.0])).tolist() == [0, 2]
        assert F.relu(tensor([-1.0, 2.0])).tolist() == [0, 2]


def test_what_stands_in_cannot_fall_back_on_the_librarys():
    def borrowed(x):
        return F.relu(tensor(x)).numpy()

    with use(relu=(borrowed, relu_backward)):
        assert F.relu(tensor([-1.0, 2.0])).tolist() == [0, 2]
        with own_only("relu"), pytest.raises(RuntimeError, match="switched off"):
            F.relu(tensor([1.0]))
        assert F.relu(tensor([-1.0, 2.0])).tolist() == [0, 2]


def test_blocks_nest():
    with own_only("relu"):
        with own_only("relu", "sigmoid"), pytest.raises(RuntimeError, match="sigmoid"):
            F.sigmoid(tensor([0.0]))
        assert F.sigmoid(tensor([0.0])).tolist() == [0.5]
        with pytest.raises(RuntimeError, match="relu"):
            F.relu(tensor([1.0]))
    assert F.relu(tensor([1.0])).tolist() == [1]


def test_an_unknown_op_is_named():
    with pytest.raises(ValueError, match="no op 'rellu'"):
        own_only("rellu")


@pytest.mark.parametrize(
    "mask", [None, np.ones((2, 1, 4, 5), dtype=bool), np.ones((4, 5), dtype=bool)]
)
def test_attention_tells_its_shape_without_running(mask):
    from glia.ops.attention import Attention

    q, k, v = np.ones((2, 3, 4, 6)), np.ones((1, 3, 5, 6)), np.ones((3, 5, 7))
    given = None if mask is None else tensor(mask)
    y = Attention.apply(tensor(q), tensor(k), tensor(v), given, 0.5, None)
    assert Attention.result_shape(q, k, v, mask, 0.5, None) == y.shape == (2, 3, 4, 7)
