"""What students use runs where POSIX-only modules don't exist."""

import subprocess
import sys

import pytest
from conftest import environment

_POSIX_ONLY = "fcntl resource pwd grp termios tty pty syslog crypt spwd nis posix".split()

# Only our own imports are refused: nbgrader and the standard library have their own guards, which
# look at the name of the platform.
_GUARD = f"""
import builtins, sys
real, posix = builtins.__import__, set({_POSIX_ONLY!r})
def guarded(name, globals=None, *rest, **more):
    who = (globals or {{}}).get("__name__", "")
    if name.split(".")[0] in posix and who.split(".")[0] in ("glia", "glia_grader"):
        raise ModuleNotFoundError(f"{{who}} imports {{name}}, which exists on POSIX only")
    return real(name, globals, *rest, **more)
builtins.__import__ = guarded
"""


def guarded(code, *, check=True, **more):
    run = subprocess.run(
        [sys.executable, "-c", _GUARD + code],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        **more,
    )
    assert not check or run.returncode == 0, run.stderr
    return run


def test_the_guard_catches():
    code = "exec(compile('import fcntl', 'x', 'exec'), {'__name__': 'glia_grader.x'})"
    assert "POSIX only" in guarded(code, check=False).stderr


@pytest.mark.parametrize("command", ["start", "check", "lab", "doctor", "report", "grade", "demo"])
def test_commands_import(command):
    guarded(f"import glia_grader.cli.{command}")


def test_help_runs():
    code = "from glia_grader.cli import glia\nglia.main(['--help'], standalone_mode=False)"
    assert "Usage" in guarded(code).stdout


def test_start_lab_and_check_run(tmp_path):
    code = (
        "from glia_grader.cli import glia\n"
        f"glia.main(['start', 'ps1', {str(tmp_path)!r}], standalone_mode=False)\n"
        "import glia_grader.lab, glia_grader.preflight.runner, glia_grader.feedback.cells\n"
        f"code = glia.main(['check', {str(tmp_path / 'ps1.ipynb')!r}], standalone_mode=False)\n"
        "assert code == 1, code\n"
    )
    assert "softmax" in guarded(code).stdout


def test_the_library_and_the_instant_check_import():
    guarded("import glia, glia_grader, glia_grader.check, glia_grader.exercise")


def test_the_probe_imports_everywhere():
    guarded("from glia_grader.sandbox import probe")
