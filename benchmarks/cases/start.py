"""From nothing to the end of the first training step: a process of its own each time.

Both libraries start from byte code, as every installed package does: pip wrote the peer's. The
process ends with the step, at once: what Python tears down on its way out is no part of starting.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial

from ..harness import Duel, case
from ..resources import program

_LEAVE = "\nsys.stdout.flush()\nimport os\nos._exit(0)\n"


def process(library):
    command = [sys.executable, "-c", program(library, "lenet", 1) + _LEAVE]
    settings = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, capture_output=True, check=True, env=settings)


@case("import and first LeNet step, warm", 3.0, 4.5)
def first_step():
    import torch  # noqa: F401 - without it there is no peer

    process("ours")  # which compiles what is not in the caches, Python's and ours
    return Duel(partial(process, "ours"), partial(process, "torch"), rounds=7)
