"""Numbers of the lectures that the engine must reproduce."""

import math

import glia
import glia.functional as F
import numpy as np
import pytest
from glia import nn, optim
from glia.nn.utils import convert_weight, count_parameters
from glia.nn.utils.parameters import parameters_to_vector, vector_to_parameters


def tensor(values):
    return glia.tensor(values, dtype=glia.float64)


def test_the_worked_net_of_two_sigmoid_layers():
    hidden, output = nn.Linear(2, 2, bias=False).double(), nn.Linear(2, 1, bias=False).double()
    net = nn.Sequential(hidden, nn.Sigmoid(), output, nn.Sigmoid())
    net.load_state_dict({"0.weight": [[0.1, 0.8], [0.4, 0.6]], "2.weight": [[0.3, 0.9]]})
    x, target = tensor([[0.35, 0.9]]), tensor([[0.5]])
    with glia.trace(net) as record:
        y = net(x)
        loss = 0.5 * (y - target) ** 2
        loss.sum().backward()
    np.testing.assert_allclose(record["0"].activation, [[0.755, 0.68]])
    np.testing.assert_allclose(record["1"].activation, [[0.680267, 0.663739]], atol=5e-7)
    np.testing.assert_allclose(record["2"].activation, [[0.801445]], atol=5e-7)
    assert y.item() == pytest.approx(0.690283, abs=5e-7)
    assert loss.item() == pytest.approx(0.0181039, abs=5e-8)
    assert record["2"].gradient.item() == pytest.approx(0.0406811, abs=5e-8)
    optim.GD(net.parameters(), lr=1.0).step()
    np.testing.assert_allclose(output.weight.array, [[0.272326, 0.872998]], atol=5e-7)
    expected = [[0.0990709, 0.797611], [0.397140, 0.592646]]
    np.testing.assert_allclose(hidden.weight.array, expected, atol=5e-7)
    again = net(x)
    assert again.item() == pytest.approx(0.682019, abs=5e-7)
    assert (0.5 * (again - target) ** 2).item() == pytest.approx(0.0165654, abs=5e-8)


@pytest.mark.parametrize(
    ("net", "count"),
    [
        (
            lambda: nn.Sequential(nn.Linear(2, 1024), nn.Linear(1024, 512), nn.Linear(512, 3)),
            529411,
        ),
        (lambda: nn.Conv2d(3, 96, 11), 34_944),
        (lambda: nn.Linear(200 * 200 * 3, 1, bias=False), 120_000),
        (lambda: nn.Linear(5, 5, bias=False), 25),
        (lambda: nn.Conv1d(1, 1, 3, bias=False), 3),
    ],
)
def test_parameter_counts(net, count):
    assert count_parameters(net()) == count


def test_frozen_parameters_can_be_left_out_of_the_count():
    net = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
    net[0].requires_grad_(False)
    assert count_parameters(net, trainable_only=True) == 4


def test_cross_correlations():
    row = F.conv1d(tensor([[[1, 1, 1, 0, 0]]]), tensor([[[1, 0, 1]]]))
    assert row.tolist() == [[[2, 1, 1]]]
    nine, kernel = tensor(np.arange(9.0).reshape(1, 1, 3, 3)), tensor([[[[0, 1], [2, 3]]]])
    assert F.conv2d(nine, kernel).tolist() == [[[[19, 25], [37, 43]]]]
    assert F.conv2d(nine, kernel, tensor([1])).tolist() == [[[[20, 26], [38, 44]]]]
    picture = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
    cross = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
    found = F.conv2d(tensor([[picture]]), tensor([[cross]]))
    assert found.tolist() == [[[[4, 3, 4], [2, 4, 3], [2, 3, 4]]]]


