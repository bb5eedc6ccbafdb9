"""What everyone gets wrong once: the message says what to do."""

import glia
import numpy as np
import pytest
from glia import nn, optim
from glia.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 6, 5)
        self.fc = nn.Linear(784, 10)

    def forward(self, x):
        return self.fc(x)


NET = Net()


def leaf():
    return glia.ones(2, requires_grad=True)


def walk_twice():
    loss = (leaf() * 2).sum()
    loss.backward()
    loss.backward()


def used_up():
    parameters = NET.parameters()
    list(parameters)
    optim.SGD(parameters, lr=0.1)


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda: NET(glia.zeros(8, 1, 28, 28)), r"Linear 'fc': .*\(8, 1, 28, 28\).*flatten\(1\)"),
        (lambda: NET([1.0, 2.0]), "type list; expected a Tensor"),
        (lambda: NET(glia.zeros(8, 784).long()), r"int64; expected floats \(.float\(\)\)"),
        (lambda: NET.conv(glia.zeros(8, 28, 28)), r"\(8, 28, 28\); expected .*unsqueeze\(1\)"),
        (lambda: NET.conv(glia.zeros(8, 1, 9, 9, dtype=glia.uint8)), "uint8; expected floats"),
        (lambda: NET.conv(glia.zeros(8, 9, 9, 1)), r"expected \(N, 1, H, W\)"),
        (lambda: F.cross_entropy(glia.zeros(2, 3), glia.zeros(2)), r"integers \(.long\(\)\)"),
        (lambda: F.cross_entropy(glia.zeros(2, 3), glia.zeros(2, 1).long()), r"of shape \(2,\)"),
        (lambda: F.mse_loss(glia.zeros(4, 1), glia.zeros(4)), r"expected the input's \(4, 1\)"),
        (lambda: nn.CrossEntropyLoss(glia.zeros(2, 3), glia.tensor([0, 1])), "called with"),
        (lambda: nn.NLLLoss(glia.zeros(2, 3), glia.tensor([0, 1])), "called with"),
        (lambda: nn.MSELoss(glia.zeros(2), glia.zeros(2)), "called with"),
        (lambda: nn.ReLU(glia.zeros(2)), r"ReLU\(\)\(x\)"),
        (walk_twice, "retain_graph=True"),
        (lambda: leaf().add_(1), "under `with glia.no_grad"),
        (lambda: leaf().numpy(), "detach"),
        (lambda: np.asarray(leaf()), "detach"),
        (lambda: (leaf() * 2).backward(), "needs a scalar"),
        (lambda: glia.ones(2).sum().backward(), "does not require grad"),
        (lambda: NET.to("cuda"), "computes on the CPU"),
        (lambda: NET.cuda(), "computes on the CPU"),
        (lambda: glia.ones(2).cuda(), "computes on the CPU"),
        (lambda: nn.Sequential(nn.Linear(2, 2), F.relu), r"got function.*layer ReLU"),
        (lambda: nn.Sequential([nn.Linear(2, 2)]), r"unpacked with \*"),
        (lambda: nn.ModuleDict({"act": F.relu}), "expected a Module"),
        (lambda: nn.ModuleList([F.relu]), "expected a Module"),
        (lambda: optim.SGD(NET, lr=0.1), r"got Net; .*model.parameters\(\)"),
        (used_up, "only once"),
        (lambda: nn.LSTM(3, 4)(glia.zeros(5, 2, 3), glia.zeros(1, 2, 4)), r"pair \(h, c\)"),
        (lambda: nn.GRU(3, 4)(glia.zeros(5, 2, 3), (glia.zeros(1, 2, 4),) * 2), "one tensor h"),
        (lambda: glia.ones(2, 3).transpose(0, 2), "got dim 2 for a tensor of 2 axes"),
        (lambda: glia.ones(2, 3).softmax(5), r"got axis 5 for an array of shape \(2, 3\)"),
        (lambda: glia.ones(2, 3) @ glia.ones(2, 3), r"got shapes \(2, 3\) and \(2, 3\)"),
        (lambda: NET.load_state_dict(nn.Linear(2, 2).state_dict()), r"missing \['conv.weight'"),
        (lambda: optim.lr_scheduler.ReduceLROnPlateau(
            optim.SGD(NET.parameters()), threshold_mode="share"), "expected 'rel' or 'abs'"),
    ],
)  # fmt: skip
def test_the_message_helps(mistake, message):
    errors = (ValueError, TypeError, RuntimeError, IndexError, KeyError)
    with pytest.raises(errors, match=message):
        mistake()


def test_forgotten_zero_grad_adds_up():
    w = leaf()
    for _ in range(2):
        (3 * w).sum().backward()
    np.testing.assert_array_equal(w.grad.array, 6)
    optimizer = optim.SGD([w], lr=0.1)
    optimizer.zero_grad()
    assert w.grad is None


def test_a_gradient_that_is_no_number_can_be_refused():
    w = leaf()
    w.grad = glia.tensor([np.inf, 1.0])
    with pytest.raises(RuntimeError, match="gradient of norm inf"):
        nn.utils.clip_grad_norm_([w], 1.0, error_if_nonfinite=True)
