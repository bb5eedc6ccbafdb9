"""Backpropagation through time, by hand."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
Unrolled, a recurrent net is a deep net whose layers share their weights. *Backpropagation through
time* walks it from the last step to the first. Let $g_t$ be the gradient that step $t$'s own loss
sends into $h_t$ (given as `grad_states`). What arrives at $h_t$ in all comes from there and from
the future, through $h_{t+1}$:

$$ \delta_t = \left(g_t + W_{hh}^\top \delta_{t+1}\right) \odot (1 - h_t^2), \qquad
\delta_{T+1} = 0 $$

$\delta_t$ is the gradient before the tanh. Every step uses the same weights, so their gradients are
sums over the steps:

$$ \frac{\partial L}{\partial W_{xh}} = \sum_t \delta_t x_t^\top, \quad
\frac{\partial L}{\partial W_{hh}} = \sum_t \delta_t h_{t-1}^\top, \quad
\frac{\partial L}{\partial b_h} = \sum_t \delta_t, \quad
\frac{\partial L}{\partial h_0} = W_{hh}^\top \delta_1 $$
"""

SIGNATURE = '''
def rnn_backward(X, states, h0, W_xh, W_hh, grad_states):
    """Backpropagation through time for one sequence.

    Args:
        X: The sequence, shape (T, D).
        states: The states h_1 to h_T of the forward pass, shape (T, H).
        h0: The state before the first step, shape (H,).
        W_xh: Weights of the input, shape (H, D).
        W_hh: Weights of the state, shape (H, H).
        grad_states: Gradient that each step's own loss has for its state, shape (T, H).

    Returns:
        (grad_W_xh, grad_W_hh, grad_b_h, grad_h0): shapes (H, D), (H, H), (H,) and (H,).
    """
'''


def rnn_backward(X, states, h0, W_xh, W_hh, grad_states):
    """From the last step to the first, handing the gradient of the state on."""
    before = np.concatenate([h0[None], states[:-1]])
    delta, grad_h = np.zeros_like(states), np.zeros_like(h0)
    for t in reversed(range(len(X))):
        delta[t] = (grad_states[t] + grad_h) * (1.0 - states[t] ** 2)
        grad_h = W_hh.T @ delta[t]
    return delta.T @ X, delta.T @ before, delta.sum(axis=0), grad_h


_X = np.array([[1.0, -1.0, 0.5], [0.5, 1.0, -0.5], [-1.0, 0.25, 1.0]])
_W_XH = np.array([[0.5, -0.5, 1.0], [1.0, 0.25, -0.5]])
_W_HH = np.array([[0.5, -1.0], [0.75, 0.25]])
_H0 = np.array([0.5, -0.25])
_GRAD = np.array([[1.0, -0.5], [0.25, 1.0], [-1.0, 0.5]])


def _states(X, h0, W_xh, W_hh, b_h=0.0):
    h, states = h0, []
    for x in X:
        h = np.tanh(W_xh @ x + W_hh @ h + b_h)
        states.append(h)
    return np.array(states)


def _steps(count):
    states = _states(_X[:count], _H0, _W_XH, _W_HH)
    return (_X[:count], states, _H0, _W_XH, _W_HH, _GRAD[:count])


def _one(rng):
    X, states, h0, W_xh, W_hh, grad = _steps(1)
    return [
        Case((X, states, h0, W_xh, W_hh, grad), "one step"),
        Case((X, states, h0, W_xh, W_hh, -2 * grad[:, ::-1]), "one step, another gradient"),
    ]


def _two(rng):
    X, states, h0, W_xh, W_hh, _ = _steps(2)
    only_last = np.array([[0.0, 0.0], [1.0, -2.0]])
    return [
        Case(_steps(2), "two steps, a loss at each"),
        Case((X, states, h0, W_xh, W_hh, only_last), "two steps, a loss at the last"),
    ]


def _drawn(rng, steps, size, hidden):
    X, h0 = rng.normal(size=(steps, size)), rng.normal(size=hidden) * 0.5
    W_xh, W_hh = rng.normal(size=(hidden, size)) * 0.6, rng.normal(size=(hidden, hidden)) * 0.6
    states = _states(X, h0, W_xh, W_hh, rng.normal(size=hidden) * 0.3)
    return X, states, h0, W_xh, W_hh, rng.normal(size=(steps, hidden))


