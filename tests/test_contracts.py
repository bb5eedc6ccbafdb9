"""The import contracts hold, and each of them can fail."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINT = Path(sys.executable).with_name("lint-imports")

# contract name → (module to spoil, the line that spoils it)
SPOILERS = {
    "glia never imports the grader": ("lib/glia/data/__init__.py", "import glia_grader"),
    "the layers of glia": ("lib/glia/ops/__init__.py", "import glia.neurons"),
    "one seam for numba": ("lib/glia/ops/__init__.py", "import numba"),
    "only viz and widgets draw": ("lib/glia/neurons/__init__.py", "import matplotlib"),
    "student code never shares a process with answers": (
        "autograder/glia_grader/sandbox/worker.py",
        "import glia_grader.judge",
    ),
    "exercises import glia and numpy alone": (
        "autograder/glia_grader/exercises/__init__.py",
        "import nbgrader",
    ),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(LINT), "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": "lib:autograder", "PATH": "/usr/bin:/bin", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    if not LINT.exists():
        pytest.skip("import-linter is not installed beside this Python")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    ignore = shutil.ignore_patterns("__pycache__", "*.npz")
    for name in ("lib", "autograder"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignore)
    return tmp_path


def test_all_contracts_hold(copy: Path):
    result = lint(copy)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("contract", SPOILERS)
def test_a_broken_contract_is_noticed(copy: Path, contract: str):
    module, line = SPOILERS[contract]
    path = copy / module
    path.write_text(path.read_text(encoding="utf8") + f"\n{line}\n", encoding="utf8")
    result = lint(copy)
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{contract} BROKEN" in result.stdout
