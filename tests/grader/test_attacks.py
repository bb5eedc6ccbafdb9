"""Attacks through the whole pipeline: the score is the deserved one and nobody else is touched.

`attacks/` holds answers that cheat when they are asked; `sandbox/attacks/` holds cells that attack
the machine. Each is handed in by a student of its own, in the place of the answer to softmax, and
earns nothing there; the answer beside it is right and earns everything.
"""

import json
import os
import re
from collections import defaultdict
from pathlib import Path

import pytest
from course_builder import cell_of, hand_in, make_course, released, scores, solved
from glia_grader import feedback
from glia_grader.account import account
from glia_grader.budget import Budget
from glia_grader.course import Course
from glia_grader.pipeline import grade
from glia_grader.sandbox.probe import probe

pytestmark = pytest.mark.skipif(probe().tier == 4, reason="this machine has no sandbox")

HERE = Path(__file__).parent
ANSWERS = sorted((HERE / "attacks").glob("*.py"))
CELLS = sorted((HERE / "sandbox" / "attacks").glob("*.py"))
# They break what the student's own answers stand on: the loss is theirs.
SELF_DEFEATING = {"patch_everything", "false_numpy", "poisoned_imports"}
WRONG = "\ndef softmax(z):\n    return z\n"
QUICK = Budget(cell=1.0, question=3.0, notebook=8.0)


def test_there_are_as_many_as_promised():
    assert len(ANSWERS) + len(CELLS) + len(TRICKS) >= 60


@pytest.fixture
def world(tmp_path):
    """Things outside that an attack may want, and the words that tell it where they are."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "gradebook.db").write_text("SECRET")
    known = {
        "NEIGHBOUR_PID": os.getppid(),
        "SENTINEL": str(outside / "gradebook.db"),
        "GRADER": str(Path(feedback.__file__).parents[1]),
        "HOST_PID": os.getpid(),
        "PORT": 9,
        "SECRET": "SECRET",
    }
    module = "import sys, types; sys.modules['world'] = w = types.ModuleType('world')\n"
    return f"{module}vars(w).update({known!r})\n"


def _graded(folder, submissions, tier=None):
    """The course after grading these and one honest student at the end."""
    course = make_course(folder)
    Course(course).prepare("ps1")
    for student, make in submissions.items():
        made = make(course)
        name = "ps1.ipynb"
        if isinstance(made, tuple):
            made, name = made
        hand_in(course, student, made, name=name)
    hand_in(course, "zz-honest", solved(course))
    before = _tree(folder, course)
    processes = _processes()
    result = grade(course, "ps1", jobs=2, seed=7, budget=QUICK, tier=tier)
    assert _processes() == processes, "something still runs"
    assert _tree(folder, course) == before, "something outside was changed"
    return course, {record.student: record for record in result.records}


def _answers(paths, prelude=""):
    def make(path):
        source = prelude + path.read_text() + ("" if path in ANSWERS else WRONG)
        return lambda course: solved(course, softmax=source)

    return {path.stem.replace("_", "-"): make(path) for path in paths}


def _check(course, records, paths):
    rows = scores(course)
    assert rows["zz-honest"]["grade-softmax"][0] == 2.0
    assert rows["zz-honest"]["grade-perceptron_update"][0] == 2.0
    wrong = defaultdict(list)
    for path in paths:
        student, source = path.stem.replace("_", "-"), path.read_text()
        earned = rows[student]["grade-softmax"][0]
        some = "earns: some" in source
        if not (0 < earned < 2 if some else earned == 0):
            wrong[path.stem].append(f"earned {earned}")
        beside = rows[student]["grade-perceptron_update"][0]
        if beside != 2.0 and path.stem not in SELF_DEFEATING:
            wrong[path.stem].append(f"perceptron_update earned {beside}")
        record = records[student]
        if record.failures:
            wrong[path.stem].append(f"the grader failed: {record.failures}")
        said = f"{account(record)} {record.events} {record.verdicts['softmax'].to_text()}"
        words = re.search(r"^says: (.*)$", source, re.MULTILINE)
        if "softmax" not in said or (words and words[1] not in said):
            wrong[path.stem].append(f"the report does not say it: {said[:300]}")
        page = feedback.page(record)
        if "ESCAPED" in _shown(record) or "LEAKED [" in page + _shown(record):
            wrong[path.stem].append("something got out")
    assert not wrong, dict(wrong)


def _shown(record):
    """What cells printed; a traceback quotes the attack's own words."""
    cells = record.notebook_out["cells"]
    outputs = [o for c in cells for o in c.get("outputs", []) if o["output_type"] != "error"]
    return json.dumps(outputs)


