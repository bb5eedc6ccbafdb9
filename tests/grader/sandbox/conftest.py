"""Real sandboxes, one zygote a module and tier; skipped only where the machine lacks the tier."""

from __future__ import annotations

from pathlib import Path

import pytest
from glia_grader.sandbox.host import Sandbox
from glia_grader.sandbox.probe import probe

TIERS = (1, 2, 3)


def offered(tier: int) -> None:
    """Skip the test where this machine does not offer the tier, with the machine's own words."""
    offer = probe()
    needs = {1: ("namespaces", "landlock", "seccomp"), 2: ("landlock", "seccomp"), 3: ("seccomp",)}
    for name in needs[tier]:
        if offer.reasons[name] != "yes":
            pytest.skip(f"tier {tier} needs {name}: {offer.reasons[name]}")


@pytest.fixture(scope="module", params=TIERS, ids=lambda tier: f"tier{tier}")
def sandbox(request):
    """A sandbox of each tier in turn."""
    offered(request.param)
    with Sandbox(request.param) as opened:
        opened.settle()
        yield opened


@pytest.fixture(scope="module")
def best():
    """The best sandbox of this machine."""
    if probe().tier == 4:
        pytest.skip(f"no isolation here: {probe().reasons}")
    with Sandbox() as opened:
        yield opened


def processes(sandbox: Sandbox) -> int:
    """How many processes the sandbox has at the moment, zygotes and their launchers included."""
    family = {nursery._process.pid for nursery in sandbox._nurseries.values()}
    return len(_with_descendants(family))


def descendants(pid: int) -> set[int]:
    """Every living process below this one."""
    return _with_descendants({pid}) - {pid}


def alive(pid: int) -> bool:
    """Whether there is such a process, a dead one that nobody has buried not counted."""
    return pid in _parents()


def _with_descendants(family: set[int]) -> set[int]:
    parents = _parents()
    while True:
        more = {pid for pid, parent in parents.items() if parent in family} - family
        if not more:
            return family & set(parents)
        family = family | more


def _parents() -> dict[int, int]:
    """Every living process's parent."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text()
            except OSError:
                continue
            fields = status.rpartition(")")[2].split()
            if fields[0] != "Z":
                parents[int(entry.name)] = int(fields[1])
    return parents
