"""A run killed with signal 9 at random moments ends with the gradebook of an undisturbed one."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from course_builder import ESCAPES, ROOT, hand_in, make_course, released, scores, solved
from glia_grader.budget import Budget
from glia_grader.course import Course
from glia_grader.journal import Journal
from glia_grader.pipeline import grade
from glia_grader.sandbox.probe import probe

pytestmark = pytest.mark.skipif(probe().tier == 4, reason="this machine has no sandbox")

# Long enough for an import of scipy on a busy machine: what is compared must not hang on the clock.
QUICK = Budget(cell=4.0)
RUN = """
import sys
from glia_grader.pipeline import grade, Budget
print("begun", flush=True)
grade(sys.argv[1], "ps1", jobs=2, seed=7, budget=Budget(cell=4.0))
"""
# A loop is cut off by the clock, whose moment a busy machine moves: it says nothing about chaos.
KINDS = [source for name, source in ESCAPES.items() if name != "toploop"]


@pytest.mark.parametrize(
    ("students", "kills"),
    [
        pytest.param(7, 2, id="small", marks=pytest.mark.slow),
        pytest.param(200, 25, id="whole", marks=[pytest.mark.campaign, pytest.mark.timeout(3600)]),
    ],
)
def test_killed_at_random_moments(students, kills, tmp_path):
    calm = make_course(tmp_path)
    Course(calm).prepare("ps1")
    for number in range(students):
        name = f"student{number:03}"
        if number % 3 == 2:
            wrong = KINDS[number // 3 % len(KINDS)]
            hand_in(calm, name, solved(calm, softmax=wrong))
        elif number % 10 == 7:
            hand_in(calm, name, "" if number % 20 == 7 else released(calm))
        else:
            hand_in(calm, name, solved(calm, written=f"One line is too few, says {name}."))
    wild = shutil.copytree(calm, tmp_path / "wild")
    begun = time.monotonic()
    undisturbed = grade(calm, "ps1", jobs=2, seed=7, budget=QUICK)
    whole = time.monotonic() - begun

    rng = random.Random(students)
    struck = 0
    for kill in range(kills):
        moment = rng.uniform(0.0, 2.0 * whole / students)
        struck += _struck(wild, students * kill // kills, moment)
    assert struck >= kills // 3, "most runs were over before they could be killed"
    finished = len(Journal(wild / ".glia" / "ps1").known())
    last = grade(wild, "ps1", jobs=2, seed=7, budget=QUICK)

    assert last.reused == finished and last.graded == students - finished
    assert scores(wild) == scores(calm)
    want = {r.student: (r.scores, r.verdicts, r.events) for r in undisturbed.records}
    assert {r.student: (r.scores, r.verdicts, r.events) for r in last.records} == want
    graded = Counter(entry.student for entry in Journal(wild / ".glia" / "ps1").lines())
    assert set(graded.values()) == {1} and len(graded) == students
    pages = {p.parts[-3]: _stable(p) for p in (calm / "autograded").rglob("*.ipynb")}
    assert {p.parts[-3]: _stable(p) for p in (wild / "autograded").rglob("*.ipynb")} == pages
    assert not list(wild.rglob("*.part")), "half-written files"
    print(f"\n{students} submissions, {struck} of {kills} runs killed, {finished} graded by then")


def _struck(course, graded, after):
    """Start a run, kill it some time after so many are graded; whether it still lived."""
    journal = course / ".glia" / "ps1" / "journal.jsonl"
    path = os.pathsep.join([str(ROOT / "lib"), str(ROOT / "autograder")])
    with subprocess.Popen(
        [sys.executable, "-c", RUN, str(course)],
        env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None and process.stdout.readline()
        while process.poll() is None and graded:
            if journal.exists() and journal.read_bytes().count(b"{") >= graded:
                break
            time.sleep(0.01)
        time.sleep(after)
        alive = process.poll() is None
        process.send_signal(signal.SIGKILL)
    return alive


def _stable(path):
    """The notebook without what differs between any two runs: addresses of objects."""
    import re

    return re.sub(r"0x[0-9a-f]+", "0x", path.read_text(encoding="utf-8"))
