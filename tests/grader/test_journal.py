"""The journal: durable, honest about what it holds, and shut to what it does not."""

import json
import os
import stat

import pytest
from glia_grader.journal import (
    Journal,
    secret_seed,
    seed_hash,
    sweep,
    work_key,
    write_durably,
)

RECORD = {"student": "ada", "scores": {"grade-softmax": 2.0}}


def test_finds_what_was_added_also_after_reopening(tmp_path):
    Journal(tmp_path).add("ada", "ps1", "key", RECORD)
    journal = Journal(tmp_path)
    assert journal.find("ada", "ps1", "key") == RECORD
    assert journal.latest("ada", "ps1") == RECORD
    assert journal.known() == [("ada", "ps1")]


def test_another_key_is_another_piece_of_work(tmp_path):
    journal = Journal(tmp_path)
    journal.add("ada", "ps1", "old", RECORD)
    assert journal.find("ada", "ps1", "new") is None
    assert journal.find("bob", "ps1", "old") is None
    journal.add("ada", "ps1", "new", RECORD)
    assert journal.find("ada", "ps1", "old") is None


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_line_cut_off_by_a_crash_is_no_line(tmp_path, cut):
    journal = Journal(tmp_path)
    journal.add("ada", "ps1", "key", RECORD)
    whole = journal.path.read_bytes()
    journal.add("bob", "ps1", "key", RECORD)
    journal.path.write_bytes(whole + journal.path.read_bytes()[len(whole) :][:cut])
    after = Journal(tmp_path)
    assert after.known() == [("ada", "ps1")]
    after.add("bob", "ps1", "key", RECORD)  # the next line is not glued to the torn one
    assert Journal(tmp_path).known() == [("ada", "ps1"), ("bob", "ps1")]


def test_changed_or_lost_record_is_graded_again(tmp_path):
    journal = Journal(tmp_path)
    journal.add("ada", "ps1", "key", RECORD)
    (file,) = (tmp_path / "records").iterdir()
    file.write_text(json.dumps({"scores": {"grade-softmax": 99}}))
    assert Journal(tmp_path).find("ada", "ps1", "key") is None
    file.unlink()
    assert Journal(tmp_path).find("ada", "ps1", "key") is None


def test_what_a_killed_run_left_half_written_is_swept_and_nothing_else(tmp_path):
    Journal(tmp_path).add("ada", "ps1", "key", RECORD)
    (file,) = (tmp_path / "records").iterdir()
    ours = file.with_name(f".{file.name}.123.abcd.part")
    theirs = file.with_name(".other.json.123.abcd.part")
    ours.touch(), theirs.touch()
    again = Journal(tmp_path)
    again.add("bob", "ps1", "key", RECORD)
    assert ours.exists() and theirs.exists()  # somebody may be writing them
    again.add("ada", "ps1", "key", RECORD)
    assert not ours.exists() and theirs.exists()
    target = tmp_path / "page.ipynb"
    target.with_name(".page.ipynb.9.ff.part").touch()
    sweep(target)
    assert not list(tmp_path.glob(".page*"))
    sweep(tmp_path / "no" / "folder")


def test_write_durably_leaves_no_half_file(tmp_path):
    target = tmp_path / "a"
    write_durably(target, b"old")
    with pytest.raises(TypeError):
        write_durably(target, "text is not bytes")
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_key_depends_on_every_part_and_their_borders():
    assert work_key("a", "b") == work_key("a", "b")
    assert len({work_key("a", "b"), work_key("ab", ""), work_key("b", "a"), work_key("a")}) == 4


def test_seed_is_drawn_once_and_private(tmp_path):
    seed = secret_seed(tmp_path)
    assert secret_seed(tmp_path) == seed
    path = tmp_path / ".glia" / "seed"
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert str(seed) not in seed_hash(seed)
    assert seed_hash(seed) != seed_hash(seed + 1)
    path.write_text("not a number")
    with pytest.raises(ValueError, match="one whole number"):
        secret_seed(tmp_path)
