"""Raw Linux system calls through ctypes: the numbers of two architectures and one way to call them.

The standard library has no wrapper for most of what a sandbox needs, and this module is also read
where there is no Linux: nothing is loaded until the first call.
"""

import ctypes
import functools
import os
import platform
from typing import Any

# name: (x86-64, aarch64). None where an architecture never had the call.
NUMBERS: dict[str, tuple[int | None, int | None]] = {
    "accept": (43, 202), "accept4": (288, 242), "acct": (163, 89), "add_key": (248, 217),
    "adjtimex": (159, 171), "bind": (49, 200), "bpf": (321, 280), "capset": (126, 91),
    "chmod": (90, None), "chown": (92, None), "chroot": (161, 51), "clock_adjtime": (305, 266),
    "clock_settime": (227, 112), "clone": (56, 220), "clone3": (435, 435), "connect": (42, 203),
    "creat": (85, None), "delete_module": (176, 106), "execve": (59, 221), "execveat": (322, 281),
    "fallocate": (285, 47), "fcntl": (72, 25), "flock": (73, 32), "file_setattr": (469, 469),
    "ioctl": (16, 29), "fanotify_init": (300, 262), "fchmod": (91, 52), "fchmodat": (268, 53),
    "fchmodat2": (452, 452), "fchown": (93, 55), "fchownat": (260, 54),
    "finit_module": (313, 273), "fork": (57, None), "fremovexattr": (199, 16),
    "fsconfig": (431, 431), "fsetxattr": (190, 7), "fsmount": (432, 432), "fsopen": (430, 430),
    "fspick": (433, 433), "init_module": (175, 105), "inotify_init": (253, None),
    "inotify_init1": (294, 26), "io_setup": (206, 0), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "io_uring_setup": (425, 425), "ioperm": (173, None),
    "iopl": (172, None), "ioprio_set": (251, 30), "kcmp": (312, 272),
    "kexec_file_load": (320, 294), "kexec_load": (246, 104), "keyctl": (250, 219),
    "kill": (62, 129), "landlock_add_rule": (445, 445), "landlock_create_ruleset": (444, 444),
    "landlock_restrict_self": (446, 446), "lchown": (94, None), "link": (86, None),
    "linkat": (265, 37), "listen": (50, 201), "lremovexattr": (198, 15), "lsetxattr": (189, 6),
    "memfd_create": (319, 279), "memfd_secret": (447, None), "migrate_pages": (256, 238),
    "mkdir": (83, None), "mkdirat": (258, 34), "mknod": (133, None), "mknodat": (259, 33),
    "modify_ldt": (154, None), "mount": (165, 40), "mount_setattr": (442, 442),
    "move_mount": (429, 429), "move_pages": (279, 239), "mq_open": (240, 180),
    "msgget": (68, 186), "name_to_handle_at": (303, 264), "open": (2, None),
    "open_by_handle_at": (304, 265), "open_tree": (428, 428), "open_tree_attr": (467, 467),
    "openat": (257, 56), "openat2": (437, 437), "perf_event_open": (298, 241),
    "personality": (135, 92), "pidfd_getfd": (438, 438), "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424), "pivot_root": (155, 41), "prlimit64": (302, 261),
    "prctl": (157, 167), "process_madvise": (440, 440), "process_mrelease": (448, 448),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "ptrace": (101, 117),
    "quotactl": (179, 60), "quotactl_fd": (443, 443), "reboot": (169, 142),
    "removexattr": (197, 14), "removexattrat": (466, 466), "rename": (82, None),
    "renameat": (264, 38), "renameat2": (316, 276), "request_key": (249, 218),
    "rmdir": (84, None), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "sched_setaffinity": (203, 122), "sched_setattr": (314, 274), "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119), "seccomp": (317, 277), "semget": (64, 190),
    "sendmmsg": (307, 269), "setdomainname": (171, 162), "setfsgid": (123, 152),
    "setfsuid": (122, 151), "setgid": (106, 144), "setgroups": (116, 159),
    "sethostname": (170, 161), "setns": (308, 268), "setpriority": (141, 140),
    "setregid": (114, 143), "setresgid": (119, 149), "setresuid": (117, 147),
    "setreuid": (113, 145), "setrlimit": (160, 164), "settimeofday": (164, 170),
    "setuid": (105, 146), "setxattr": (188, 5), "setxattrat": (463, 463), "shmat": (30, 196),
    "shmget": (29, 194), "socket": (41, 198), "socketpair": (53, 199), "swapoff": (168, 225),
    "swapon": (167, 224), "symlink": (88, None), "symlinkat": (266, 36), "syslog": (103, 116),
    "tgkill": (234, 131), "tkill": (200, 130), "truncate": (76, 45), "umount2": (166, 39),
    "unlink": (87, None), "unlinkat": (263, 35), "unshare": (272, 97),
    "futimesat": (261, None), "utime": (132, None), "utimensat": (280, 88), "utimes": (235, None),
    "userfaultfd": (323, 282), "vfork": (58, None), "vhangup": (153, 58),
    "vmsplice": (278, 75),
}  # fmt: skip
NEWEST = 480  # later calls than any kernel had when this table was made: answered with ENOSYS

ARCHITECTURES = {
    "x86_64": (0, 0xC000003E),
    "amd64": (0, 0xC000003E),
    "aarch64": (1, 0xC00000B7),
    "arm64": (1, 0xC00000B7),
}


def architecture(machine: str | None = None) -> tuple[int, int]:
    """Column of NUMBERS and the AUDIT_ARCH token of this machine (or of the one named).

    Raises:
        OSError: an architecture whose system calls are not in the table.
    """
    name = machine or platform.machine()
    try:
        return ARCHITECTURES[name.lower()]
    except KeyError:
        raise OSError(f"no table of system calls for {name!r} (only x86-64 and aarch64)") from None


def number(name: str, machine: str | None = None) -> int | None:
    """The number of a system call, or None where this architecture lacks it."""
    return NUMBERS[name][architecture(machine)[0]]


@functools.cache
def libc() -> Any:
    """The C library of this process, with errno kept."""
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library


def check(result: int, what: str) -> int:
    """The result, or OSError with the reason where it is negative."""
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def syscall(name: str, *arguments: Any) -> int:
    """Call the kernel; ints are passed as C longs, None as a null pointer.

    Raises:
        OSError: the kernel refused.
    """
    code = number(name)
    if code is None:
        raise OSError(f"{name} does not exist on {platform.machine()}")
    converted = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return check(libc().syscall(ctypes.c_long(code), *converted), name)


def prctl(option: int, *arguments: int) -> int:
    """Set a property of this process; unused arguments are zero, as newer options insist."""
    padded = [ctypes.c_ulong(a) for a in (*arguments, 0, 0, 0, 0)[:4]]
    return libc().prctl(ctypes.c_int(option), *padded)
