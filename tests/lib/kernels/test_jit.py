"""The seam to numba: its cache, its settings, its manners. Each in a process of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import glia
import pytest
from glia import backend

pytestmark = pytest.mark.skipif("numba" not in backend.available(), reason="needs numba")

LEARN = """
import glia
from glia import backend
X, y = glia.data.truth_table("and")
unit = glia.Perceptron().fit(X, y)
assert unit.predict(X).tolist() == [0, 0, 0, 1]
kernel = backend.implementation("perceptron_epoch_")
"""


# Root may write anywhere: a folder is read-only by what `os` and `tempfile` say of it.
SHUT = """
import os, tempfile
def shut(folder):
    return str(folder).rstrip("/").endswith("__pycache__") and "glia/kernels" in str(folder)
def temporary(*args, make=tempfile.TemporaryFile, **named):
    if shut(named.get("dir")):
        raise PermissionError(named["dir"])
    return make(*args, **named)
tempfile.TemporaryFile = temporary
may = os.access
os.access = lambda p, mode, **k: not (mode == os.W_OK and shut(p)) and may(p, mode, **k)
"""


@pytest.fixture(scope="module")
def copy_of_glia(tmp_path_factory):
    """A copy of the library without any compiled kernel."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(
        Path(glia.__file__).parent,
        folder / "glia",
        ignore=shutil.ignore_patterns("__pycache__", "viz", "widgets"),
    )
    return folder


def run(code, path, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "PYTHONPATH": str(path),
            "NUMBA_DISABLE_JIT": "0",
            "GLIA_BACKEND": "numba",
            **environment,
        },
    )
    assert done.returncode == 0, done.stderr
    return done


def test_cold_then_warm_then_read_only(copy_of_glia):
    warm = LEARN + "print(sum(kernel.stats.cache_hits.values()))"
    assert run(warm, copy_of_glia).stdout.strip() == "0"
    assert run(warm, copy_of_glia).stdout.strip() == "1"
    run(LEARN + "from glia.kernels import _jit; _jit.mark_as_warm()", copy_of_glia)
    saved = set((copy_of_glia / "glia" / "kernels" / "__pycache__").glob("*.nb*"))
    read_only = run(
        SHUT
        + warm
        + """
print(type(kernel._cache._impl.locator).__name__)
import numpy as np
print(glia.Perceptron().fit(X.astype(np.float32), y).weight.dtype)  # not compiled in advance
""",
        copy_of_glia,
    )
    assert read_only.stdout.split() == ["1", "ReadOnlyInTree", "float32"]
    assert set((copy_of_glia / "glia" / "kernels" / "__pycache__").glob("*.nb*")) == saved


def test_a_read_only_cache_of_another_cpu_is_passed_over(copy_of_glia, tmp_path):
    run(LEARN + "from glia.kernels import _jit; _jit.mark_as_warm()", copy_of_glia)
    other = run(
        SHUT + LEARN + "print(type(kernel._cache._impl.locator).__name__)",
        copy_of_glia,
        NUMBA_CPU_NAME="generic",
        NUMBA_CPU_FEATURES="",
        XDG_CACHE_HOME=str(tmp_path),
        HOME=str(tmp_path),
    )
    assert other.stdout.strip() == "_UserWide"
    assert list(tmp_path.rglob("*.nbi"))


def test_nowhere_to_keep_a_cache(copy_of_glia):
    code = """
from numba.core import caching
caching.CacheImpl._locator_classes = []
"""
    run(code + LEARN + "import glia.kernels._jit", copy_of_glia)


NOTE = "glia: compiling fast kernels for this computer"


def test_a_long_compilation_says_so_once(copy_of_glia, tmp_path):
    code = (
        """
import glia.kernels._jit as seam
seam.SECONDS_BEFORE_NOTE = 0.01
"""
        + LEARN
    )
    fresh = {"NUMBA_CACHE_DIR": str(tmp_path)}
    cold = run(code, copy_of_glia, **fresh)
    assert cold.stderr.count(NOTE) == 1
    assert NOTE not in run(code, copy_of_glia, **fresh).stderr
    notebook = "import sys, types; sys.modules['ipykernel'] = types.ModuleType('ipykernel')\n"
    shown = run(notebook + code, copy_of_glia, NUMBA_CACHE_DIR=str(tmp_path / "other"))
    assert shown.stdout.count(NOTE) == 1
    assert shown.stderr == ""


def test_other_peoples_kernels_are_not_announced(copy_of_glia, tmp_path):
    code = """
import glia.kernels._jit as seam
seam.SECONDS_BEFORE_NOTE = 0.01
import numba
assert numba.njit(lambda x: x + 1)(1) == 2
"""
    assert run(code, copy_of_glia, NUMBA_CACHE_DIR=str(tmp_path)).stderr == ""


def test_the_cpu_is_a_family_unless_somebody_chose(copy_of_glia):
    code = (
        "import glia.kernels._jit, numba; print(numba.config.CPU_NAME, numba.config.CPU_FEATURES)"
    )
    mine = run(code, copy_of_glia).stdout.split(maxsplit=1)
    assert mine[0] in ("None", "x86-64-v3", "x86-64-v4")
    assert run(code, copy_of_glia, NUMBA_CPU_NAME="generic").stdout.startswith("generic")


def test_nan_stays_nan():
    """The flags of fast arithmetic must not include those that make nan equal to itself."""
    from glia.kernels._jit import FASTMATH, jit

    @jit
    def is_nan(x):
        return x != x

    assert is_nan(float("nan"))
    assert not {"nnan", "ninf", "fast"} & set(FASTMATH)


def test_without_the_jit_kernels_are_plain_python(copy_of_glia):
    run(LEARN + "assert not hasattr(kernel, 'py_func')", copy_of_glia, NUMBA_DISABLE_JIT="1")


def test_idle_threads_of_openmp_sleep_soon_unless_somebody_chose(copy_of_glia, monkeypatch):
    for name in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY"):  # as this very process may have chosen
        monkeypatch.delenv(name, raising=False)
    look = "import os, glia.kernels._jit; print(os.environ.get('GOMP_SPINCOUNT'))"
    assert run(look, copy_of_glia).stdout.split() == ["5000"]
    assert run(look, copy_of_glia, GOMP_SPINCOUNT="7").stdout.split() == ["7"]
    assert run(look, copy_of_glia, OMP_WAIT_POLICY="active").stdout.split() == ["None"]
