import copy
import math

import glia
import numpy as np
import pytest
from glia.testing import gradcheck

rng = np.random.default_rng(11)


def normal(*shape):
    return rng.standard_normal(shape)


def test_dtypes_of_new_tensors():
    assert glia.tensor([1.0]).dtype == glia.float32
    assert glia.tensor([1]).dtype == glia.int64
    assert glia.tensor([True]).dtype == bool
    assert glia.tensor(np.array([1.0])).dtype == glia.float64
    assert glia.Tensor([1, 2]).dtype == glia.float32
    assert glia.tensor([0.1], dtype=glia.float64).item() == 0.1
    assert glia.tensor([glia.tensor(1.0)], dtype=glia.float64).dtype == glia.float64
    assert glia.as_tensor([0.1], dtype=glia.float64).item() == 0.1
    assert glia.tensor([1.0], dtype=glia.float64).dtype == glia.float64
    assert glia.arange(3).dtype == glia.int64 and glia.arange(0.0, 1.0, 0.5).dtype == glia.float32
    glia.set_default_dtype(glia.float64)
    assert glia.zeros(2).dtype == glia.float64
    glia.set_default_dtype(glia.float32)


def test_numbers_do_not_widen_and_kinds_mix_as_in_pytorch():
    x = glia.tensor([1.0, 2.0])
    wide = glia.tensor([1.0, 2.0], dtype=glia.float64)
    whole = glia.tensor([1, 2])
    assert (x * 2.5).dtype == glia.float32 and (2.5 - x).dtype == glia.float32
    assert (x + whole).dtype == glia.float32
    assert (x + wide).dtype == glia.float64
    assert (x + wide.sum()).dtype == glia.float32  # a single number does not widen an array
    assert (whole / 2).dtype == glia.float32 and (whole * 2).dtype == glia.int64
    assert (whole * 1.5).dtype == glia.float32
    assert (x * np.float64(2)).dtype == glia.float32
    assert (glia.tensor([True]) + 1).dtype == glia.int64
    with pytest.raises(TypeError, match="str"):
        x + "1"


def test_arrays_and_tensors_mix():
    x = glia.tensor([1.0, 2.0], requires_grad=True)
    for y in (x * np.array([1.0, 2.0]), np.array([1.0, 2.0]) * x):
        assert isinstance(y, glia.Tensor) and y.tolist() == [1, 4]
    assert np.asarray(x.detach()).tolist() == [1, 2]
    with pytest.raises(RuntimeError, match=r"detach\(\).numpy\(\)"):
        x.numpy()


def test_conversions():
    x = glia.tensor([[1.5, 2.5]])
    assert x.long().tolist() == [[1, 2]] and x.int().dtype == glia.int32
    assert x.double().dtype == glia.float64 and x.bool().tolist() == [[True, True]]
    assert x.to(glia.float64).dtype == glia.float64 and x.to("cpu") is x and x.cpu() is x
    assert x.to(device=glia.device("cpu"), dtype=glia.float64).dtype == glia.float64
    assert x.type_as(glia.tensor([1])).dtype == glia.int64
    with pytest.raises(ValueError, match="got device 'cuda'"):
        x.to("cuda")
    assert not glia.cuda.is_available()
    assert str(x.device) == "cpu" and x.device == "cpu"
    assert x[0, 1].item() == 2.5 and float(x[0, 0]) == 1.5 and int(x[0, 0]) == 1
    with pytest.raises(ValueError, match=r"one element, got shape \(1, 2\)"):
        x.item()
    assert f"{x[0, 0]:.1f}" == "1.5"


def test_repr_says_what_matters():
    assert repr(glia.tensor([1.0, 2.0])) == "tensor([1., 2.])"
    assert "requires_grad=True" in repr(glia.tensor([1.0], requires_grad=True))
    assert "grad_fn=<MulBackward>" in repr(glia.tensor([1.0], requires_grad=True) * 2)
    assert "dtype=float64" in repr(glia.tensor([1.0], dtype=glia.float64))


