"""Namespaces: a file tree, a network and a process table that hold nothing but the box.

The zygote enters them once; each box then gets a process namespace and a scratch disk of its own.
Works as root, and as an ordinary user where the kernel grants user namespaces.
"""

import ctypes
import os
import struct
from collections.abc import Iterable

from .syscalls import check, libc, syscall

NEWNS, NEWUTS, NEWIPC = 0x00020000, 0x04000000, 0x08000000
NEWUSER, NEWPID, NEWNET = 0x10000000, 0x20000000, 0x40000000
_RDONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT, _BIND, _REC = 1, 2, 4, 8, 32, 4096, 16384
_PRIVATE = 1 << 18
_DETACH = 2
SCRATCH = "/scratch"
DEVICES = ("null", "zero", "urandom")


def unshare(flags: int) -> None:
    """Leave the shared namespaces of these kinds for new ones."""
    check(libc().unshare(flags), f"unshare {flags:#x}")


def setns(descriptor: int, kind: int) -> None:
    """Return to a namespace that is held open."""
    check(libc().setns(descriptor, kind), "setns")


def enter() -> None:
    """New namespaces for this (single-threaded) process; its next child is process 1 of them.

    Raises:
        OSError: this kernel, container or user may not.
    """
    kinds = NEWNS | NEWPID | NEWNET | NEWIPC | NEWUTS
    uid, gid = os.getuid(), os.getgid()
    if uid == 0:
        unshare(kinds)
        return
    unshare(NEWUSER | kinds)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {uid} 1"),
        ("gid_map", f"{gid} {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str = "") -> None:
    """Mount one thing.

    Raises:
        OSError: the kernel refused.
    """

    def encode(text: str | None) -> bytes | None:
        return text.encode() if text else None

    result = libc().mount(
        encode(source), encode(target), encode(kind), ctypes.c_ulong(flags), encode(data)
    )
    check(result, f"mount {kind or 'bind'} {target}")


def mount_scratch(megabytes: int, inodes: int, owner: int | None = None) -> None:
    """An empty disk at ``/scratch`` that can hold so much and no more."""
    data = f"size={megabytes}m,nr_inodes={inodes},mode=700"
    if owner is not None:
        data += f",uid={owner},gid={owner}"
    mount("scratch", SCRATCH, "tmpfs", _NOSUID | _NODEV, data)


def mount_proc() -> bool:
    """A fresh ``/proc`` that shows this process namespace only; False where not allowed."""
    try:
        mount("proc", "/proc", "proc", _NOSUID | _NODEV | _NOEXEC)
    except OSError:
        return False
    return True


def make_private() -> None:
    """Mounts made from here on stay in this namespace."""
    mount(None, "/", None, _REC | _PRIVATE)


def build_view(paths: Iterable[str], hidden: Iterable[str]) -> bool:
    """Replace the file tree by an empty one that holds only ``paths``, read-only.

    Args:
        paths: absolute files, directories and symbolic links to show.
        hidden: directories and files below them to cover up.

    Returns:
        Whether there is a ``/proc``.

    Raises:
        OSError: the kernel does not let us.
    """
    make_private()
    mount("root", "/tmp", "tmpfs", _NOSUID | _NODEV, "size=8m,mode=755")
    os.mkdir("/tmp/old")
    os.chdir("/tmp")
    syscall("pivot_root", ctypes.c_char_p(b"."), ctypes.c_char_p(b"old"))
    os.chdir("/")
    for path in paths:
        _show("/old" + path, path)
    for path in hidden:
        _cover(path)
    for directory in ("/dev", "/proc", "/tmp", SCRATCH):
        os.makedirs(directory, exist_ok=True)
    for device in DEVICES:
        open(f"/dev/{device}", "w").close()
        mount(f"/old/dev/{device}", f"/dev/{device}", None, _BIND)
    os.symlink(SCRATCH, "/dev/shm")  # numba and multiprocessing want their semaphores there
    has_proc = mount_proc()
    check(libc().umount2(b"/old", _DETACH), "umount the old tree")
    os.rmdir("/old")
    mount(None, "/", None, _REMOUNT | _RDONLY | _NOSUID | _NODEV | _BIND)
    return has_proc


def _show(source: str, target: str) -> None:
    if os.path.islink(source):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.lexists(target):
            os.symlink(os.readlink(source), target)
        return
    if not os.path.exists(source):
        return
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        open(target, "a").close()
    mount(source, target, None, _BIND | _REC)
    _make_readonly(target)


def _make_readonly(target: str) -> None:
    """Read-only with everything mounted below it; on kernels before 5.12, the top mount alone."""
    at_recursive, rdonly_nosuid_nodev = 0x8000, 1 | 2 | 4
    attributes = struct.pack("<QQQQ", rdonly_nosuid_nodev, 0, 0, 0)
    try:
        syscall(
            "mount_setattr", -100, ctypes.c_char_p(target.encode()), at_recursive,
            ctypes.c_char_p(attributes), len(attributes),
        )  # fmt: skip
    except OSError:
        kept = os.statvfs(target).f_flag & 0xF  # a user namespace may not clear inherited flags
        mount(None, target, None, _BIND | _REMOUNT | _RDONLY | _NOSUID | (kept & ~_RDONLY))


def _cover(path: str) -> None:
    if os.path.isdir(path):
        mount("hidden", path, "tmpfs", _RDONLY | _NOSUID | _NODEV, "size=4k,mode=755")
    elif os.path.exists(path):
        mount("/old/dev/null", path, None, _BIND)
