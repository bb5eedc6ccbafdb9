"""Arguments at random for every op that has a kernel: shapes, strides, dtypes, odd arrays."""

import itertools

import numpy as np
from glia import backend
from glia.ops.chain import Stack
from glia.ops.memory import Memory


def pair(name):
    """Return an op's textbook and its kernel."""
    with backend.use("numpy"):
        plain = backend.implementation(name)
    with backend.use("numba"):
        return plain, backend.implementation(name)


class Draw:
    """Arrays of one dtype in any state: turned, sliced, read-only, misaligned, or plain."""

    def __init__(self, rng):
        self.rng = rng
        self.dtype = rng.choice([np.float32, np.float32, np.float32, np.float64])

    def size(self, most=40, least=0):
        usual = int(self.rng.integers(least, most))
        return max(least, int(self.rng.choice([0, 1, usual, usual, usual, usual])))

    def array(self, *shape):
        values = self.rng.standard_normal(shape).astype(self.dtype)
        how = self.rng.integers(8)
        if how == 0 and values.ndim > 1:
            return np.asfortranarray(values)
        if how == 1 and values.ndim:
            wide = np.zeros((*shape[:-1], 2 * shape[-1] + 1), self.dtype)
            wide[..., 1::2] = values
            return wide[..., 1::2]
        if how == 2:
            values.flags.writeable = False
        if how == 3:
            raw = np.zeros(values.nbytes + 1, np.uint8)[1:].view()
            odd = np.frombuffer(raw.data, self.dtype, values.size).reshape(shape)
            odd = odd.view() if values.size else values
            if values.size:
                odd[...] = values
            return odd
        if how == 4 and values.ndim:
            return values[::-1]
        return values


def linear(draw):
    out, features = draw.size(), draw.size(60)
    lead = [(draw.size(),), (), (draw.size(5), draw.size(8))][draw.rng.integers(3)]
    weight, x = draw.array(out, features), draw.array(*lead, features)
    if draw.rng.random() < 0.5:
        weight = np.asfortranarray(weight)
    return x, weight, draw.array(out) if draw.rng.random() < 0.7 else None


def linear_backward(draw):
    x, weight, _ = linear(draw)
    grad = draw.array(*x.shape[:-1], len(weight))
    return grad, x, weight, tuple(bool(b) for b in draw.rng.integers(2, size=3))


def relu(draw):
    return (draw.array(*(draw.size(9) for _ in range(draw.rng.integers(4)))),)


def relu_backward(draw):
    (x,) = relu(draw)
    return draw.array(*x.shape), x


def class_cross_entropy(draw):
    rows, classes = draw.size(30, 1), draw.size(70, 1)
    z, target = draw.array(rows, classes), draw.rng.integers(0, classes, rows)
    if draw.rng.random() < 0.3:
        target[0] = -100
    if draw.rng.random() < 0.2:
        z = z * 1e4
    reduction = draw.rng.choice(["mean", "sum"])
    kind = draw.rng.choice([np.int64, np.int32])
    return z, target.astype(kind), -100, str(reduction)


def gelu(draw):
    x, with_slope = relu(draw)[0] * 3, bool(draw.rng.integers(2))
    return np.asarray(x), str(draw.rng.choice(["none", "tanh"])), with_slope


def sigmoid(draw):
    x, _, with_slope = gelu(draw)
    return x * draw.rng.choice([1, 30]), with_slope


def silu(draw):
    return sigmoid(draw)


def leaky_relu(draw):
    return sigmoid(draw)[0], float(draw.rng.choice([0.01, 0.3, 0.0]))


def add(draw):
    """Operands alike, or broadcast, or a number; images with the batch innermost."""
    x, kind = relu(draw)[0], draw.rng.random()
    if kind < 0.3:  # such as go to the pool, and such as go to two threads
        shape = (4, int(draw.rng.integers(1, 120)), 3, 160)
        x = draw.array(*shape)
        if kind < 0.1:
            x = np.asarray(draw.array(*shape[1:], 4).transpose(3, 0, 1, 2))
    how = draw.rng.integers(5)
    if how == 0:
        return x, 0.5
    if how == 1 and x.ndim:
        return draw.array(*x.shape[1:]), x
    if how == 2 and x.ndim > 1:
        return x, draw.array(x.shape[0], *(1,) * (x.ndim - 1))
    if how == 3:
        return x, draw.array(*x.shape)
    return x, np.asarray(x + 1)


def multiply(draw):
    return add(draw)


