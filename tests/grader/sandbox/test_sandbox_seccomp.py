"""The system-call filter of both architectures, run through an interpreter of its own here."""

from __future__ import annotations

import errno
import os
import struct

import pytest
from glia_grader.sandbox import seccomp
from glia_grader.sandbox.syscalls import NUMBERS, architecture, number

MACHINES = ("x86_64", "aarch64")
ALLOW, KILL = 0x7FFF0000, 0x80000000
EPERM, ENOSYS, PRETEND = 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS, 0x50000
# Calls of ordinary programs: read, write, mmap, futex, exit_group, getrandom, clock_gettime.
ORDINARY = {"x86_64": (0, 1, 9, 202, 231, 318, 228), "aarch64": (63, 64, 222, 98, 94, 278, 113)}


def verdict(code: bytes, nr: int, *arguments: int, token: int) -> int:
    """What the kernel would answer."""
    padded = [a & (1 << 64) - 1 for a in (*arguments, 0, 0, 0, 0, 0, 0)[:6]]
    data = struct.pack("<iIQ6Q", nr, token, 0, *padded)
    accumulator, at = 0, 0
    while True:
        op, yes, no, value = struct.unpack_from("<HBBI", code, 8 * at)
        at += 1
        if op == 0x06:
            return value
        if op == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
            continue
        test = {
            0x15: accumulator == value,
            0x35: accumulator >= value,
            0x45: accumulator & value != 0,
        }[op]
        at += yes if test else no


@pytest.fixture(params=MACHINES)
def ask(request):
    def ask(name, *arguments, pid=77, writable=True, token=None):
        code = seccomp.program(pid, writable=writable, machine=request.param)
        token = architecture(request.param)[1] if token is None else token
        nr = name if isinstance(name, int) else number(name, request.param)
        return None if nr is None else verdict(code, nr, *arguments, token=token)

    ask.machine = request.param  # type: ignore[attr-defined]
    return ask


def test_denied_and_pretended(ask):
    for name in seccomp.DENIED:
        assert ask(name) in (EPERM, None), name
    for name in seccomp.PRETENDED:
        assert ask(name) in (PRETEND, None), name
    assert ask("clone3") == ENOSYS
    for nr in ORDINARY[ask.machine]:
        assert ask(nr) == ALLOW
        assert ask(nr, writable=False) == ALLOW


def test_the_other_doors_are_shut(ask):
    assert ask("kill", token=0x40000003) == KILL  # i386
    assert ask("kill", token=0x40000028) == KILL  # 32-bit ARM
    if ask.machine == "x86_64":
        assert ask(0x40000000 + 1) == KILL
    assert ask(490) == ENOSYS


def test_only_oneself(ask):
    assert ask("kill", 77, 9) == ALLOW and ask("kill", 78, 9) == EPERM
    assert ask("kill", -1, 9) == EPERM and ask("kill", 0, 9) == EPERM
    assert ask("tgkill", 77, 78, 6) == ALLOW and ask("tgkill", 1, 1, 6) == EPERM
    assert ask("clone", 0x3D0F00) == ALLOW and ask("clone", 17) == EPERM
    assert ask("prlimit64", 0, 7, 0, 1) == ALLOW
    assert ask("prlimit64", 0, 7, 4096, 0) == EPERM
    assert ask("prlimit64", 0, 7, 1 << 40, 0) == EPERM
    assert ask("prctl", 1, 0) == EPERM and ask("prctl", 15) == ALLOW
    assert ask("sched_setaffinity", 0) == ALLOW and ask("sched_setaffinity", 5) == EPERM


def test_reading_only(ask):
    at = -100 & (1 << 64) - 1
    assert ask("openat", at, 0, os.O_RDONLY | os.O_CLOEXEC, writable=False) == ALLOW
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC, 0o20200000):
        assert ask("openat", at, 0, flags, writable=False) == EPERM
        assert ask("openat", at, 0, flags) == ALLOW
    for name in seccomp.WRITING:
        assert ask(name, writable=False) in (EPERM, None)
        assert ask(name) in (ALLOW, None)


def test_operations_on_files_that_reach_beyond_them(ask):
    for command in seccomp.FILE_CONTROLS:
        assert ask("fcntl", 3, command) == EPERM
    for command in seccomp.LOCKS:
        assert ask("fcntl", 3, command) == ALLOW
        assert ask("fcntl", 3, command, writable=False) == EPERM
    for command in (0, 1, 2, 3, 4, 5, 9, 11, 16, 1030, 1031, 1033):  # dup, flags, pipes, seals
        assert ask("fcntl", 3, command, writable=False) == ALLOW
    for command in seccomp.DEVICE_CONTROLS:
        assert ask("ioctl", 3, command) == EPERM
    for command in (0x5401, 0x5413, 0x541B, 0x5421):  # is it a terminal, its size, bytes waiting
        assert ask("ioctl", 3, command) == ALLOW


def test_an_unknown_machine_is_refused_by_name():
    with pytest.raises(OSError, match="riscv64"):
        seccomp.program(1, machine="riscv64")


def test_no_number_stands_for_two_calls():
    for column in (0, 1):
        numbers = [pair[column] for pair in NUMBERS.values() if pair[column] is not None]
        assert len(numbers) == len(set(numbers))
