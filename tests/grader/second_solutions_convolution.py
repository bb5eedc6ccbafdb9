"""Right solutions of the exercises on convolution, written unlike the references."""

import math

import numpy as np

__all__ = [
    "conv2d",
    "conv2d_backward",
    "conv_matrix",
    "conv_output_size",
    "conv_parameters",
    "correlate1d",
    "correlate2d",
    "count_weights",
    "make_filter",
    "max_pool_backward",
    "pool2d",
    "train_lenet",
]


def count_weights(shape, units, field, shared):
    if field is None:
        one = math.prod(shape)
    else:
        one = sum(shape[2] for _ in range(field) for _ in range(field))
    return one * (1 if shared else units)


def correlate1d(x, kernel, flip):
    size = len(kernel)
    out = []
    for start in range(len(x) - size + 1):
        patch = x[start : start + size]
        total = 0.0
        for j in range(size):
            total += float(patch[j]) * float(kernel[size - 1 - j if flip else j])
        out.append(total)
    return np.array(out)


def correlate2d(image, kernel, bias):
    kh, kw = kernel.shape
    rows = []
    for i in range(len(image) - kh + 1):
        patches = [image[i : i + kh, j : j + kw] for j in range(len(image[0]) - kw + 1)]
        rows.append([float((patch * kernel).sum()) + bias for patch in patches])
    return np.array(rows)


def make_filter(purpose):
    blur = np.array([0.3, 0.4, 0.3])
    if purpose in ("vertical", "horizontal"):
        columns = np.outer([1, 1, 1], [-3, 0, 3])
        return columns if purpose == "vertical" else columns.T
    if purpose == "diagonal":
        return np.eye(3) - np.eye(3)[:, ::-1]
    if purpose == "sharpen":
        return 2 * np.outer([0, 1, 0], [0, 1, 0]) - np.full((3, 3), 1 / 9)
    return np.outer(blur, blur) if purpose == "gaussian" else np.full((3, 3), 1 / 9)


def conv_matrix(kernel, n):
    """Ask the operation itself: what does it make of each unit vector?"""
    return np.stack([np.correlate(e, kernel, "valid") for e in np.eye(n)], axis=1)


def conv_output_size(n, kernel, stride, padding, convention):
    padded = n + padding + (padding if convention == "per_side" else 0)
    return sum(1 for start in range(0, padded, stride) if start + kernel <= padded)


def conv2d(x, weight, bias, stride, padding):
    frame = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(x, frame), weight.shape[2:], (2, 3))
    windows = windows[:, :, ::stride, ::stride]
    n, c, rows, columns, kh, kw = windows.shape
    table = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * rows * columns, c * kh * kw)
    out = table @ weight.reshape(len(weight), -1).T + bias
    return out.reshape(n, rows, columns, -1).transpose(0, 3, 1, 2)


def conv_parameters(in_channels, filters, kernel, bias):
    weights = np.zeros((filters, in_channels, *kernel))
    return weights.size + (len(weights) if bias else 0)


def pool2d(x, size, stride, kind):
    n, c, h, w = x.shape
    out = np.empty((n, c, (h - size) // stride + 1, (w - size) // stride + 1))
    for place in np.ndindex(*out.shape):
        k, m, i, j = place
        top, left = i * stride, j * stride
        window = [x[k, m, top + u, left + v] for u in range(size) for v in range(size)]
        out[place] = max(window) if kind == "max" else sum(window) / len(window)
    return out


def max_pool_backward(grad, x, size, stride):
    out = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*grad.shape):
        best, where = -math.inf, (0, 0)
        for u in range(size):
            for v in range(size):
                value = x[n, c, i * stride + u, j * stride + v]
                if value > best:
                    best, where = value, (i * stride + u, j * stride + v)
        out[(n, c, *where)] += grad[n, c, i, j]
    return out


def conv2d_backward(grad, x, weight, bias, stride, padding):
    """Place by place, for all images at once."""
    kh, kw = weight.shape[2:]
    padded = np.zeros((*x.shape[:2], x.shape[2] + 2 * padding, x.shape[3] + 2 * padding))
    inside = np.s_[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]]
    padded[inside] = x
    back, grad_weight, grad_bias = np.zeros(padded.shape), np.zeros(weight.shape), 0.0
    filters = weight.reshape(len(weight), -1)
    for i in range(grad.shape[2]):
        for j in range(grad.shape[3]):
            patch = np.s_[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            upstream = grad[:, :, i, j]
            seen = padded[patch].reshape(len(x), -1)
            grad_weight += (upstream.T @ seen).reshape(weight.shape)
            back[patch] += (upstream @ filters).reshape(padded[patch].shape)
            grad_bias = grad_bias + upstream.sum(axis=0)
    return back[inside], grad_weight, grad_bias


def train_lenet(x, y, K1, b1, K2, b2, W3, b3, W4, b4):
    """With the library, whose convolution is the one above."""
    import glia
    from glia import functional as F

    tensors = [glia.tensor(p, requires_grad=True) for p in (K1, b1, K2, b2, W3, b3, W4, b4)]
    optimizer = glia.optim.Adam(tensors, lr=0.01)
    rng = np.random.default_rng(1)
    with glia.use(conv2d=(conv2d, conv2d_backward)):
        for _ in range(3 * len(x) // 20):
            rows = rng.choice(len(x), size=20, replace=False)
            z = glia.tensor(x[rows])
            for k in (0, 2):
                z = F.max_pool2d(F.relu(F.conv2d(z, tensors[k], tensors[k + 1])), 2)
            z = F.relu(F.linear(z.flatten(1), tensors[4], tensors[5]))
            loss = F.cross_entropy(F.linear(z, tensors[6], tensors[7]), glia.tensor(y[rows]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return tuple(p.detach().numpy() for p in tensors)
