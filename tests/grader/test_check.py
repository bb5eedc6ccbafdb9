"""check, grade and progress as a notebook meets them."""

import json
import re
import subprocess
import sys
import textwrap
import threading
import time

import glia
import glia_grader
import numpy as np
import pytest
from glia_grader import check, grade, progress
from glia_grader.answerer import LocalAnswerer, StudentError
from glia_grader.check import CheckFailed, Mark
from glia_grader.exercise import add_overlay, all_exercises, load

RIGHT = {name: e.reference for name, e in all_exercises().items()}
MILESTONES = [name for name, e in all_exercises().items() if e.milestone]  # they train


def unstable(z):
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def run_python(code, **kwargs):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=60,
        **kwargs,
    )


def test_the_module_and_the_function_share_a_name():
    import glia_grader.check as module

    assert glia_grader.check is not None
    assert module("softmax", RIGHT["softmax"]).passed
    assert glia_grader.check("softmax", RIGHT["softmax"]).passed


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] * (n in MILESTONES)) for n in RIGHT]
)
def test_check_and_grade_like_right_work(name):
    verdict = check(name, RIGHT[name])
    assert verdict.passed and verdict.to_html() == verdict._repr_html_()
    mark = grade(name, RIGHT[name])
    points = load(name).points
    assert repr(mark) == repr(points) and float(mark) == points


def test_hints_open_one_by_one():
    for level in (1, 2, 3):
        verdict = check("softmax", unstable, hint=level)
        html = verdict.to_html()
        assert html.count("<details open") == level + 1  # and the list of checks
        assert html.count("<summary") == 4
        assert repr(verdict).count("Hint ") == level
        assert (f"hint={level + 1}" in repr(verdict)) == (level < 3)


def test_unknown_names_suggest_the_nearest():
    with pytest.raises(LookupError, match="Did you mean 'softmax'"):
        check("sofmax", unstable)
    with pytest.raises(LookupError, match=r"All names: .*adaline_step"):
        check("no such thing whatever", unstable)


def test_arguments_in_the_wrong_order_or_form_are_explained():
    with pytest.raises(TypeError, match=r'check\("unstable", unstable\)'):
        check(unstable, "softmax")
    with pytest.raises(TypeError, match="without calling it"):
        check("softmax", unstable(np.ones((1, 2))))
    with pytest.raises(TypeError, match="Hand over the function too"):
        check("softmax")
    with pytest.raises(CheckFailed, match="without calling it"):
        grade("softmax", 3)


def test_grade_gives_partial_marks_as_a_bare_number():
    mark = grade("softmax", unstable)
    assert isinstance(mark, Mark)
    assert repr(mark) == "1.6"
    assert "On the way" in mark._repr_html_()
    assert repr(grade("softmax", unstable, points=10)) == "8.0"


def test_grade_raises_the_verdict_at_zero():
    def stub(z):
        raise NotImplementedError

    with pytest.raises(CheckFailed, match="Nothing written here yet") as caught:
        grade("softmax", stub)
    assert caught.value._render_traceback_()[0].startswith("CheckFailed: · softmax")
    with pytest.raises(CheckFailed, match="return"):
        grade("softmax", lambda z: None)


def test_progress_remembers_this_session():
    check("softmax", unstable)
    check("sigmoid", RIGHT["sigmoid"])
    rows = {name: (sign, word, points) for sign, name, word, points in progress().rows()}
    assert rows["softmax"] == ("◐", "partly", "1.6 / 2")
    assert rows["sigmoid"] == ("✓", "done", "2 / 2")
    assert len(rows) >= 15
    total = sum(e.points for e in all_exercises().values())
    assert f"/ {total:g}" in repr(progress()) and "<table" in progress()._repr_html_()


def test_progress_opens_only_what_was_begun(monkeypatch):
    module = sys.modules["glia_grader.check"]
    monkeypatch.setattr(module, "_progress", {})
    check("gate_weights", RIGHT["gate_weights"])
    page, words = progress()._repr_html_(), repr(progress())
    assert page.count("<details open>") == 1 and page.count("<details>") >= 5
    assert page.index("<details open>") < page.index("gate_weights") < page.index("<details>")
    assert "gate_weights" in words and "sigmoid" not in words
    assert re.search(r"perceptron \(7 exercises\): 2 / \d+", words)


def test_printing_is_swallowed(capfd):
    def noisy(z):
        print("x" * 10_000)
        print("oh", file=sys.stderr)
        np.log(np.array([-1.0]))
        return RIGHT["softmax"](z)

    assert check("softmax", noisy).passed
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