def test_python_asks():
    x = glia.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert len(x) == 2 and [row.tolist() for row in x] == [[1, 2], [3, 4]]
    assert bool(x.sum() > 3) and [10, 20][glia.tensor(1)] == 20
    with pytest.raises(TypeError):
        len(glia.tensor(1.0))
    with pytest.raises(TypeError):
        iter(glia.tensor(1.0)).__next__()
    with pytest.raises(ValueError, match="ambiguous"):
        bool(x)
    assert len({x, x}) == 1  # hashed by identity, as parameters must be


def test_comparison_and_logic():
    x = glia.tensor([1.0, 2.0, 3.0])
    assert (x == 2).tolist() == [False, True, False]
    assert (x != 2).sum().item() == 2
    assert ((x > 1) & (x <= 2)).tolist() == [False, True, False]
    assert ((x < 2) | (x >= 3)).tolist() == [True, False, True]
    assert (~(x > 1)).tolist() == [True, False, False]
    assert ((x > 1) ^ (x > 2)).tolist() == [False, True, False]
    assert (x == x).all() and not (x > 5).any()
    assert x.eq(2).tolist() == (x == 2).tolist() and x.ne(2).any()
    assert (glia.tensor([5, 7]) // 2).tolist() == [2, 3]
    assert (glia.tensor([5, 7]) % 2).tolist() == [1, 1]


def test_in_place_changes_are_for_no_grad():
    w = glia.tensor([1.0, 2.0], requires_grad=True)
    same = w
    with pytest.raises(RuntimeError, match="no_grad"):
        w -= 1
    with glia.no_grad():
        w -= 0.5
        w.add_(1.0).mul_(2.0)
    assert same is w and w.tolist() == [3, 5] and w.requires_grad
    x = glia.zeros(2)
    view = x[:1]
    view.fill_(7)
    x += glia.tensor([1.0, 1.0])
    assert x.tolist() == [8, 1]
    x.zero_()
    assert x.tolist() == [0, 0]
    with pytest.raises(RuntimeError, match=r"got shape \(2, 2\), expected \(2,\)"):
        x += glia.zeros(2, 2)


def test_in_place_changes_of_computed_tensors_keep_the_graph():
    x = glia.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * 2
    y[0] = 10.0
    y[1] = x[2] * 5
    y += 1
    assert y.tolist() == [11, 16, 7]
    y.sum().backward()
    assert x.grad.tolist() == [0, 0, 7]
    total = 0
    for value in x:
        total += value
    assert total.item() == 6
    with pytest.raises(RuntimeError, match="leaf"):
        x[0] = 1.0


def test_setitem_outside_a_graph_writes():
    x = glia.zeros(2, 3)
    x[0] = glia.tensor([1.0, 2.0, 3.0])
    x[:, 0] = 9
    x[x == 2] = -1
    assert x.tolist() == [[9, -1, 3], [9, 0, 0]]


def test_strides_and_read_only_inputs():
    base = normal(6, 8)
    frozen = base.copy()
    frozen.flags.writeable = False
    for array in (base[::2, ::-2], base.T, np.asfortranarray(base), frozen):
        kept = array.copy()
        gradcheck(lambda x: (x @ x.T).tanh() + x.sum(), [array])
        np.testing.assert_array_equal(array, kept)


def test_creation():
    assert glia.zeros((2, 3)).shape == glia.ones(2, 3).shape == glia.empty(2, 3).shape == (2, 3)
    assert glia.full((2,), 7).tolist() == [7, 7] and glia.eye(2).tolist() == [[1, 0], [0, 1]]
    assert glia.arange(1, 7, 2).tolist() == [1, 3, 5]
    assert glia.linspace(0, 1, 3).tolist() == [0, 0.5, 1]
    x = glia.tensor([1.0, 2.0], dtype=glia.float64)
    for like in (glia.zeros_like, glia.ones_like, glia.randn_like):
        assert like(x).dtype == x.dtype and like(x).shape == x.shape
    assert glia.full_like(x, 3).tolist() == [3, 3]
    array = np.zeros(2)
    glia.from_numpy(array).fill_(1)
    assert array.tolist() == [1, 1]
    assert glia.as_tensor(array, dtype=glia.float32).dtype == glia.float32
    copied = glia.tensor(array)
    array[0] = 5
    assert copied[0].item() == 1
    assert glia.tensor([glia.tensor(1.0), glia.tensor(2.0)]).tolist() == [1, 2]
    assert x.new_zeros(3).dtype == glia.float64 and x.new_ones(2).sum().item() == 2


def test_chance_is_seeded():
    def draw():
        glia.manual_seed(5)
        drawn = [
            glia.rand(3),
            glia.randn(3),
            glia.randint(0, 9, (3,)),
            glia.randperm(5),
            glia.normal(0, 1, (2,)),
            glia.bernoulli(glia.full((4,), 0.5)),
            glia.multinomial(glia.tensor([0.1, 0.9]), 4, replacement=True),
            glia.zeros(2).normal_(),
            glia.zeros(2).uniform_(),
        ]
        return [d.tolist() for d in drawn]

    assert draw() == draw()
    own = glia.Generator(3)
    state = own.get_state()
    first = glia.randn(2, generator=own).tolist()
    own.set_state(state)
    assert glia.randn(2, generator=own).tolist() == first
    assert sorted(glia.randperm(5).tolist()) == [0, 1, 2, 3, 4]


def test_deep_copies_are_leaves_without_gradients():
    x = glia.tensor([1.0], requires_grad=True)
    (x * 2).sum().backward()
    twin = copy.deepcopy(x)
    assert twin.grad is None and twin.requires_grad
    twin.array[0] = 5
    assert x.item() == 1
    with pytest.raises(RuntimeError, match="leaves"):
        copy.deepcopy(x * 2)


def test_small_questions():
    x = glia.tensor([[1.0, math.nan, math.inf]])
    assert x.isnan().tolist() == [[False, True, False]]
    assert x.isinf().any() and not x.isfinite().all()
    assert x.size() == (1, 3) and x.size(1) == 3 and x.dim() == x.ndim == 2 and x.numel() == 3
    assert glia.numel(x) == 3 and glia.is_tensor(x) and x.mT.shape == (3, 1)
    assert glia.equal(glia.ones(2), glia.ones(2)) and glia.allclose(
        glia.ones(2), glia.ones(2) + 1e-9
    )
    assert x.data.is_leaf and x.contiguous() is x
    x.data = [1.0]
    assert x.tolist() == [1]


def test_changes_in_place_by_name():
    x = glia.tensor([1.0, -2.0, 3.0])
    x.sub_(1.0, alpha=2).div_(2.0)
    assert x.tolist() == [-0.5, -2, 0.5]
    x.clamp_(-1, 1).masked_fill_(x == 0.5, 9.0)
    assert x.tolist() == [-0.5, -1, 9]
    assert x.copy_(glia.tensor(4)).tolist() == [4, 4, 4]
    assert x.add_(glia.ones(3), alpha=2).tolist() == [6, 6, 6]


def test_numbers_and_arrays_on_the_left_and_changes_in_place():
    x = glia.tensor([[1.0, -2.0], [3.0, 4.0]])
    m = np.array([[1.0, 2.0], [0.0, 1.0]], np.float32)
    np.testing.assert_array_equal((m @ x).array, m @ x.array)
    np.testing.assert_array_equal((2 - x).array, 2 - x.array)
    np.testing.assert_array_equal((2**x).array, 2**x.array)
    np.testing.assert_array_equal(abs(-x).array, np.abs(x.array))
    y = x.clone()
    y *= 3
    y -= 1
    y /= 2
    np.testing.assert_allclose(y.array, (x.array * 3 - 1) / 2)
    same = x.clone()
    assert same.mul_(2) is same and same.div_(2) is same
    np.testing.assert_array_equal(same.array, x.array)


def test_a_graph_walked_twice_says_so_wherever_the_second_walk_meets_it():
    w = glia.ones(2, requires_grad=True)
    shared = w * 2
    shared.sum().backward()
    with pytest.raises(RuntimeError, match="retain_graph=True"):
        (shared + 1).sum().backward()
