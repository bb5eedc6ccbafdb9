"""Methods of a Tensor that move values, sum over them or multiply them."""

import math

import glia
import numpy as np
import pytest
from glia.testing import gradcheck

rng = np.random.default_rng(11)


def normal(*shape):
    return rng.standard_normal(shape)


@pytest.mark.parametrize(
    "pick",
    [
        lambda x: x[0],
        lambda x: x[:, 1:3],
        lambda x: x[..., -1],
        lambda x: x[None, 1],
        lambda x: x[::2, ::-1],
        lambda x: x[[0, 2, 0]],
        lambda x: x[glia.tensor([1, 1]), glia.tensor([0, 0])],
        lambda x: x[x > 0],
        lambda x: x.index_select(1, glia.tensor([0, 0, 3])),
        lambda x: x.gather(1, glia.tensor([[0, 0], [3, 1], [2, 2]])),
        lambda x: x.gather(0, glia.tensor([[0, 2]])),
        lambda x: x.reshape(2, -1),
        lambda x: x.view(12),
        lambda x: x.T,
        lambda x: x.transpose(0, 1),
        lambda x: x.permute(1, 0),
        lambda x: x.unsqueeze(1).squeeze(1),
        lambda x: x.unsqueeze(0).movedim(0, 2),
        lambda x: x.flatten(),
        lambda x: x.unflatten(1, (2, 2)),
        lambda x: x.unsqueeze(0).expand(5, -1, -1),
        lambda x: x.repeat(2, 1, 3),
        lambda x: x.repeat_interleave(2, 1),
        lambda x: x.flip(0, 1),
        lambda x: x.roll(1, 0),
        lambda x: x.narrow(1, 1, 2),
        lambda x: glia.cat([x, x * 2], dim=1),
        lambda x: glia.stack([x, x * 2], dim=1),
        lambda x: glia.where(x > 0, x, x * x),
        lambda x: glia.where(x > 0, 1.0, x),
        lambda x: x.masked_fill(x > 0, -3.0),
        lambda x: x.masked_select(x > 0),
        lambda x: x.tril(),
        lambda x: x.triu(1),
        lambda x: x.clone(),
        lambda x: x.split(3, 1),
        lambda x: x.split([1, 3], 1),
        lambda x: x.chunk(2, 0),
        lambda x: x.unbind(1),
        lambda x: x.sort(1, descending=True).values,
        lambda x: x.topk(2, 1).values,
        lambda x: x.max(1).values,
        lambda x: x.min(0, keepdim=True).values,
    ],
)
def test_moving_values_has_the_right_gradient(pick):
    assert gradcheck(pick, [normal(3, 4)])


def test_a_split_is_one_step_and_unused_parts_get_no_gradient():
    x = glia.tensor(normal(2, 5), requires_grad=True)
    left, middle, right = x.split([1, 3, 1], 1)
    assert left.grad_fn is right.grad_fn
    assert middle.shape == (2, 3)
    (2 * left + right).sum().backward()
    assert x.grad.tolist() == [[2, 0, 0, 0, 1]] * 2
    with pytest.raises(ValueError, match="add up to 5"):
        x.split([2, 2], 1)


@pytest.mark.parametrize("shape", [(3, 4), (1, 1), (2, 3, 2)])
@pytest.mark.parametrize("dim", [None, 0, -1, (0, 1)])
@pytest.mark.parametrize("keepdim", [False, True])
def test_reductions_match_numpy_and_differences(shape, dim, keepdim):
    x = normal(*shape)
    cases = {
        "sum": np.sum,
        "mean": np.mean,
        "prod": np.prod,
        "amax": np.max,
        "amin": np.min,
    }
    for name, reference in cases.items():
        y = getattr(glia.tensor(x), name)(dim, keepdim)
        np.testing.assert_allclose(y.array, reference(x, axis=dim, keepdims=keepdim))
        gradcheck(lambda t, n=name: getattr(t, n)(dim, keepdim), [x])
    gradcheck(lambda t: t.var(dim, 0, keepdim), [x])
    gradcheck(lambda t: t.logsumexp(dim, keepdim), [x])
    gradcheck(lambda t: t.norm(2, dim, keepdim), [x])
    if x.size > 1 and dim is None:
        gradcheck(lambda t: t.std(), [x])
        np.testing.assert_allclose(glia.tensor(x).std().item(), x.std(ddof=1))


def test_cumulative_sum_and_products_with_zeros():
    gradcheck(lambda x: x.cumsum(1), [normal(3, 4)])
    x = np.array([[2.0, 0.0, 3.0], [0.0, 0.0, 5.0]])
    gradcheck(lambda t: t.prod(1), [x])


def test_reductions_of_nothing():
    assert glia.zeros(0, 3).sum(0).tolist() == [0, 0, 0]
    assert math.isnan(glia.zeros(0).mean().item())
    assert glia.zeros(0).logsumexp(0).item() == -math.inf
    with pytest.raises(IndexError, match="got dim 3"):
        glia.zeros(2).sum(3)
    with pytest.raises(RuntimeError, match="int64"):
        glia.tensor([1, 2]).mean()


def test_extremes_and_positions():
    x = glia.tensor([[1.0, 5.0, 2.0], [7.0, 0.0, 7.0]])
    assert x.max().item() == 7 and x.min().item() == 0
    values, indices = x.max(dim=1)
    assert values.tolist() == [5, 7] and indices.tolist() == [1, 0]
    assert x.argmax(1).tolist() == [1, 0] and x.argmin().item() == 4
    assert x.max(glia.tensor(3.0)).tolist() == [[3, 5, 3], [7, 3, 7]]
    assert x.argsort(1).tolist() == [[0, 2, 1], [1, 0, 2]]
    assert x.topk(2).indices.tolist() == [[1, 2], [2, 0]] or x.topk(2).indices.tolist()[1] == [0, 2]
    leaf = glia.tensor([2.0, 2.0], requires_grad=True)
    leaf.amax().backward()
    assert leaf.grad.tolist() == [0.5, 0.5]  # a tie shares


def test_matmul_of_all_ranks():
    for a, b in [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)),
                 ((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 4)), ((5, 1, 2, 3), (4, 3, 2)),
                 ((1, 3), (3, 1)), ((0, 3), (3, 2))]:  # fmt: skip
        left, right = normal(*a), normal(*b)
        np.testing.assert_allclose((glia.tensor(left) @ glia.tensor(right)).array, left @ right)
        gradcheck(lambda x, y: x @ y, [left, right])
    with pytest.raises(ValueError, match=r"got shapes \(2, 3\) and \(2, 3\)"):
        glia.zeros(2, 3) @ glia.zeros(2, 3)
    gradcheck(lambda x, y: x.outer(y), [normal(3), normal(2)])


def test_shape_errors_speak():
    with pytest.raises(ValueError, match="got shapes"):
        glia.cat([glia.zeros(2, 3), glia.zeros(3, 2)])
    with pytest.raises(ValueError, match="one shape"):
        glia.stack([glia.zeros(2), glia.zeros(3)])
    with pytest.raises(ValueError, match="2 axes"):
        glia.zeros(1, 2, 3).t()
