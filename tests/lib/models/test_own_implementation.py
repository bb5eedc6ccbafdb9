"""Whole models train on code that a learner might write."""

import glia
import numpy as np
from glia import data, optim
from glia.models import GPT, LeNet5
from glia.nn import functional as F
from glia.train import token_cross_entropy

calls = []


def my_conv2d(x, weight, bias, stride, padding):
    """A sum over the places of the window: one product of matrices for each."""
    calls.append("conv2d")
    if padding:
        x = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    high, wide = (np.array(x.shape[2:]) - weight.shape[2:]) // stride + 1
    out = np.zeros((len(x), len(weight), high, wide), x.dtype)
    for i in range(weight.shape[2]):
        for j in range(weight.shape[3]):
            patch = x[:, :, i : i + stride * high : stride, j : j + stride * wide : stride]
            out += np.einsum("nchw,oc->nohw", patch, weight[:, :, i, j])
    return out + bias[:, None, None]


def my_conv2d_backward(grad, x, weight, bias, stride, padding):
    around = [(0, 0), (0, 0), (padding, padding), (padding, padding)]
    x = np.pad(x, around)
    grad_x, grad_weight = np.zeros_like(x), np.zeros_like(weight)
    high, wide = grad.shape[2:]
    for i in range(weight.shape[2]):
        for j in range(weight.shape[3]):
            at = np.s_[:, :, i : i + stride * high : stride, j : j + stride * wide : stride]
            grad_weight[:, :, i, j] = np.einsum("nchw,nohw->oc", x[at], grad)
            grad_x[at] += np.einsum("nohw,oc->nchw", grad, weight[:, :, i, j])
    inside = np.s_[:, :, padding : x.shape[2] - padding, padding : x.shape[3] - padding]
    return grad_x[inside], grad_weight, grad.sum((0, 2, 3))


def my_attention(q, k, v, mask, scale):
    calls.append("attention")
    return weights_of(q, k, mask, scale) @ v


def weights_of(q, k, mask, scale):
    scores = q @ k.swapaxes(-1, -2) * scale
    if mask is not None:
        scores = np.where(mask, scores, -1e9).astype(q.dtype)
    exponentials = np.exp(scores - scores.max(-1, keepdims=True))
    return exponentials / exponentials.sum(-1, keepdims=True)


def my_attention_backward(grad, q, k, v, mask, scale):
    p = weights_of(q, k, mask, scale)
    grad_p = grad @ v.swapaxes(-1, -2)
    grad_scores = p * (grad_p - (grad_p * p).sum(-1, keepdims=True)) * scale
    return grad_scores @ k, grad_scores.swapaxes(-1, -2) @ q, p.swapaxes(-1, -2) @ grad


def losses(model, loss, steps=6):
    optimizer = optim.Adam(model.parameters(), lr=3e-3)
    out = []
    for _ in range(steps):
        value = loss(model)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        out.append(value.item())
    return out


def both_ways(make, loss, **own):
    glia.manual_seed(0)
    library = losses(make(), loss)
    calls.clear()
    glia.manual_seed(0)
    with glia.use(**own):
        mine = losses(make(), loss)
    np.testing.assert_allclose(mine, library, rtol=1e-3)
    assert mine[-1] < mine[0] - 0.1
    return len(calls)


def test_lenet_trains_on_a_learners_convolution():
    digits = data.load_mnist_5k(flat=False)
    x, y = glia.from_numpy(digits.x_train[:32]), glia.from_numpy(digits.y_train[:32])
    count = both_ways(
        LeNet5,
        lambda model: F.cross_entropy(model(x), y),
        conv2d=(my_conv2d, my_conv2d_backward),
    )
    assert count == 2 * 6


def test_a_gpt_trains_on_a_learners_attention():
    text = data.load_shakespeare().train[:257]
    tokenizer = data.CharTokenizer(text)
    ids = glia.from_numpy(tokenizer.encode(text))
    x, y = ids[:-1].reshape(8, 32), ids[1:].reshape(8, 32)
    count = both_ways(
        lambda: GPT(len(tokenizer), 32, 24, 3, 2),
        lambda model: token_cross_entropy(model(x), y),
        scaled_dot_product_attention=(my_attention, my_attention_backward),
    )
    assert count == 2 * 6
