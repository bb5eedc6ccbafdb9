"""A pytest plugin that sees which lines run inside boxes, where coverage.py cannot follow.

    coverage run -m pytest -p benchmarks.box_lines tests/grader/sandbox

A zygote is started with a tracer that sets one byte a line in memory it shares with a file; every
box inherits that memory with the fork, so that no wall has to be opened for it. At the end the
lines are written as coverage data of the sources that the boxes' code was copied from.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from pathlib import Path

from glia_grader.sandbox import launch

HOME = Path(launch.__file__).parent
FILES = sorted(path.name for path in HOME.glob("*.py"))
ROOM = 2048  # lines a file
_TRACER = """
import sys, mmap
_f = open({file!r}, "r+b"); _m = mmap.mmap(_f.fileno(), 0); _f.close()
_names = {names!r}
def _trace(frame, event, argument, _m=_m, _names=_names):
    path = frame.f_code.co_filename
    if "/{package}/" not in path:
        return None
    base = _names.get(path.rpartition("/")[2])
    if base is None:
        return None
    def line(frame, event, argument):
        if event == "line":
            _m[base + frame.f_lineno] = 1
        return line
    return line
sys.settrace(_trace)
del _f, _m, _names, _trace
"""
_ordinary = launch.python
_file = tempfile.NamedTemporaryFile(prefix="box-lines-", delete=False)
_file.write(bytes(ROOM * len(FILES)))
_file.flush()


def _traced(code: str) -> list[str]:
    bases = {name: ROOM * place for place, name in enumerate(FILES)}
    first = _TRACER.format(file=_file.name, names=bases, package=launch.PACKAGE)
    return _ordinary(f"exec({first!r}); {code}")


def pytest_configure(config: object) -> None:
    launch.python = _traced


def pytest_unconfigure(config: object) -> None:
    from coverage import CoverageData

    launch.python = _ordinary
    with mmap.mmap(_file.fileno(), 0) as seen:
        lines = {
            str(HOME / name): [n for n in range(ROOM) if seen[ROOM * place + n]]
            for place, name in enumerate(FILES)
        }
    Path(_file.name).unlink()
    place = os.environ.get("BOX_LINES", ".coverage.boxes")
    data = CoverageData(basename=place, suffix=True)
    data.add_lines({path: found for path, found in lines.items() if found})
    data.write()
