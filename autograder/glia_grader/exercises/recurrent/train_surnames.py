"""The milestone: a GRU that guesses a surname's language, judged by what it has learnt."""

from functools import cache

import numpy as np

from glia_grader.exercise import Check, Exercise, Finding, Misconception
from glia_grader.forbid import FORBIDDEN

STATEMENT = r"""
Train a net that reads a surname letter by letter and guesses its language: your GRU (reset after,
z keeps), its state at the name's end, then one linear layer with a softmax. Names come as numbers:
letters are 1 to 26, padding is 0, and each letter goes in as a one-hot vector of length 27. You get
starting parameters and return trained ones; all between is yours.

The library does the rest (`nn.GRU`, `nn.Linear`, `optim.Adam`), but its own GRU is switched off:
put yours in its place by `glia.use(gru=(gru_forward, gru_backward))`, or do without the library.
Your net is judged on names that it has never seen, in the formula of `gru_step`: their mean cross
entropy has to be below 0.7 nats (guessing has 1.61; who only counts letters, some 0.85). All
weights should have moved. Letters and languages are renumbered at random, so only training helps.
"""

SIGNATURE = '''
def train_surnames(names, lengths, y, W_ih, W_hh, b_ih, b_hh, W_out, b_out):
    """Train a GRU that reads a surname and guesses its language.

    Args:
        names: Letters 1 to 26 in rows, filled up with 0, integers, shape (N, 12).
        lengths: How many letters each name has, shape (N,).
        y: Languages 0 to 4, shape (N,).
        W_ih: GRU weights of the one-hot letters to start from, shape (3H, 27): blocks r, z, n.
        W_hh: GRU weights of the state, shape (3H, H).
        b_ih: Biases beside W_ih, shape (3H,).
        b_hh: Biases beside W_hh, shape (3H,).
        W_out: Weights of the scores, shape (5, H).
        b_out: Biases of the scores, shape (5,).

    Returns:
        (W_ih, W_hh, b_ih, b_hh, W_out, b_out), trained; the given arrays stay as they are.
    """
'''

LANGUAGES = ("Dutch", "Greek", "Italian", "Polish", "Swedish")
TRAINING, HELD_OUT, HIDDEN, LONGEST = 900, 400, 20, 12
LEARNS, GOOD = 1.3, 0.7
_NAMES = ("W_ih", "W_hh", "b_ih", "b_hh", "W_out", "b_out")


def train_surnames(names, lengths, y, W_ih, W_hh, b_ih, b_hh, W_out, b_out):
    """Backpropagation through time and Adam, all by hand."""
    parameters = [p.copy() for p in (W_ih, W_hh, b_ih, b_hh, W_out, b_out)]
    first, second = [[np.zeros_like(p) for p in parameters] for _ in range(2)]
    size, step = W_hh.shape[1], 0
    for _ in range(6):
        for begin in range(0, len(names), 30):
            part = slice(begin, begin + 30)
            x, ends, labels = names[part], lengths[part], y[part]
            W_ih, W_hh, b_ih, b_hh, W_out, b_out = parameters
            h, past = np.zeros((len(x), size)), []
            for t in range(ends.max()):
                a, u = W_ih.T[x[:, t]] + b_ih, h @ W_hh.T + b_hh
                gates = 0.5 * (1.0 + np.tanh(0.5 * (a + u)[:, : 2 * size]))
                r, z, u_n = gates[:, :size], gates[:, size:], u[:, 2 * size :]
                n, real = np.tanh(a[:, 2 * size :] + r * u_n), (t < ends)[:, None]
                past.append((h, r, z, n, u_n, real))
                h = np.where(real, z * h + (1.0 - z) * n, h)
            scores = h @ W_out.T + b_out
            powers = np.exp(scores - scores.max(axis=1, keepdims=True))
            delta = powers / powers.sum(axis=1, keepdims=True)
            delta[np.arange(len(x)), labels] -= 1.0
            delta /= len(x)
            grads = [np.zeros_like(p) for p in parameters[:4]]
            grads += [delta.T @ h, delta.sum(axis=0)]
            back = delta @ W_out
            for t in reversed(range(len(past))):
                h, r, z, n, u_n, real = past[t]
                own = back * real
                d_n = own * (1.0 - z) * (1.0 - n * n)
                d_z, d_r = own * (h - n) * z * (1.0 - z), d_n * u_n * r * (1.0 - r)
                d_a = np.concatenate([d_r, d_z, d_n], axis=1)
                d_u = np.concatenate([d_r, d_z, d_n * r], axis=1)
                np.add.at(grads[0].T, x[:, t], d_a)
                grads[1] += d_u.T @ h
                grads[2] += d_a.sum(axis=0)
                grads[3] += d_u.sum(axis=0)
                back = back * ~real + own * z + d_u @ W_hh
            step += 1
            for k, g in enumerate(grads):
                first[k] = 0.9 * first[k] + 0.1 * g
                second[k] = 0.99 * second[k] + 0.01 * g * g
                rate = 0.01 * np.sqrt(1.0 - 0.99**step) / (1.0 - 0.9**step)
                parameters[k] = parameters[k] - rate * first[k] / (np.sqrt(second[k]) + 1e-8)
    return tuple(parameters)


