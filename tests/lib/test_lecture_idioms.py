"""More programs in the lectures' manner, `import glia as torch`: what learners copy and change."""

import copy
import time

import glia as torch
import glia.nn as nn
import glia.nn.functional as F
import numpy as np
import pytest


def digits(n=600):
    split = torch.data.load_digits_8x8()
    images = torch.from_numpy(split.x_train[:n]).view(-1, 1, 8, 8)
    labels = torch.from_numpy(split.y_train[:n]).long()
    return torch.data.TensorDataset(images, labels)


class Multiply(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        z = x * y
        return z

    @staticmethod
    def backward(ctx, grad_z):
        x, y = ctx.saved_tensors
        grad_x = y * grad_z
        grad_y = x * grad_z
        return grad_x, grad_y


def test_multiply_inside_a_larger_graph():
    x = torch.tensor([1.0, -2.0, 3.0], requires_grad=True)
    y = torch.tensor([4.0, 5.0, -6.0], requires_grad=True)
    torch.sigmoid(Multiply.apply(x, y) + x).sum().backward()
    mine = x.grad.clone(), y.grad.clone()
    x.grad = y.grad = None
    torch.sigmoid(x * y + x).sum().backward()
    assert torch.allclose(mine[0], x.grad) and torch.allclose(mine[1], y.grad)
    assert torch.gradcheck(Multiply.apply, (x.detach().double(), y.detach().double()))


class MultilayerPerceptron(torch.nn.Module):
    def __init__(self, num_features, num_classes, num_hidden_1=32, num_hidden_2=16):
        super().__init__()
        self.linear_1 = torch.nn.Linear(num_features, num_hidden_1)
        self.linear_1.weight.detach().normal_(0.0, 0.1)
        self.linear_1.bias.detach().zero_()
        self.linear_2 = torch.nn.Linear(num_hidden_1, num_hidden_2)
        self.linear_out = torch.nn.Linear(num_hidden_2, num_classes)

    def forward(self, x):
        out = F.relu(self.linear_1(x))
        out = F.relu(self.linear_2(out))
        logits = self.linear_out(out)
        probas = F.softmax(logits, dim=1)
        return logits, probas


def compute_accuracy(net, data_loader, device):
    net.eval()
    correct_pred, num_examples = 0, 0
    with torch.no_grad():
        for features, targets in data_loader:
            features = features.view(-1, 8 * 8).to(device)
            targets = targets.to(device)
            _, probas = net(features)
            _, predicted_labels = torch.max(probas, 1)
            num_examples += targets.size(0)
            correct_pred += (predicted_labels == targets).sum()
        return correct_pred.float() / num_examples * 100


def test_the_whole_training_loop_with_its_log(capsys):
    torch.manual_seed(1)
    device = torch.device("cpu")
    loader = torch.data.DataLoader(dataset=digits(), batch_size=50, shuffle=True, drop_last=True)
    model = MultilayerPerceptron(num_features=64, num_classes=10).to(device)
    assert abs(model.linear_1.weight.std().item() - 0.1) < 0.01
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    start, costs = time.time(), []
    for epoch in range(12):
        model.train()
        for batch_idx, (features, targets) in enumerate(loader):
            features = features.view(-1, 8 * 8).to(device)
            targets = targets.to(device)
            logits, _ = model(features)
            cost = F.cross_entropy(logits, targets)
            optimizer.zero_grad()
            cost.backward()
            costs.append(cost.item())
            optimizer.step()
            if not batch_idx % 10:
                print(f"Epoch: {epoch + 1:03d} | Batch {batch_idx:03d}/{len(loader):03d}", end=" ")
                print(f"| Cost: {cost:.4f}")
    accuracy = compute_accuracy(model, loader, device)
    print(f"Train accuracy: {accuracy:.2f}% in {(time.time() - start) / 60:.2f} min")
    assert "Batch 000/012 | Cost: 2." in capsys.readouterr().out
    assert costs[-1] < costs[0] / 3 and accuracy > 85


class ConvNet(nn.Module):
    def __init__(self, num_classes, drop_proba=0.2):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, kernel_size=3, padding="same", bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=2, stride=2),
            nn.Conv2d(8, 16, kernel_size=(3, 3), padding=1),
            nn.LeakyReLU(0.1),
            nn.Dropout(drop_proba),
        )
        self.pool = nn.AdaptiveAvgPool2d((2, 2))
        self.classifier = nn.Linear(16 * 2 * 2, num_classes)

    def forward(self, x):
        x = self.pool(self.features(x))
        return self.classifier(torch.flatten(x, 1))


