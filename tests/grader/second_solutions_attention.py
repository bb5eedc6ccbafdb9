"""Right solutions of the unit on attention, written unlike the references: loops."""

import math

import numpy as np


def _soften(scores):
    """Softmax of one row, hidden entries -inf; zeros if all are hidden."""
    seen = [s for s in scores if s > -math.inf]
    if not seen:
        return [0.0] * len(scores)
    top = max(seen)
    powers = [math.exp(s - top) if s > -math.inf else 0.0 for s in scores]
    return [p / sum(powers) for p in powers]


def dot_attention(query, states):
    scores = [float(np.dot(query, state)) for state in states]
    weights = _soften(scores)
    context = sum(w * state for w, state in zip(weights, states, strict=True))
    return np.array(scores), np.array(weights), np.asarray(context)


def attention_mask(lengths, size, causal):
    return np.array(
        [
            [[j < length and (j <= i or not causal) for j in range(size)] for i in range(size)]
            for length in lengths
        ]
    )


def scaled_dot_product_attention(Q, K, V, mask):
    if Q.ndim > 2:
        seen = [None] * len(Q)
        if mask is not None:
            seen = np.broadcast_to(mask, (*Q.shape[:-1], K.shape[-2]))
        return np.stack([scaled_dot_product_attention(*a) for a in zip(Q, K, V, seen, strict=True)])
    rows = []
    for i, q in enumerate(Q):
        scores = [float(q @ key) / math.sqrt(len(q)) for key in K]
        if mask is not None:
            scores = [s if ok else -math.inf for s, ok in zip(scores, mask[i], strict=True)]
        rows.append(np.array(_soften(scores)) @ V)
    return np.array(rows)


def attention_backward(grad, Q, K, V, mask):
    if Q.ndim > 2:
        parts = [None] * len(Q)
        if mask is not None:
            parts = np.broadcast_to(mask, (*Q.shape[:-1], K.shape[-2]))
        found = [attention_backward(*a) for a in zip(grad, Q, K, V, parts, strict=True)]
        return tuple(np.stack(part) for part in zip(*found, strict=True))
    size = math.sqrt(Q.shape[1])
    grad_Q, grad_K, grad_V = np.zeros(Q.shape), np.zeros(K.shape), np.zeros(V.shape)
    for i, q in enumerate(Q):
        scores = K @ q / size
        if mask is not None:
            scores = np.where(mask[i], scores, -np.inf)
        p = np.array(_soften(scores))
        jacobian = np.diag(p) - np.outer(p, p)
        d = jacobian @ (V @ grad[i]) / size
        grad_Q[i] = d @ K
        grad_K += np.outer(d, q)
        grad_V += np.outer(p, grad[i])
    return grad_Q, grad_K, grad_V


def multi_head_attention(x, W_q, W_k, W_v, W_o, heads, mask):
    depth, out = x.shape[2] // heads, 0.0
    for k in range(heads):
        own = slice(k * depth, (k + 1) * depth)
        parts = (x @ W[:, own] for W in (W_q, W_k, W_v))
        out = out + scaled_dot_product_attention(*parts, mask) @ W_o[own]
    return out


def positional_encoding(length, d_model):
    def entry(p, column):
        angle = p / 10000 ** (column // 2 * 2 / d_model)
        return math.cos(angle) if column % 2 else math.sin(angle)

    return np.array([[entry(p, column) for column in range(d_model)] for p in range(length)])


def layer_norm(x, gain, bias, eps):
    rows = x.reshape(-1, x.shape[-1])
    out = [gain * (row - np.mean(row)) / math.sqrt(np.var(row) + eps) + bias for row in rows]
    return np.reshape(out, x.shape)


def transformer_block(x, W_q, W_k, W_v, W_o, W_1, b_1, W_2, b_2, norm):
    ones, zeros = np.ones(x.shape[1]), np.zeros(x.shape[1])

    def attend(y):
        mixed = scaled_dot_product_attention(y @ W_q, y @ W_k, y @ W_v, np.tri(len(y)) > 0)
        return mixed @ W_o

    def think(y):
        u = y @ W_1 + b_1
        return (u * (u > 0)) @ W_2 + b_2

    for sublayer in (attend, think):
        if norm == "pre":
            x = x + sublayer(layer_norm(x, ones, zeros, 1e-5))
        else:
            x = layer_norm(x + sublayer(x), ones, zeros, 1e-5)
    return x


def cross_attention(x, memory, lengths, W_q, W_k, W_v, W_o):
    out = []
    for place, states, length in zip(x, memory, lengths, strict=True):
        real = states[:length]
        y = scaled_dot_product_attention(place @ W_q, real @ W_k, real @ W_v, None)
        out.append(y @ W_o)
    return np.array(out)


def next_token_probabilities(logits, temperature, top_k):
    order = sorted(range(len(logits)), key=lambda i: -logits[i])
    kept = order[: 1 if temperature == 0 else top_k]
    out = np.zeros(len(logits))
    out[kept] = _soften([float(logits[i]) / (temperature or 1.0) for i in kept])
    return out


def kv_cache_step(x, keys, values, W_q, W_k, W_v):
    keys, values = np.array([*keys, x @ W_k]), np.array([*values, x @ W_v])
    y = scaled_dot_product_attention((x @ W_q)[None], keys, values, None)
    return y[0], keys, values


def train_gpt(tokens, start):
    """The library's model on an attention that loops over sequences and heads."""
    import glia
    from glia.nn.utils import parameters_to_vector, vector_to_parameters

    def each(function, *arrays):
        flat = [a.reshape(-1, *a.shape[-2:]) for a in arrays]
        return [function(*rows) for rows in zip(*flat, strict=True)]

    def forward(q, k, v, mask, scale):
        rows = each(lambda *a: _one_head(*a, mask, scale)[1], q, k, v)
        return np.array(rows, q.dtype).reshape(q.shape)

    def backward(grad, q, k, v, mask, scale):
        def one(g, q, k, v):
            P, _ = _one_head(q, k, v, mask, scale)
            pull = g @ v.T
            d = P * (pull - np.sum(pull * P, axis=1, keepdims=True)) * scale
            return d @ k, d.T @ q, P.T @ g

        found = each(one, grad, q, k, v)
        return tuple(np.array(p, q.dtype).reshape(q.shape) for p in zip(*found, strict=True))

    model = glia.models.GPT(36, context=24, d_model=32, nhead=2, num_layers=1)
    vector_to_parameters(glia.tensor(np.float32(start)), model.parameters())
    optimizer, rng = glia.optim.Adam(model.parameters(), lr=0.01), np.random.default_rng(1)
    with glia.use(scaled_dot_product_attention=(forward, backward)):
        for step in range(500):
            optimizer.param_groups[0]["lr"] = 0.01 * (1 - step / 500)
            text = tokens[rng.integers(0, len(tokens) - 25, size=12)[:, None] + np.arange(25)]
            scores = model(glia.tensor(text[:, :-1])).reshape(-1, 36)
            loss = glia.nn.functional.cross_entropy(scores, glia.tensor(text[:, 1:].reshape(-1)))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return parameters_to_vector(model.parameters()).detach().numpy().astype(float)


def _one_head(q, k, v, mask, scale):
    scores = np.where(mask, q @ k.T * scale, -np.inf)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = powers / powers.sum(axis=1, keepdims=True)
    return weights, weights @ v
