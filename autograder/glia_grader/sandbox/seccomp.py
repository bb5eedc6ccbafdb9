"""seccomp: which system calls a box may still make, as a BPF program.

A deny-list that answers EPERM rather than killing, so that libraries fall back. Calls unknown to
our table answer ENOSYS, as an older kernel would. chmod, chown and utime *pretend* to succeed:
IPython and shutil call them on files of their own and would fail to start, and nothing is changed.
Landlock does not know these calls, so that a box of the same user could otherwise use them on files
that it may not even read.
"""

import ctypes
import errno
import os
import struct
from collections.abc import Iterable

from .syscalls import NEWEST, architecture, number, syscall

DENIED = """
    accept accept4 acct add_key adjtimex bind bpf chroot clock_adjtime clock_settime connect
    delete_module execve execveat fanotify_init file_setattr finit_module fork
    fsconfig fsmount fsopen fspick
    init_module inotify_init inotify_init1 io_setup io_uring_enter io_uring_register io_uring_setup
    ioperm iopl ioprio_set kcmp kexec_file_load kexec_load keyctl landlock_add_rule
    landlock_create_ruleset landlock_restrict_self listen memfd_create memfd_secret migrate_pages
    mknod mknodat modify_ldt mount mount_setattr move_mount move_pages mq_open msgget
    name_to_handle_at open_by_handle_at open_tree open_tree_attr perf_event_open personality
    pidfd_getfd pidfd_open pidfd_send_signal pivot_root process_madvise process_mrelease
    process_vm_readv process_vm_writev ptrace quotactl quotactl_fd reboot request_key
    rt_sigqueueinfo rt_tgsigqueueinfo sched_setattr sched_setparam sched_setscheduler semget
    setdomainname setfsgid setfsuid setgid setgroups sethostname setns setpriority setregid
    setresgid setresuid setreuid setrlimit settimeofday setuid setxattr lsetxattr fsetxattr
    setxattrat removexattr lremovexattr fremovexattr removexattrat shmat shmget socket swapoff
    swapon syslog tkill umount2 unshare userfaultfd vfork vhangup vmsplice seccomp capset
""".split()
PRETENDED = """
    chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat
""".split()
# Operations on an open file that reach beyond it, by number. A file's owner gets the signal that
# the file was told to send: the grader's process, and SIGKILL. A lease holds up whoever opens it.
_F_SETOWN, _F_SETSIG, _F_SETOWN_EX, _F_SETLEASE, _F_NOTIFY = 8, 10, 15, 1024, 1026
FILE_CONTROLS = (_F_SETOWN, _F_SETSIG, _F_SETOWN_EX, _F_SETLEASE, _F_NOTIFY)
_F_SETLK, _F_SETLKW, _F_OFD_SETLK, _F_OFD_SETLKW = 6, 7, 37, 38
LOCKS = (_F_SETLK, _F_SETLKW, _F_OFD_SETLK, _F_OFD_SETLKW)
_FIOSETOWN, _SIOCSPGRP, _TIOCSTI = 0x8901, 0x8902, 0x5412
_FS_IOC_SETFLAGS, _FS_IOC_FSSETXATTR = 0x40086602, 0x401C5820
DEVICE_CONTROLS = (_FIOSETOWN, _SIOCSPGRP, _TIOCSTI, _FS_IOC_SETFLAGS, _FS_IOC_FSSETXATTR)
# Where nothing else guards the files (tier 3), nothing may be written at all, or locked: a
# gradebook that may be read could be kept from everybody else.
WRITING = """
    creat flock link linkat mkdir mkdirat openat2 rename renameat renameat2 rmdir symlink symlinkat
    truncate unlink unlinkat
""".split()
_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_O_TMPFILE = 0o20000000

_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _EQ, _GE, _SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_CLONE_THREAD = 0x10000
_X32 = 0x40000000
_SET_PDEATHSIG = 1
ANYBODY = 0x7A796578  # larger than any process id, and found nowhere else in a filter


