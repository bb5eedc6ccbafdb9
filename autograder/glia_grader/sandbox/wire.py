"""The host's end of a box's wire: everything with a deadline, over a socket or two pipes."""

import queue
import socket
import subprocess
import threading
import time
from typing import Protocol

from . import protocol

_PIECE = 1 << 16
POLL = 0.25  # seconds between two looks at what a box uses up, while waiting for it


class Ended(Exception):
    """The other side closed the wire: its process has ended."""


class Wire(Protocol):
    """Bytes to and from a box."""

    def write(self, data: bytes, seconds: float) -> None:
        """Send all of ``data``; Ended or TimeoutError if that fails."""
        ...

    def read(self, size: int, seconds: float) -> bytes:
        """At most ``size`` bytes; Ended at the end, TimeoutError when none came in time."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


class SocketWire:
    """A socket."""

    def __init__(self, end: socket.socket):
        self._end, self._rest = end, b""

    def write(self, data: bytes, seconds: float) -> None:
        """Send all of ``data``."""
        self._end.settimeout(max(seconds, 0.001))
        try:
            self._end.sendall(data)
        except TimeoutError:
            raise
        except OSError:
            raise Ended from None

    def read(self, size: int, seconds: float) -> bytes:
        """At most ``size`` bytes; what came with them is kept for the next time."""
        data = self._rest
        if not data:
            self._end.settimeout(max(seconds, 0.001))
            try:
                data = self._end.recv(min(max(size, _PIECE), 1 << 20))
            except TimeoutError:
                raise
            except OSError:
                raise Ended from None
            if not data:
                raise Ended
        self._rest = data[size:]
        return data[:size]

    def close(self) -> None:
        """Hang up."""
        self._end.close()


class PipeWire:
    """The two pipes of a subprocess; a thread reads, so that waiting can end on every system."""

    def __init__(self, process: subprocess.Popen):
        self._process = process
        self._pieces: queue.Queue[bytes] = queue.Queue(maxsize=64)
        self._rest = b""
        self._thread = threading.Thread(target=self._pump, daemon=True)
        self._thread.start()

    def _pump(self) -> None:
        assert self._process.stdout is not None
        while True:
            try:
                piece = self._process.stdout.read1(1 << 20)  # type: ignore[attr-defined]
            except (OSError, ValueError):
                piece = b""
            self._pieces.put(piece)
            if not piece:
                return

    def write(self, data: bytes, seconds: float) -> None:
        """Send all of ``data`` (on a pipe without a deadline: this tier runs one's own code)."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(data)
            self._process.stdin.flush()
        except (OSError, ValueError):
            raise Ended from None

    def read(self, size: int, seconds: float) -> bytes:
        """At most ``size`` bytes."""
        if not self._rest:
            try:
                self._rest = self._pieces.get(timeout=max(seconds, 0.001))
            except queue.Empty:
                raise TimeoutError from None
            if not self._rest:
                self._pieces.put(b"")
                raise Ended
        data, self._rest = self._rest[:size], self._rest[size:]
        return data

    def close(self) -> None:
        """Hang up."""
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:
                pass


class Watched:
    """A wire with one deadline for a whole message, and a look at the box while waiting.

    Args:
        wire: the bytes.
        watch: called every so often while waiting; raises to give up.
    """

    def __init__(self, wire: Wire, watch=None):
        self.wire, self.watch = wire, watch

    def send(self, data: bytes, seconds: float) -> None:
        """One message."""
        self.wire.write(data, seconds)

    def receive(self, seconds: float) -> tuple[dict, bytes]:
        """One message.

        Raises:
            TimeoutError: it did not arrive whole in time.
            Ended: the process ended first.
            protocol.WireError: it is not well formed.
        """
        end = time.monotonic() + seconds
        head, blob = protocol.parse_prefix(self._exactly(protocol.PREFIX.size, end))
        header = self._exactly(head, end)
        return protocol.parse_header(header), self._exactly(blob, end)

    def _exactly(self, size: int, end: float) -> bytes:
        data = bytearray()
        while len(data) < size:
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError
            try:
                piece = self.wire.read(size - len(data), min(left, POLL))
                if len(piece) == size:
                    return piece
                data += piece
            except TimeoutError:
                if self.watch is not None:
                    self.watch()
        return bytes(data)