@cache
def _surnames():
    """The names of these languages that are plain letters, as numbers 0 to 25."""
    from glia.data import load_surnames
    from glia.data.text import LANGUAGES as ALL

    data = load_surnames()
    chosen = []
    for name, label in zip(
        data.x_train + data.x_test, [*data.y_train.tolist(), *data.y_test.tolist()], strict=True
    ):
        letters = [ord(letter) - ord("a") for letter in name.lower()]
        plain = len(letters) <= LONGEST and all(0 <= k < 26 for k in letters)
        if ALL[label] in LANGUAGES and plain:
            chosen.append((letters, LANGUAGES.index(ALL[label])))
    return chosen


def _task(rng):
    """Arguments of the call, and the names that are kept back."""
    known = _surnames()
    # New numbers for letters and languages: parameters trained elsewhere are of no use.
    letter, language = rng.permutation(26) + 1, rng.permutation(len(LANGUAGES))
    names = np.zeros((TRAINING + HELD_OUT, LONGEST), dtype=int)
    lengths, y = np.zeros(len(names), dtype=int), np.zeros(len(names), dtype=int)
    for row, index in enumerate(rng.permutation(len(known))[: len(names)]):
        letters, label = known[index]
        lengths[row], y[row] = len(letters), language[label]
        names[row, : len(letters)] = letter[letters]
    bound = 1 / np.sqrt(HIDDEN)
    shapes = ((3 * HIDDEN, 27), (3 * HIDDEN, HIDDEN), (3 * HIDDEN,), (3 * HIDDEN,), (5, HIDDEN), 5)
    start = [rng.uniform(-bound, bound, size=shape) for shape in shapes]
    cut = slice(None, TRAINING), slice(TRAINING, None)
    given, held_out = ((names[part], lengths[part], y[part]) for part in cut)
    return (*given, *start), held_out


