import json

from click.testing import CliRunner
from glia_grader.cli import glia


def start(*arguments):
    return CliRunner().invoke(glia, ["start", *map(str, arguments)])


def sources(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells]


def test_writes_the_release_without_solutions_or_mark_scheme(tmp_path):
    run = start("ps1", tmp_path / "work")
    assert run.exit_code == 0, run.output
    text = "\n".join(sources(tmp_path / "work" / "ps1.ipynb"))
    assert "raise NotImplementedError" in text
    assert 'grade("softmax", softmax)' in text
    for secret in ("BEGIN SOLUTION", "END SOLUTION", "MARK SCHEME", "A model answer", "HIDDEN"):
        assert secret not in text
    assert "np.logaddexp.reduce" not in text  # a line of a model solution


def test_never_overwrites(tmp_path):
    mine = tmp_path / "ps1.ipynb"
    mine.write_text("my work", encoding="utf-8")
    run = start("ps1", tmp_path)
    assert run.exit_code == 0
    assert "left exactly as it is" in run.output
    assert mine.read_text(encoding="utf-8") == "my work"
    assert list(tmp_path.iterdir()) == [mine]


def test_again_writes_beside(tmp_path):
    mine = tmp_path / "ps1.ipynb"
    mine.write_text("my work", encoding="utf-8")
    for _ in range(2):
        assert start("ps1", tmp_path, "--again").exit_code == 0
    assert mine.read_text(encoding="utf-8") == "my work"
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "ps1-2.ipynb",
        "ps1-3.ipynb",
        "ps1.ipynb",
    ]
    assert sources(tmp_path / "ps1-2.ipynb") == sources(tmp_path / "ps1-3.ipynb")


def test_unknown_problem_set_names_the_known_ones(tmp_path):
    run = start("ps99", tmp_path)
    assert run.exit_code == 2
    assert "ps1" in run.output
    assert not list(tmp_path.iterdir())


def test_same_text_as_nbgraders_own_release(demo_release, tmp_path):
    start("ps1", tmp_path)
    ours = json.loads((tmp_path / "ps1.ipynb").read_text(encoding="utf-8"))
    theirs = json.loads(demo_release.read_text(encoding="utf-8"))
    assert [c["source"] for c in ours["cells"]] == [c["source"] for c in theirs["cells"]]
    assert [c["metadata"] for c in ours["cells"]] == [c["metadata"] for c in theirs["cells"]]