@pytest.mark.parametrize("swallow", [False, True])
def test_an_endless_loop_gives_a_verdict(swallow):
    def endless(z):
        while True:
            try:
                z = z + 1
            except:  # noqa: E722 - what a beginner writes
                if not swallow:
                    raise

    start = time.perf_counter()
    verdict = check("softmax", endless)
    assert (verdict.status, verdict.points) == ("timeout", 0.0)
    assert time.perf_counter() - start < 30  # seconds, not for ever
    assert "loop that never ends" in repr(verdict)


def test_the_limit_holds_in_another_thread():
    found = []

    def endless(z):
        while True:
            pass

    thread = threading.Thread(target=lambda: found.append(check("softmax", endless)))
    thread.start()
    thread.join(10)
    assert found and found[0].status == "timeout"


def test_a_debugger_does_not_hang_and_nothing_stays_slow():
    """What the time limit leaves behind in the interpreter, with and without its having passed."""
    done = run_python(
        """
        import sys
        from glia_grader import check

        def endless(z):
            while True:
                pass

        sys.settrace(lambda frame, event, argument: None)
        print(check("softmax", lambda z: z).status, check("softmax", endless).status)
        sys.settrace(None)
        """
    )
    assert done.stdout.split() == ["failed", "timeout"], done.stderr[-2000:]


def test_exit_is_a_verdict_not_the_end():
    def leaves(z):
        sys.exit(0)

    assert check("softmax", leaves).status == "died"


def test_a_users_own_interrupt_passes_through():
    def interrupted(z):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("softmax", interrupted)


def test_what_an_exercise_uses_is_placed_for_the_time_of_the_check():
    space = {"np": np}
    exec(
        "def sigmoid(z):\n    return 1 + np.exp(-z)\n"  # wrong, and not this exercise's concern
        "def logistic_gradient(X, y, weight, bias):\n"
        "    error = sigmoid(X @ weight + bias) - y\n"
        "    return X.T @ error / len(X), error.mean()\n",
        space,
    )
    mine = space["sigmoid"]
    assert check("logistic_gradient", space["logistic_gradient"]).passed
    assert space["sigmoid"] is mine
    del space["sigmoid"]
    assert check("logistic_gradient", space["logistic_gradient"]).passed
    assert "sigmoid" not in space


def test_a_cold_import_is_light():
    done = run_python(
        """
        from glia_grader import check, grade, progress
        import sys
        heavy = [m for m in ("numba", "IPython", "nbgrader", "matplotlib", "scipy", "nbformat",
                             "glia_grader.sandbox", "nh3", "click", "rich") if m in sys.modules]
        assert not heavy, heavy
        import numpy as np
        v = check("softmax", lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))
        assert v.points == 1.6, v
        """
    )
    assert done.returncode == 0, done.stderr


def test_importing_a_submodule_brings_no_answers():
    done = run_python(
        """
        import sys, glia_grader, glia_grader.forbid
        loaded = [m for m in sys.modules if m.startswith("glia_grader")]
        assert not any(w in m for m in loaded for w in ("exercise", "judge", "check")), loaded
        """
    )
    assert done.returncode == 0, done.stderr


def test_nothing_posix_is_needed():
    done = run_python(
        """
        import sys
        for name in ("resource", "fcntl", "pwd", "grp", "termios", "posix_ipc", "pty", "tty"):
            sys.modules[name] = None
        from glia_grader import check
        from glia_grader.exercise import load
        assert check("softmax", load("softmax").reference).passed
        """
    )
    assert done.returncode == 0, done.stderr


def test_a_warm_check_is_quick():
    """Half a second of this process's own time, however busy the machine is with other things."""
    for name in RIGHT.keys() - MILESTONES:
        reference = RIGHT[name]
        check(name, reference)
        start = time.process_time()
        check(name, reference).to_html()
        assert time.process_time() - start < 0.5, name


