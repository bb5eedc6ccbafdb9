"""Landlock: which files this process may still reach, by the kernel's own rule (Linux ≥ 5.13).

Unprivileged and inherited. Unlike a mount namespace it works inside most containers. Anything not
named in a rule is out of reach: reading, writing, and, where the kernel knows how, TCP, abstract
sockets, signals to processes outside, and device ioctls.

Source: kernel documentation, userspace-api/landlock.
"""

import ctypes
import os
import struct
from collections.abc import Iterable

from .syscalls import syscall

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
FILE_ONLY = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
READ = EXECUTE | READ_FILE | READ_DIR
_RULE_PATH_BENEATH, _QUERY_VERSION = 1, 1


def version() -> int:
    """The Landlock ABI of this kernel, 0 where there is none."""
    try:
        return max(syscall("landlock_create_ruleset", None, 0, _QUERY_VERSION), 0)
    except OSError:
        return 0


def _handled(abi: int) -> int:
    """Every file right that this ABI knows: what is handled and not granted is denied."""
    rights = (1 << 13) - 1
    if abi >= 2:
        rights |= 1 << 13  # refer: moving files between directories
    if abi >= 3:
        rights |= TRUNCATE
    if abi >= 5:
        rights |= IOCTL_DEV
    return rights


def restrict(read: Iterable[str], list_only: Iterable[str], write: Iterable[str]) -> int:
    """Confine the calling thread and all it will start; there is no way back.

    Args:
        read: files and directories whose whole contents may be read and mapped.
        list_only: directories whose names may be listed, but no file in them opened.
        write: directories (and devices such as ``/dev/null``) with every right.

    Returns:
        The ABI version in force.

    Raises:
        OSError: no Landlock here.
    """
    abi = syscall("landlock_create_ruleset", None, 0, _QUERY_VERSION)
    handled = _handled(abi)
    network = 3 if abi >= 4 else 0  # bind and connect TCP
    scopes = 3 if abi >= 6 else 0  # abstract unix sockets, signals
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    attributes = struct.pack("<QQQ", handled, network, scopes)
    ruleset = syscall("landlock_create_ruleset", ctypes.c_char_p(attributes), size, 0)
    try:
        for paths, rights in ((read, READ), (list_only, READ_DIR), (write, handled)):
            for path in paths:
                _allow(ruleset, path, rights & handled)
        syscall("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)
    return abi


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no permission
    try:
        if not os.path.isdir(path):
            rights &= FILE_ONLY
        if rights:
            rule = struct.pack("<Qi", rights, descriptor)
            syscall("landlock_add_rule", ruleset, _RULE_PATH_BENEATH, ctypes.c_char_p(rule), 0)
    finally:
        os.close(descriptor)