def test_pooling_and_output_sizes():
    assert F.max_pool2d(tensor([[[[0, 1], [3, 4]]]]), 2).item() == 4
    image = glia.zeros(1, 1, 9, 13)
    quiz = F.conv2d(image, glia.zeros(1, 1, 3, 3), stride=2, padding=2, padding_convention="total")
    assert quiz.shape == (1, 1, 5, 7)
    layer = nn.Conv2d(1, 1, 3, stride=2, padding=2, padding_convention="total")
    assert layer(image).shape == (1, 1, 5, 7)
    small = glia.zeros(1, 1, 5, 7)
    assert F.conv2d(small, glia.zeros(1, 1, 3, 3), padding=1).shape[2:] == (5, 7)
    assert F.conv2d(small, glia.zeros(1, 1, 3, 3), padding=1, stride=2).shape[2:] == (3, 4)


def test_a_total_padding_that_is_odd_goes_behind():
    x = tensor([[[[1.0, 2.0]]]])
    padded = F.conv2d(x, tensor([[[[1.0]]]]), padding=(0, 3), padding_convention="total")
    assert padded.tolist() == [[[[0, 1, 2, 0, 0]]]]
    with pytest.raises(ValueError, match="per_side"):
        F.conv2d(x, tensor([[[[1.0]]]]), padding_convention="both")


def test_activation_values():
    assert F.tanh(tensor(0.7)).item() == pytest.approx(2 / (1 + math.exp(-1.4)) - 1)
    x = tensor([[1.0, 2.0]])
    pieces = F.linear(x, tensor([[1.0, -0.5], [-2.0, 1.0]]), tensor([1.0, -2.0]))
    assert F.maxout(pieces, 2).item() == max(1 - 0.5 * 2 + 1, -2 * 1 + 2 - 2)
    logit = tensor(2.0).requires_grad_()
    F.binary_cross_entropy_with_logits(logit, tensor(1.0)).backward()
    assert logit.grad.item() == pytest.approx(-0.1192, abs=5e-5)


def test_the_six_relu_curve():
    net = nn.Sequential(nn.Linear(1, 6), nn.ReLU(), nn.Linear(6, 1, bias=False)).double()
    net.load_state_dict(
        {
            "0.weight": [[-5.0], [-1.2], [1.2], [1.2], [2.0], [5.0]],
            "0.bias": [-7.7, -1.3, 1.0, -0.2, -1.1, -5.0],
            "2.weight": [[-1.0, -1.0, -1.0, 1.0, 1.0, 1.0]],
        }
    )
    x = glia.arange(-2.0, 2.1, 0.5, dtype=glia.float64).unsqueeze(1)
    z = net(x).detach().squeeze(1)
    expected = [-3.4, -0.5, 0, -0.4, -1, -1.2, -0.3, 3.2, 6.7]
    np.testing.assert_allclose(z.array, expected, atol=1e-9)
    near = x[:8, 0]
    assert ((z[:8] - (near**3 + near**2 - near - 1)).abs().max() < 1.2).item()


def test_momentum_conventions_part_when_the_rate_changes():
    def run(inside, rates):
        w = tensor([1.0]).requires_grad_()
        optimizer = optim.SGD([w], lr=rates[0], momentum=0.9, lr_in_velocity=inside)
        for rate in rates:
            optimizer.param_groups[0]["lr"] = rate
            w.grad = tensor([1.0])
            optimizer.step()
        return w.item()

    assert run(True, [0.1] * 4) == pytest.approx(run(False, [0.1] * 4))
    assert run(True, [0.1, 0.1, 0.01]) != pytest.approx(run(False, [0.1, 0.1, 0.01]))


def test_adam_without_bias_correction_starts_with_a_longer_step():
    steps = []
    for corrected in (True, False):
        w = tensor([0.0]).requires_grad_()
        w.grad = tensor([2.0])
        optim.Adam([w], lr=0.1, bias_correction=corrected).step()
        steps.append(-w.item())
    assert steps[0] == pytest.approx(0.1)
    assert steps[1] == pytest.approx(0.1 * 0.1 / math.sqrt(0.001), rel=1e-6)


