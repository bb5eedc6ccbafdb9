import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def environment(**more):
    """An environment in which `python -m glia_grader` finds this checkout."""
    path = [str(ROOT / "lib"), str(ROOT / "autograder"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path)), **more}


@pytest.fixture(scope="session")
def glia():
    """Run the command as a user does, in a process of its own; stdout is not a terminal."""

    def run(*arguments, cwd=None, timeout=120, **more):
        return subprocess.run(
            [sys.executable, "-m", "glia_grader", *map(str, arguments)],
            cwd=cwd,
            env=environment(**more),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
        )

    return run


@pytest.fixture(scope="session")
def demo_release(tmp_path_factory):
    """The notebook that nbgrader itself generates and releases from the bundled course."""
    from glia_grader.demo import course

    folder = tmp_path_factory.mktemp("nbgrader") / "course"
    course.create(folder)
    return folder / "release" / "ps1" / "ps1.ipynb"