def _random(rng):
    cases = [Case(_steps(3), "three steps")]
    for steps, size, hidden in ((4, 3, 2), (6, 2, 4), (5, 3, 3), (8, 1, 5)):
        args = _drawn(rng, steps, size, hidden)
        cases.append(Case(args, f"{steps} steps, sizes {size} and {hidden}", 2.0))
    single = tuple(a.astype(np.float32) for a in cases[2].args)
    cases.append(Case(single, "float32", 4.0))
    return cases


def _measured(ask, rng):
    """The slope that the loss Σ grad_states · states really has in a random direction."""
    X, states, h0, W_xh, W_hh, grad = _drawn(rng, 5, 2, 3)
    ways = [rng.normal(size=w.shape) for w in (W_xh, W_hh, h0, h0)]

    def loss(eps):
        W, U, b, h = (eps * way for way in ways)
        bias = np.arctanh(states[0]) - W_xh @ X[0] - W_hh @ h0
        return float((grad * _states(X, h0 + h, W_xh + W, W_hh + U, bias + b)).sum())

    found = ask(X, states, h0, W_xh, W_hh, grad)
    slope = sum(float((g * way).sum()) for g, way in zip(found, ways, strict=True))
    measured = (loss(1e-5) - loss(-1e-5)) / 2e-5
    if abs(slope - measured) <= 1e-5 * (1 + abs(measured)):
        return None
    return Finding(
        f"In a random direction the loss has the slope {measured:.6g}; your gradients say "
        f"{slope:.6g}",
        safe="Your gradients do not agree with the slope that the loss really has",
        args=(X, states, h0, W_xh, W_hh, grad),
    )


def _no_carry(X, states, h0, W_xh, W_hh, grad_states):
    before = np.concatenate([h0[None], states[:-1]])
    delta = grad_states * (1.0 - states**2)
    return delta.T @ X, delta.T @ before, delta.sum(axis=0), W_hh.T @ delta[0]


def _no_slope(X, states, h0, W_xh, W_hh, grad_states):
    before = np.concatenate([h0[None], states[:-1]])
    delta, grad_h = np.zeros_like(states), np.zeros_like(h0)
    for t in reversed(range(len(X))):
        delta[t] = grad_states[t] + grad_h
        grad_h = W_hh.T @ delta[t]
    return delta.T @ X, delta.T @ before, delta.sum(axis=0), grad_h


def _own_state(X, states, h0, W_xh, W_hh, grad_states):
    delta, grad_h = np.zeros_like(states), np.zeros_like(h0)
    for t in reversed(range(len(X))):
        delta[t] = (grad_states[t] + grad_h) * (1.0 - states[t] ** 2)
        grad_h = W_hh.T @ delta[t]
    return delta.T @ X, delta.T @ states, delta.sum(axis=0), grad_h


def _untransposed(X, states, h0, W_xh, W_hh, grad_states):
    before = np.concatenate([h0[None], states[:-1]])
    delta, grad_h = np.zeros_like(states), np.zeros_like(h0)
    for t in reversed(range(len(X))):
        delta[t] = (grad_states[t] + grad_h) * (1.0 - states[t] ** 2)
        grad_h = W_hh @ delta[t]
    return delta.T @ X, delta.T @ before, delta.sum(axis=0), grad_h


def _overwrites(X, states, h0, W_xh, W_hh, grad_states):
    grad_h = np.zeros_like(h0)
    for t in reversed(range(len(X))):
        delta = (grad_states[t] + grad_h) * (1.0 - states[t] ** 2)
        grad_W_xh = np.outer(delta, X[t])
        grad_W_hh = np.outer(delta, states[t - 1] if t else h0)
        grad_h = W_hh.T @ delta
    return grad_W_xh, grad_W_hh, delta, grad_h


def _last_loss_only(X, states, h0, W_xh, W_hh, grad_states):
    before = np.concatenate([h0[None], states[:-1]])
    delta, grad_h = np.zeros_like(states), grad_states[-1]
    for t in reversed(range(len(X))):
        delta[t] = grad_h * (1.0 - states[t] ** 2)
        grad_h = W_hh.T @ delta[t]
    return delta.T @ X, delta.T @ before, delta.sum(axis=0), grad_h


def _averages(X, states, h0, W_xh, W_hh, grad_states):
    before = np.concatenate([h0[None], states[:-1]])
    delta, grad_h = np.zeros_like(states), np.zeros_like(h0)
    for t in reversed(range(len(X))):
        delta[t] = (grad_states[t] + grad_h) * (1.0 - states[t] ** 2)
        grad_h = W_hh.T @ delta[t]
    return delta.T @ X / len(X), delta.T @ before / len(X), delta.mean(axis=0), grad_h


