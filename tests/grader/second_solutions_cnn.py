"""Right solutions of the exercises on convolutional nets, written unlike the references."""

import numpy as np
from second_solutions_convolution import conv2d, pool2d

__all__ = [
    "average_head",
    "average_head_backward",
    "layer_sizes",
    "lenet_forward",
    "receptive_field",
    "residual_block",
    "residual_block_backward",
    "retrain_head",
    "shift_gaps",
    "train_residual",
]


def receptive_field(layers):
    """From the unit back to the input: n units of a layer see (n - 1) s + k below."""
    seen = 1
    for kernel, stride in reversed(layers):
        seen = (seen - 1) * stride + kernel
    return seen


def layer_sizes(shape, layers):
    """Build every array and look at its size."""
    maps = np.zeros(shape)
    values, parameters = [], []
    for layer in layers:
        weights = []
        if layer[0] == "conv":
            _, filters, kernel, stride, padding = layer
            weights = [np.zeros((filters, len(maps), kernel, kernel)), np.zeros(filters)]
            maps = conv2d(maps[None], *weights, stride, padding)[0]
        elif layer[0] == "pool":
            maps = pool2d(maps[None], layer[1], layer[1], "max")[0]
        else:
            weights = [np.zeros((maps.size, layer[1])), np.zeros(layer[1])]
            maps = np.zeros((layer[1], 1, 1))
        values.append(maps.size)
        parameters.append(sum(w.size for w in weights))
    return np.array(values), np.array(parameters)


def shift_gaps(image, kernel, shift):
    h, w = image.shape
    moved = np.hstack([np.zeros((h, shift)), image])[:, :w]

    def feature_map(x):
        return conv2d(x[None, None], kernel[None, None], np.zeros(1), 1, 0)[0, 0]

    before, after = feature_map(image), feature_map(moved)
    along = stay = 0.0
    for i in range(before.shape[0]):
        for j in range(before.shape[1]):
            stay = max(stay, abs(after[i, j] - before[i, j]))
            if j >= shift:
                along = max(along, abs(after[i, j] - before[i, j - shift]))
    return along, stay, abs(float(np.max(after)) - float(np.max(before)))


def lenet_forward(x, K1, b1, K2, b2, W3, b3, W4, b4):
    features, scores = [], []
    for image in x:
        maps = pool2d(np.maximum(conv2d(image[None], K1, b1, 1, 0), 0), 2, 2, "max")
        maps = pool2d(np.maximum(conv2d(maps, K2, b2, 1, 0), 0), 2, 2, "max")
        features.append(maps.ravel())
        hidden = [max(float(w @ features[-1] + b), 0.0) for w, b in zip(W3, b3, strict=True)]
        scores.append(W4 @ np.array(hidden) + b4)
    return np.array(features), np.array(scores)


def average_head(features, weight, bias):
    n, c = features.shape[:2]
    pooled = np.zeros((n, c))
    for place in np.ndindex(n, c):
        pooled[place] = sum(float(v) for v in features[place].flat) / features[place].size
    return pooled, np.array(
        [[w @ p + b for w, b in zip(weight, bias, strict=True)] for p in pooled]
    )


def average_head_backward(grad, features, weight):
    to_maps, to_weight = np.zeros(features.shape), np.zeros(weight.shape)
    places = features.shape[2] * features.shape[3]
    for n in range(len(grad)):
        for k in range(len(weight)):
            for c in range(weight.shape[1]):
                to_weight[k, c] += grad[n, k] * features[n, c].sum() / places
                to_maps[n, c] += grad[n, k] * weight[k, c] / places
    return to_maps, to_weight, sum(grad)


def residual_block(z, W1, b1, W2, b2):
    out = []
    for row in z:
        hidden = np.array([max(float(w @ row + b), 0.0) for w, b in zip(W1, b1, strict=True)])
        branch = np.array([max(float(w @ hidden + b), 0.0) for w, b in zip(W2, b2, strict=True)])
        out.append(row + branch)
    return np.array(out)


def residual_block_backward(grad, z, W1, b1, W2, b2):
    parts = [np.zeros(a.shape) for a in (z, W1, b1, W2, b2)]
    for n, row in enumerate(z):
        hidden = np.clip(W1 @ row + b1, 0, None)
        outer = np.where(W2 @ hidden + b2 > 0, grad[n], 0.0)
        inner = np.where(hidden > 0, outer @ W2, 0.0)
        parts[0][n] = grad[n] + inner @ W1
        parts[1] += np.outer(inner, row)
        parts[2] += inner
        parts[3] += np.outer(outer, hidden)
        parts[4] += outer
    return tuple(parts)


def retrain_head(X, y, W1, b1, W2, b2, lr, steps):
    rows = np.column_stack([np.clip(X @ W1.T + b1, 0, None), np.ones(len(X))])
    head = np.column_stack([W2, b2])
    for _ in range(steps):
        change = np.zeros(head.shape)
        for row, label in zip(rows, y, strict=True):
            scores = head @ row
            p = np.exp(scores - np.logaddexp.reduce(scores))
            p[label] -= 1
            change += np.outer(p, row)
        head = head - lr * change / len(X)
    return head[:, :-1], head[:, -1]


def train_residual(X, y, A, a, W1, b1, W2, b2, V, v):
    """With the library's autograd and its optimiser."""
    import glia
    from glia import functional as F

    p = [glia.tensor(part, requires_grad=True) for part in (A, a, W1, b1, W2, b2, V, v)]
    optimizer = glia.optim.Adam(p, lr=0.003)
    rng = np.random.default_rng(5)
    for _ in range(250):
        rows = rng.choice(len(X), size=32, replace=False)
        z = F.relu(F.linear(glia.tensor(X[rows]), p[0], p[1]))
        for k in range(len(W1)):
            z = z + F.relu(F.linear(F.relu(F.linear(z, p[2][k], p[3][k])), p[4][k], p[5][k]))
        loss = F.cross_entropy(F.linear(z, p[6], p[7]), glia.tensor(y[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return tuple(part.detach().numpy() for part in p)
