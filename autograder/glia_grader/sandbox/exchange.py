"""Requests to a box and its answers, each with a deadline: the box is gone when one passes."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from . import answers, protocol
from .answers import End, StudentFailure
from .folder import remove_tree
from .life import Exit, Life
from .limits import Limits
from .wire import Ended, Watched

_AHEAD = 48 << 10  # bytes of requests that may wait in the box: less than a socket holds


class Exchange:
    """Asks a process one thing after the other, and ends it as soon as it cannot be trusted.

    Args:
        life: the process.
        limits: what it may use up.
        scratch: its folder, where it has no disk of its own.

    Attributes:
        end: how the process ended, None while it lives.
    """

    def __init__(self, life: Life, limits: Limits, scratch: Path | None):
        self.end: End | None = None
        self._life, self._limits, self._scratch = life, limits, scratch
        self._wire = Watched(life.wire, self._watch if scratch is not None else None)
        self._asked = 0
        self._waiting: Iterator[Any] | None = None
        self._why = ""
        self._memory = False

    def greeting(self, timeout: float) -> dict:
        """What it says first, unasked; {"broken": …} if it says nothing that can be read."""
        try:
            return self._wire.receive(timeout)[0]
        except (TimeoutError, Ended, protocol.WireError) as error:
            return {"broken": f"it did not start ({type(error).__name__})"}

    def ask(self, request: dict, blob: bytes, timeout: float) -> tuple[Any, float]:
        """The answer to a request, and the seconds it took; the box is gone if there is none."""
        ((value, seconds),) = self.stream([(request, blob)], lambda: timeout)
        if isinstance(value, StudentFailure):
            raise value
        return value, seconds

    def stream(
        self, requests: list[tuple[dict, bytes]], timeout: Callable[[], float]
    ) -> Iterator[tuple[Any, float]]:
        """The answers to requests, or a StudentFailure in an answer's place, with its seconds.

        Further requests wait in the box while it works on one; the clock of each starts when the
        answer before it has arrived.
        """
        if self._waiting is not None:
            for _ in self._waiting:  # nobody listened to the end: the next answer is not ours yet
                pass
        answered = self._in_turn(requests, timeout)
        self._waiting = answered
        return answered

    def _in_turn(
        self, requests: list[tuple[dict, bytes]], timeout: Callable[[], float]
    ) -> Iterator[tuple[Any, float]]:
        sizes: list[int] = []
        ahead = 0
        first = self._asked + 1
        self._asked += len(requests)
        for index in range(len(requests)):
            begun = time.monotonic()
            try:
                if self.end is not None:
                    raise StudentFailure("died", f"the process had already ended: {self._why}")
                seconds = timeout()
                messages = []
                while len(sizes) < len(requests) and (len(sizes) <= index or ahead < _AHEAD):
                    request, blob = requests[len(sizes)]
                    message = protocol.frame({**request, "id": first + len(sizes)}, blob)
                    if len(sizes) > index and ahead + len(message) > _AHEAD:
                        break
                    messages.append(message)
                    ahead += len(message)
                    sizes.append(len(message))
                if messages:
                    self._send(b"".join(messages), seconds)
                value = self._receive(first + index, seconds - (time.monotonic() - begun), seconds)
                ahead -= sizes[index]
                yield value, time.monotonic() - begun
            except StudentFailure as failure:
                ahead -= sizes[index] if index < len(sizes) else 0
                yield failure, time.monotonic() - begun

    def _send(self, message: bytes, timeout: float) -> None:
        try:
            self._wire.send(message, timeout)
        except TimeoutError:
            late = StudentFailure("timeout", f"it took longer than {timeout:g} s")
            raise self.stop("timeout", late) from None
        except Ended:
            raise self.stop("died") from None

    def _receive(self, identity: int, left: float, timeout: float) -> Any:
        """The answer to one request; the box is gone if there is none."""
        try:
            header, data = self._wire.receive(left)
            if header.get("id") != identity:
                raise protocol.WireError("it answers another question")
            if self._scratch is not None:
                self._watch()
            if "failure" not in header:
                return protocol.unpack(header.get("value"), data)
        except TimeoutError:
            late = StudentFailure("timeout", f"it took longer than {timeout:g} s")
            raise self.stop("timeout", late) from None
        except Ended:
            raise self.stop("died") from None
        except _TooMuch as error:
            raise self.stop("disk", StudentFailure("died", str(error))) from None
        except protocol.WireError as error:
            odd = StudentFailure("bad_reply", f"the answer was not readable: {error}")
            raise self.stop("lost", odd) from None
        failure = answers.failure(header["failure"])
        self._memory = self._memory or failure.message == _SENTENCES["memory"]
        raise failure

    def stop(
        self, how: str, failure: StudentFailure | None = None, wait: bool = True
    ) -> StudentFailure:
        """End the process; the failure to raise for the request that was under way."""
        last = self._life.end() if wait else self._life.leave()
        if how == "died":
            how = self._cause(last)
        if failure is None:
            failure = StudentFailure("died", _SENTENCES.get(how, f"the process ended ({how})"))
        self._why = failure.message
        self.end = End(how, last.cpu, last.rss_mb)
        if self._scratch is not None:
            remove_tree(self._scratch)
        return failure

    def _cause(self, last: Exit) -> str:
        if last.code in (-9, -24) and last.cpu > self._limits.cpu - 1:
            return "cpu"
        fatal = last.code in (-6, -7, -9, -11)
        if fatal and (self._memory or last.rss_mb > 0.6 * self._limits.memory_mb):
            return "memory"
        return f"signal {-last.code}" if last.code < 0 else f"exit {last.code}"

    def _watch(self) -> None:
        """Without a disk of its own, what a box writes is counted from outside."""
        files, size = usage(self._scratch)
        if size > self._limits.disk_mb << 20 or files > self._limits.inodes:
            raise _TooMuch(f"it filled its disk ({size >> 20} MiB in {files} files)")


class _TooMuch(Exception):
    """A box used up more than it may."""


_SENTENCES = {
    "cpu": "it used up its processor time",
    "exit 0": "the process ended itself (exit)",
    "memory": "it ran out of memory",
    "signal 6": "the process crashed (abort)",
    "signal 9": "the process was killed",
    "signal 11": "the process crashed (segmentation fault)",
}


def usage(directory: Path | None) -> tuple[int, int]:
    """Files and bytes below a directory, links not followed."""
    files = size = 0
    for folder, folders, names in os.walk(directory or ""):
        files += len(folders) + len(names)
        for name in names:
            try:
                size += os.lstat(os.path.join(folder, name)).st_blocks * 512
            except (OSError, AttributeError):  # just removed; Windows counts no blocks
                continue
    return files, size
