import glia
import numpy as np
import pytest
from glia import nn
from glia.autograd import Function, detect_anomaly, grad


class Multiply(Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        z = x * y
        return z

    @staticmethod
    def backward(ctx, grad_z):
        x, y = ctx.saved_tensors
        return y * grad_z, x * grad_z


def leaf(value):
    return glia.tensor(value, dtype=glia.float64, requires_grad=True)


def test_the_multiply_gate():
    x, y = leaf(3.0), leaf(4.0)
    z = Multiply.apply(x, y)
    assert isinstance(z, glia.Tensor)
    assert z.item() == 12 and z.grad_fn.name == "Multiply"
    z.backward()
    assert x.grad.item() == 4 and y.grad.item() == 3


def test_a_users_function_may_set_attributes_and_skip_gradients():
    class Scale(Function):
        @staticmethod
        def forward(ctx, x, factor):
            ctx.factor = factor
            return x * factor

        @staticmethod
        def backward(ctx, grad_output):
            return grad_output * ctx.factor, None

    x = leaf([1.0, 2.0])
    Scale.apply(x, 3.0).sum().backward()
    assert x.grad.tolist() == [3, 3]


def test_a_wrong_number_of_gradients_is_named():
    class Forgetful(Multiply):
        @staticmethod
        def backward(ctx, grad_z):
            return grad_z

    with pytest.raises(RuntimeError, match=r"Forgetful.backward returned 1 gradients; expected 2"):
        Forgetful.apply(leaf(1.0), leaf(2.0)).backward()


def test_a_wrong_shape_of_gradient_is_named():
    class Flat(Multiply):
        @staticmethod
        def backward(ctx, grad_z):
            return grad_z.sum(), grad_z

    with pytest.raises(RuntimeError, match=r"shape \(\) for argument 0; expected.*\(2,\)"):
        Flat.apply(leaf([1.0, 2.0]), leaf([1.0, 2.0])).sum().backward()


def test_gradients_add_up_over_uses_and_over_calls():
    x = leaf(3.0)
    (x * x + x).backward()
    assert x.grad.item() == 7
    (2 * x).backward()
    assert x.grad.item() == 9


def test_a_diamond_is_walked_once():
    calls = []

    class Count(Multiply):
        @staticmethod
        def backward(ctx, grad_z):
            calls.append(grad_z.item())
            return Multiply.backward(ctx, grad_z)

    x = leaf(2.0)
    shared = Count.apply(x, x)
    (shared * 3 + shared * 4).backward()
    assert calls == [7.0]
    assert x.grad.item() == 28


def test_a_long_chain_needs_no_recursion():
    x = leaf(1.0)
    y = x
    for _ in range(5000):
        y = y + 1
    y.backward()
    assert x.grad.item() == 1


def test_no_grad_records_nothing():
    x = leaf(1.0)
    with glia.no_grad():
        assert not (x * 2).requires_grad
        with glia.enable_grad():
            assert (x * 2).requires_grad
    assert glia.is_grad_enabled()

    @glia.no_grad()
    def evaluate():
        return x * 2

    assert not evaluate().requires_grad
    glia.set_grad_enabled(False)
    assert not (x * 2).requires_grad
    glia.set_grad_enabled(True)
    with glia.set_grad_enabled(False):
        assert not glia.is_grad_enabled()
    assert glia.is_grad_enabled()


def test_no_grad_ends_with_an_error_too():
    with pytest.raises(ZeroDivisionError), glia.no_grad():
        raise ZeroDivisionError
    assert glia.is_grad_enabled()


def test_a_graph_is_walked_once_unless_retained():
    x = leaf(2.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 8
    with pytest.raises(RuntimeError, match="retain_graph=True"):
        y.backward()


def test_backward_needs_a_scalar_and_a_history():
    with pytest.raises(RuntimeError, match=r"shape \(2,\)"):
        (leaf([1.0, 2.0]) * 2).backward()
    with pytest.raises(RuntimeError, match="does not require grad"):
        glia.tensor(1.0).backward()
    x = leaf([1.0, 2.0])
    (x * 2).backward(glia.tensor([1.0, 10.0]))
    assert x.grad.tolist() == [2, 20]


def test_hooks_see_and_may_change_gradients():
    x, seen = leaf([1.0, 2.0]), []
    y = x * 3
    remove = y.register_hook(lambda g: seen.append(g.tolist()))
    y.register_hook(lambda g: g * 10)
    x.register_hook(lambda g: g + 1)
    y.retain_grad()
    (y * y).sum().backward()
    assert seen == [[6, 12]]
    assert y.grad.tolist() == [60, 120]
    assert x.grad.tolist() == [181, 361]
    remove()


def test_grad_leaves_the_leaves_alone():
    x, w = leaf(2.0), leaf(5.0)
    hidden = x * w
    gx, gh, none = grad(hidden * hidden, [x, hidden, leaf(1.0)])
    assert gx.item() == 100 and gh.item() == 20 and none is None
    assert x.grad is None and w.grad is None
    (again,) = grad([x * 3], [x], [glia.tensor(2.0)])
    assert again.item() == 6


def test_gradients_do_not_share_memory():
    a, b = leaf([1.0]), leaf([1.0])
    (a + b).sum().backward()
    a.grad.zero_()
    assert b.grad.tolist() == [1]


def test_anomaly_mode_names_layer_and_step():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.fc2 = nn.Sequential(nn.Linear(2, 2)), nn.Linear(2, 1)

        def forward(self, x):
            return self.fc2(self.body(x))

    net, x = Net(), glia.ones(1, 2)
    with detect_anomaly():
        net(x).sum().backward()
        loss = (net(x) * 0).sqrt().sum()
        with pytest.raises(FloatingPointError, match=r"NaN in the gradient of .* at step 2"):
            loss.backward()
        net.fc2.weight.array[...] = np.nan
        with pytest.raises(
            FloatingPointError, match=r"output of Linear 'fc2' at step 3 \(Linear\)"
        ):
            net(x)
    assert np.isnan(net(x).item())  # outside nothing is watched


def test_anomaly_mode_says_which_layers_gradient():
    class Bad(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1.0

        @staticmethod
        def backward(ctx, grad_output):
            return grad_output * float("nan")

    class Layer(nn.Module):
        def forward(self, x):
            return Bad.apply(x)

    net = nn.Sequential({"fine": nn.Linear(2, 2), "bad": Layer()})
    with (
        detect_anomaly(),
        pytest.raises(FloatingPointError, match=r"Layer 'bad' at step 1 \(Bad, argument 0\)"),
    ):
        net(glia.ones(1, 2)).sum().backward()


def test_only_what_needs_it_gets_a_gradient():
    x, w = glia.tensor([1.0, 2.0]), leaf([3.0, 4.0])
    (x * w).sum().backward()
    assert x.grad is None
    y = (x * w).detach()
    assert not y.requires_grad and y.is_leaf
    with pytest.raises(RuntimeError, match="only floats"):
        glia.tensor([1, 2]).requires_grad_()


def test_functions_must_be_complete_and_outputs_may_be_constant():
    with pytest.raises(NotImplementedError, match="static method forward"):
        Function.apply(leaf(1.0))

    class Half(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

    with pytest.raises(NotImplementedError, match="static method backward"):
        Half.apply(leaf(1.0)).backward()

    class SplitSign(Function):
        @staticmethod
        def forward(ctx, x):
            sign = (x > 0).to(x.dtype)
            ctx.mark_non_differentiable(sign)
            return x * 1.0, sign

        @staticmethod
        def backward(ctx, grad_x, grad_sign):
            assert not grad_sign.array.any()
            return grad_x

    x = leaf([1.0, -1.0])
    y, sign = SplitSign.apply(x)
    assert y.requires_grad and not sign.requires_grad
    y.sum().backward()
    assert x.grad.tolist() == [1, 1]


def test_two_losses_may_share_a_retained_graph():
    x = leaf(2.0)
    shared = x * 3
    (shared + 1).backward(retain_graph=True)
    (shared * 2).backward()
    assert x.grad.item() == 9


def test_sums_of_gradients_leave_what_a_function_kept_alone():
    kept = np.ones(3)

    class Keeper(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, grad_y):
            return glia.Tensor.make(kept)

    x = leaf([1.0, 2.0, 3.0])
    for y in (x * x, x):  # the sum is made in the middle of the graph, and at a leaf
        x.grad = None
        (Keeper.apply(y) + y + Keeper.apply(y)).sum().backward()
        slope = 2 * x.detach().numpy() if y is not x else np.ones(3)
        np.testing.assert_array_equal(x.grad.numpy(), 3 * slope)
        np.testing.assert_array_equal(kept, np.ones(3))


def test_parts_cut_out_and_joined_again_do_not_share_memory():
    x = glia.tensor(np.arange(12.0, dtype=np.float32).reshape(2, 6))
    y = glia.cat(x.chunk(3, dim=-1), dim=-1)
    y.array[...] = 0
    np.testing.assert_array_equal(x.numpy(), np.arange(12).reshape(2, 6))


def test_gradients_that_lie_side_by_side_are_not_added_into():
    given = np.arange(12.0, dtype=np.float32).reshape(2, 6)

    class SideBySide(Function):
        @staticmethod
        def forward(ctx, *parts):
            return parts[0] + parts[1] + parts[2]

        @staticmethod
        def backward(ctx, grad_y):
            return tuple(map(glia.Tensor.make, np.split(given, 3, axis=-1)))

    x = glia.zeros(2, 6, requires_grad=True)
    for _ in range(2):
        SideBySide.apply(*x.chunk(3, dim=-1)).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), 2 * np.arange(12).reshape(2, 6))
    np.testing.assert_array_equal(given, np.arange(12).reshape(2, 6))
