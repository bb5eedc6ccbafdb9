"""The zygote: an interpreter with everything imported, of which each box is a copy.

Started clean by the host, holds no secret, never runs student code itself. It enters its own
namespaces and file view first, then imports and warms, then forks a child for each request. It
listens on one socket and ends when the host's end of it closes.
"""

import gc
import importlib
import json
import os
import random
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from typing import Any

from . import landlock, limits, namespaces, pages, seccomp
from .policy import Inert, Policy
from .quiet import PACKAGE as QUIET
from .quiet import Quiet
from .syscalls import prctl
from .worker import Channel, Worker

WIRE = 3
LIGHT = (
    "numpy.random", "numpy.fft", "numpy.polynomial", "IPython.display", "asyncio", "statistics",
    "fractions",
)  # fmt: skip
HEAVY = ("numba", "matplotlib.pyplot", "ipywidgets", "matplotlib_inline.backend_inline")
GLIA = ("glia", "glia.data", "glia.neurons", "glia.viz", "glia.widgets")


class Zygote:
    """One process to copy.

    Args:
        control: the socket on which the host asks.
        settings: what the host decided: ``tier``, ``root``, ``view``, ``rules`` (for Landlock),
            ``glia``, ``heavy``, ``fonts``, ``scratch``.
    """

    def __init__(self, control: socket.socket, settings: dict[str, Any]):
        self.control = control
        self.settings = settings
        self.tier: int = settings["tier"]
        self.root: bool = settings["root"]
        self.has_proc = False
        self.own_processes = -1
        self.boxes = 0
        self.ended: dict[int, tuple[int, Any]] = {}
        self.left: set[int] = set()
        self.filter = b""

    def isolate(self) -> None:
        """Tier 1: become process 1 of new namespaces, with the file view in place."""
        os.chdir("/")
        os.umask(0o022)
        if self.tier > 1:
            return
        namespaces.enter()
        child = os.fork()
        if child:  # only waits: the zygote is process 1 of the new namespace
            self.control.close()
            _, status = os.waitpid(child, 0)
            os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
        prctl(1, signal.SIGKILL)
        self.own_processes = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        self.has_proc = namespaces.build_view(self.settings["view"], self.settings["hidden"])
        namespaces.mount_scratch(16, 1024)

    def warm(self) -> None:
        """Import, compile and draw once, so that no box has to."""
        home = namespaces.SCRATCH if self.tier == 1 else self.settings["scratch"]
        _use_home(home)
        fonts = self.settings["fonts"]
        if fonts:
            os.makedirs(os.environ["MPLCONFIGDIR"], exist_ok=True)
            shutil.copy(fonts, os.environ["MPLCONFIGDIR"])
        heavy = self.settings["heavy"]
        for name in LIGHT + HEAVY if heavy else LIGHT:
            importlib.import_module(name)
        from .shell import Shell

        sys.meta_path.insert(0, Quiet())
        if self.settings["glia"]:
            for name in GLIA:
                try:
                    importlib.import_module(name)
                except ImportError:
                    continue
            _warm_library()
        self.shell = Shell()
        self.shell.warm(figures=heavy)
        if heavy:
            _warm_compiler()
        import numpy

        numpy.random.seed(0)
        # What is the same for every box is done before there is one.
        self.filter = seccomp.program(seccomp.ANYBODY, writable=self.tier <= 2)
        limits.unbound()
        importlib.import_module(QUIET)
        gc.collect()
        gc.disable()  # collecting would write to pages that all boxes share
        gc.freeze()
        pages.collapse()

    def listen(self) -> None:
        """Fork, and tell how children ended, until the host hangs up."""
        while True:
            message, descriptors, _, _ = socket.recv_fds(self.control, 1 << 16, 1)
            if not message:
                os._exit(0)
            self._reap()
            request = json.loads(message)
            if "end" in request:
                self._end(request["end"])
            elif "leave" in request:
                self._leave(request["leave"])
            else:
                self._fork(request, descriptors[0])

    def _leave(self, pid: int) -> None:
        """Kill a child whose end nobody waits for."""
        if self.ended.pop(pid, None) is None:
            os.kill(pid, signal.SIGKILL)
            self.left.add(pid)

    def _reap(self) -> None:
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            if pid in self.left:
                self.left.discard(pid)
            else:  # kept until asked for: its pid is never signalled
                self.ended[pid] = status, usage

    def _end(self, pid: int) -> None:
        if pid not in self.ended:
            os.kill(pid, signal.SIGKILL)
            _, status, usage = os.wait4(pid, 0)
            self.ended[pid] = status, usage
        status, usage = self.ended.pop(pid)
        report = {
            "code": os.waitstatus_to_exitcode(status),
            "cpu": usage.ru_utime + usage.ru_stime,
            "rss_mb": usage.ru_maxrss / 1024,
        }
        self.control.send(json.dumps(report).encode())

    def _fork(self, request: dict, wire: int) -> None:
        self.boxes += 1
        if self.own_processes >= 0:
            namespaces.unshare(namespaces.NEWPID)
        pid = os.fork()
        if pid == 0:
            self._child(request, wire)
        os.close(wire)
        if self.own_processes >= 0:
            namespaces.setns(self.own_processes, namespaces.NEWPID)
        self.control.send(json.dumps({"pid": pid}).encode())

    def _child(self, request: dict, wire: int) -> None:
        begun = time.perf_counter()
        try:
            self.control.detach()
            channel = _only_wire(wire)
            self._confine(request)
            worker = self._worker(request, channel)
            channel.send({"ready": time.perf_counter() - begun})
            worker.serve()
        except BaseException as error:
            text = f"{type(error).__name__}: {error}"[:500]
            try:
                Channel(WIRE).send({"broken": text})
            finally:
                os._exit(99)

    def _confine(self, request: dict) -> None:
        allowed = limits.Limits(**request["limits"])
        number = self.settings["uid"] + self.boxes
        uid = limits.FIRST_UID + number % limits.UIDS if self.root else None
        rules, scratch = self.settings["rules"], request["scratch"]
        if self.tier == 1:
            namespaces.unshare(namespaces.NEWNS | namespaces.NEWIPC)
            namespaces.make_private()
            namespaces.mount_scratch(allowed.disk_mb, allowed.inodes, uid)
            if self.has_proc:
                namespaces.mount_proc()
        elif uid is not None:
            os.chown(scratch, uid, uid)
        if self.tier == 1:
            scratch = namespaces.SCRATCH  # the zygote's own home has the same name
        else:
            _use_home(scratch)
        os.chdir(scratch)
        limits.apply(allowed, count_processes=self.root or self.tier == 1)
        limits.unprivileged(uid, read_all=self.tier > 1 and not self.settings["open"])
        if self.tier <= 2 and rules["landlock"]:
            writable = [scratch, "/dev/null"]
            readable = [*rules["read"], "/dev/zero", "/dev/urandom", "/dev/null"]
            landlock.restrict(
                readable + (["/proc"] if self.has_proc else []), rules["list"], writable
            )
        seccomp.install(seccomp.for_process(self.filter, os.getpid()))

    def _worker(self, request: dict, channel: Channel) -> Worker:
        random.seed(0)  # Python seeds it anew in every fork
        policy = Policy()
        if not self.settings["glia"]:
            sys.meta_path.insert(0, Inert("glia", policy))
        policy.forbid(request["forbid"])
        sys.path.append(os.getcwd())
        if self.tier == 3:
            _without_cache()
        outputs, allowed = self.shell.outputs, request["limits"]
        outputs.limit = int(allowed["cell_output_mb"] * (1 << 20))
        outputs.total = int(allowed["output_mb"] * (1 << 20))
        self.settings.clear()
        gc.enable()
        return Worker(channel, self.shell, policy)


