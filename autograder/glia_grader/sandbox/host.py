"""The trusted side: opens boxes, asks them, keeps the clock, and believes nothing they say.

with Sandbox(needs_glia=False) as sandbox, sandbox.open() as box:
    box.run_cell("def f(x): return x + 1", timeout=5)
    box.call("f", 41, timeout=1).value  # 42
"""

import dataclasses
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable
from typing import Any

from . import answers, protocol, view
from .answers import CellResult, End, Reply, SandboxError, StudentFailure
from .launch import Folder, command, environment, remove_tree
from .limits import Limits
from .nursery import Nursery
from .probe import probe
from .wire import Ended, PipeWire, SocketWire, Watched

_READY = 20.0  # seconds for a fresh box to say that it is ready
_GRACE = 2.0  # seconds for what is not student code: sending a request, a short question

__all__ = [
    "Box",
    "CellResult",
    "End",
    "Limits",
    "Reply",
    "Sandbox",
    "SandboxError",
    "StudentFailure",
]


class Sandbox:
    """A place to run student code; start it once, open a box for each submission.

    Args:
        tier: 1 to 4 (see :mod:`probe`), or None for the best that this machine offers.
        jobs_hint: how many boxes will work at the same time.
        needs_glia: whether boxes can import the library (unless one is opened with it hidden).
        unsafe: allow tier 4: a separate process, but no protection against malice.

    Raises:
        SandboxError: on entering, where the tier cannot be had.
    """

    def __init__(
        self,
        tier: int | None = None,
        *,
        jobs_hint: int = 1,
        needs_glia: bool = False,
        unsafe: bool = False,
    ):
        self.tier = probe().tier if tier is None else tier
        self.jobs_hint, self.needs_glia, self.unsafe = jobs_hint, needs_glia, unsafe
        self._folder: Folder | None = None
        self._nurseries: dict[bool, Nursery] = {}
        self._lock = threading.Lock()
        self._boxes = 0

    def __enter__(self) -> "Sandbox":
        if self.tier not in (1, 2, 3, 4):
            raise SandboxError(f"got tier {self.tier!r}, expected 1, 2, 3 or 4")
        if self.tier == 4 and not self.unsafe:
            advice = " ".join(probe().advice) or "Leave the choice of tier to the program."
            raise SandboxError(
                "tier 4 keeps nothing from the code it runs, so it is refused for other people's "
                f"notebooks. {advice} (Or say unsafe.)"
            )
        self._folder = Folder()
        try:
            if self.tier < 4:
                self._nursery(self.needs_glia)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End every box and remove every trace."""
        with self._lock:
            for nursery in self._nurseries.values():
                nursery.close()
            self._nurseries.clear()
            if self._folder is not None:
                self._folder.remove()
                self._folder = None

    @property
    def threads(self) -> int:
        """Threads that parallel kernels in one box may use."""
        return max(1, (os.cpu_count() or 1) // max(self.jobs_hint, 1))

    def _nursery(self, glia: bool) -> Nursery:
        """The zygote with the library in its memory, or the one that never saw it."""
        with self._lock:
            nursery = self._nurseries.get(glia)
            if nursery is None or not nursery.alive:
                assert self._folder is not None
                if nursery is not None:
                    nursery.close()
                nursery = Nursery(self._folder, self.tier, glia=glia, threads=self.threads)
                self._nurseries[glia] = nursery
            return nursery

    def open(
        self,
        limits: Limits | None = None,
        forbid: Iterable[str] = (),
        hide: Iterable[str] = (),
    ) -> "Box":
        """A fresh box.

        Args:
            limits: what it may use up.
            forbid: names to take away: modules (``"scipy"``) and attributes of modules
                (``"numpy.linalg.lstsq"``).
            hide: ``("glia",)`` for a box in which the library is not to be had.

        Raises:
            SandboxError: the sandbox is not open, or no box could be started.
        """
        if self._folder is None:
            raise SandboxError("the sandbox is not open: use it in a `with` statement")
        forbid = list(forbid)
        glia = self.needs_glia and "glia" not in hide and "glia" not in forbid
        limits = limits or Limits()
        with self._lock:
            self._boxes += 1
            name = str(self._boxes)
        scratch = None if self.tier == 1 else self._folder.new_scratch(name)
        request = {
            "limits": dataclasses.asdict(limits),
            "forbid": [name for name in forbid if name != "glia"],
            "scratch": str(scratch),
        }
        try:
            if self.tier == 4:
                life: _Life = _Process(self._folder, request, glia, self.threads)
            else:
                life = _Child(self._nursery(glia), request)
            return Box(life, limits, scratch)
        except BaseException:
            if scratch is not None:
                remove_tree(scratch)
            raise


class _Life:
    """The process behind a box: a wire to it, and a way to end it."""

    wire: Any

    def end(self) -> tuple[int, float, float]:
        """Kill it; exit code (negative: signal), processor seconds, MiB."""
        raise NotImplementedError


class _Child(_Life):
    """A fork of a zygote."""

    def __init__(self, nursery: Nursery, request: dict):
        self._nursery = nursery
        self._pid, end = nursery.fork(request)
        self.wire = SocketWire(end)

    def end(self) -> tuple[int, float, float]:
        self.wire.close()
        return self._nursery.end(self._pid)


class _Process(_Life):
    """A process of its own (tier 4)."""

    def __init__(self, folder: Folder, request: dict, glia: bool, threads: int):
        path = [str(folder.path / "code"), *view.search_path()]
        if glia:
            path.append(str(folder.library()[0]))
        home = request["scratch"]
        names = environment(threads) | {"HOME": home, "TMPDIR": home, "IPYTHONDIR": home}
        names["MPLCONFIGDIR"] = tempfile.gettempdir() + os.sep + "glia-matplotlib"
        os.makedirs(names["MPLCONFIGDIR"], exist_ok=True)
        self._process = subprocess.Popen(
            command("plain", request | {"glia": glia}, path),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd=home, env=names,
        )  # fmt: skip
        self.wire = PipeWire(self._process)

    def end(self) -> tuple[int, float, float]:
        if self._process.poll() is None:
            self._process.kill()
        code = self._process.wait()
        self.wire.close()
        return code, 0.0, 0.0


class Box:
    """One process with student code in it. Use it in a ``with`` statement."""

    def __init__(self, life: _Life, limits: Limits, scratch: Any):
        self.limits = limits
        self.end: End | None = None
        self._life, self._scratch = life, scratch
        self._wire = Watched(life.wire, self._watch if scratch is not None else None)
        self._ids = 0
        self._why = ""
        self._memory = False
        self._output_left = int(limits.output_mb * (1 << 20))
        try:
            ready, _ = self._wire.receive(_READY)
        except (TimeoutError, Ended, protocol.WireError) as error:
            ready = {"broken": f"it did not start ({type(error).__name__})"}
        if "ready" not in ready:
            self._stop("lost")
            raise SandboxError(f"a box could not be set up: {str(ready.get('broken'))[:500]}")

    def __enter__(self) -> "Box":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self.end is None

    def close(self) -> End:
        """End everything in the box and say how it ended; may be called again."""
        if self.end is None:
            self._stop("ok")
        assert self.end is not None
        return self.end

    def run_cell(self, source: str, timeout: float) -> CellResult:
        """Run a cell as Jupyter would, outputs and all; never raises for what the student did."""
        return self._cell(source, timeout, quiet=False)

    def exec(self, source: str, timeout: float) -> CellResult:
        """Run a cell for its definitions: the same names, nothing displayed."""
        return self._cell(source, timeout, quiet=True)

    def place(self, source: str, timeout: float = 10.0) -> None:
        """Define the course's own functions in the box; they see numpy, not the student's names.

        Raises:
            StudentFailure: the box has ended, or the source does not run.
        """
        self._ask({"op": "place"}, source.encode(), timeout)

    def exists(self, name: str) -> bool:
        """Whether the notebook defined something callable of that name."""
        return self._ask({"op": "exists", "name": name}, b"", _GRACE)[0] is True

    def signature(self, name: str) -> list[str] | None:
        """The parameter names of a function of the student's, or None where they cannot be told."""
        value = self._ask({"op": "signature", "name": name}, b"", _GRACE)[0]
        return answers.texts(value) if type(value) is list else None

    def call(
        self,
        name: str,
        *arguments: Any,
        timeout: float,
        want_args: bool = False,
        keywords: dict[str, Any] | None = None,
    ) -> Reply:
        """Call a function of the student's.

        Args:
            name: of the function, in the notebook.
            arguments: arrays, scalars, strings, None, and tuples, lists and dicts of these.
            timeout: seconds by the host's clock; after it the whole box is gone.
            want_args: also return the arguments as they are after the call.
            keywords: keyword arguments.

        Raises:
            StudentFailure: there is no value; ``kind`` says why.
        """
        node, blob = protocol.pack((arguments, keywords or {}))
        request = {"op": "call", "name": name, "value": node, "want_args": want_args}
        value, seconds = self._ask(request, blob, timeout)
        if type(value) is not dict or "value" not in value:
            raise self._stop("lost", StudentFailure("bad_reply", "the answer was not readable"))
        after = value.get("args")
        return Reply(
            value=value["value"],
            args_after=after if want_args and type(after) is tuple else None,
            seconds=seconds,
            attempts=answers.texts(value.get("attempts")),
        )

    def _cell(self, source: str, timeout: float, quiet: bool) -> CellResult:
        begun = time.monotonic()
        try:
            value, seconds = self._ask({"op": "cell", "quiet": quiet}, source.encode(), timeout)
        except StudentFailure as failure:
            seconds = time.monotonic() - begun
            name = {"timeout": "TimeLimit", "died": "Died"}.get(failure.kind, "Failed")
            shown = answers.outputs(
                [{"output_type": "error", "ename": name, "evalue": failure.message,
                  "traceback": [f"{name}: {failure.message}"]}], 10_000,
            )  # fmt: skip
            return CellResult(False, shown, seconds, None, failure.message, failure.kind)
        if type(value) is not dict:
            value = {"kind": "bad_reply", "error": "the answer was not readable"}
        # Figures may weigh three times what text may; errors come on top.
        room = min(int(4 * self.limits.cell_output_mb * (1 << 20)) + 100_000, self._output_left)
        shown = answers.outputs(value.get("outputs"), room)
        self._output_left -= sum(map(answers._size, shown))
        kind = value.get("kind") if value.get("kind") in answers.KINDS else None
        return CellResult(
            ok=value.get("ok") is True,
            outputs=shown,
            seconds=seconds,
            execution_count=answers.number(value.get("count")),
            error=answers.text(value.get("error")),
            kind=kind,
            line=answers.number(value.get("line")),
            attempts=answers.texts(value.get("attempts")),
        )

    def _ask(self, request: dict, blob: bytes, timeout: float) -> tuple[Any, float]:
        """The answer to a request, and the seconds it took; the box is gone if there is none."""
        if self.end is not None:
            raise StudentFailure("died", f"the process had already ended: {self._why}")
        self._ids += 1
        request["id"] = self._ids
        begun = time.monotonic()
        try:
            self._wire.send(protocol.frame(request, blob), timeout + _GRACE)
            header, data = self._wire.receive(timeout - (time.monotonic() - begun))
            seconds = time.monotonic() - begun
            if header.get("id") != self._ids:
                raise protocol.WireError("an answer to another question")
            if "failure" not in header:
                return protocol.unpack(header.get("value"), data), seconds
        except TimeoutError:
            message = f"it took longer than {timeout:g} s"
            raise self._stop("timeout", StudentFailure("timeout", message)) from None
        except Ended:
            raise self._stop("died", None) from None
        except _TooMuch as error:
            raise self._stop("disk", StudentFailure("died", str(error))) from None
        except protocol.WireError as error:
            message = f"the answer was not readable: {error}"
            raise self._stop("lost", StudentFailure("bad_reply", message)) from None
        failure = answers.failure(header["failure"])
        self._memory = self._memory or failure.message == "it ran out of memory"
        raise failure

    def _stop(self, how: str, failure: StudentFailure | None = None) -> StudentFailure:
        """End the process; the failure to raise for the request that was under way."""
        code, cpu, rss = self._life.end()
        if how == "died":
            how = self._cause(code, rss)
        if failure is None:
            failure = StudentFailure("died", _SENTENCES.get(how, f"the process ended ({how})"))
        self._why = failure.message
        self.end = End(how, cpu, rss)
        if self._scratch is not None:
            remove_tree(self._scratch)
        return failure

    def _cause(self, code: int, rss: float) -> str:
        fatal = code in (-6, -7, -9, -11, 134, 137, 139)
        if fatal and (self._memory or rss > 0.6 * self.limits.memory_mb):
            return "memory"
        return f"signal {-code}" if code < 0 else f"exit {code}"

    def _watch(self) -> None:
        """Without a disk of its own, what a box writes is counted from outside."""
        files, size = usage(self._scratch)
        if size > self.limits.disk_mb << 20 or files > self.limits.inodes:
            raise _TooMuch(f"it filled its disk ({size >> 20} MiB in {files} files)")


class _TooMuch(Exception):
    """A box used up more than it may."""


_SENTENCES = {
    "memory": "it ran out of memory",
    "exit 0": "the process ended itself (exit)",
    "signal 11": "the process crashed (segmentation fault)",
    "signal 6": "the process crashed (abort)",
    "signal 9": "the process was killed",
    "signal 24": "it used up its processor time",
}


def usage(directory: Any) -> tuple[int, int]:
    """Files and bytes below a directory, links not followed."""
    files = size = 0
    for folder, folders, names in os.walk(directory):
        files += len(folders) + len(names)
        for name in names:
            try:
                size += os.lstat(os.path.join(folder, name)).st_blocks * 512
            except (OSError, AttributeError):
                continue
    return files, size
