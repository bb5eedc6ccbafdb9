"""numba's look for BLAS is put off, not taken away. Each time in a process of its own."""

import os
import subprocess
import sys

import pytest
from glia import backend

pytestmark = pytest.mark.skipif("numba" not in backend.available(), reason="needs numba")

LEARN = """
import sys
import numpy as np
import glia
from glia import backend
with backend.use("numba"):
    glia.Perceptron().fit(np.eye(2), [0, 1])
loaded = "scipy.linalg" in sys.modules
import numba
from numba.np import arraymath
"""


def run(code):
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "NUMBA_DISABLE_JIT": "0", "GLIA_BACKEND": "numba"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_kernels_load_without_scipys_linear_algebra():
    pytest.importorskip("scipy")
    seen = run(LEARN + "print(loaded, arraymath._HAVE_BLAS)")
    assert seen == ["False", "True"]


@pytest.mark.parametrize("call", ["np.dot(a, a)", "np.convolve(a, a)[1]", "(m @ m)[1, 1]"])
def test_a_function_of_the_users_own_still_has_blas(call):
    pytest.importorskip("scipy")
    own = f"""
multiply = numba.njit(lambda a, m: {call})
print(multiply(np.full(2, 3.0), np.full((2, 2), 3.0)))
print("scipy.linalg.cython_blas" in sys.modules)
"""
    assert run(LEARN + own) == ["18.0", "True"]


def test_without_scipy_numba_hears_so():
    hide = "import sys; sys.modules['scipy'] = None"
    assert run(hide + LEARN + "print(arraymath._HAVE_BLAS)") == ["False"]


def test_the_collector_of_garbage_is_left_as_it_was():
    ask = "import gc; print(gc.isenabled())"
    assert run(LEARN + ask) == ["True"]
    assert run("import gc; gc.disable()" + LEARN + ask) == ["False"]