def _carries_past_the_tanh(X, states, h0, W_xh, W_hh, grad_states):
    before = np.concatenate([h0[None], states[:-1]])
    delta, grad_h = np.zeros_like(states), np.zeros_like(h0)
    for t in reversed(range(len(X))):
        total = grad_states[t] + grad_h
        delta[t] = total * (1.0 - states[t] ** 2)
        grad_h = W_hh.T @ total
    return delta.T @ X, delta.T @ before, delta.sum(axis=0), grad_h


EXERCISE = Exercise(
    name="rnn_backward",
    unit="recurrent",
    title="Backpropagation through time",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=rnn_backward,
    returns=("grad_W_xh", "grad_W_hh", "grad_b_h", "grad_h0"),
    axes={"D": (("X", 1), ("W_xh", 1))},
    checks=(
        Check("one", "One step", 2, cases=_one),
        Check("two", "Two steps", 2.5, cases=_two),
        Check("random", "Random sequences", 3, cases=_random),
        Check(
            "measured", "Gradients agree with measured slopes", 1.5, "gradient", examine=_measured
        ),
    ),
    misconceptions=(
        Misconception(
            "no_carry",
            "Each step's gradient comes from its own loss alone.",
            "One step is right; nothing comes back from the future.",
            _no_carry,
            (
                "A loss at the last step only: which gradient does your first step get?",
                "h_t also goes into step t + 1, so a gradient comes back from there.",
                "Keep grad_h = W_hh.T @ delta from the step after, and add it to grad_states[t].",
            ),
            "two",
        ),
        Misconception(
            "no_slope",
            "The gradient passes the tanh unchanged.",
            "The factor 1 - h² is missing at every step.",
            _no_slope,
            (
                "What is the derivative of tanh, in terms of its output?",
                "Weights act before the tanh, so the gradient has to go back through it.",
                "Multiply by 1 - states[t] ** 2 before you use the gradient.",
            ),
            "one",
        ),
        Misconception(
            "own_state",
            "W_hh is multiplied with the state of the same step.",
            "Only the gradient of W_hh is wrong: it uses h_t for h_(t-1).",
            _own_state,
            (
                "Which state does W_hh meet at step t of the forward pass?",
                "A weight's gradient is delta times the input that the weight has seen.",
                "Use the states one step earlier: h0, then states[0] to states[-2].",
            ),
            "one",
        ),
        Misconception(
            "untransposed",
            "Backwards, W_hh is used as in the forward pass.",
            "What is handed to the step before is mixed along the wrong axis.",
            _untransposed,
            (
                "Unit 0 speaks to unit 1 through W_hh[1, 0]. Which entry leads the way back?",
                "Going back, each unit collects from those that listened to it: a column of W_hh.",
                "Hand on W_hh.T @ delta.",
            ),
            "one",
        ),
        Misconception(
            "overwrites",
            "The gradient of a weight is that of one step.",
            "One step is right; with more only the first step's share comes back.",
            _overwrites,
            (
                "How often is W_hh used in a sequence of five steps?",
                "Shared weights collect the gradients of all their uses.",
                "Start from zeros and use += in the loop.",
            ),
            "two",
        ),
        Misconception(
            "last_loss_only",
            "The loss sits at the end of the sequence.",
            "Gradients of earlier steps' losses are left out.",
            _last_loss_only,
            (
                "Does grad_states[0] have an effect on your result?",
                "Each step may have a loss of its own.",
                "Add grad_states[t] to the gradient that comes from the future, at every step.",
            ),
            "two",
        ),
        Misconception(
            "averages",
            "The gradients of the steps are averaged.",
            "One step is right; with T steps the weights' gradients are T times too small.",
            _averages,
            (
                "Does the loss have a factor 1/T?",
                "Sharing a weight sums over its uses; any mean is already in grad_states.",
                "Leave away the division by the number of steps.",
            ),
            "two",
        ),
        Misconception(
            "past_the_tanh",
            "What goes to the step before need not pass the tanh.",
            "The weights' last step is right; the gradient handed on lacks 1 - h².",
            _carries_past_the_tanh,
            (
                "On its way from h_t to h_(t-1), what does the gradient pass first?",
                "W_hh stands inside the tanh: go back through the tanh, then through W_hh.",
                "Hand on W_hh.T @ delta, with delta already multiplied by 1 - h².",
            ),
            "one",
        ),
    ),
)
