import base64
import re

import nbformat
import pytest
from glia_grader import feedback
from glia_grader.record import Record
from glia_grader.verdict import CheckResult, Diagnosis, Verdict

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(400_000)).decode()


def verdict(name, points=2.0, status="passed", **more):
    results = (CheckResult("values", "The values", status == "passed", 2, more.pop("message", "")),)
    return Verdict(name, points, 2.0, results, status=status, title=name.title(), **more)


def graded(name):
    cell = nbformat.v4.new_code_cell(f'grade("{name}", {name})')
    cell.metadata["nbgrader"] = {"grade": True, "solution": False, "grade_id": f"grade-{name}"}
    return cell


def written(text):
    cell = nbformat.v4.new_markdown_cell(text)
    cell.metadata["nbgrader"] = {"grade": True, "solution": True, "grade_id": "answer"}
    return cell


def code(source, *outputs):
    return nbformat.v4.new_code_cell(source, outputs=list(outputs))


def display(**data):
    kinds = {"html": "text/html", "png": "image/png", "plain": "text/plain"}
    return nbformat.v4.new_output("display_data", data={kinds[k]: v for k, v in data.items()})


@pytest.fixture
def record():
    cells = [
        nbformat.v4.new_markdown_cell("# The set\n\nWith $x^2$."),
        code("def softmax(z):\n    return z", display(png=PNG, plain="<Figure>")),
        nbformat.v4.new_code_cell('check("softmax", softmax)'),
        graded("softmax"),
        written("Because of *this*."),
    ]
    slip = verdict(
        "softmax",
        1.2,
        "partial",
        message="nan at [0]",
        diagnosis=Diagnosis("wrong_axis", "axis=0 is a row", "Columns sum to 1."),
        hints=("First hint", "Second hint", "Third hint"),
    )
    return Record(
        "ada",
        "ps1",
        "ps1",
        verdicts={"softmax": slip, "losses": verdict("losses")},
        scores={"grade-softmax": 1.2, "grade-losses": 2.0, "answer": None},
        max_scores={"grade-softmax": 2.0, "grade-losses": 2.0, "answer": 4.0},
        notebook_out=nbformat.v4.new_notebook(cells=cells),
    )


def with_(record, **changes):
    return Record(**{**{n: getattr(record, n) for n in record.__dataclass_fields__}, **changes})


def test_says_the_score_the_slip_and_the_hints(record):
    page = feedback.page(record, name="Ada L.")
    assert "<h1>Ada L.</h1>" in page
    assert "<b>3.2</b> of 4 points" in page
    assert "4 more for the written answer" in page
    for words in ("Columns sum to 1.", "First hint", "Second hint", "Third hint", "nan at [0]."):
        assert words in page
    assert "axis=0 is a row" not in page  # what they seem to believe is for the instructor
    assert "check(" not in page


def test_every_verdict_is_on_the_page_even_without_its_cell(record):
    page = feedback.page(record)
    assert page.count('id="q-softmax"') == 1
    assert page.count('id="q-losses"') == 1


def test_marks_by_hand_take_precedence(record):
    marks = {"answer": feedback.Manual(3.0, 4.0, "Nice <b>reasoning</b>")}
    page = feedback.page(record, manual=marks)
    assert "<b>6.2</b> of 8 points" in page
    assert "Nice &lt;b&gt;reasoning" in page
    assert "waiting to be read" not in page


def test_nothing_remote_nothing_runs(record):
    evil = [
        code("1", display(html='<script>a()</script><img src="https://evil.example/x">')),
        code("2", nbformat.v4.new_output("stream", text="<script>b()</script> /home/me/x.py")),
        nbformat.v4.new_markdown_cell('<iframe src="https://evil.example"></iframe>'),
        code("print('</pre><script>c()</script>')"),
    ]
    record.notebook_out["cells"] += evil
    page = feedback.page(
        with_(record, repairs=("<script>d()</script>",), events=("/root/secret/y",))
    )
    assert not re.search(r"<(script|iframe|link|object|embed)\b", page)
    assert not re.search(r"<[^>]+\son\w+=", page)
    assert not re.search(r'(src|href)="(?!data:image/|#)', page)
    assert "/home/me" not in page
    assert "/root" not in page
    assert "default-src 'none'" in page


def test_pictures_stay_and_the_rest_is_small(record):
    page = feedback.page(record)
    assert PNG in page
    assert feedback._size_without_pictures(page) < 15_000


def test_a_flood_of_output_leaves_a_small_page_with_all_verdicts(record):
    flood = nbformat.v4.new_output("stream", text="line\n" * 500_000)
    record.notebook_out["cells"][1:1] = [code("x = 1\n" * 400, flood) for _ in range(60)]
    page = feedback.page(record)
    assert feedback._size_without_pictures(page) <= feedback.PAGE_LIMIT
    assert "First hint" in page
    assert 'id="q-losses"' in page


def test_unreadable_is_not_zero():
    lost = Record("ada", "ps1", "ps1", unreadable="the file is empty", max_scores={"a": 2.0})
    page = feedback.page(lost)
    assert "could not be read" in page
    assert "the file is empty" in page
    assert "points</span>" not in page


def test_tampering_and_repairs_are_told(record):
    edited = tuple(f"grade-{i} was edited" for i in range(9))
    page = feedback.page(with_(record, tampering=edited, repairs=("removed a byte order mark",)))
    assert "grade-0, grade-1, grade-2 and 6 more, each: was edited" in page
    assert "removed a byte order mark" in page


def test_written_where_nbgrader_looks_and_whole(record, tmp_path):
    place = feedback.write(record, tmp_path / "feedback")
    assert place == tmp_path / "feedback" / "ada" / "ps1" / "ps1.html"
    assert place.read_text(encoding="utf-8").rstrip().endswith("</html>")
    feedback.write(with_(record, verdicts={}), tmp_path / "feedback")
    assert [p.name for p in place.parent.iterdir()] == ["ps1.html"]


def test_a_failed_write_leaves_the_old_page(record, tmp_path, monkeypatch):
    import os

    place = feedback.write(record, tmp_path)
    before = place.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        feedback.write(with_(record, verdicts={}), tmp_path)
    assert place.read_bytes() == before
    assert [p.name for p in place.parent.iterdir()] == ["ps1.html"]
