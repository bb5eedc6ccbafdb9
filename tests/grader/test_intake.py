"""Intake: what is damaged is mended and written down; what is changed is put back and reported."""

import json
import zipfile

import pytest
from course_builder import cell_of, changed, notebook_of
from glia_grader.intake import Release, read, read_bytes
from hypothesis import given, settings
from hypothesis import strategies as st

SOURCE = notebook_of()
RELEASE = Release.from_notebook(SOURCE, "ps1")


def as_bytes(notebook):
    return json.dumps(notebook, indent=1).encode()


def intake(notebook):
    return read_bytes(notebook if isinstance(notebook, bytes) else as_bytes(notebook), RELEASE, "s")


def source_of(submission, grade_id):
    return cell_of(submission.notebook, grade_id)["source"]


def ids(submission):
    found = [
        c["metadata"].get("nbgrader", {}).get("grade_id") for c in submission.notebook["cells"]
    ]
    return [i for i in found if i]


def solution(name):
    return cell_of(SOURCE, f"solution-{name}")["source"]


def test_release_knows_exercises_points_and_stubs():
    assert RELEASE.exercises == ("perceptron_update", "softmax")
    assert [c.points for c in RELEASE.graded] == [2, 2, 4]
    stub = RELEASE.by_id["solution-softmax"].source
    assert "NotImplementedError" in stub and "BEGIN SOLUTION" not in stub
    assert RELEASE.by_id["solution-softmax"].defines == {"softmax"}
    assert "MARK SCHEME" not in RELEASE.by_id["answer-xor"].source


def test_clean_submission_needs_no_repair():
    submission = intake(SOURCE)
    assert submission.unreadable is None and not submission.untouched
    assert submission.repairs == () and submission.tampering == ()
    assert ids(submission) == list(RELEASE.by_id)
    assert [c.part for c in submission.code] == ["locked", "solution", "solution"]


def test_stub_is_untouched():
    blank = changed(SOURCE, lambda nb: None)
    for cell in blank["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id:
            cell["source"] = RELEASE.by_id[grade_id].source
    assert intake(blank).untouched


def test_lost_metadata_is_found_by_content():
    bare = changed(SOURCE, lambda nb: [c.update(metadata={}) for c in nb["cells"]])
    submission = intake(bare)
    assert ids(submission) == list(RELEASE.by_id)
    assert source_of(submission, "solution-softmax") == solution("softmax")
    assert "Minsky" not in source_of(submission, "answer-xor")
    assert "BEGIN MARK SCHEME" in source_of(submission, "answer-xor")  # the student's own words
    assert any("marks were lost" in words for words in submission.repairs)
    assert submission.tampering == ()


def test_renamed_function_argument_and_cell_order_do_not_confuse():
    def shuffle(nb):
        nb["cells"].reverse()

    submission = intake(changed(SOURCE, shuffle))
    assert sorted(ids(submission)) == sorted(RELEASE.by_id)


def test_duplicated_cells_get_new_ids_and_all_run():
    def duplicate(nb):
        cell = cell_of(nb, "solution-softmax")
        at = nb["cells"].index(cell)
        nb["cells"].insert(at, json.loads(json.dumps(cell)))
        nb["cells"][at]["source"] = "def softmax(z):\n    return 'first try'"

    submission = intake(changed(SOURCE, duplicate))
    names = [c["id"] for c in submission.notebook["cells"]]
    assert len(set(names)) == len(names)
    assert ids(submission).count("solution-softmax") == 1
    assert source_of(submission, "solution-softmax") == solution("softmax")
    sources = [c.source for c in submission.code]
    assert any("first try" in s for s in sources)
    assert any("2 times" in words for words in submission.repairs)


def test_untouched_stub_below_the_answer_does_not_undo_it():
    def answer_above(nb):
        cell = cell_of(nb, "solution-softmax")
        at = nb["cells"].index(cell)
        own = {"cell_type": "code", "metadata": {}, "source": cell["source"], "outputs": []}
        cell["source"] = RELEASE.by_id["solution-softmax"].source
        nb["cells"].insert(at, own)

    submission = intake(changed(SOURCE, answer_above))
    sources = [c.source for c in submission.code]
    assert solution("softmax") in sources
    assert RELEASE.by_id["solution-softmax"].source not in sources


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c.update(source="print(2.0)"), "was edited"),
        (lambda c: c.update(cell_type="markdown"), "turned from code into markdown"),
        (lambda c: c["metadata"]["nbgrader"].update(points=99), "claims 99 points instead of 2"),
        (lambda c: c["metadata"]["nbgrader"].update(grade=False), "'grade' set to False"),
        (lambda c: c["metadata"].update(tags=["skip-execution"]), "tagged skip-execution"),
    ],
)
def test_tampering_is_undone_and_reported(change, words):
    submission = intake(changed(SOURCE, lambda nb: change(cell_of(nb, "grade-softmax"))))
    cell = cell_of(submission.notebook, "grade-softmax")
    assert cell["source"] == 'grade("softmax", softmax)' and cell["cell_type"] == "code"
    assert cell["metadata"]["nbgrader"]["points"] == 2
    assert cell["metadata"]["nbgrader"]["grade"] is True
    assert "tags" not in cell["metadata"]
    assert any(words in said and "did not matter" in said for said in submission.tampering)


