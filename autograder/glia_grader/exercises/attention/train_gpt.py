"""The milestone: a GPT that writes verse, judged by how well it predicts verse it never read."""

from functools import cache

import numpy as np

from glia_grader.exercise import Check, Exercise, Finding, Misconception
from glia_grader.forbid import FORBIDDEN

STATEMENT = r"""
Train a small GPT on Shakespeare, letter by letter. It is `glia.models.GPT(36, context=24,
d_model=32, nhead=2, num_layers=1)`: everything is there but the attention, which is switched off.
Put yours in its place with `glia.use(scaled_dot_product_attention=(forward, backward))`.

The text comes as numbers 0 to 35 (letters, a few signs, the space and the line's end), and so do
the parameters to start from, all in one vector, in the order of `model.parameters()`
(`nn.utils.vector_to_parameters` loads them). Return the trained ones as such a vector. The model is
judged on verse that it has never seen: its mean cross entropy has to be below 2.45 nats a letter.
Knowing only how often each letter occurs gives about 3.1; knowing the one letter before, about 2.5:
to do better one has to look further back. 500 steps of Adam on 12 windows each, with a rate that
falls from 0.005 to 0, do so with room. All weights should have moved. Letters are renumbered at
random, so only training helps.
"""

SIGNATURE = '''
def train_gpt(tokens, start):
    """Train a small GPT to predict the next letter.

    Args:
        tokens: A text as numbers 0 to 35, shape (L,).
        start: The parameters to start from, shape (P,).

    Returns:
        The trained parameters, shape (P,); the given arrays stay as they are.
    """
'''

ALPHABET = "\n !',-.:;?abcdefghijklmnopqrstuvwxyz"
K, C, D, H = len(ALPHABET), 24, 32, 2
TRAINING, HELD_OUT = 60_000, 300
LEARNS, GOOD = 2.9, 2.45
_PARTS = {
    "tokens": (K, D), "places": (C, D), "norm1.weight": (D,), "norm1.bias": (D,),
    "qkv.weight": (3 * D, D), "qkv.bias": (3 * D,), "out.weight": (D, D), "out.bias": (D,),
    "norm2.weight": (D,), "norm2.bias": (D,), "linear1.weight": (4 * D, D),
    "linear1.bias": (4 * D,), "linear2.weight": (D, 4 * D), "linear2.bias": (D,),
    "norm.weight": (D,), "norm.bias": (D,),
}  # fmt: skip


