"""Every attack of ``attacks/``, in every tier: it harms nobody, and the next box is as new."""

from __future__ import annotations

import os
import platform
import re
import socket
import time
from pathlib import Path

import glia_grader
import numpy as np
import pytest
from conftest import processes
from glia_grader.sandbox.host import Limits

ATTACKS = sorted((Path(__file__).parent / "attacks").glob("*.py"))
SECRET = "the-seed-of-the-course-4711"


def header(source: str, name: str, default: str) -> list[str]:
    """The words of ``# name: …`` at the top of an attack."""
    found = re.search(rf"^# {name}: (.*)$", source, re.MULTILINE)
    return (found.group(1) if found else default).split()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Things outside that an attack may want: a file, a listening port, a secret."""
    folder = tmp_path_factory.mktemp("outside")
    sentinel = folder / "gradebook.db"
    sentinel.write_text(SECRET)
    sentinel.chmod(0o644)
    os.environ["GLIA_TEST_SECRET"] = SECRET
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield {
            "SENTINEL": str(sentinel),
            "GRADER": str(Path(glia_grader.__file__).parent),
            "HOST_PID": os.getpid(),
            "PORT": server.getsockname()[1],
            "SECRET": SECRET,
        }
    del os.environ["GLIA_TEST_SECRET"]


@pytest.mark.parametrize("path", ATTACKS, ids=lambda path: path.stem)
def test_attack_is_harmless(path, sandbox, world):
    source = path.read_text()
    if platform.machine() not in header(source, "machine", platform.machine()):
        pytest.skip(f"an attack on {header(source, 'machine', '')}")
    if str(sandbox.tier) not in header(source, "holds", "1 2 3"):
        pytest.skip(f"tier {sandbox.tier} does not claim to hold this one")
    seconds = float(header(source, "seconds", "2")[0])
    before = processes(sandbox)
    limits = Limits(memory_mb=int(header(source, "memory", "2048")[0]))
    with sandbox.open() as bystander, sandbox.open(limits) as box:
        bystander.exec("def f(x): return x + 1", 5)
        names = "\n".join(f"{name} = {value!r}" for name, value in world.items())
        assert box.exec(names, 5).ok
        begun = time.monotonic()
        result = box.run_cell(source, seconds)
        assert time.monotonic() - begun < seconds + 2
        # A traceback quotes the attack's own source; only what it printed counts.
        shown = "".join(str(o) for o in result.outputs if o["output_type"] != "error")
        assert "ESCAPED" not in shown, shown[:500]
        assert len(shown) < 6 << 20
        allowed = header(source, "expect", "None")
        if sandbox.tier == 3 and "exception" not in allowed:
            allowed.append("exception")  # nothing can be written there, not even in scratch
        assert str(result.kind) in allowed, (result.kind, result.error)
        # The one beside it has not noticed.
        assert bystander.call("f", 41, timeout=2).value == 42
    # Nothing is left of it, inside or outside.
    assert processes(sandbox) == before
    sentinel = Path(world["SENTINEL"])
    assert sentinel.read_text() == SECRET
    assert os.listdir(sentinel.parent) == [sentinel.name]
    if sandbox.tier > 1:
        assert len(os.listdir(sandbox._folder.scratch)) == 1, "only the zygote's own folder"
    # And the next student starts afresh.
    with sandbox.open() as fresh:
        assert fresh.exec("import numpy as np\ndef g(x): return np.allclose(x, 1)", 5).ok
        assert fresh.call("g", np.zeros(3), timeout=2).value is False
        assert os.getpid() == world["HOST_PID"]