def softmax(draw):
    x = draw.array(*(draw.size(9) for _ in range(draw.rng.integers(3))), draw.size(70, 1))
    return x * draw.rng.choice([1, 100]), int(draw.rng.choice([-1, -1, 0]))


def softmax_backward(draw):
    p = np.abs(draw.array(draw.size(20), draw.size(70, 1)))
    return draw.array(*p.shape), p / np.maximum(p.sum(axis=-1, keepdims=True), 1), -1


def log_softmax(draw):
    return draw.array(draw.size(20, 1), draw.size(70, 1)) * 50, -1


def log_softmax_backward(draw):
    grad, p, axis = softmax_backward(draw)
    return grad, np.log(p + p.dtype.type(0.01)), axis


def layer_norm(draw):
    x = draw.array(draw.size(9), draw.size(9, 1), draw.size(70, 1))
    count = int(draw.rng.integers(1, 3))
    shape = x.shape[3 - count :]
    weight = draw.array(*shape) if draw.rng.random() < 0.7 else None
    return x, count, weight, draw.array(*shape) if draw.rng.random() < 0.7 else None, 1e-5


def layer_norm_backward(draw):
    x, count, weight, bias, eps = layer_norm(draw)
    _, statistics = pair("layer_norm")[0](x, count, weight, bias, eps)
    return draw.array(*x.shape), x, statistics, count, weight


def images(draw, *, least=1):
    shape = [draw.size(9, least), draw.size(7, 1), draw.size(9, least), draw.size(9, least)]
    if draw.rng.random() < 0.5:  # the batch innermost, as our own layers leave it
        turned = draw.rng.standard_normal((*shape[1:], shape[0])).astype(draw.dtype)
        return turned.transpose(3, 0, 1, 2)
    return draw.array(*shape)


def batch_norm(draw):
    x = images(draw) if draw.rng.random() < 0.7 else draw.array(draw.size(30, 2), draw.size(9, 1))
    many = x.shape[1]
    weight = draw.array(many) if draw.rng.random() < 0.7 else None
    return x, weight, draw.array(many) if draw.rng.random() < 0.7 else None, 1e-2


def batch_norm_backward(draw):
    x, weight, bias, eps = batch_norm(draw)
    _, mean, rstd, _ = pair("batch_norm")[0](x, weight, bias, eps)
    return draw.array(*x.shape), x, mean, rstd, weight


def max_pool2d(draw):
    x, rectify = images(draw, least=3), bool(draw.rng.integers(2))
    if draw.rng.random() < 0.3:
        return x, (2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1), rectify
    if draw.rng.random() < 0.3:  # the least value there is, beside padding too, and no value
        odd = x.dtype.type(draw.rng.choice([-np.inf, np.nan]))
        x = np.where(draw.rng.random(x.shape) < 0.5, x, odd)
    *window, dilation = pool_window(draw, x, [1, 1, 2, 3])
    return x, *window, dilation, rectify


