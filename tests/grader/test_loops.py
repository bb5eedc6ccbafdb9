"""A milestone on the learner's own functions leaves time for functions that are plain loops.

`train_mlp` and `train_lenet` have such a test beside their others.
"""

import time

import numpy as np
import pytest
import second_solutions as loops
from glia_grader.answerer import LocalAnswerer
from glia_grader.exercise import load
from glia_grader.judge import judge
from test_problem_set import SETS, _names

pytestmark = pytest.mark.slow
SET_OF = {name: given for given in SETS.values() for name in given.release.exercises}
LOOPS = {
    "train_autograd": (),  # one node a number: there is no slower way to be right
    "train_residual": ("residual_block", "residual_block_backward"),
    "train_surnames": ("gru_step", "gru_step_backward"),
    "train_gpt": ("scaled_dot_product_attention", "attention_backward"),
}


def _row_by_row(gru_step_backward):
    """The same slopes, one sequence after the other."""

    def backward(grad, x, h, *weights):
        rows = [
            gru_step_backward(grad[n : n + 1], x[n : n + 1], h[n : n + 1], *weights)
            for n in range(len(x))
        ]
        before, sums = [r[:2] for r in rows], [r[2:] for r in rows]
        joined = [np.concatenate(part) for part in zip(*before, strict=True)]
        return *joined, *(sum(part) for part in zip(*sums, strict=True))

    return backward


def query_by_query(Q, K, V, mask):
    """Attention for one query after the other."""
    out = np.zeros(Q.shape)
    for place in np.ndindex(*Q.shape[:-1]):
        out[place] = _weights(Q, K, mask, place) @ V[place[:-1]]
    return out


def backward_query_by_query(grad, Q, K, V, mask):
    """The way back, for one query after the other."""
    grad_Q, grad_K, grad_V = np.zeros(Q.shape), np.zeros(K.shape), np.zeros(V.shape)
    for place in np.ndindex(*Q.shape[:-1]):
        head, p = place[:-1], _weights(Q, K, mask, place)
        d = V[head] @ grad[place]
        d = p * (d - p @ d) / np.sqrt(Q.shape[-1])
        grad_Q[place] = d @ K[head]
        grad_K[head] += d[:, None] * Q[place]
        grad_V[head] += p[:, None] * grad[place]
    return grad_Q, grad_K, grad_V


def _weights(Q, K, mask, place):
    scores = K[place[:-1]] @ Q[place] / np.sqrt(Q.shape[-1])
    scores = np.where(mask[place[-1]], scores, -np.inf)
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def solved_with_loops(name):
    """The solution of a milestone, standing on functions that go row by row."""
    cells = [c["source"] for c in SET_OF[name].source["cells"] if c["cell_type"] == "code"]
    names = _names(c for c in cells if not c.startswith(("check(", "grade(")))
    for own in LOOPS[name]:
        assert own in names
        if own == "gru_step_backward":  # handed out with the problem set, so no exercise
            names[own] = _row_by_row(names[own])
        else:
            names[own] = SLOWER.get(own) or getattr(loops, own)
    return names[name]


SLOWER = {
    "scaled_dot_product_attention": query_by_query,
    "attention_backward": backward_query_by_query,
}


class Timed(LocalAnswerer):
    """Adds up the time that the answers take, whatever else the machine is doing."""

    seconds = 0.0

    def call(self, *args, **kwargs):
        start = time.process_time()
        reply = super().call(*args, **kwargs)
        self.seconds += time.process_time() - start
        return reply


@pytest.mark.parametrize("name", LOOPS)
def test_there_is_time_for_loops(name):
    exercise, answerer = load(name), Timed(solved_with_loops(name))
    # Not through check, which puts references in the place of what an exercise builds on.
    verdict = judge(exercise, answerer, seed=2)
    print(f"{name}: {answerer.seconds:.1f} s of {exercise.time_limit:g}")
    assert verdict.passed, verdict.to_text()
    assert 0 < answerer.seconds < exercise.time_limit