def _tree(folder, course):
    """Every file outside what a run may write, with its bytes."""
    mine = [course / name for name in (".glia", "autograded", "gradebook.db", "release")]
    return {
        str(path): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not any(path.is_relative_to(place) for place in mine)
    }


def _processes():
    """How many boxes and zygotes there are below this process."""
    count = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            count += parent == os.getpid()
    return count


FAST = [p for p in ANSWERS if "says: took too long" not in p.read_text()]


def test_answers_that_cheat_when_asked(tmp_path):
    course, records = _graded(tmp_path, _answers(FAST))
    _check(course, records, FAST)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("tier", [1, 2, 3])
def test_every_attack_in_every_tier(tier, tmp_path, world):
    if probe().tier > tier:
        pytest.skip(f"this machine offers tier {probe().tier}")
    paths = [
        path
        for path in ANSWERS + CELLS
        if str(tier) in (re.search(r"^holds: (.*)$", path.read_text(), re.M) or [0, "1 2 3"])[1]
    ]
    course, records = _graded(tmp_path, _answers(paths, world), tier)
    _check(course, records, paths)


def _trick(change):
    def make(course):
        notebook = solved(course, softmax=WRONG.strip())
        return change(notebook) or notebook

    return make


def _graded_cells(notebook):
    return [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade")]


def _edited(notebook):
    for cell in _graded_cells(notebook):
        if cell["cell_type"] == "code":
            cell["source"] = "2.0"


def _tagged(notebook):
    for cell in _graded_cells(notebook):
        cell["metadata"]["tags"] = ["skip-execution"]


def _ungraded(notebook):
    for cell in _graded_cells(notebook):
        cell["metadata"]["nbgrader"].update(grade=False, points=100)


def _deleted(notebook):
    cell = cell_of(notebook, "grade-softmax")
    notebook["cells"].remove(cell)


def _doubled(notebook):
    cell = cell_of(notebook, "grade-softmax")
    notebook["cells"] += [json.loads(json.dumps(cell)) for _ in range(3)]
    cell["source"] = "2.0"


def _retyped(notebook):
    cell = cell_of(notebook, "grade-softmax")
    cell["cell_type"] = "markdown"
    cell.pop("outputs", None), cell.pop("execution_count", None)


def _reversed(notebook):
    notebook["cells"].reverse()


def _renamed_ids(notebook):
    a, b = (cell_of(notebook, f"grade-{n}") for n in ("softmax", "perceptron_update"))
    for one, other in ((a, "grade-perceptron_update"), (b, "grade-softmax")):
        one["metadata"]["nbgrader"]["grade_id"] = other


def _magics(notebook):
    cell_of(notebook, "solution-softmax")["source"] = "%%javascript\nalert(1)"


def _markup(notebook):
    shown = "<script>alert(1)</script><img src=x onerror=alert(1)><b>ok</b>"
    source = f"from IPython.display import HTML, display\ndisplay(HTML({shown!r}))\n"
    cell_of(notebook, "solution-softmax")["source"] = source + WRONG


def _flood(notebook):
    cell_of(notebook, "solution-softmax")["source"] = "print('x' * 60_000_000)" + WRONG


def _attached(notebook):
    cell = next(c for c in notebook["cells"] if c["cell_type"] == "markdown")
    cell["attachments"] = {"a.html": {"text/html": "<script>alert(1)</script>"}}


def _third_format(notebook):
    cells = [
        {**c, "input": c["source"], "language": "python"} if c["cell_type"] == "code" else c
        for c in notebook["cells"]
    ]
    for cell in cells:
        if cell["cell_type"] == "code":
            cell.pop("source"), cell.pop("execution_count", None)
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}


