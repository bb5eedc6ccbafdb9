"""What the repository promises about itself."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listing.stdout.split("\0") if name]


def test_readme_has_the_two_commands_and_ci_runs_the_second():
    readme = (ROOT / "README.md").read_text(encoding="utf8")
    lines = [line for line in readme.splitlines() if line.startswith("python3 -m venv ")]
    assert len(lines) == 2
    assert lines[0].endswith("glia demo")
    assert " -m pytest" in lines[1]
    pattern = re.search(r"grep -m1 -E '([^']+)' README.md", (ROOT / ".ci/run").read_text())
    assert pattern is not None
    assert [line for line in lines if re.search(pattern[1], line)] == [lines[1]]


def test_the_pictures_of_the_readme_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf8")
    pictures = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", readme)
    assert len(pictures) >= 4
    for alt, path in pictures:
        assert len(alt) > 15, f"{path} needs a real alt text, got {alt!r}"
        assert (ROOT / path).is_file(), path


def test_gitignore_does_not_hide_the_library():
    ignored = (ROOT / ".gitignore").read_text(encoding="utf8").split()
    assert not {"lib", "lib/", "/lib", "/lib/"} & set(ignored)


def test_nothing_machine_made_is_tracked():
    bad = [p for p in tracked() if p.suffix in {".nbi", ".nbc", ".pyc", ".db"}]
    assert bad == []


@pytest.mark.parametrize("suffix", [".ipynb"])
def test_notebooks_carry_no_outputs(suffix: str):
    notebooks = [p for p in tracked() if p.suffix == suffix]
    assert notebooks
    for path in notebooks:
        notebook = json.loads(path.read_text(encoding="utf8"))
        ids = [cell["id"] for cell in notebook["cells"]]
        assert len(ids) == len(set(ids)), f"{path}: cell ids repeat"
        assert "widgets" not in notebook["metadata"], path
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                assert cell["outputs"] == [], f"{path}: {cell['id']} has outputs"
                assert cell["execution_count"] is None, f"{path}: {cell['id']} was run"