def test_answer_turned_into_text_is_still_run():
    def retype(nb):
        cell_of(nb, "solution-softmax").update(cell_type="markdown")

    submission = intake(changed(SOURCE, retype))
    assert solution("softmax") in [c.source for c in submission.code]
    assert any("read as code all the same" in words for words in submission.repairs)


def test_deleted_graded_cell_is_put_back_in_its_place():
    def delete(nb):
        nb["cells"].remove(cell_of(nb, "grade-perceptron_update"))

    submission = intake(changed(SOURCE, delete))
    assert ids(submission) == list(RELEASE.by_id)
    assert any("put back: grade-perceptron_update" in said for said in submission.tampering)


def test_foreign_ids_are_reported_and_dropped():
    def claim(nb):
        nb["cells"][0]["metadata"] = {
            "nbgrader": {"grade_id": "bonus", "grade": True, "points": 50, "solution": True}
        }

    submission = intake(changed(SOURCE, claim))
    assert "bonus" not in ids(submission)
    assert any("'bonus'" in said or "bonus" in said for said in submission.tampering)


def test_imports_added_to_the_locked_cell_are_not_lost():
    def add(nb):
        cell_of(nb, "setup")["source"] += "\nimport math"

    submission = intake(changed(SOURCE, add))
    assert "import math" in submission.code[0].source
    assert source_of(submission, "setup") == RELEASE.by_id["setup"].source
    assert any("setup was edited" in said for said in submission.tampering)


def test_answer_written_beside_the_answer_cell_is_read():
    def beside(nb):
        cell = cell_of(nb, "answer-xor")
        at = nb["cells"].index(cell)
        cell["source"] = RELEASE.by_id["answer-xor"].source
        own = {"cell_type": "markdown", "metadata": {}, "source": "Two lines are needed."}
        nb["cells"].insert(at + 1, own)

    submission = intake(changed(SOURCE, beside))
    assert source_of(submission, "answer-xor") == "Two lines are needed."


def test_truncated_file_keeps_the_cells_that_parse():
    data = as_bytes(SOURCE)
    submission = intake(data[: data.index(b"solution-softmax")])
    assert source_of(submission, "solution-perceptron_update") == solution("perceptron_update")
    assert any("damaged" in words for words in submission.repairs)
    assert "lost with the damaged file" in source_of(submission, "answer-xor")
    assert submission.tampering == ()  # what a broken file lost is nobody's tampering


def test_byte_order_mark_line_ends_and_kernel():
    def rename(nb):
        nb["metadata"]["kernelspec"]["name"] = "my-env"
        for cell in nb["cells"]:
            cell["source"] = cell["source"].replace("\n", "\r\n")

    submission = intake(b"\xef\xbb\xbf" + as_bytes(changed(SOURCE, rename)))
    assert source_of(submission, "solution-softmax") == solution("softmax")
    said = " ".join(submission.repairs)
    assert "byte order mark" in said and "line ends" in said and "'my-env'" in said
    assert submission.tampering == ()