def test_layer_norm_ignores_the_scale_of_the_map_when_eps_is_zero():
    glia.manual_seed(1)
    x, linear = glia.randn(4, 6, dtype=glia.float64), nn.Linear(6, 5).double()
    exact, usual = nn.LayerNorm(5, eps=0.0).double(), nn.LayerNorm(5).double()
    z = linear(x)
    np.testing.assert_allclose(exact(z * 7).array, exact(z).array, atol=1e-12)
    assert np.abs((usual(z * 7) - usual(z)).detach().array).max() > 1e-7


def test_batch_norm_makes_the_bias_before_it_redundant_and_is_affine_in_evaluation():
    glia.manual_seed(2)
    x, norm = glia.randn(8, 3), nn.BatchNorm1d(3)
    np.testing.assert_allclose(norm(x + 5).detach().array, norm(x).detach().array, atol=1e-5)
    norm.eval()
    a, b = glia.randn(4, 3), glia.randn(4, 3)
    middle = norm((a + b) / 2).detach().array
    np.testing.assert_allclose(middle, ((norm(a) + norm(b)) / 2).detach().array, atol=1e-6)


def test_self_attention_is_permutation_equivariant_until_places_are_added():
    glia.manual_seed(3)
    attention = nn.MultiheadAttention(8, 2, batch_first=True)
    x, order = glia.randn(1, 5, 8), glia.randperm(5)
    before, _ = attention(x, x, x)
    after, _ = attention(x[:, order], x[:, order], x[:, order])
    np.testing.assert_allclose(after.detach().array, before[:, order].detach().array, atol=1e-6)
    places = nn.PositionalEncoding(8)
    y = places(x)
    moved = places(x[:, order])
    after, _ = attention(moved, moved, moved)
    before, _ = attention(y, y, y)
    assert np.abs(after.detach().array - before[:, order].detach().array).max() > 1e-3


def test_positional_encoding_table():
    pe = nn.PositionalEncoding(4, max_len=10).pe.array
    np.testing.assert_allclose(pe[3], [math.sin(3), math.cos(3), math.sin(0.03), math.cos(0.03)],
                               rtol=1e-5)  # fmt: skip
    with pytest.raises(ValueError, match="got 11 places; expected at most 10"):
        nn.PositionalEncoding(4, max_len=10)(glia.zeros(1, 11, 4))


def test_weight_conventions_give_the_same_layer():
    weight, bias = glia.randn(3, 2), glia.randn(3)
    x = glia.randn(5, 2)
    y = F.linear(x, weight, bias)
    rows, b = convert_weight(weight, bias, source="Wx", target="xW")
    np.testing.assert_allclose((x @ rows + b).array, y.array, rtol=1e-5, atol=1e-6)
    theta, none = convert_weight(rows, b, source="xW", target="theta")
    assert none is None
    ones_first = glia.cat([glia.ones(5, 1), x], dim=1)
    np.testing.assert_allclose((theta @ ones_first.T).T.array, y.array, rtol=1e-5, atol=1e-6)
    back, again = convert_weight(theta, source="theta", target="Wx")
    assert glia.equal(back, weight) and glia.equal(again, bias)
    assert convert_weight(weight, source="Wx", target="theta")[0][:, 0].tolist() == [0, 0, 0]
    with pytest.raises(ValueError, match="expected one of"):
        convert_weight(weight, source="Wx", target="Ax")
    with pytest.raises(ValueError, match=r"bias of shape \(2,\)"):
        convert_weight(weight, glia.zeros(2), source="Wx", target="xW")


def test_the_vector_of_all_parameters_goes_there_and_back():
    net = nn.Linear(2, 3)
    vector = parameters_to_vector(net.parameters())
    vector_to_parameters(vector * 2, net.parameters())
    np.testing.assert_allclose(parameters_to_vector(net.parameters()).array, vector.array * 2)
