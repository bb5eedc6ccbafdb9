"""The process behind a box: a wire to it and a way to end it, with a zygote or without."""

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import tempfile
from typing import Protocol

from . import protocol, view
from .folder import Folder
from .launch import command, environment
from .nursery import Nursery
from .wire import PipeWire, SocketWire, Wire


@dataclasses.dataclass
class Exit:
    """How a process ended: exit code (negative: signal), processor seconds, most memory in MiB."""

    code: int
    cpu: float = 0.0
    rss_mb: float = 0.0


class Life(Protocol):
    """A process with a wire to it."""

    wire: Wire

    def end(self) -> Exit:
        """Kill it if it still lives."""
        ...

    def leave(self) -> Exit:
        """The same without waiting for it, where that can be had; what it used is not known."""
        ...


class Child:
    """A fork of a zygote."""

    def __init__(self, nursery: Nursery, request: dict):
        self._nursery = nursery
        self._pid, end = nursery.fork(request)
        self.wire: Wire = SocketWire(end)

    def end(self) -> Exit:
        """Kill it if it still lives."""
        self.wire.close()
        return Exit(*self._nursery.end(self._pid))

    def leave(self) -> Exit:
        """Kill it; the zygote buries it later."""
        self.wire.close()
        self._nursery.leave(self._pid)
        return Exit(0)


class Process:
    """A process of its own, of the same user (tier 4)."""

    def __init__(self, folder: Folder, request: dict, glia: bool, threads: int):
        path = [str(folder.code), *view.search_path()]
        if glia:
            path.append(os.path.dirname(view.library()))
        home = request["scratch"]
        names = environment(threads)
        names |= dict.fromkeys(("HOME", "TMPDIR", "IPYTHONDIR", "NUMBA_CACHE_DIR"), home)
        # Shared between boxes, for this tier guards nothing and finding fonts is slow.
        names["MPLCONFIGDIR"] = os.path.join(tempfile.gettempdir(), "glia-matplotlib")
        os.makedirs(names["MPLCONFIGDIR"], exist_ok=True)
        self._process = subprocess.Popen(
            command("plain", path), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, cwd=home, env=names, start_new_session=True,
        )  # fmt: skip
        self.wire: Wire = PipeWire(self._process)
        self.wire.write(protocol.frame(request | {"glia": glia}), 10.0)

    def end(self) -> Exit:
        """Kill it if it still lives."""
        self._process.kill()
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)  # and what it started
        code = self._process.wait()
        self.wire.close()
        return Exit(code)

    def leave(self) -> Exit:
        """Kill it; here there is nobody to leave it to."""
        return self.end()
