"""Truncated backpropagation through time: long sequences in windows."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
A text has a million characters; nobody walks back a million steps. *Truncated* backpropagation
through time cuts the sequence into windows of `window` steps, from the beginning; the last one may
be shorter. Forward, the state goes on from window to window. Backward, the gradient stops at the
beginning of its window:

$$ \delta_t = \left(g_t + W_{hh}^\top \delta_{t+1}\right) \odot (1 - h_t^2), \qquad
\text{but } \delta_{t+1} = 0 \text{ where } t \text{ is the last step of a window} $$

The gradients are sums over all steps of all windows, as before: $\sum \delta_t x_t^\top$,
$\sum \delta_t h_{t-1}^\top$, $\sum \delta_t$.
"""

SIGNATURE = '''
def truncated_bptt(X, states, h0, W_xh, W_hh, grad_states, window):
    """Backpropagation through time that does not cross windows, for one sequence.

    Args:
        X: The sequence, shape (T, D).
        states: The states h_1 to h_T of the forward pass, shape (T, H).
        h0: The state before the first step, shape (H,).
        W_xh: Weights of the input, shape (H, D).
        W_hh: Weights of the state, shape (H, H).
        grad_states: Gradient that each step's own loss has for its state, shape (T, H).
        window: Steps in a window, at least 1; the last window may hold fewer.

    Returns:
        (grad_W_xh, grad_W_hh, grad_b_h): shapes (H, D), (H, H) and (H,).
    """
'''


def truncated_bptt(X, states, h0, W_xh, W_hh, grad_states, window):
    """As without windows, but nothing comes back over a border."""
    before = np.concatenate([h0[None], states[:-1]])
    delta = np.zeros_like(states)
    for t in reversed(range(len(X))):
        grad_h = grad_states[t]
        if t + 1 < len(X) and (t + 1) % window:
            grad_h = grad_h + W_hh.T @ delta[t + 1]
        delta[t] = grad_h * (1.0 - states[t] ** 2)
    return delta.T @ X, delta.T @ before, delta.sum(axis=0)


_X = np.array([[1.0, -1.0], [0.5, 1.0], [-1.0, 0.25], [0.5, 0.5], [-0.25, 1.0]])
_W_XH = np.array([[0.5, -0.5], [1.0, 0.25]])
_W_HH = np.array([[0.5, -1.0], [0.75, 0.25]])
_H0 = np.array([0.5, -0.25])
_GRAD = np.array([[1.0, -0.5], [0.25, 1.0], [-1.0, 0.5], [0.5, -1.0], [1.0, 0.75]])


def _states(X, h0, W_xh, W_hh):
    h, states = h0, []
    for x in X:
        h = np.tanh(W_xh @ x + W_hh @ h)
        states.append(h)
    return np.array(states)


def _steps(count, window):
    states = _states(_X[:count], _H0, _W_XH, _W_HH)
    return (_X[:count], states, _H0, _W_XH, _W_HH, _GRAD[:count], window)


def _inside(rng):
    return [
        Case(_steps(2, 2), "one window of two steps"),
        Case(_steps(4, 4), "one window of four steps"),
    ]


def _two(rng):
    return [
        Case(_steps(2, 1), "windows of one step"),
        Case(_steps(4, 2), "two windows of two steps"),
    ]


def _rest(rng):
    return [
        Case(_steps(5, 2), "the last window holds one step"),
        Case(_steps(5, 3), "the last window holds two steps"),
        Case(_steps(3, 8), "a window longer than the sequence"),
    ]


def _random(rng):
    cases = []
    for steps, size, hidden, window in ((7, 3, 2, 3), (6, 2, 4, 2), (9, 3, 3, 4), (8, 2, 3, 5)):
        X, h0 = rng.normal(size=(steps, size)), rng.normal(size=hidden) * 0.5
        W_xh, W_hh = rng.normal(size=(hidden, size)) * 0.6, rng.normal(size=(hidden, hidden)) * 0.6
        states = _states(X, h0, W_xh, W_hh)
        args = (X, states, h0, W_xh, W_hh, rng.normal(size=(steps, hidden)), window)
        cases.append(Case(args, f"{steps} steps in windows of {window}", 3.0))
    single = tuple(a.astype(np.float32) for a in cases[0].args[:-1])
    cases.append(Case((*single, 3), "float32", 4.0))
    return cases