def train_gpt(tokens, start):
    """Adam, and the way back through norms, attention and feed-forward net by hand."""
    k, c, d, heads, count, steps = 36, 24, 32, 2, 12, 500
    wide = ((k, d), (c, d), d, d, (3 * d, d), 3 * d, (d, d), d, d, d, (4 * d, d), 4 * d)
    shapes = (*wide, (d, 4 * d), d, d, d)
    ends = np.cumsum([np.prod(shape) for shape in shapes])[:-1]
    mask, scale, bend = np.tri(c, dtype=bool), np.sqrt(heads / d), np.sqrt(2.0 / np.pi)
    rng, flat = np.random.default_rng(0), start.copy()
    first, second = np.zeros_like(flat), np.zeros_like(flat)

    def norm(x):
        centred = x - x.mean(axis=-1, keepdims=True)
        size = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5)
        return centred / size, size

    def back(grad, normed, size):
        pull = normed * (grad * normed).mean(axis=-1, keepdims=True)
        return (grad - grad.mean(axis=-1, keepdims=True) - pull) / size

    def weigh(grad, x):
        return grad.reshape(-1, grad.shape[-1]).T @ x.reshape(-1, x.shape[-1])

    for step in range(1, steps + 1):
        parts = [p.reshape(s) for p, s in zip(np.split(flat, ends), shapes, strict=True)]
        E, P, g1, c1, A, a, O, o, g2, c2, L, l, M, m, g3, c3 = parts  # noqa: E741
        place = rng.integers(0, len(tokens) - c, size=count)
        text = tokens[place[:, None] + np.arange(c + 1)]
        ids, labels = text[:, :-1], text[:, 1:]
        x0 = E[ids] + P
        n1, s1 = norm(x0)
        y1 = n1 * g1 + c1
        q, keys, v = (y1 @ A.T + a).reshape(count, c, 3, heads, -1).transpose(2, 0, 3, 1, 4)
        scores = np.where(mask, q @ keys.swapaxes(2, 3) * scale, -np.inf)
        W = np.exp(scores - scores.max(axis=-1, keepdims=True))
        W /= W.sum(axis=-1, keepdims=True)
        mixed = (W @ v).transpose(0, 2, 1, 3).reshape(count, c, d)
        x1 = x0 + mixed @ O.T + o
        n2, s2 = norm(x1)
        y2 = n2 * g2 + c2
        u = y2 @ L.T + l
        t = np.tanh(bend * (u + 0.044715 * u * u * u))
        r = 0.5 * u * (1.0 + t)
        n3, s3 = norm(x1 + r @ M.T + m)
        y3 = n3 * g3 + c3
        z = y3 @ E.T
        z = np.exp(z - z.max(axis=-1, keepdims=True))
        d_z = z / z.sum(axis=-1, keepdims=True)
        np.put_along_axis(
            d_z, labels[:, :, None], np.take_along_axis(d_z, labels[:, :, None], 2) - 1.0, 2
        )
        d_z /= labels.size
        d_y3 = d_z @ E
        d_x2 = back(d_y3 * g3, n3, s3)
        slope = 0.5 * (1.0 + t) + 0.5 * u * (1.0 - t * t) * bend * (1.0 + 0.134145 * u * u)
        d_u = d_x2 @ M * slope
        d_y2 = d_u @ L
        d_x1 = d_x2 + back(d_y2 * g2, n2, s2)
        d_mixed = (d_x1 @ O).reshape(count, c, heads, -1).transpose(0, 2, 1, 3)
        d_W = d_mixed @ v.swapaxes(2, 3)
        d_s = W * (d_W - (d_W * W).sum(axis=-1, keepdims=True)) * scale
        d_qkv = np.stack([d_s @ keys, d_s.swapaxes(2, 3) @ q, W.swapaxes(2, 3) @ d_mixed])
        d_qkv = d_qkv.transpose(1, 3, 0, 2, 4).reshape(count, c, 3 * d)
        d_y1 = d_qkv @ A
        d_x0 = d_x1 + back(d_y1 * g1, n1, s1)
        d_E = weigh(d_z, y3)
        np.add.at(d_E, ids, d_x0)
        over = (0, 1)
        grads = (
            d_E, d_x0.sum(axis=0), (d_y1 * n1).sum(axis=over), d_y1.sum(axis=over),
            weigh(d_qkv, y1), d_qkv.sum(axis=over), weigh(d_x1, mixed), d_x1.sum(axis=over),
            (d_y2 * n2).sum(axis=over), d_y2.sum(axis=over), weigh(d_u, y2), d_u.sum(axis=over),
            weigh(d_x2, r), d_x2.sum(axis=over), (d_y3 * n3).sum(axis=over), d_y3.sum(axis=over),
        )  # fmt: skip
        grad = np.concatenate([g.ravel() for g in grads])
        first, second = 0.9 * first + 0.1 * grad, 0.99 * second + 0.01 * grad * grad
        rate = 0.005 * (1.0 - step / steps) * np.sqrt(1.0 - 0.99**step) / (1.0 - 0.9**step)
        flat = flat - rate * first / (np.sqrt(second) + 1e-8)
    return flat


@cache
def _text():
    """The plays as numbers in two parts: to learn from, and to judge on."""
    from glia.data import load_shakespeare

    number = {letter: i for i, letter in enumerate(ALPHABET)}
    both = load_shakespeare()
    return tuple(
        np.array([number[letter] for letter in part.lower() if letter in number]) for part in both
    )


def _task(rng):
    """Arguments of the call, and the windows of text that are kept back."""
    learn, keep = _text()
    letter = rng.permutation(K)  # new numbers: parameters trained elsewhere are of no use
    begin = rng.integers(0, len(learn) - TRAINING)
    places = rng.integers(0, len(keep) - C, size=HELD_OUT)
    start = []
    for name, shape in _PARTS.items():
        if len(shape) == 2:
            spread = 0.1 if name in ("tokens", "places") else 0.15
            start.append(rng.normal(size=shape) * spread)
        else:
            start.append(np.full(shape, float(name.startswith("norm") and "weight" in name)))
    flat = np.concatenate([part.ravel() for part in start])
    held_out = letter[keep[places[:, None] + np.arange(C + 1)]]
    return (letter[learn[begin : begin + TRAINING]], flat), held_out


def _split(flat):
    ends = np.cumsum([np.prod(shape) for shape in _PARTS.values()])[:-1]
    found = zip(_PARTS.items(), np.split(flat, ends), strict=True)
    return {name: part.reshape(shape) for (name, shape), part in found}