def _shell(notebook):
    lines = ["!touch /tmp/evil", "%run evil.py", "%pip install evil", "%%writefile ../gradebook.db"]
    lines += ["%%bash\ntouch /tmp/evil", "%%python\nprint(1)", "%load_ext evil", "%cd /"]
    for place, line in enumerate(lines):
        cell = {"cell_type": "code", "id": f"evil{place}", "metadata": {}, "outputs": []}
        notebook["cells"].insert(place, cell | {"source": line, "execution_count": None})


def _timed(notebook):
    """Honest magics around answers: they are read through, not skipped."""
    cell = cell_of(notebook, "solution-perceptron_update")
    cell["source"] = "%%capture nothing\n" + cell["source"]
    cell_of(notebook, "solution-softmax")["source"] = "%%time\n" + WRONG.strip()


def _other_kernel(notebook):
    spec = {"name": "bash", "display_name": "Bash", "language": "bash"}
    notebook["metadata"] = {"kernelspec": spec, "language_info": {"name": "bash"}}


def _stored_flood(notebook):
    """Sixty megabytes of output in the file itself, one line of it."""
    output = {"output_type": "stream", "name": "stdout", "text": "y" * 60_000_000}
    cell_of(notebook, "solution-softmax")["outputs"] = [output]


def _deep_metadata(notebook):
    inner: dict = {}
    for _ in range(500):
        inner = {"widgets": inner}
    notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": inner}
    for cell in notebook["cells"]:
        cell["metadata"]["deep"] = inner


def _pages_of_cells(notebook):
    extra = [
        {"cell_type": "code", "id": f"n{i}", "metadata": {}, "source": "1", "outputs": []}
        for i in range(2000)
    ]
    notebook["cells"] += [cell | {"execution_count": None} for cell in extra]


def _stored_outputs(notebook):
    data = {"text/plain": "2.0"}
    for cell in _graded_cells(notebook):
        if cell["cell_type"] == "code":
            output = {"output_type": "execute_result", "data": data, "metadata": {}}
            cell["outputs"] = [{**output, "execution_count": 1}]


# Each deserves full marks for perceptron_update and none for softmax; what the report must mention.
TRICKS = {
    "edited": (_edited, "edited"),
    "tagged": (_tagged, "skip-execution"),
    "ungraded": (_ungraded, "points"),
    "deleted": (_deleted, "put back"),
    "doubled": (_doubled, "copy"),
    "retyped": (_retyped, "turned from code into markdown"),
    "reversed": (_reversed, ""),
    "renamed-ids": (_renamed_ids, "edited"),
    "magics": (_magics, ""),
    "markup": (_markup, ""),
    "flood": (_flood, ""),
    "attached": (_attached, ""),
    "third-format": (_third_format, "format"),
    "stored-outputs": (_stored_outputs, ""),
    "shell": (_shell, ""),
    "timed": (_timed, ""),
    "other-kernel": (_other_kernel, "kernel"),
    "stored-flood": (_stored_flood, ""),
    "deep-metadata": (_deep_metadata, ""),
    "pages-of-cells": (_pages_of_cells, ""),
}


@pytest.mark.slow
def test_tricks_of_the_notebook(tmp_path):
    made = {name: _trick(change) for name, (change, _) in TRICKS.items()}
    course, records = _graded(tmp_path, made | {"blank": released})
    rows = scores(course)
    wrong = {}
    for name, (_, words) in TRICKS.items():
        record = records[name]
        got = (rows[name]["grade-perceptron_update"][0], rows[name]["grade-softmax"][0])
        said = " ".join((*record.tampering, *record.repairs, *record.events))
        page = feedback.page(record)
        stored = (course / "autograded" / name / "ps1" / "ps1.ipynb").read_text("utf-8")
        if got != (2.0, 0.0) and name != "reversed":
            wrong[name] = f"earned {got}; {said}"
        elif words not in said:
            wrong[name] = f"the report says only: {said}"
        elif "<script>alert" in page or "<img src=x" in page or len(page) > 200_000:
            wrong[name] = "the page is not safe"
        elif "<script>alert" in re.sub(r'"source": ".*?[^\\]"', "", stored):
            wrong[name] = "the stored notebook is not safe"
    assert rows["zz-honest"]["grade-softmax"][0] == 2.0 and rows["blank"]["grade-softmax"][0] == 0
    assert not wrong, wrong
