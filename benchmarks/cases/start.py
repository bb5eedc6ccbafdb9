"""From nothing to the end of the first training step: a process of its own each time."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

from ..harness import Duel, case
from ..resources import program


def process(library):
    command = [sys.executable, "-c", program(library, "lenet", 1)]
    subprocess.run(command, capture_output=True, check=True)


@case("import and first LeNet step, warm", 3.0, 4.5)
def first_step():
    import torch  # noqa: F401 - without it there is no peer

    process("ours")  # which compiles what is not in the cache
    return Duel(partial(process, "ours"), partial(process, "torch"), rounds=7)
