"""What must hold for every input: linearity, adjoints, invariances, broadcasting."""

import glia
import glia.functional as F
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

few = settings(max_examples=40, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def tensor(array):
    return glia.tensor(np.asarray(array, np.float64))


@few
@given(shapes=hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=4), seed=seeds)
def test_broadcasting_sums_the_gradient_over_every_use(shapes, seed):
    rng = np.random.default_rng(seed)
    a, b = (tensor(rng.normal(size=s)).requires_grad_() for s in shapes.input_shapes)
    y = a * b
    assert y.shape == shapes.result_shape
    y.sum().backward()
    wide_a, wide_b = np.broadcast_arrays(a.array, b.array)
    # the gradient of every copy of an element, added up: compare sums and shapes
    assert a.grad.shape == a.shape and b.grad.shape == b.shape
    np.testing.assert_allclose(a.grad.array.sum(), wide_b.sum(), atol=1e-9)
    np.testing.assert_allclose((a.grad * a).sum().item(), (wide_a * wide_b).sum(), atol=1e-9)


LINEAR = {
    "conv2d": lambda x, w: F.conv2d(x, w, stride=2, padding=1),
    "conv2d dilated": lambda x, w: F.conv2d(x, w, dilation=2, padding=2),
    "conv2d grouped": lambda x, w: F.conv2d(x, w[:, :1], groups=2, padding="same"),
    "avg_pool2d": lambda x, w: F.avg_pool2d(x, 2),
    "adaptive_avg_pool2d": lambda x, w: F.adaptive_avg_pool2d(x, 3),
    "unfold": lambda x, w: F.unfold(x, 3, stride=2),
    "linear": lambda x, w: F.linear(x.flatten(1), w.flatten().unsqueeze(0)[:, :1] * glia.ones(
        3, x[0].numel(), dtype=glia.float64)),
}  # fmt: skip


@pytest.mark.parametrize("name", LINEAR)
@few
@given(seed=seeds, height=st.integers(5, 8), width=st.integers(5, 8), n=st.integers(1, 3))
def test_backward_is_the_adjoint_of_a_linear_op(name, seed, height, width, n):
    """⟨A x, g⟩ = ⟨x, Aᵀ g⟩ and A(x + 2y) = A x + 2 A y."""
    rng = np.random.default_rng(seed)
    x = tensor(rng.normal(size=(n, 2, height, width))).requires_grad_()
    other = tensor(rng.normal(size=x.shape))
    w = tensor(rng.normal(size=(4, 2, 3, 3)))
    apply = LINEAR[name]
    y = apply(x, w)
    g = tensor(rng.normal(size=y.shape))
    y.backward(g)
    np.testing.assert_allclose(
        (y * g).sum().item(), (x * x.grad).sum().item(), rtol=1e-8, atol=1e-8
    )
    both = apply(x + 2 * other, w) - (y + 2 * apply(other, w))
    assert np.abs(both.detach().array).max() < 1e-10


@few
@given(
    x=hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=3, max_side=5),
                 elements=st.floats(-50, 50)),
    shift=st.floats(-1000, 1000),
)  # fmt: skip
def test_softmax_sums_to_one_and_ignores_shifts(x, shift):
    p = F.softmax(tensor(x), dim=1)
    np.testing.assert_allclose(p.sum(1).array, 1)
    np.testing.assert_allclose(F.softmax(tensor(x + shift), dim=1).array, p.array, atol=1e-9)
    np.testing.assert_allclose(F.log_softmax(tensor(x), 1).exp().array, p.array, atol=1e-12)
    leaf = tensor(x).requires_grad_()
    F.softmax(leaf, 1).backward(tensor(np.cos(np.arange(x.size)).reshape(x.shape)))
    np.testing.assert_allclose(leaf.grad.sum(1).array, 0, atol=1e-9)


@few
@given(seed=seeds, scale=st.floats(0.1, 100), shift=st.floats(-10, 10))
def test_normalisation_removes_scale_and_shift(seed, scale, shift):
    x = tensor(np.random.default_rng(seed).normal(size=(3, 4, 5)))
    for norm in (
        lambda t: F.layer_norm(t, (5,), eps=0.0),
        lambda t: F.group_norm(t, 2, eps=0.0),
        lambda t: F.instance_norm(t, eps=0.0),
        lambda t: F.batch_norm(t, None, None, training=True, eps=0.0),
    ):
        np.testing.assert_allclose(norm(x * scale + shift).array, norm(x).array, atol=1e-7)


@few
@given(seed=seeds, target=st.integers(0, 4), smoothing=st.floats(0, 0.9))
def test_the_gradient_of_cross_entropy_sums_to_zero(seed, target, smoothing):
    z = tensor(np.random.default_rng(seed).normal(size=(2, 5)) * 5).requires_grad_()
    loss = F.cross_entropy(z, glia.tensor([target, 0]), label_smoothing=smoothing)
    loss.backward()
    assert loss.item() >= 0
    np.testing.assert_allclose(z.grad.sum(1).array, 0, atol=1e-12)


@few
@given(seed=seeds, order=st.permutations(range(5)))
def test_attention_does_not_care_for_the_order_of_keys(seed, order):
    rng = np.random.default_rng(seed)
    q, k, v = (tensor(rng.normal(size=(2, n, 4))) for n in (3, 5, 5))
    y = F.scaled_dot_product_attention(q, k, v)
    moved = F.scaled_dot_product_attention(q, k[:, list(order)], v[:, list(order)])
    np.testing.assert_allclose(moved.array, y.array, atol=1e-12)
    assert (
        y.array.max(axis=1) <= v.array.max(axis=1) + 1e-12
    ).all()  # a mean never leaves the hull


@few
@given(seed=seeds, shift=st.integers(0, 3))
def test_convolution_is_shift_equivariant(seed, shift):
    rng = np.random.default_rng(seed)
    image = np.zeros((1, 1, 10, 10))
    image[..., 3:6, 3:6] = rng.normal(size=(3, 3))
    w = tensor(rng.normal(size=(1, 1, 3, 3)))
    y = F.conv2d(tensor(image), w, padding=1)
    moved = F.conv2d(tensor(np.roll(image, shift, axis=3)), w, padding=1)
    np.testing.assert_allclose(moved.array, np.roll(y.array, shift, axis=3), atol=1e-12)
    pooled = F.adaptive_avg_pool2d(moved, 1).item()
    assert abs(pooled - F.adaptive_avg_pool2d(y, 1).item()) < 1e-12  # pooled over all: invariant
