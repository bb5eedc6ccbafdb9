"""Large pages for what every box shares: a fork copies page tables, and these need far fewer.

A box that writes to a large page gets a small copy of what it touched, as before.
"""

import ctypes

from .syscalls import libc

_COLLAPSE = 25  # madvise, Linux >= 6.1
_LARGE = 2 << 20


def collapse() -> None:
    """Gather this process's private memory into large pages, where the kernel knows how."""
    madvise = libc().madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    try:
        with open("/proc/self/maps") as file:
            lines = file.readlines()
    except OSError:
        return  # slower, and otherwise the same
    for line in lines:
        span, rights, _, _, inode, *_ = line.split()
        if inode != "0" or not rights.startswith("rw-p"):
            continue
        begin, end = (int(number, 16) for number in span.split("-"))
        begin, end = -(-begin // _LARGE) * _LARGE, end // _LARGE * _LARGE
        if begin < end:
            madvise(begin, end - begin, _COLLAPSE)  # refusal costs nothing