def test_old_format_3():
    cells = []
    for cell in SOURCE["cells"]:
        old = {"cell_type": cell["cell_type"], "metadata": cell["metadata"]}
        old["input" if cell["cell_type"] == "code" else "source"] = cell["source"]
        cells.append(old)
    cells[0] = {"cell_type": "heading", "level": 2, "source": "A title", "metadata": {}}
    old_book = {"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}]}
    submission = intake(old_book)
    assert submission.notebook["cells"][0]["source"] == "## A title"
    assert ids(submission) == list(RELEASE.by_id)


def test_merge_conflict_keeps_the_first_side():
    text = as_bytes(SOURCE).decode()
    line = next(ln for ln in text.split("\n") if "kernelspec" in ln)
    conflict = f"<<<<<<< HEAD\n{line}\n=======\n other\n>>>>>>> branch"
    submission = intake(text.replace(line, conflict).encode())
    assert ids(submission) == list(RELEASE.by_id)
    assert any("unfinished merge" in words for words in submission.repairs)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n\0", "empty"),
        (b"hello", "not a notebook"),
        (b"{}", "not a notebook"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"cells": 3}', "not a notebook"),
    ],
)
def test_unreadable_files_have_a_reason(data, reason):
    submission = intake(data)
    assert submission.notebook is None and reason in submission.unreadable


def test_strange_shapes_are_survived():
    strange = {
        "cells": [
            None,
            7,
            {"cell_type": "code", "source": 5},
            {"cell_type": "banana", "source": "x = 1", "outputs": []},
            {"cell_type": "code", "source": ["a\0b", "\ud800"], "metadata": [1], "id": 9},
            {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": ["softmax"]}}},
        ],
        "metadata": 3,
    }
    submission = intake(strange)
    assert submission.unreadable is None
    json.dumps(submission.notebook).encode("utf-8")
    assert [c["source"] for c in submission.notebook["cells"]].count("x = 1") == 1


def test_files_are_found_under_other_names(tmp_path):
    data = as_bytes(SOURCE)
    (tmp_path / "PS1 (2).ipynb").write_bytes(data)
    assert "read 'PS1 (2).ipynb'" in read(tmp_path, RELEASE).repairs[0]
    (tmp_path / "ps1.ipynb").write_bytes(data)
    said = read(tmp_path, RELEASE).repairs
    assert len(said) == 1 and "several notebooks" in said[0]


def test_untouched_notebook_gives_way_to_the_answered_one(tmp_path):
    blank = changed(SOURCE, lambda nb: None)
    for grade_id, released in RELEASE.by_id.items():
        cell_of(blank, grade_id)["source"] = released.source
    (tmp_path / "ps1.ipynb").write_bytes(as_bytes(blank))
    assert read(tmp_path, RELEASE).untouched
    (tmp_path / "ps1-Copy1.ipynb").write_bytes(as_bytes(SOURCE))
    submission = read(tmp_path, RELEASE)
    assert not submission.untouched
    assert any("'ps1-Copy1.ipynb' instead" in words for words in submission.repairs)


def test_links_are_not_followed(tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(as_bytes(SOURCE))
    folder = tmp_path / "handed-in"
    folder.mkdir()
    (folder / "ps1.ipynb").symlink_to(secret)
    assert read(folder, RELEASE).unreadable == "there is no notebook in the folder"


def test_notebook_in_a_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "work.zip", "w") as archive:
        archive.writestr("my folder/ps1.ipynb", as_bytes(SOURCE))
    submission = read(tmp_path, RELEASE)
    assert ids(submission) == list(RELEASE.by_id)
    assert "unpacked" in submission.repairs[0]


def test_reading_twice_changes_nothing_more():
    def mangle(nb):
        nb["cells"].remove(cell_of(nb, "grade-softmax"))
        cell_of(nb, "setup")["source"] += "\nimport math"

    once = intake(changed(SOURCE, mangle))
    twice = intake(once.notebook)
    assert [c["source"] for c in twice.notebook["cells"]] == [
        c["source"] for c in once.notebook["cells"]
    ]
    assert twice.tampering == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["cells", "cell_type", "source", "metadata", "nbgrader", "grade_id", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(JSON, max_size=4), st.integers(0, 400), st.binary(max_size=30))
def test_nothing_escapes(cells, cut, noise):
    data = json.dumps({"cells": cells}).encode()
    for variant in (data, data[:cut] + noise + data[cut:], noise):
        submission = intake(variant)
        assert (submission.notebook is None) == (submission.unreadable is not None)
        if submission.notebook is not None:
            assert set(RELEASE.by_id) <= set(ids(submission))