def pool_window(draw, x, dilations):
    """Return kernel, stride, padding and dilation that fit the images, by (rows, columns)."""
    axes = []
    for size in x.shape[2:]:
        kernel, stride = (int(k) for k in draw.rng.integers(1, (5, 4)))
        padding, gap = int(draw.rng.integers(kernel // 2 + 1)), int(draw.rng.choice(dilations))
        while (kernel - 1) * gap >= size + 2 * padding:
            kernel, padding = kernel - 1, min(padding, (kernel - 1) // 2)
        axes.append((kernel, stride, (padding, padding), gap))
    return tuple(zip(*axes, strict=True))


def max_pool2d_backward(draw):
    x, *window = max_pool2d(draw)
    x = np.maximum(x, -9)  # the textbook's padding, -inf, is no equal of these
    x = np.round(x) if draw.rng.random() < 0.3 else x  # equals, and windows whose largest is 0
    y = pair("max_pool2d")[0](x, *window)
    return draw.array(*y.shape), x, y, *window


def avg_pool2d(draw):
    x = images(draw, least=1 + int(draw.rng.integers(3)))
    *window, _ = pool_window(draw, x, [1])
    return x, *window, bool(draw.rng.integers(2))


def avg_pool2d_backward(draw):
    x, *window = avg_pool2d(draw)
    y = pair("avg_pool2d")[0](x, *window)
    return draw.array(*y.shape), x.shape, *window


def linear_stack(draw):
    widths = [draw.size(30) for _ in range(int(draw.rng.integers(2, 5)))]
    lead = [(draw.size(),), (), (draw.size(5), draw.size(8))][draw.rng.integers(3)]
    x, parameters = draw.array(*lead, widths[0]), []
    for features, out in itertools.pairwise(widths):
        parameters += [draw.array(out, features), draw.array(out)]
    stack = Stack([bool(b) for b in draw.rng.integers(2, size=len(widths) - 1)])
    return draw.array(*lead, widths[-1]), x, parameters, stack


def conv2d(draw):
    u, v = (int(k) for k in draw.rng.integers(1, 4, 2))
    dilation = tuple(int(d) for d in draw.rng.choice([1, 1, 2], 2))
    if draw.rng.random() < 0.3:  # what goes by fewer products
        channels, filters, height, width = (int(k) for k in draw.rng.integers((8, 8, 5, 6), 18))
        x, dilation = draw.array(draw.size(20, 1), channels, height, width), (dilation[0], 1)
        v = int(draw.rng.choice([3, 5]))
    else:
        x, filters = images(draw, least=6), draw.size(20, 1)
    weight = draw.array(filters, x.shape[1], u, v)
    bias = draw.array(len(weight)) if draw.rng.random() < 0.7 else None
    pads = tuple(tuple(int(p) for p in draw.rng.integers(0, 3, 2)) for _ in range(2))
    stride = (1, 1) if draw.rng.random() < 0.8 else tuple(map(int, draw.rng.integers(1, 4, 2)))
    return x, weight, bias, stride, pads, dilation, 1


def conv2d_backward(draw):
    x, weight, _, *window = conv2d(draw)
    grad = draw.array(*pair("conv2d")[0](x, weight, None, *window).shape)
    return grad, x, weight, *window, tuple(bool(b) for b in draw.rng.integers(2, size=3))


def recurrent(draw, gates, states):
    steps, batch, inputs, size = (draw.size(most, 1) for most in (6, 9, 9, 20))
    biases = [draw.array(gates * size) if draw.rng.random() < 0.7 else None for _ in range(2)]
    first = [draw.array(batch, size) for _ in range(states)]
    weights = draw.array(gates * size, inputs), draw.array(gates * size, size)
    return draw.array(steps, batch, inputs), *first, *weights, *biases


def ended(draw, x):
    if draw.rng.random() < 0.8:
        return None
    return (draw.rng.random((*x.shape[:2], 1)) < 0.7).astype(draw.dtype)


def lstm(draw):
    args = recurrent(draw, 4, 2)
    return *args, ended(draw, args[0])


def lstm_backward(draw):
    *args, mask = lstm(draw)
    _, h, _, _, w_hh, *_ = args
    gates, states, cells = pair("lstm")[0](*args, mask)
    grads = draw.array(*states[1:].shape), draw.array(*h.shape), draw.array(*h.shape)
    return *grads, w_hh, gates, cells, mask


def gru(draw):
    args = recurrent(draw, 3, 1)
    kind = ("after", "keep") if draw.rng.random() < 0.7 else ("before", "replace")
    return *args, *kind, ended(draw, args[0])


def gru_backward(draw):
    *args, reset, update, mask = gru(draw)
    gates, states = pair("gru")[0](*args, reset, update, mask)
    grads = draw.array(*states[1:].shape), draw.array(*args[1].shape)
    return *grads, args[3], gates, states, reset, update, mask


def attention(draw):
    lead = [(draw.size(4, 1),), (draw.size(4, 1), draw.size(4, 1))][draw.rng.integers(2)]
    length, many, depth, width = (draw.size(most, 1) for most in (60, 60, 20, 20))
    q, k = draw.array(*lead, length, depth), draw.array(*lead, many, depth)
    v = draw.array(*lead, many, width)
    if len(lead) == 2 and draw.rng.random() < 0.3:  # a projection cut in three
        n, heads = lead
        wide = draw.rng.standard_normal((n, length, 3 * heads * depth)).astype(draw.dtype)
        parts = (x.reshape(n, length, heads, depth) for x in np.split(wide, 3, axis=-1))
        q, k, v = (x.transpose(0, 2, 1, 3) for x in parts)
        many = length
    mask = draw.rng.random((length, many)) < 0.7
    if draw.rng.random() < 0.5:
        mask &= np.tri(length, many, draw.rng.integers(-2, 20), dtype=bool)
    if draw.rng.random() < 0.3:
        mask = mask.astype(draw.dtype)
    return q, k, v, None if draw.rng.random() < 0.5 else mask, 0.3


def attention_backward(draw):
    q, k, v, mask, scale = attention(draw)
    y, weights = pair("attention")[0](q, k, v, mask, scale)
    return draw.array(*y.shape), q, k, v, weights, mask, scale


def product(draw):
    if draw.rng.random() < 0.4:  # batches, as attention has them
        lead = tuple(draw.size(6) for _ in range(draw.rng.integers(1, 3)))
        rows, depth, columns = (draw.size(30) for _ in range(3))
        a = draw.array(*lead, rows, depth)
        if draw.rng.random() < 0.5:
            a = np.ascontiguousarray(a.swapaxes(-1, -2)).swapaxes(-1, -2)
        b = draw.array(*(lead if draw.rng.random() < 0.8 else ()), depth, columns)
        if draw.rng.random() < 0.5:
            b = np.ascontiguousarray(b.swapaxes(-1, -2)).swapaxes(-1, -2)
        return a, b
    rows, depth, columns = (draw.size(most) for most in (90, 60, 130))
    a, b = draw.array(rows, depth), draw.array(depth, columns)
    return (np.asfortranarray(a) if draw.rng.random() < 0.3 else a), b


def embedding_backward(draw):
    shape = draw.size(20, 1), draw.size(40)
    lead = [draw.size(8) for _ in range(draw.rng.integers(3))]
    indices = draw.rng.integers(-shape[0], shape[0], lead)
    return draw.array(*lead, shape[1]), indices.astype(draw.rng.choice([np.int64, np.int32])), shape


def slice_backward(draw):
    shape = draw.size(20, 1), draw.size(40, 1)
    start = int(draw.rng.integers(shape[1]))
    index = [(Ellipsis, slice(start, None)), (0,), slice(None, None, 2)][draw.rng.integers(3)]
    return draw.array(*np.empty(shape)[index].shape), shape, index


def concatenate(draw):
    rows, axis = draw.size(9), int(draw.rng.integers(2))
    sizes = [draw.size(30) for _ in range(draw.rng.integers(1, 4))]
    arrays = [draw.array(*((rows, n) if axis else (n, rows))) for n in sizes]
    return arrays, axis


def join(draw):
    lead = [draw.size(9, 1) for _ in range(draw.rng.integers(3))]
    if draw.rng.random() < 0.5:
        return concatenate(draw)
    whole = draw.array(*lead, 3 * draw.size(9, 1))
    parts = np.split(whole, 3, axis=-1)
    return (parts if draw.rng.random() < 0.7 else parts[::-1]), -1


def all_finite(draw):
    x = draw.array(draw.size(90, 1), draw.size(90, 1))
    if draw.rng.random() < 0.5 and x.flags.writeable:
        place = tuple(int(draw.rng.integers(n)) for n in x.shape)
        x[place] = draw.rng.choice([np.nan, np.inf, -np.inf])
    return (x,)


def sgd_update_(draw):
    w = relu(draw)[0]
    return np.array(w), draw.array(*w.shape), 0.1


def momentum_update_(draw):
    w = relu(draw)[0]
    return np.array(w), draw.array(*w.shape), np.array(w * 2), 0.1, 0.9


def adam_update_(draw):
    w = relu(draw)[0]
    t = float(draw.rng.choice([1, 2, 1000, np.inf]))
    square = np.array(np.square(w))
    return np.array(w), draw.array(*w.shape), np.array(w), square, 1e-3, 0.9, 0.999, 1e-8, t


def sgd_updates_(draw):
    return several(draw, sgd_update_)


def momentum_updates_(draw):
    return several(draw, momentum_update_)


def adam_updates_(draw):
    return several(draw, adam_update_)


def several(draw, one):
    """Return lists in the place of the arrays: for few parameters, or more than a launch takes."""
    drawn = [one(draw) for _ in range(int(draw.rng.integers(1, 20)))]
    columns = zip(*drawn, strict=True)
    return *[list(c) if isinstance(c[0], np.ndarray) else c[0] for c in columns], Memory()


CASES: list = [
    linear,
    linear_backward,
    relu,
    relu_backward,
    class_cross_entropy,
    gelu,
    sigmoid,
    silu,
    leaky_relu,
    add,
    multiply,
    softmax,
    softmax_backward,
    log_softmax,
    log_softmax_backward,
    layer_norm,
    layer_norm_backward,
    batch_norm,
    batch_norm_backward,
    max_pool2d,
    max_pool2d_backward,
    avg_pool2d,
    avg_pool2d_backward,
    conv2d,
    conv2d_backward,
    product,
    attention,
    attention_backward,
    lstm,
    lstm_backward,
    gru,
    gru_backward,
    embedding_backward,
    slice_backward,
    concatenate,
    join,
    all_finite,
    sgd_update_,
    momentum_update_,
    adam_update_,
    sgd_updates_,
    momentum_updates_,
    adam_updates_,
]
