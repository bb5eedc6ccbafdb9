"""`glia grade --explain`: the whole story of one submission, and nothing is written."""

import pytest
from click.testing import CliRunner
from course_builder import hand_in, make_course, solved
from glia_grader.cli.grade import command
from glia_grader.course import Course
from glia_grader.sandbox.probe import probe

pytestmark = pytest.mark.skipif(probe().tier == 4, reason="this machine has no sandbox")

WRONG_AXIS = (
    "print('\\x1b[2J hello')\n"
    "def softmax(z):\n    e = np.exp(z - z.max(axis=0, keepdims=True))\n"
    "    return e / e.sum(axis=0, keepdims=True)"
)


def test_the_whole_story(tmp_path):
    course = make_course(tmp_path)
    Course(course).prepare("ps1")
    hand_in(course, "ada", solved(course, softmax=WRONG_AXIS))
    told = CliRunner().invoke(command, ["ps1", "--course", str(course), "--explain", "ada"])
    assert told.exit_code == 0, told.output
    for words in (
        "Nothing had to be mended",
        "hello",
        "perceptron_update: passed, 2 of 2 points",
        "A fresh process saw cells",
        "e.sum(axis=0",  # the answer itself
        "expected",  # the instructor sees what a student does not
        "Hint 3:",
        "answer-xor: 4 points, read by a person",
        "Together: 2",
        "Not graded yet",
    ):
        assert words in told.output, (words, told.output)
    assert "\x1b" not in told.output
    assert not (course / "autograded").exists() and not (course / "feedback").exists()
    told = CliRunner().invoke(command, ["ps1", "--course", str(course), "--explain", "bob"])
    assert told.exit_code == 3 and "nothing was handed in for ps1 by: bob" in told.output
