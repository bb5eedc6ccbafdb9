"""Every attack of ``attacks/``, in every tier: it harms nobody, and the next box is as new."""

from __future__ import annotations

import os
import platform
import re
import socket
import subprocess
import time
from pathlib import Path

import glia_grader
import numpy as np
import pytest
from conftest import processes
from glia_grader.sandbox.host import Limits, Sandbox

ATTACKS = sorted((Path(__file__).parent / "attacks").glob("*.py"))
# What an attack may know of the outside, as a module of its own process.
MODULE = "import sys, types; sys.modules['world'] = w = types.ModuleType('world'); vars(w)"
SECRET = "the-seed-of-the-course-4711"


def header(source: str, name: str, default: str) -> list[str]:
    """The words of ``name: …`` in the docstring of an attack."""
    found = re.search(rf"^{name}: (.*)$", source, re.MULTILINE)
    return (found.group(1) if found else default).split()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Things outside that an attack may want: a file, a process, a port, a secret."""
    folder = tmp_path_factory.mktemp("outside")
    sentinel = folder / "gradebook.db"
    sentinel.write_text(SECRET)
    sentinel.chmod(0o644)
    neighbour = subprocess.Popen(["sleep", "1000"], env={"SEED": SECRET})
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield {
            "NEIGHBOUR_PID": neighbour.pid,
            "SENTINEL": str(sentinel),
            "GRADER": str(Path(glia_grader.__file__).parent),
            "HOST_PID": os.getpid(),
            "PORT": server.getsockname()[1],
            "SECRET": SECRET,
        }
    assert neighbour.poll() is None, "somebody killed the neighbour"
    neighbour.kill()
    neighbour.wait()


@pytest.mark.parametrize("path", ATTACKS, ids=lambda path: path.stem)
def test_attack_is_harmless(path, sandbox, world):
    source = path.read_text()
    if platform.machine() not in header(source, "machine", platform.machine()):
        pytest.skip(f"an attack on {header(source, 'machine', '')}")
    if str(sandbox.tier) not in header(source, "holds", "1 2 3"):
        pytest.skip(f"tier {sandbox.tier} does not claim to hold this one")
    seconds = float(header(source, "seconds", "5")[0])
    before = processes(sandbox)
    limits = Limits(memory_mb=int(header(source, "memory", "2048")[0]))
    with sandbox.open() as bystander, sandbox.open(limits) as box:
        bystander.exec("def f(x): return x + 1", 20)
        assert box.exec(f"{MODULE}.update({world!r})", 20).ok
        begun = time.monotonic()
        result = box.run_cell(source, seconds)
        assert time.monotonic() - begun < seconds + 5
        # A traceback quotes the attack's own source; only what it printed counts.
        shown = "".join(str(o) for o in result.outputs if o["output_type"] != "error")
        assert "ESCAPED" not in shown, shown[:500]
        assert len(shown) < 6 << 20
        allowed = header(source, "expect", "None")
        if sandbox.tier == 3 and "exception" not in allowed:
            allowed.append("exception")  # nothing can be written there, not even in scratch
        assert str(result.kind) in allowed, (result.kind, result.error)
        # The one beside it has not noticed.
        assert bystander.call("f", 41, timeout=20).value == 42
    # Nothing is left of it, inside or outside.
    assert processes(sandbox) == before
    sentinel = Path(world["SENTINEL"])
    assert sentinel.read_text() == SECRET
    assert os.listdir(sentinel.parent) == [sentinel.name]
    if sandbox.tier > 1:
        own = len(sandbox._nurseries)
        assert len(os.listdir(sandbox._folder.scratch)) == own, "only the zygotes' own folders"
    # And the next student starts afresh.
    with sandbox.open() as fresh:
        assert fresh.exec("import numpy as np\ndef g(x): return np.allclose(x, 1)", 20).ok
        assert fresh.call("g", np.zeros(3), timeout=20).value is False
        assert os.getpid() == world["HOST_PID"]


@pytest.mark.parametrize("name", ["sockets", "read_checkout", "read_environment"])
def test_the_attacks_are_real(name, world):
    """Without walls they get through: otherwise the test above could not fail."""
    source = next(path for path in ATTACKS if path.stem == name).read_text()
    source = source.replace("while True:", "for _ in ():")
    with Sandbox(4, unsafe=True) as sandbox, sandbox.open() as box:
        assert box.exec(f"{MODULE}.update({world!r})", 20).ok
        result = box.run_cell(source, 20)
        shown = "".join(str(o) for o in result.outputs if o["output_type"] != "error")
        assert "ESCAPED" in shown
