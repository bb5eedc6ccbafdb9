"""What a machine offers: every tier, as root and as an ordinary user, and on other systems."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from glia_grader.sandbox import probe as probing
from glia_grader.sandbox.host import Sandbox, SandboxError

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
YES = {"namespaces": "yes", "landlock": "yes", "seccomp": "yes"}


@pytest.mark.parametrize(
    ("missing", "tier"),
    [
        ((), 1),
        (("namespaces",), 2),
        (("landlock",), 3),
        (("namespaces", "landlock"), 3),
        (("seccomp",), 4),
        (("namespaces", "landlock", "seccomp"), 4),
    ],
)
def test_the_tier_follows_from_what_works(missing, tier):
    offer = probing.judge({**YES, **dict.fromkeys(missing, "Operation not permitted")})
    assert offer.tier == tier and offer.lacks == list(missing)
    assert len(offer.advice) == len(missing) and offer.title


def test_this_machine_answers():
    offer = probing.probe()
    assert offer.tier in (1, 2, 3, 4) and offer is probing.probe()
    if sys.platform == "linux":
        assert set(offer.reasons) == set(YES)


def test_tier_four_is_refused_unless_it_is_called_unsafe():
    with pytest.raises(SandboxError, match="refused for other people"), Sandbox(4):
        pass
    with pytest.raises(SandboxError, match="got tier 7"), Sandbox(7):
        pass
    with pytest.raises(SandboxError, match="not open"):
        Sandbox(4, unsafe=True).open()


def test_tier_four_runs_ones_own_code_in_a_process_apart():
    with Sandbox(4, unsafe=True, needs_glia=True) as sandbox, sandbox.open(forbid=["csv"]) as box:
        assert box.run_cell("def f(x): return x * 2", 20).ok
        assert box.call("f", np.arange(3), timeout=20).value.tolist() == [0, 2, 4]
        assert box.run_cell("import csv", 20).kind == "forbidden"
        assert box.run_cell("import glia, glia_grader\nglia_grader.check('f', f)", 20).ok
        assert box.run_cell("import os; print(os.getpid())", 20).outputs[0]["text"] != os.getpid()
        assert box.run_cell("while True: pass", 0.5).kind == "timeout"
        assert box.close().how == "timeout"
    assert not list(sandbox._folder.path.iterdir()) if sandbox._folder else True


def test_a_tier_that_cannot_be_had_says_so_and_the_next_is_taken():
    # A filter set by an outer sandbox: no namespaces, as in many containers.
    if probing.probe().tier != 1:
        pytest.skip(f"needs tier 1: {probing.probe().reasons}")
    code = """
import os, sys
from glia_grader.sandbox import seccomp, syscalls
from glia_grader.sandbox.host import Sandbox, SandboxError
from glia_grader.sandbox.probe import probe
import errno
p = seccomp._Program(None); p.load(0)
p.deny(["unshare", "mount"], 0x50000 | errno.EPERM); p.answer(0x7FFF0000)
syscalls.prctl(38, 1); seccomp.install(b"".join(p.code))
offer = probe()
assert offer.tier == 2 and offer.lacks == ["namespaces"], offer
assert "not permitted" in offer.reasons["namespaces"], offer
assert "Run as root" in offer.advice[0]
try:
    with Sandbox(1): pass
except SandboxError as error:
    assert "tier 1" in str(error) and "not permitted" in str(error), error
else:
    raise SystemExit("tier 1 was forced where it cannot be")
with Sandbox() as sandbox, sandbox.open() as box:
    assert sandbox.tier == 2 and box.run_cell("1", 5).ok
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_trusted_side_imports_where_posix_modules_do_not_exist():
    code = """
import sys
import tempfile
for name in ("resource", "fcntl", "pwd", "grp", "termios", "posix_ipc"):
    sys.modules[name] = None
sys.platform = "win32"
import importlib
from glia_grader.sandbox import host, probe
assert probe.probe().tier == 4
assert "Linux" in probe.probe().reasons["linux"] and "--unsafe" in probe.probe().advice[0]
import pathlib
for file in pathlib.Path(host.__file__).parent.glob("*.py"):
    importlib.import_module("glia_grader.sandbox." + file.stem)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def _interpreter_for_everyone() -> tuple[str, list[str]]:
    """A Python that an ordinary user may start, and where it finds the packages."""
    packages = [path for path in sys.path if path.endswith("site-packages")]
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (
        sys.executable,
        f"/usr/bin/python{version}",
        f"/usr/local/bin/python{version}",
    ):
        if shutil.which(candidate) is None:
            continue
        code = "import sys, subprocess, numpy, numba, IPython, pytest, matplotlib, hypothesis; "
        code += "subprocess.run([sys.executable, '-c', ''], check=True)"
        path = os.pathsep.join([str(ROOT / "lib"), str(ROOT / "autograder"), *packages])
        command = ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups"]
        done = subprocess.run(
            [*command, candidate, "-c", f"{code}; open({str(HERE / 'conftest.py')!r})"],
            env={"PYTHONPATH": path, "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True, check=False, timeout=60,
        )  # fmt: skip
        if done.returncode == 0:
            return candidate, [path, *command]
    pytest.skip("no interpreter and checkout here that an ordinary user may read")


@pytest.fixture
def home():
    """A home of user 1000; pytest's own temporary folders are closed to others."""
    path = Path(tempfile.mkdtemp(prefix="home-of-1000-"))
    os.chown(path, 1000, 1000)
    yield path
    shutil.rmtree(path)


@pytest.mark.slow
def test_an_ordinary_user_is_as_well_protected(home):
    if not hasattr(os, "getuid") or os.getuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("needs root, to become an ordinary user")
    python, (path, *command) = _interpreter_for_everyone()
    chosen = "read_checkout or read_env or write_out or system_calls or signal_others or fork_bomb"
    done = subprocess.run(
        [
            *command, python, "-m", "pytest", str(HERE / "test_sandbox_attacks.py"), "-k", chosen,
            "-p", "no:cacheprovider", "--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml"),
            "-rs", "--basetemp", str(home / "pytest"),
        ],
        env={
            "PYTHONPATH": path, "PATH": "/usr/bin:/bin", "HOME": str(home),
            "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(home),
        },
        capture_output=True, text=True, timeout=250, check=False, cwd=home,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert " passed" in done.stdout, done.stdout


def test_what_a_killed_grader_left_is_swept_away_and_what_is_in_use_is_not():
    from glia_grader.sandbox.folder import Folder

    kept, orphan = Folder(), Folder()
    os.close(orphan._lock)  # as if its process had been killed
    for folder in (kept, orphan):
        os.utime(folder.path, (0, 0))
    third = Folder()
    try:
        assert kept.path.exists() and not orphan.path.exists()
    finally:
        kept.remove()
        third.remove()
    assert not kept.path.exists()