class _Program:
    """Instructions written down one by one; jumps are counted in instructions to skip."""

    def __init__(self, machine: str | None):
        self.machine, self.code = machine, []

    def add(self, op: int, value: int, yes: int = 0, no: int = 0) -> None:
        self.code.append(struct.pack("<HBBI", op, yes, no, value & 0xFFFFFFFF))

    def load(self, offset: int) -> None:
        self.add(_LOAD, offset)

    def load_argument(self, index: int, high: bool = False) -> None:
        self.load(16 + 8 * index + (4 if high else 0))  # both architectures are little-endian

    def answer(self, value: int) -> None:
        self.add(_RETURN, value)

    def deny(self, names: Iterable[str], value: int) -> None:
        for name in names:
            code = number(name, self.machine)
            if code is not None:
                self.add(_EQ, code, 0, 1)
                self.answer(value)

    def refuse(self, name: str, argument: int, values: Iterable[int]) -> None:
        """Answer EPERM to ``name`` where an argument has one of these values, else allow it."""
        code = number(name, self.machine)
        assert code is not None
        values = list(values)
        self.add(_EQ, code, 0, len(values) + 3)
        self.load_argument(argument)
        for left, value in zip(range(len(values), 0, -1), values, strict=True):
            self.add(_EQ, value, left, 0)
        self.answer(_ALLOW)
        self.answer(_ERRNO | errno.EPERM)

    def only_if(self, name: str, test: int, argument: int, operand: int, wanted: bool) -> None:
        """Allow ``name`` if (argument test operand) is as wanted, otherwise EPERM."""
        code = number(name, self.machine)
        if code is None:
            return
        self.add(_EQ, code, 0, 4)
        self.load_argument(argument)
        self.add(test, operand, 0 if wanted else 1, 1 if wanted else 0)
        self.answer(_ALLOW)
        self.answer(_ERRNO | errno.EPERM)


def program(pid: int, *, writable: bool = True, machine: str | None = None) -> bytes:
    """The filter for a box whose process id (as it sees itself) is ``pid``.

    Args:
        pid: the only process that may be signalled: itself.
        writable: False also forbids every way to create or change a file.
        machine: architecture name, by default this machine's.
    """
    _, token = architecture(machine)
    p = _Program(machine)
    p.load(4)
    p.add(_EQ, token, 1, 0)
    p.answer(_KILL)  # the 32-bit entry has other numbers: no filter would mean anything
    p.load(0)
    if token == 0xC000003E:
        p.add(_GE, _X32, 0, 1)
        p.answer(_KILL)
    p.add(_GE, NEWEST, 0, 1)
    p.answer(_ERRNO | errno.ENOSYS)
    p.deny(DENIED, _ERRNO | errno.EPERM)
    p.deny(PRETENDED, _ERRNO)
    # clone3 hides its flags behind a pointer; told it does not exist, the C library uses clone.
    p.deny(["clone3"], _ERRNO | errno.ENOSYS)
    p.only_if("clone", _SET, 0, _CLONE_THREAD, True)
    p.only_if("kill", _EQ, 0, pid, True)
    p.only_if("tgkill", _EQ, 0, pid, True)
    p.only_if("sched_setaffinity", _EQ, 0, 0, True)  # its own, not the grader's
    p.only_if("prctl", _EQ, 0, _SET_PDEATHSIG, False)  # a box must not outlive its zygote
    p.refuse("fcntl", 1, FILE_CONTROLS if writable else FILE_CONTROLS + LOCKS)
    p.refuse("ioctl", 1, DEVICE_CONTROLS)
    # Reading a limit is fine, setting one is not: the new limit (third argument) must be null.
    code = number("prlimit64", machine)
    assert code is not None
    p.add(_EQ, code, 0, 6)
    p.load_argument(2)
    p.add(_EQ, 0, 0, 2)
    p.load_argument(2, high=True)
    p.add(_EQ, 0, 1, 0)
    p.answer(_ERRNO | errno.EPERM)
    p.answer(_ALLOW)
    if not writable:
        p.deny(WRITING, _ERRNO | errno.EPERM)
        flags = _WRITE_FLAGS | _O_TMPFILE
        p.only_if("openat", _SET, 2, flags, False)
        p.only_if("open", _SET, 1, flags, False)
    p.answer(_ALLOW)
    return b"".join(p.code)


def for_process(code: bytes, pid: int) -> bytes:
    """A filter that was written for :data:`ANYBODY`, made out to one process."""
    return code.replace(struct.pack("<I", ANYBODY), struct.pack("<I", pid))


def install(code: bytes) -> None:
    """Put every thread of this process under the filter, for good (needs no_new_privs).

    Raises:
        OSError: this kernel has no seccomp filters, or the process may not set one.
    """
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("<HxxxxxxQ", len(code) // 8, ctypes.addressof(buffer))
    set_mode_filter, all_threads = 1, 1
    syscall("seccomp", set_mode_filter, all_threads, ctypes.c_char_p(header))