def test_a_network_is_saved_and_goes_on_elsewhere(tmp_path):
    torch.manual_seed(0)
    dataset = digits(200)
    train_set, valid_set = torch.data.random_split(dataset, [160, 40])
    loader = torch.data.DataLoader(train_set, batch_size=40, shuffle=True)
    model = ConvNet(10)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=1e-4)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    best = None
    for _ in range(3):
        for features, targets in loader:
            loss = nn.CrossEntropyLoss()(model(features), targets)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
            optimizer.step()
        scheduler.step()
        best = copy.deepcopy(model.state_dict())
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.005)
    torch.save(
        {"model": model.state_dict(), "optimizer": optimizer.state_dict()}, tmp_path / "a.pt"
    )
    other = ConvNet(10)
    stored = torch.load(tmp_path / "a.pt")
    other.load_state_dict(stored["model"])
    again = torch.optim.Adam(other.parameters(), lr=0.01, weight_decay=1e-4)
    again.load_state_dict(stored["optimizer"])
    features, targets = next(iter(torch.data.DataLoader(valid_set, batch_size=40)))
    for net in (model, other):
        net.eval()
    assert torch.equal(model(features), other(features))
    assert all(torch.equal(v, other.state_dict()[k]) for k, v in best.items())
    for net, stepper in ((model, optimizer), (other, again)):
        stepper.zero_grad()
        F.cross_entropy(net(features), targets).backward()
        stepper.step()
    assert torch.equal(model.classifier.weight, other.classifier.weight)


def test_activations_seen_through_hooks_and_weights_set_by_apply():
    model, seen = ConvNet(10), {}

    def init_weights(m):
        if isinstance(m, (nn.Linear, nn.Conv2d)):
            nn.init.kaiming_normal_(m.weight, nonlinearity="relu")
            if m.bias is not None:
                nn.init.zeros_(m.bias)

    model.apply(init_weights)
    assert (model.classifier.bias == 0).all()
    handle = model.features[0].register_forward_hook(
        lambda module, inputs, output: seen.update(first=output.detach())
    )
    model(torch.randn(2, 1, 8, 8))
    handle.remove()
    assert seen["first"].shape == (2, 8, 8, 8)
    for parameter in model.features.parameters():
        parameter.requires_grad = False
    model(torch.randn(2, 1, 8, 8)).sum().backward()
    assert model.features[0].weight.grad is None and model.classifier.weight.grad is not None
    count = sum(p.numel() for p in model.parameters() if p.requires_grad)
    assert count == 64 * 10 + 10


class CharacterModel(nn.Module):
    def __init__(self, vocabulary, embed=8, hidden=24):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, embed)
        self.lstm = nn.LSTM(embed, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, vocabulary)

    def forward(self, x, state=None):
        out, state = self.lstm(self.embedding(x), state)
        return self.fc(out), state


def test_a_character_model_learns_a_line_by_heart():
    torch.manual_seed(2)
    text = "the cat sat on the mat. " * 2
    chars = sorted(set(text))
    to_index = {c: i for i, c in enumerate(chars)}
    encoded = torch.tensor([to_index[c] for c in text])
    inputs, targets = encoded[:-1].unsqueeze(0), encoded[1:].unsqueeze(0)
    model = CharacterModel(len(chars))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
    for _ in range(60):
        logits, _ = model(inputs)
        loss = F.cross_entropy(logits.view(-1, len(chars)), targets.view(-1))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.3
    token, state, said = encoded[:1].view(1, 1), None, text[0]
    with torch.no_grad():
        for _ in range(11):
            logits, state = model(token, state)
            token = torch.argmax(logits[:, -1], dim=-1, keepdim=True)
            said += chars[token.item()]
    assert said == text[:12]


def test_dtypes_masks_and_comparisons_as_they_are_written():
    x = torch.arange(6, dtype=torch.float).reshape(2, 3)
    assert x.dtype == torch.float32 and torch.ones(1, dtype=torch.int).dtype == torch.int32
    mask = torch.gt(x, 2) & torch.le(x, 4)
    assert mask.dtype == torch.bool
    np.testing.assert_array_equal(x[mask].numpy(), [3, 4])
    assert torch.lt(x, 1).sum().item() == 1 and torch.ge(x, 1).sum().item() == 5
    assert torch.where(mask, x, torch.zeros_like(x)).sum().item() == 7
    h = torch.cat([x, torch.stack([x[0], x[1]])], dim=0)
    assert h.shape == (4, 3) and h.T.contiguous().view(-1).size(0) == 12