def _sum_of_windows(ask, rng):
    X, h0 = rng.normal(size=(6, 2)), rng.normal(size=3) * 0.5
    W_xh, W_hh = rng.normal(size=(3, 2)), rng.normal(size=(3, 3)) * 0.7
    states, grad = _states(X, h0, W_xh, W_hh), rng.normal(size=(6, 3))
    whole = ask(X, states, h0, W_xh, W_hh, grad, 3)
    first = ask(X[:3], states[:3], h0, W_xh, W_hh, grad[:3], 3)
    second = ask(X[3:], states[3:], states[2], W_xh, W_hh, grad[3:], 3)
    if all(np.allclose(w, a + b) for w, a, b in zip(whole, first, second, strict=True)):
        return None
    return Finding(
        "Two windows should give the sum of what each gives alone, the second starting at the "
        "state in which the first ended",
        args=(X, states, h0, W_xh, W_hh, grad, 3),
    )


def _never_cut(X, states, h0, W_xh, W_hh, grad_states, window):
    before = np.concatenate([h0[None], states[:-1]])
    delta, grad_h = np.zeros_like(states), 0.0
    for t in reversed(range(len(X))):
        delta[t] = (grad_states[t] + grad_h) * (1.0 - states[t] ** 2)
        grad_h = W_hh.T @ delta[t]
    return delta.T @ X, delta.T @ before, delta.sum(axis=0)


def _forgets_state(X, states, h0, W_xh, W_hh, grad_states, window):
    before = np.concatenate([h0[None], states[:-1]])
    before[window::window] = 0.0
    delta, grad_h = np.zeros_like(states), 0.0
    for t in reversed(range(len(X))):
        grad_h = 0.0 if (t + 1) % window == 0 else grad_h
        delta[t] = (grad_states[t] + grad_h) * (1.0 - states[t] ** 2)
        grad_h = W_hh.T @ delta[t]
    return delta.T @ X, delta.T @ before, delta.sum(axis=0)