def _loss(parameters, names, lengths, y):
    """Mean cross entropy at these parameters."""
    W_ih, W_hh, b_ih, b_hh, W_out, b_out = parameters
    size, h = W_hh.shape[1], np.zeros((len(names), W_hh.shape[1]))
    for t in range(names.shape[1]):
        a, u = W_ih.T[names[:, t]] + b_ih, h @ W_hh.T + b_hh
        gates = 0.5 * (1.0 + np.tanh(0.5 * (a + u)[:, : 2 * size]))
        r, z = gates[:, :size], gates[:, size:]
        new = z * h + (1.0 - z) * np.tanh(a[:, 2 * size :] + r * u[:, 2 * size :])
        h = np.where((t < lengths)[:, None], new, h)
    scores = h @ W_out.T + b_out
    scores = scores - scores.max(axis=1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return float(-log_p[np.arange(len(y)), y].mean())


def _below(limit):
    def examine(ask, rng):
        given, held_out = _task(rng)
        loss = _loss(ask(*given), *held_out)
        if loss < limit:  # a nan is not
            return None
        return Finding(
            f"On names that your net has never seen its loss is {loss:.3g} nats; it should be "
            f"below {limit:g}. Guessing has 1.61",
            safe="The loss on names that your net has never seen is still too high",
        )

    return examine


def _moved(ask, rng):
    given, _ = _task(rng)
    seen = np.isin(np.arange(27), given[0][given[0] > 0])  # no gradient for a letter never read
    for name, before, after in zip(_NAMES, given[3:], ask(*given), strict=True):
        still = np.isclose(before, after, rtol=1e-9, atol=1e-12)
        still = still[:, seen] if name == "W_ih" else still
        if still.mean() > 0.25:
            words = f"{name} has hardly moved: {still.mean():.0%} of its numbers are as given"
            return Finding(words, safe="Some of the parameters have hardly moved")
    return None


def _alive(ask, rng):
    given, held_out = _task(rng)
    found = [np.asarray(p, dtype=float) for p in ask(*given)]
    for k, name in enumerate(_NAMES):
        way = rng.normal(size=found[k].shape) * 1e-4
        moved = ([*found[:k], found[k] + s * way, *found[k + 1 :]] for s in (1, -1))
        sides = [_loss(parameters, *held_out) for parameters in moved]
        if not abs(sides[0] - sides[1]) > 1e-10:
            return Finding(f"The gradient of {name} is zero: nothing there can learn any more")
    return None


def _returns_start(names, lengths, y, W_ih, W_hh, b_ih, b_hh, W_out, b_out):
    return tuple(p.copy() for p in (W_ih, W_hh, b_ih, b_hh, W_out, b_out))


def _only_counts(names, lengths, y, W_ih, W_hh, b_ih, b_hh, W_out, b_out):
    for _ in range(30):
        p = np.exp(b_out - b_out.max())
        p = p / p.sum()
        b_out = b_out - 0.5 * (p - np.bincount(y, minlength=5) / len(y))
    return W_ih + 0.0, W_hh + 0.0, b_ih + 0.0, b_hh + 0.0, W_out * 0.0, b_out


def _uphill(names, lengths, y, W_ih, W_hh, b_ih, b_hh, W_out, b_out):
    size, h = W_hh.shape[1], np.zeros((len(names), W_hh.shape[1]))
    for t in range(names.shape[1]):
        a, u = W_ih.T[names[:, t]] + b_ih, h @ W_hh.T + b_hh
        gates = 0.5 * (1.0 + np.tanh(0.5 * (a + u)[:, : 2 * size]))
        r, z = gates[:, :size], gates[:, size:]
        new = z * h + (1.0 - z) * np.tanh(a[:, 2 * size :] + r * u[:, 2 * size :])
        h = np.where((t < lengths)[:, None], new, h)
    for _ in range(20):
        powers = np.exp(h @ W_out.T + b_out)
        delta = (powers / powers.sum(axis=1, keepdims=True) - np.eye(5)[y]) / len(y)
        W_out, b_out = W_out + 0.5 * delta.T @ h, b_out + 0.5 * delta.sum(axis=0)
    return W_ih + 0.01, W_hh + 0.01, b_ih + 0.01, b_hh + 0.01, W_out, b_out


def _frozen_gru(names, lengths, y, W_ih, W_hh, b_ih, b_hh, W_out, b_out):
    size, h = W_hh.shape[1], np.zeros((len(names), W_hh.shape[1]))
    for t in range(names.shape[1]):
        a, u = W_ih.T[names[:, t]] + b_ih, h @ W_hh.T + b_hh
        gates = 0.5 * (1.0 + np.tanh(0.5 * (a + u)[:, : 2 * size]))
        r, z = gates[:, :size], gates[:, size:]
        new = z * h + (1.0 - z) * np.tanh(a[:, 2 * size :] + r * u[:, 2 * size :])
        h = np.where((t < lengths)[:, None], new, h)
    for _ in range(120):
        powers = np.exp(h @ W_out.T + b_out)
        delta = (powers / powers.sum(axis=1, keepdims=True) - np.eye(5)[y]) / len(y)
        W_out, b_out = W_out - 4.0 * delta.T @ h, b_out - 4.0 * delta.sum(axis=0)
    return W_ih + 0.0, W_hh + 0.0, b_ih + 0.0, b_hh + 0.0, W_out, b_out


EXERCISE = Exercise(
    name="train_surnames",
    unit="recurrent",
    title="Milestone: a GRU that reads surnames",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=train_surnames,
    returns=_NAMES,
    points=6.0,
    # The library is there, and with it everything but what the student has written.
    needs=("glia",),
    forbid=(
        *(name for name in FORBIDDEN if name != "glia"),
        "glia.ops.recurrent.gru",
        "glia.ops.recurrent.gru_backward",
    ),
    time_limit=30.0,
    milestone=True,
    checks=(
        Check("learns", "It has learnt something", 3, examine=_below(LEARNS), stream="task"),
        Check("moved", "All weights have moved", 2, "property", examine=_moved, stream="task"),
        Check(
            "reads",
            "It reads names that it has never seen",
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
            "The given arrays change by themselves.",
            "The parameters come back as they were given.",
            _returns_start,
            (
                "Compare the W_ih that you return with the one that you were given.",
                "The model holds copies: what the optimizer changes is inside the model.",
                "After training return the arrays of model's parameters, in the order asked for.",
            ),
            "learns",
        ),
        Misconception(
            "uphill",
            "The gradient is added.",
            "The loss on unseen names is worse than guessing.",
            _uphill,
            (
                "Print the training loss after each epoch. In which direction does it go?",
                "The gradient points uphill.",
                "Subtract the gradient times the learning rate, or let the optimizer do it.",
            ),
            "learns",
        ),
        Misconception(
            "only_counts",
            "How often a language occurs is all there is to know.",
            "Every name gets the same answer: only b_out has learnt.",
            _only_counts,
            (
                "Does your net answer differently for two different names?",
                "With W_out at 0 the state does not reach the scores, and no gradient comes back.",
                "Start from the given parameters; they are random on purpose.",
            ),
            "learns",
        ),
        Misconception(
            "frozen_gru",
            "Only the last layer learns.",
            "It learns something, but the GRU's weights are as they were given.",
            _frozen_gru,
            (
                "Which of the six parameters do you update?",
                "A random GRU keeps random features; let the gradient reach it through time.",
                "Give all parameters to the optimizer, and return all gradients from gru_backward.",
            ),
            "moved",
        ),
    ),
)
