"""Programs as the lectures write them for PyTorch, with `import glia as torch`."""

import glia as torch
import glia.nn as nn
import glia.nn.functional as F
import glia.optim as optim
import numpy as np


def toy_loader(n=64, batch_size=16):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, n)
    x = rng.normal(size=(n, 1, 4, 4)) * 0.3 + y[:, None, None, None]
    dataset = torch.data.TensorDataset(x.astype(np.float32), y)
    return torch.data.DataLoader(dataset, batch_size=batch_size, shuffle=True)


class MLP(torch.nn.Module):
    def __init__(self, num_features, num_hidden, num_classes, drop_proba=0.1):
        super().__init__()
        self.net = torch.nn.Sequential(
            torch.nn.Flatten(),
            torch.nn.Linear(num_features, num_hidden, bias=False),
            torch.nn.BatchNorm1d(num_hidden),
            torch.nn.ReLU(),
            torch.nn.Dropout(drop_proba),
            torch.nn.Linear(num_hidden, num_classes),
        )

    def forward(self, x):
        return self.net(x)


def test_subclass_with_batch_norm_and_dropout_trains():
    torch.manual_seed(1)
    device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
    model = MLP(16, 20, 3).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
    losses = []
    for _ in range(8):
        model.train()
        for features, targets in toy_loader():
            features, targets = features.to(device), targets.to(device)
            logits = model(features)
            loss = torch.nn.functional.cross_entropy(logits, targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        scheduler.step()
    model.eval()
    with torch.no_grad():
        right = total = 0
        for features, targets in toy_loader():
            _, predicted = torch.max(model(features), 1)
            right += (predicted == targets).sum().item()
            total += targets.size(0)
    assert losses[-1] < losses[0] / 2
    assert right / total > 0.9


class Layers(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear_1 = torch.nn.Linear(2, 6)
        self.linear_out = torch.nn.Linear(6, 2)

    def forward(self, x):
        out = F.relu(self.linear_1(x))
        logits = self.linear_out(out)
        return logits, F.log_softmax(logits, dim=1)


def test_a_subclass_learns_xor():
    torch.manual_seed(0)
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = torch.tensor([0, 1, 1, 0])
    net = Layers()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.05)
    for _ in range(300):
        optimizer.zero_grad()
        loss = F.nll_loss(net(x)[1], y)
        loss.backward()
        optimizer.step()
    assert (net(x)[0].argmax(dim=1) == y).all()
    # log-softmax is idempotent, so feeding log-probabilities to cross_entropy changes nothing
    logits, log_p = net(x)
    assert torch.allclose(F.cross_entropy(logits, y), F.cross_entropy(log_p, y), atol=1e-6)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 3)
        self.conv2 = nn.Conv2d(6, 16, 3)
        self.fc1 = nn.Linear(16 * 6 * 6, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(-1, self.num_flat_features(x))
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)

    def num_flat_features(self, x):
        count = 1
        for s in x.size()[1:]:
            count *= s
        return count


def test_two_convolutions_and_one_step():
    torch.manual_seed(0)
    net = Net()
    params = list(net.parameters())
    assert len(params) == 10 and params[0].size() == (6, 1, 3, 3)
    input = torch.randn(1, 1, 32, 32)
    out = net(input)
    assert out.size() == (1, 10)
    net.zero_grad()
    out.backward(torch.randn(1, 10))
    target = torch.randn(10).view(1, -1)
    criterion = nn.MSELoss()
    optimizer = optim.SGD(net.parameters(), lr=0.01)
    before = criterion(net(input), target)
    optimizer.zero_grad()
    before.backward()
    optimizer.step()
    assert criterion(net(input), target).item() < before.item()


def test_gradients_by_hand_under_no_grad():
    torch.manual_seed(0)
    x = torch.linspace(-1, 1, 20).view(-1, 1)
    y = 3 * x - 1
    w = torch.zeros(1, 1, requires_grad=True)
    b = torch.zeros(1, requires_grad=True)
    for _ in range(200):
        loss = ((x @ w + b - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w -= 0.3 * w.grad
            b -= 0.3 * b.grad
            w.grad.zero_()
            b.grad.zero_()
    np.testing.assert_allclose([w.item(), b.item()], [3, -1], atol=1e-4)


def test_attention_from_its_parts():
    torch.manual_seed(0)
    x = torch.randn(5, 8)
    u_query, u_key, u_value = (torch.rand(8, 8) for _ in range(3))
    queries, keys, values = x.matmul(u_query), x.matmul(u_key), x.matmul(u_value)
    scores = queries @ keys.T
    mask = torch.triu(torch.ones(5, 5), diagonal=1).bool()
    weights = F.softmax(scores.masked_fill(mask, -torch.inf) / 8**0.5, dim=1)
    context = weights @ values
    expected = F.scaled_dot_product_attention(queries, keys, values, is_causal=True)
    np.testing.assert_allclose(context.array, expected.array, atol=1e-5)


def test_parameter_groups_have_rates_of_their_own():
    net = Layers()
    optimizer = optim.SGD(
        [
            {"params": net.linear_1.parameters(), "lr": 0.0},
            {"params": net.linear_out.parameters()},
        ],
        lr=0.1,
    )
    before = [p.clone().detach() for p in net.parameters()]
    net(torch.ones(1, 2))[0].sum().backward()
    optimizer.step()
    same = [torch.equal(a, b) for a, b in zip(before, net.parameters(), strict=True)]
    assert same[:2] == [True, True] and same[2:] != [True, True]
    for group in optimizer.param_groups:
        group["lr"] *= 0.5
    assert [g["lr"] for g in optimizer.param_groups] == [0.0, 0.05]
