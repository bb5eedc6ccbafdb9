import json
import time

import pytest
from glia_grader import handout, preflight
from glia_grader.cli import glia
from glia_grader.demo.answers import model


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    folder = tmp_path_factory.mktemp("release")
    return handout.lay_out("ps1", folder)[0][1].read_text(encoding="utf-8")


def filled(release, place, answers, written="Because.", extra=()):
    notebook = json.loads(release)
    for cell in notebook["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        name = grade_id.removeprefix("solution-")
        if name in answers and grade_id != name:
            cell["source"] = answers[name]
        if grade_id == "answer-xor" and written:
            cell["source"] = written
    for source in extra:
        notebook["cells"].insert(2, {**notebook["cells"][1], "metadata": {}, "source": source})
        notebook["cells"][2]["id"] = f"own-{len(notebook['cells'])}"
    place.write_text(json.dumps(notebook), encoding="utf-8")
    return place


def test_everything_right(release, tmp_path):
    outcome = preflight.look_at(filled(release, tmp_path / "ps1.ipynb", model()))
    assert outcome.all_right, (
        outcome.troubles,
        [v for v in outcome.verdicts.values() if not v.passed],
    )
    assert len(outcome.verdicts) == 15
    assert not outcome.repairs


def test_untouched_release_is_blank_not_an_error(release, tmp_path):
    place = tmp_path / "ps1.ipynb"
    place.write_text(release, encoding="utf-8")
    outcome = preflight.look_at(place)
    assert {v.status for v in outcome.verdicts.values()} == {"blank"}
    assert outcome.written == {"answer-xor": False}
    assert not outcome.troubles
    assert not outcome.all_right


def test_a_hanging_cell_a_hanging_answer_and_an_exit_cost_only_themselves(release, tmp_path):
    answers = {
        **model(),
        "softmax": "import time\ndef softmax(z):\n    time.sleep(600)",
        "sigmoid": "import os\ndef sigmoid(z):\n    os._exit(3)",
    }
    place = filled(release, tmp_path / "ps1.ipynb", answers, extra=["import time; time.sleep(600)"])
    started = time.monotonic()
    outcome = preflight.look_at(place, seconds=4)
    assert time.monotonic() - started < 60
    wrong = {name: v.status for name, v in outcome.verdicts.items() if not v.passed}
    assert wrong == {"softmax": "timeout", "sigmoid": "died"}
    assert len(outcome.verdicts) == 15
    assert outcome.troubles == ["cell 3 took longer than 4 s and was left out"]


def test_errors_and_syntax_errors_are_told_with_their_cell(release, tmp_path):
    answers = {**model(), "losses": "def losses(y_true:\n    pass"}
    place = filled(release, tmp_path / "ps1.ipynb", answers, extra=["1 / 0"])
    outcome = preflight.look_at(place)
    assert outcome.verdicts["losses"].status == "blank"
    assert any("cell 3: stopped with ZeroDivisionError" in line for line in outcome.troubles)
    assert any("is not Python yet" in line for line in outcome.troubles)
    assert sum(v.passed for v in outcome.verdicts.values()) == 14


def test_damage_is_mended_and_said(release, tmp_path):
    place = filled(release, tmp_path / "my ps1 (2).ipynb", model())
    place.write_bytes(b"\xef\xbb\xbf" + place.read_bytes().replace(b"\n", b"\r\n"))
    outcome = preflight.look_at(place)
    assert any("byte order mark" in line for line in outcome.repairs)
    assert all(v.passed for v in outcome.verdicts.values())


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\x00", b"{}", b"[1, 2]", b'{"cells": 3}'])
def test_what_is_no_notebook_has_a_reason(tmp_path, content):
    place = tmp_path / "ps1.ipynb"
    place.write_bytes(content)
    outcome = preflight.look_at(place)
    assert outcome.unreadable or not outcome.all_right


def test_another_notebook_is_checked_by_what_it_asks(tmp_path):
    cells = [
        {"cell_type": "code", "metadata": {}, "source": source, "outputs": []}
        for source in ("import numpy as np", model()["softmax"], 'check("softmax", softmax)')
    ]
    place = tmp_path / "chapter.ipynb"
    place.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    outcome = preflight.look_at(place)
    assert [name for name, v in outcome.verdicts.items() if v.passed] == ["softmax"]


def test_the_file_is_only_read(release, tmp_path):
    place = filled(release, tmp_path / "ps1.ipynb", model())
    before = place.read_bytes()
    preflight.look_at(place)
    assert place.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["ps1.ipynb"]


def test_the_command_says_it_all_and_its_exit_code_too(release, tmp_path):
    from click.testing import CliRunner

    slip = "def softmax(z):\n    e = np.exp(z - z.max())\n    return e / e.sum(axis=0)"
    wrong = filled(release, tmp_path / "ps1.ipynb", {**model(), "softmax": slip}, written="")
    run = CliRunner().invoke(glia, ["check", str(wrong), "--hints", "2"])
    assert run.exit_code == 1
    assert "✗ softmax" in run.output
    assert "✓ sigmoid" in run.output
    assert "not written yet" in run.output
    assert "\x1b" not in run.output
    filled(release, wrong, model())
    run = CliRunner().invoke(glia, ["check", str(wrong)])
    assert run.exit_code == 0, run.output
    assert "30 of 30 points" in run.output
