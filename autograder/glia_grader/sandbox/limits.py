"""What one box may use up: the numbers, the kernel's resource limits, and giving up privileges."""

import ctypes
import dataclasses
import os
import struct

from .syscalls import libc, prctl, syscall

FIRST_UID = 61_000  # each box of a root host has its own user, so that they share no quota
UIDS = 4_000


@dataclasses.dataclass(frozen=True)
class Limits:
    """The most a box may use.

    Args:
        memory_mb: address space, MiB; 2 GiB leaves room for numba.
        cpu: processor seconds over the life of the box.
        disk_mb: scratch disk, MiB.
        inodes: files and directories on the scratch disk.
        file_mb: size of one file, MiB.
        files: open files.
        processes: threads, where the host is root or has a user namespace.
        output_mb: captured output over the life of the box, MiB.
        cell_output_mb: captured output of one cell, MiB.
    """

    memory_mb: int = 2048
    cpu: int = 300
    disk_mb: int = 64
    inodes: int = 4096
    file_mb: int = 64
    files: int = 128
    processes: int = 256
    output_mb: float = 20.0
    cell_output_mb: float = 1.0


def apply(limits: Limits, count_processes: bool) -> None:
    """Set the kernel's limits for the calling process; they cannot be raised again."""
    import resource  # not on Windows, and this module is read there

    wanted = {
        "AS": limits.memory_mb << 20,
        "CPU": limits.cpu,
        "FSIZE": limits.file_mb << 20,
        "NOFILE": limits.files,
        "CORE": 0,
        "MEMLOCK": 0,
        "MSGQUEUE": 0,
    }
    if count_processes:
        wanted["NPROC"] = limits.processes
    for name, value in wanted.items():
        kind = getattr(resource, f"RLIMIT_{name}", None)
        if kind is None:
            continue
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):
            if name in ("AS", "CPU", "FSIZE", "NOFILE"):  # some kernels lack the rarer ones
                raise


def unbound() -> None:
    """Let no program that this process or its children start gain a privilege."""
    drop_bound = 24
    for capability in range(64):
        prctl(drop_bound, capability)


def unprivileged(uid: int | None, *, read_all: bool = False) -> None:
    """Give up every privilege for good; become ``uid`` if that is given (the caller is root).

    Args:
        uid: the user to become.
        read_all: keep the one right to read files regardless of their owner: needed where the
            interpreter lives in a private home and something else (Landlock) guards the files.
    """
    no_new_privs, keep_caps, death_signal, dumpable, ambient = 38, 8, 1, 4, 47
    prctl(no_new_privs, 1)
    if uid is not None:
        prctl(keep_caps, int(read_all))
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        prctl(keep_caps, 0)
    prctl(ambient, 4)
    kept = 1 << 2 if uid is not None and read_all else 0  # CAP_DAC_READ_SEARCH
    header = struct.pack("<II", 0x20080522, 0)
    syscall(
        "capset", ctypes.c_char_p(header), ctypes.c_char_p(struct.pack("<6I", kept, kept, *[0] * 4))
    )
    prctl(death_signal, 9)  # after the change of user, which clears it
    prctl(dumpable, 0)
    libc().umask(0o077)
