"""Asks the kernel directly for what a box must not have.

expect: None
"""

import ctypes
import os
import platform

from world import HOST_PID

libc = ctypes.CDLL(None, use_errno=True)
arm = platform.machine() == "aarch64"
calls = {
    "mount": (40 if arm else 165, b"none", b"/scratch", b"tmpfs", 0, None),
    "umount": (39 if arm else 166, b"/scratch", 2),
    "ptrace attach": (117 if arm else 101, 16, HOST_PID, 0, 0),
    "unshare user": (97 if arm else 272, 0x10000000),
    "setns": (268 if arm else 308, 0, 0),
    "chroot": (51 if arm else 161, b"/"),
    "memfd": (279 if arm else 319, b"x", 0),
    "io_uring": (425, 8, ctypes.create_string_buffer(256)),
    "bpf": (280 if arm else 321, 0, ctypes.create_string_buffer(128), 128),
    "perf": (241 if arm else 298, ctypes.create_string_buffer(128), 0, -1, -1, 0),
    "userfaultfd": (282 if arm else 323, 0),
    "setuid": (146 if arm else 105, 0),
    "keyctl": (219 if arm else 250, 0, -3, 1),
    "pidfd_open": (434, HOST_PID, 0),
    "prctl, to outlive the grader": (167 if arm else 157, 1, 0),
    "open_tree": (428, -100, b"/", 1),
    "personality": (92 if arm else 135, 0x0040000),
    "a call of tomorrow": (600, 0),
}
for name, (number, *arguments) in calls.items():
    if libc.syscall(number, *arguments) >= 0:
        print("ESCAPED", name)
if os.getuid() == 0 or os.geteuid() == 0:
    print("ESCAPED: root")