def _drops_rest(X, states, h0, W_xh, W_hh, grad_states, window):
    count = max(len(X) // window * window, min(window, len(X)))
    before = np.concatenate([h0[None], states[:-1]])
    delta, grad_h = np.zeros_like(states), 0.0
    for t in reversed(range(count)):
        grad_h = 0.0 if (t + 1) % window == 0 else grad_h
        delta[t] = (grad_states[t] + grad_h) * (1.0 - states[t] ** 2)
        grad_h = W_hh.T @ delta[t]
    return delta.T @ X, delta.T @ before, delta.sum(axis=0)


def _from_the_end(X, states, h0, W_xh, W_hh, grad_states, window):
    before = np.concatenate([h0[None], states[:-1]])
    delta, grad_h = np.zeros_like(states), 0.0
    for t in reversed(range(len(X))):
        grad_h = 0.0 if (len(X) - 1 - t) % window == 0 else grad_h
        delta[t] = (grad_states[t] + grad_h) * (1.0 - states[t] ** 2)
        grad_h = W_hh.T @ delta[t]
    return delta.T @ X, delta.T @ before, delta.sum(axis=0)


def _no_time(X, states, h0, W_xh, W_hh, grad_states, window):
    before = np.concatenate([h0[None], states[:-1]])
    delta = grad_states * (1.0 - states**2)
    return delta.T @ X, delta.T @ before, delta.sum(axis=0)


def _last_window(X, states, h0, W_xh, W_hh, grad_states, window):
    before = np.concatenate([h0[None], states[:-1]])
    delta, grad_h = np.zeros_like(states), 0.0
    for t in reversed(range((len(X) - 1) // window * window, len(X))):
        delta[t] = (grad_states[t] + grad_h) * (1.0 - states[t] ** 2)
        grad_h = W_hh.T @ delta[t]
    return delta.T @ X, delta.T @ before, delta.sum(axis=0)


def _one_step_across(X, states, h0, W_xh, W_hh, grad_states, window):
    before = np.concatenate([h0[None], states[:-1]])
    delta, grad_h = np.zeros_like(states), 0.0
    for t in reversed(range(len(X))):
        delta[t] = (grad_states[t] + grad_h) * (1.0 - states[t] ** 2)
        grad_h = 0.0 if (t + 1) % window == 0 else W_hh.T @ delta[t]
    return delta.T @ X, delta.T @ before, delta.sum(axis=0)


EXERCISE = Exercise(
    name="truncated_bptt",
    unit="recurrent",
    title="Cut long sequences into windows",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=truncated_bptt,
    returns=("grad_W_xh", "grad_W_hh", "grad_b_h"),
    axes={"D": (("X", 1), ("W_xh", 1))},
    checks=(
        Check("inside", "Inside one window", 2, cases=_inside),
        Check("two", "Two windows", 2, cases=_two),
        Check("rest", "A shorter last window", 2, cases=_rest),
        Check("random", "Random sequences", 2, cases=_random),
        Check(
            "sum_of_windows",
            "The windows add up",
            1,
            "property",
            examine=_sum_of_windows,
            needs=("inside",),
        ),
    ),
    misconceptions=(
        Misconception(
            "never_cut",
            "The windows concern the forward pass only.",
            "One window is right; with several, gradients cross their borders.",
            _never_cut,
            (
                "Does window have an effect on your result?",
                "At the last step of a window nothing comes back from the future.",
                "Set grad_h to 0 where (t + 1) % window == 0, before you use it.",
            ),
            "two",
        ),
        Misconception(
            "forgets_state",
            "Every window starts from zeros.",
            "Only grad_W_hh is wrong: the states at the borders are missing.",
            _forgets_state,
            (
                "Which state did the first step of the second window start from?",
                "Only the gradient stops at the border; the state goes on.",
                "Use h_(t-1) = states[t - 1] at every step but the very first.",
            ),
            "two",
        ),
        Misconception(
            "drops_rest",
            "An incomplete window is left out.",
            "Steps of the last, shorter window are missing from the sums.",
            _drops_rest,
            (
                "Five steps in windows of two: how many windows do you walk?",
                "The rest is a window too, a shorter one.",
                "Let the loop run over all steps, whatever len(X) % window is.",
            ),
            "rest",
        ),
        Misconception(
            "from_the_end",
            "Windows are counted from the end.",
            "With a shorter last window the borders stand elsewhere.",
            _from_the_end,
            (
                "Five steps in windows of two: where are your borders?",
                "The sequence is read from its beginning, window after window.",
                "A window ends at step t if (t + 1) % window == 0.",
            ),
            "rest",
        ),
        Misconception(
            "no_time",
            "Truncated means that no gradient goes back at all.",
            "Windows of one step are right; within longer ones nothing is carried.",
            _no_time,
            (
                "Does a loss at step 2 of a window reach step 1 in your code?",
                "Within a window it is ordinary backpropagation through time.",
                "Add W_hh.T @ delta of the step after, unless a border lies between.",
            ),
            "inside",
        ),
        Misconception(
            "last_window",
            "Only the newest window counts.",
            "Earlier windows are missing from the sums.",
            _last_window,
            (
                "Has the first window a loss of its own?",
                "Each window has its gradients, and they add up.",
                "Loop over all steps; set the carried gradient to 0 at the borders only.",
            ),
            "two",
        ),
        Misconception(
            "wrong_side",
            "The gradient is stopped after the window's last step.",
            "It crosses the border, and stops one step further on.",
            _one_step_across,
            (
                "Windows of one step: does anything come back in your code?",
                "What has to be dropped is what comes from the step after the border.",
                "Set grad_h to 0 before delta[t] is computed, not after.",
            ),
            "inside",
        ),
    ),
)