def test_an_overlay_stands_before_the_bundled_exercise(tmp_path, monkeypatch):
    source = textwrap.dedent(
        '''
        """A course's own softmax."""

        import numpy as np

        from glia_grader.exercise import Case, Check, Exercise


        def softmax(z):
            """Not softmax at all."""
            return z + 1


        EXERCISE = Exercise(
            name="softmax", unit="own", title="Own", statement="", signature="def softmax(z):",
            reference=softmax,
            checks=(Check("one", "One", 9, cases=lambda rng: [Case((np.ones(2),))]),),
            misconceptions=(), points=5,
        )
        '''
    )
    (tmp_path / "softmax.py").write_text(source, encoding="utf-8")
    (tmp_path / "_draft.py").write_text("raise SystemExit", encoding="utf-8")
    monkeypatch.setenv("GLIA_EXERCISES", str(tmp_path))
    assert load("softmax").unit == "own"
    assert load("sigmoid").unit == "logistic"
    verdict = check("softmax", lambda z: z + 1)
    assert (verdict.points, verdict.passed) == (5, True)
    assert "def softmax(z)" in load("softmax").reference_source
    monkeypatch.delenv("GLIA_EXERCISES")
    assert load("softmax").unit == "logistic"


def test_add_overlay(tmp_path, monkeypatch):
    from glia_grader import exercise

    monkeypatch.setattr(exercise, "_overlays", [])
    (tmp_path / "bad.py").write_text("EXERCISE = 3", encoding="utf-8")
    add_overlay(tmp_path)
    with pytest.raises(ImportError, match="should export EXERCISE"):
        load("softmax")


NOTEBOOK = """
from glia_grader import check, grade
import numpy as np
"""


@pytest.fixture(scope="module")
def executed():
    """A notebook with graded cells, run the way nbgrader runs it."""
    import nbformat
    from nbclient import NotebookClient

    cells = {
        "right": "def softmax(z):\n    p = np.exp(z - z.max(axis=1, keepdims=True))\n"
        "    return p / p.sum(axis=1, keepdims=True)\ngrade('softmax', softmax)",
        "partial": "def softmax(z):\n    print('noise')\n    p = np.exp(z)\n"
        "    return p / p.sum(axis=1, keepdims=True)\ngrade('softmax', softmax)",
        "zero": "def softmax(z):\n    raise NotImplementedError\ngrade('softmax', softmax)",
    }
    nb = nbformat.v4.new_notebook()
    nb.cells.append(nbformat.v4.new_code_cell(NOTEBOOK))
    for name, source in cells.items():
        cell = nbformat.v4.new_code_cell(source)
        cell.metadata["nbgrader"] = {
            "grade": True,
            "solution": False,
            "locked": False,
            "points": 2,
            "grade_id": name,
            "schema_version": 3,
        }
        nb.cells.append(cell)
    nb.metadata["kernelspec"] = {"name": "python3", "display_name": "p", "language": "python"}
    NotebookClient(nb, timeout=60, allow_errors=True).execute()
    return {c.metadata["nbgrader"]["grade_id"]: c for c in nb.cells[1:]}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_stock_nbgrader_reads_the_marks(executed):
    from nbgrader.utils import determine_grade

    assert determine_grade(executed["right"]) == (2.0, 2.0)
    assert determine_grade(executed["partial"]) == (1.6, 2.0)
    assert determine_grade(executed["zero"]) == (0, 2.0)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_validate_fails_partial_and_zero_only(executed):
    from nbformat.v4 import new_notebook
    from nbgrader.validator import Validator

    failed = Validator()._get_failed_cells(new_notebook(cells=list(executed.values())))
    assert [c.metadata["nbgrader"]["grade_id"] for c in failed] == ["partial", "zero"]


def test_the_notebook_shows_html_and_a_short_traceback(executed):
    outputs = executed["partial"].outputs
    assert len(outputs) == 1 and outputs[0].output_type == "execute_result"
    assert outputs[0].data["text/plain"] == "1.6"
    assert "glia-verdict" in outputs[0].data["text/html"]
    (error,) = executed["zero"].outputs
    assert error.ename == "CheckFailed"
    assert len("\n".join(error.traceback).splitlines()) < 20
    json.dumps(executed["zero"])
    assert not re.search(r"site-packages|/autograder/", "\n".join(error.traceback))


@pytest.mark.parametrize("name", ["gate_weights", "xor_hidden_units"])
@pytest.mark.parametrize("stub", [lambda *gate: None, lambda *gate: (1, 2)])
def test_an_answer_judged_by_behaviour_is_never_given_away(name, stub):
    assert "expected:" not in check(name, stub).to_text()


def test_a_mistake_told_by_the_library_names_the_students_line():
    def student():
        rows = glia.zeros(2, 3)
        return rows @ rows  # the shapes do not fit: glia says so, in a file of its own

    with pytest.raises(StudentError) as caught:
        LocalAnswerer(student).call()
    assert caught.value.line == student.__code__.co_firstlineno + 2