def _only_wire(wire: int) -> Channel:
    """Close every descriptor but the wire, which becomes number 3."""
    os.setsid()
    os.dup2(wire, WIRE)  # 0, 1 and 2 are /dev/null from the zygote's start
    import resource  # Linux only, like all that runs here; but this file may be read anywhere

    os.closerange(WIRE + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    return Channel(WIRE)


def _use_home(directory: str) -> None:
    """Let everything that wants to write do so in one directory."""
    os.environ.update(
        HOME=directory,
        TMPDIR=directory,
        IPYTHONDIR=os.path.join(directory, ".ipython"),
        MPLCONFIGDIR=os.path.join(directory, ".matplotlib"),
        NUMBA_CACHE_DIR=os.path.join(directory, ".numba"),
    )
    tempfile.tempdir = None
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"]


def _warm_compiler() -> None:
    """The first compilation sets up LLVM; this one is it."""
    import numba
    import numpy

    numba.njit(lambda x: x[0] + 1.0)(numpy.ones(2))


def _warm_library() -> None:
    """Compile the library's kernels, or load them from beside it, before there are boxes."""
    import glia

    try:
        inputs, targets = glia.data.truth_table("and")
        for name in ("Perceptron", "Adaline", "LogisticRegression", "SoftmaxRegression"):
            getattr(glia, name)().fit(inputs, targets)
    except (AttributeError, TypeError, ValueError, ImportError):
        return  # an older or newer library: its first use in a box pays instead
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(2.0)  # only one thread survives a fork


def _without_cache() -> None:
    """Tier 3 may write nothing: ``@njit(cache=True)`` means ``@njit``."""
    from numba.core.dispatcher import Dispatcher

    Dispatcher.enable_caching = lambda self: None  # type: ignore[method-assign]


def main() -> None:
    """Start; the first message tells the host how long it took."""
    begun = time.perf_counter()
    control = socket.socket(fileno=WIRE)
    # Not on the command line: a student could read that, and it tells where things lie.
    zygote = Zygote(control, json.loads(control.recv(1 << 20)))
    try:
        zygote.isolate()
        zygote.warm()
    except BaseException as error:
        text = f"{type(error).__name__}: {error}"[:2000]
        zygote.control.send(json.dumps({"broken": text}).encode())
        os._exit(98)
    ready = {"ready": time.perf_counter() - begun, "proc": zygote.has_proc}
    zygote.control.send(json.dumps(ready).encode())
    os.dup2(0, 2)  # the host reads standard error only for the reason of a failed start
    prctl(4, 0)  # not dumpable: in tier 3 a box of the same user could read its memory
    zygote.listen()
