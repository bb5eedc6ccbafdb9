"""Two milestones: a LeNet on the student's own convolution, and a net too deep without skips."""

import glia
import numpy as np
import pytest
import second_solutions
from glia import functional as F
from glia_grader import check
from glia_grader.answerer import LocalAnswerer, StudentError
from glia_grader.exercise import load
from glia_grader.exercises.cnn import train_residual as deep
from glia_grader.exercises.convolution import train_lenet as lenet
from glia_grader.forbid import withheld
from glia_grader.judge import judge

LENET, RESIDUAL = load("train_lenet"), load("train_residual")


def trainer(conv2d=None, backward=None, epochs=3):
    """A right way to train, on whatever convolution is given."""

    def train(x, y, *start):
        import contextlib

        own = glia.use(conv2d=(conv2d, backward)) if conv2d else contextlib.nullcontext()
        p = [glia.tensor(a, requires_grad=True) for a in start]
        optimizer, rng = glia.optim.Adam(p, lr=0.01), np.random.default_rng(0)
        with own:
            for _ in range(epochs):
                for rows in np.array_split(rng.permutation(len(x)), len(x) // 20):
                    z = glia.tensor(x[rows])
                    for k in (0, 2):
                        z = F.max_pool2d(F.relu(F.conv2d(z, p[k], p[k + 1])), 2)
                    z = F.linear(F.relu(F.linear(z.flatten(1), p[4], p[5])), p[6], p[7])
                    loss = F.cross_entropy(z, glia.tensor(y[rows]))
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
        return tuple(a.detach().numpy() for a in p)

    # As in a notebook: parameters by name.
    return lambda x, y, K1, b1, K2, b2, W3, b3, W4, b4: train(x, y, K1, b1, K2, b2, W3, b3, W4, b4)


def test_the_librarys_convolution_is_withheld_while_it_is_checked_and_back_afterwards():
    verdict = check("train_lenet", trainer())
    assert verdict.points == 0
    assert "glia.ops.conv.conv2d" in verdict.to_text()
    ones = glia.ones(1, 1, 2, 2)
    assert F.conv2d(ones, ones).item() == 4.0
    own = trainer(second_solutions.conv2d, second_solutions.conv2d_backward)
    assert check("train_lenet", own).passed


def test_its_backward_pass_is_withheld_too():
    x, w = glia.ones(1, 1, 2, 2), glia.ones(1, 1, 1, 1, requires_grad=True)
    loss = F.conv2d(x, w).sum()
    with withheld(LENET.forbid), pytest.raises(StudentError, match="conv2d_backward"):
        loss.backward()


@pytest.mark.parametrize("wrong", ["forward", "backward"])
def test_the_milestone_stands_on_the_students_own_convolution(wrong):
    right, back = second_solutions.conv2d, second_solutions.conv2d_backward

    def blind(x, weight, bias, stride, padding):
        return 0 * right(x, weight, bias, stride, padding)

    def silent(grad, x, weight, bias, stride, padding):
        return tuple(0 * g for g in back(grad, x, weight, bias, stride, padding))

    train = trainer(blind, back) if wrong == "forward" else trainer(right, silent)
    verdict = judge(LENET, LocalAnswerer(train), seed=2)
    assert verdict.points < LENET.points
    first = {"forward": "learns", "backward": "moved"}[wrong]
    assert verdict.first_failure.name == first


@pytest.mark.slow
def test_a_convolution_in_plain_loops_makes_it_in_time():
    def conv2d(x, weight, bias, stride, padding):
        x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
        kh, kw = weight.shape[2:]
        rows, columns = (x.shape[2] - kh) // stride + 1, (x.shape[3] - kw) // stride + 1
        out = np.zeros((len(x), len(weight), rows, columns))
        for n, o, i, j in np.ndindex(*out.shape):
            patch = x[n, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            out[n, o, i, j] = np.sum(patch * weight[o]) + bias[o]
        return out

    def backward(grad, x, weight, bias, stride, padding):
        framed = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
        back, to_weight, to_bias = np.zeros(framed.shape), np.zeros(weight.shape), 0 * bias
        kh, kw = weight.shape[2:]
        for n, o, i, j in np.ndindex(*grad.shape):
            place = np.s_[n, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            to_weight[o] += grad[n, o, i, j] * framed[place]
            back[place] += grad[n, o, i, j] * weight[o]
            to_bias[o] += grad[n, o, i, j]
        inside = np.s_[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]]
        return back[inside], to_weight, to_bias

    verdict = check("train_lenet", trainer(conv2d, backward))  # under the time limit
    assert verdict.passed, verdict.to_text()


@pytest.mark.parametrize("task", [lenet, deep], ids=["lenet", "residual"])
def test_what_is_judged_on_is_not_handed_over(task):
    given, (held_out, _) = task._task(np.random.default_rng(1))
    seen = {row.tobytes() for row in given[0]}
    assert len(held_out) == 500 and not any(row.tobytes() in seen for row in held_out)


@pytest.mark.parametrize("exercise", [LENET, RESIDUAL], ids=["lenet", "residual"])
def test_parameters_from_elsewhere_are_of_no_use(exercise):
    task = lenet if exercise is LENET else deep
    given, _ = task._task(np.random.default_rng(99))
    stolen = exercise.reference(*given)
    assert judge(exercise, LocalAnswerer(lambda *args: stolen), seed=5).points == 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_solutions_have_room(seed):
    for task, name in ((lenet, "train_lenet"), (deep, "train_residual")):
        given, held_out = task._task(np.random.default_rng(seed))
        for train in (load(name).reference, getattr(second_solutions, name)):
            loss, _ = task._net(train(*given), *held_out)
            assert loss < 0.85 * task.GOOD


def test_the_same_net_without_skips_learns_nothing():
    given, (X, y) = deep._task(np.random.default_rng(4))
    trained = deep._plain(*given)
    z = np.maximum(X @ trained[0].T + trained[1], 0)
    for w, b, u, c in zip(*trained[2:6], strict=True):
        z = np.maximum(np.maximum(z @ w.T + b, 0) @ u.T + c, 0)
    scores = z @ trained[6].T + trained[7]
    loss = np.mean(np.logaddexp.reduce(scores, axis=1) - scores[np.arange(len(y)), y])
    assert loss > 2.2
    with_skips, _ = deep._net(deep.train_residual(*given), X, y)
    assert with_skips < deep.GOOD


def test_blocks_that_stood_still_are_named():
    def half(*args):
        trained = list(RESIDUAL.reference(*args))
        trained[4] = trained[4].copy()
        trained[4][7] = args[6][7]
        return tuple(trained)

    failed = judge(RESIDUAL, LocalAnswerer(half), seed=1).first_failure
    assert failed.name == "moved" and "W2[7]" in failed.message