def _loss(flat, text):
    """Mean cross entropy of each letter but the first, given those before it."""
    p = _split(flat)

    def norm(x, name):
        centred = x - x.mean(axis=-1, keepdims=True)
        size = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5)
        return centred / size * p[f"{name}.weight"] + p[f"{name}.bias"]

    def linear(x, name):
        return x @ p[f"{name}.weight"].T + p[f"{name}.bias"]

    ids, labels = text[:, :-1], text[:, 1:]
    x = p["tokens"][ids] + p["places"]
    qkv = linear(norm(x, "norm1"), "qkv").reshape(*ids.shape, 3, H, D // H)
    q, k, v = qkv.transpose(2, 0, 3, 1, 4)
    scores = np.where(np.tri(C, dtype=bool), q @ k.swapaxes(2, 3) / np.sqrt(D / H), -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = weights / weights.sum(axis=-1, keepdims=True) @ v
    x = x + linear(mixed.transpose(0, 2, 1, 3).reshape(x.shape), "out")
    u = linear(norm(x, "norm2"), "linear1")
    bent = 0.5 * u * (1.0 + np.tanh(np.sqrt(2.0 / np.pi) * (u + 0.044715 * u**3)))
    z = norm(x + linear(bent, "linear2"), "norm") @ p["tokens"].T
    top = z.max(axis=-1, keepdims=True)
    log_p = z - top - np.log(np.exp(z - top).sum(axis=-1, keepdims=True))
    return float(-np.take_along_axis(log_p, labels[:, :, None], 2).mean())


def _below(limit):
    def examine(ask, rng):
        given, held_out = _task(rng)
        loss = _loss(ask(*given), held_out)
        if loss < limit:  # a nan is not
            return None
        return Finding(
            f"On verse that your model has never read its loss is {loss:.3g} nats a letter; it "
            f"should be below {limit:g}. Guessing has 3.58",
            safe="The loss on verse that your model has never read is still too high",
        )

    return examine


def _moved(ask, rng):
    given, _ = _task(rng)
    trained = _split(ask(*given))
    for name, before in _split(given[1]).items():
        after = trained[name]
        if name == "qkv.bias":  # a key's bias shifts a whole row of scores: it has no gradient
            before, after = (np.delete(v, slice(D, 2 * D)) for v in (before, after))
        still = np.isclose(before, after, rtol=1e-9, atol=1e-12)
        if still.mean() > 0.25:
            words = f"{name} has hardly moved: {still.mean():.0%} of its numbers are as given"
            return Finding(words, safe="Some of the parameters have hardly moved")
    return None


def _alive(ask, rng):
    given, held_out = _task(rng)
    flat, at = np.asarray(ask(*given), dtype=float), 0
    for name, shape in _PARTS.items():
        size, way = int(np.prod(shape)), np.zeros_like(flat)
        way[at : at + size], at = rng.normal(size=size) * 1e-4, at + size
        slope = _loss(flat + way, held_out[:40]) - _loss(flat - way, held_out[:40])
        if not abs(slope) > 1e-11:
            return Finding(f"The gradient of {name} is zero: nothing there can learn any more")
    return None


def _returns_start(tokens, start):
    return start.copy()


def _only_frequencies(tokens, start):
    share = np.bincount(tokens, minlength=36) + 1.0
    flat = start + 0.0
    flat[: 36 * 32] = 0.0
    flat[0 : 36 * 32 : 32] = np.log(share / share.sum())
    flat[-64:] = 0.0  # the last norm: gain 0, and the bias picks the first feature
    flat[-32] = 1.0
    return flat


def _uphill(tokens, start):
    share = np.bincount(tokens, minlength=36) + 1.0
    flat = start + 0.01
    flat[: 36 * 32] = 0.0
    flat[0 : 36 * 32 : 32] = -np.log(share / share.sum())
    flat[-64:] = 0.0
    flat[-32] = 1.0
    return flat


EXERCISE = Exercise(
    name="train_gpt",
    unit="attention",
    title="Milestone: a GPT that writes verse",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=train_gpt,
    points=6.0,
    # The library is there, and with it everything but what the student has written.
    needs=("glia",),
    forbid=(
        *(name for name in FORBIDDEN if name != "glia"),
        "glia.ops.attention.attention",
        "glia.ops.attention.attention_weights",
        "glia.ops.attention.attention_backward",
    ),
    time_limit=30.0,
    milestone=True,
    checks=(
        Check("learns", "It has learnt something", 3, examine=_below(LEARNS), stream="task"),
        Check("moved", "All weights have moved", 2, "property", examine=_moved, stream="task"),
        Check(
            "predicts",
            "It predicts verse that it has never read",
            3,
            "property",
            examine=_below(GOOD),
            stream="task",
        ),
        Check("alive", "Gradients are not zero", 1, "gradient", examine=_alive, stream="task"),
    ),
    misconceptions=(
        Misconception(
            "returns_start",
            "The given vector changes by itself.",
            "The parameters come back as they were given.",
            _returns_start,
            (
                "Compare the vector that you return with `start`.",
                "The model holds copies: what the optimizer changes is inside the model.",
                "After training return parameters_to_vector(model.parameters()) as an array.",
            ),
            "learns",
        ),
        Misconception(
            "only_frequencies",
            "How often a letter occurs is all there is to know.",
            "Every place predicts the same letters, whatever stands before it.",
            _only_frequencies,
            (
                "Does your model predict something else after a q than after a space?",
                "What comes next depends on what stands before: the input has to reach the scores.",
                "Start from the given parameters, and let the gradient reach all of them.",
            ),
            "learns",
        ),
        Misconception(
            "uphill",
            "The gradient is added.",
            "The rarest letters are predicted most: worse than guessing.",
            _uphill,
            (
                "Print the training loss now and then. In which direction does it go?",
                "The gradient points uphill.",
                "Subtract it times the learning rate, or let the optimizer do it.",
            ),
            "learns",
        ),
    ),
)
