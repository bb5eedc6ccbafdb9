"""A full disk, a gradebook that may not be written: told in a sentence, and nothing is lost."""

import os
import shutil
import subprocess
import sys

import pytest
from course_builder import ROOT, hand_in, make_course, scores, solved
from glia_grader.course import Course
from glia_grader.pipeline import grade
from glia_grader.sandbox.probe import probe

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(probe().tier == 4, reason="this machine has no sandbox"),
    pytest.mark.skipif(
        not hasattr(os, "getuid") or os.getuid() != 0 or shutil.which("unshare") is None,
        reason="needs root, to mount a small disk",
    ),
]
RUN = """
import subprocess, sys
from glia_grader.pipeline import CourseError, grade
course, mend = sys.argv[1:]
try:
    grade(course, "ps1", jobs=1, seed=7)
except CourseError as error:
    print("REFUSED", error)
subprocess.run(mend, shell=True, check=True)
done = grade(course, "ps1", jobs=1, seed=7)
print("DONE", done.graded, done.reused, [r.points for r in done.records])
"""


@pytest.fixture
def course(tmp_path):
    made = make_course(tmp_path)
    Course(made).prepare("ps1")
    with Course(made).gradebook() as gradebook:
        for student in ("ada", "bob", "eve"):
            hand_in(made, student, solved(made))
            gradebook.add_student(student)
    return made


def _run(before, course, mend):
    """Run in mounts of its own: what is mounted there is seen by nobody else."""
    path = os.pathsep.join([str(ROOT / "lib"), str(ROOT / "autograder")])
    script = f'{before} && exec "$0" -c "$1" "$2" "$3"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-ec", script, sys.executable, RUN, str(course), mend],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=200,
    )
    if "mount:" in done.stderr:
        pytest.skip(done.stderr.strip()[:200])
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_full_disk(course):
    state = course / ".glia"
    state.mkdir()
    said = _run(
        f"mount -t tmpfs -o size=48k tmpfs {state}", course, f"mount -o remount,size=50m {state}"
    )
    assert "REFUSED what was graded could not be written" in said and "No space left" in said
    assert "the same command again" in said
    graded, reused = map(int, said.split("DONE ")[1].split()[:2])
    assert graded + reused == 3 and "[4.0, 4.0, 4.0]" in said


def test_gradebook_that_may_only_be_read(course):
    book = course / "gradebook.db"
    said = _run(
        f"mount --bind {book} {book} && mount -o remount,bind,ro {book}", course, f"umount {book}"
    )
    assert "REFUSED" in said and "readonly" in said
    assert "DONE 2 1" in said  # what had been graded was kept, although it could not be entered
    assert all(row["grade-softmax"][0] == 2.0 for row in scores(course).values())


def test_regrading_leaves_no_stale_scores(course):
    grade(course, "ps1", jobs=1, seed=7)
    hand_in(course, "ada", solved(course, softmax="def softmax(z):\n    return z"))
    hand_in(course, "bob", "this is no notebook any more")
    grade(course, "ps1", jobs=1, seed=7)
    rows = scores(course)
    assert rows["ada"]["grade-softmax"][0] == 0.0
    assert rows["bob"]["grade-softmax"] == (None, None, True)  # ungraded is not zero
    assert rows["eve"]["grade-softmax"][0] == 2.0
    assert not (course / "autograded" / "bob" / "ps1" / "ps1.ipynb").exists()
