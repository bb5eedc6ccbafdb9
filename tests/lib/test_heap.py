"""Arrays of a step find the memory of the step before, whatever else the process has done."""

import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource
import numpy as np

def step():
    x = np.ones(250_000, np.float32)
    several = [x + n for n in range(10)]
    return [a * a for a in several]

for _ in range(3):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    step()
print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) // 20)
"""


def faults(first: str) -> int:
    """Return the page faults of a step of numpy in a process that has run something first."""
    run = [sys.executable, "-c", first + FAULTS]
    return int(subprocess.run(run, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="a matter of Linux's C library alone")
def test_a_step_of_numpy_has_no_page_faults_once_glia_is_imported():
    assert faults("import glia") < 50 < 1000 < faults("import numpy")
