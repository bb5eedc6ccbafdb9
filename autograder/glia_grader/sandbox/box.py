"""One process with student code in it, as the trusted side holds it."""

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from . import answers, protocol
from .answers import CellResult, End, Reply, SandboxError, StudentFailure
from .exchange import Exchange
from .life import Life
from .limits import Limits

_READY = 20.0  # seconds for a fresh box to say that it is ready
_SHORT = 10.0  # seconds for what is not student code
_FIGURES = 4  # text and figures of one cell together, in units of the text it may have


class Box:
    """A process that runs cells and answers calls. Use it in a ``with`` statement.

    Every request has a deadline by the host's clock. When it passes, or when the answer cannot be
    read, the process is killed with all that it started, and every later request says so.

    Args:
        life: the process.
        limits: what it may use up.
        scratch: its folder, where it has no disk of its own.
        wait: False for a box that is set up in the background; :meth:`settle` it before use.

    Raises:
        SandboxError: it could not be set up.
    """

    def __init__(self, life: Life, limits: Limits, scratch: Path | None = None, wait: bool = True):
        self.limits = limits
        self._exchange = Exchange(life, limits, scratch)
        self._output_left = int(limits.output_mb * (1 << 20))
        self._ready = False
        if wait:
            self.settle()

    def settle(self) -> None:
        """Wait until it can be asked; may be called again.

        Raises:
            SandboxError: it could not be set up.
        """
        if self._ready or self.end is not None:
            return
        greeting = self._exchange.greeting(_READY)
        if "ready" not in greeting:
            self._exchange.stop("lost")
            raise SandboxError(f"a box could not be set up: {str(greeting.get('broken'))[:500]}")
        self._ready = True

    def __enter__(self) -> "Box":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def end(self) -> End | None:
        """How it ended, None while it lives."""
        return self._exchange.end

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self.end is None

    def close(self, wait: bool = True) -> End:
        """End everything in the box and say how it ended; may be called again.

        Args:
            wait: False leaves the last of it to the background: nothing more runs in the box, and
                what it used up is not known.
        """
        if self.end is None:
            self._exchange.stop("ok", wait=wait)
        assert self.end is not None
        return self.end

    def run_cells(
        self, sources: Iterable[str], timeout: Callable[[], float], quiet: bool = False
    ) -> Iterator[CellResult]:
        """Run cells one after the other without a pause between them.

        Args:
            sources: the cells.
            timeout: seconds for the cell that is begun at that moment.
            quiet: see :meth:`exec`.

        Yields:
            One result a cell, as each ends; none after a cell with which the box ended.
        """
        requests = [({"op": "cell", "quiet": quiet}, source.encode()) for source in sources]
        begun = time.monotonic()
        for value, seconds in self._exchange.stream(requests, timeout):
            if isinstance(value, StudentFailure):
                yield self._failed_cell(value, time.monotonic() - begun)
                return
            yield self._cell_result(value, seconds)
            begun = time.monotonic()

    def run_cell(self, source: str, timeout: float) -> CellResult:
        """Run a cell as Jupyter would, outputs and all; never raises for what the student did."""
        return self._cell(source, timeout, quiet=False)

    def exec(self, source: str, timeout: float) -> CellResult:
        """Run a cell for its definitions: the same names, nothing displayed or drawn."""
        return self._cell(source, timeout, quiet=True)

    def place(self, source: str, timeout: float = _SHORT) -> None:
        """Define the course's own functions in the box; they see numpy, not the student's names.

        Raises:
            StudentFailure: the box has ended, or the source does not run.
        """
        self._exchange.ask({"op": "place"}, source.encode(), timeout)

    def place_all(self, sources: Iterable[str]) -> None:
        """:meth:`place` for several sources at once.

        Raises:
            StudentFailure: the box has ended, or a source does not run.
        """
        requests = [({"op": "place"}, source.encode()) for source in sources]
        for value, _ in self._exchange.stream(requests, lambda: _SHORT):
            if isinstance(value, StudentFailure):
                raise value

    def door(self, name: str) -> tuple[bool, list[str] | None]:
        """Whether there is such a function, and its parameter names where they can be told.

        Raises:
            StudentFailure: the box has ended.
        """
        requests = [({"op": op, "name": name}, b"") for op in ("exists", "signature")]
        (there, _), (names, _) = self._exchange.stream(requests, lambda: _SHORT)
        if isinstance(there, StudentFailure):
            raise there
        return there is True, answers.texts(names) if type(names) is list else None

    def exists(self, name: str) -> bool:
        """Whether the notebook defined something callable of that name."""
        return self._exchange.ask({"op": "exists", "name": name}, b"", _SHORT)[0] is True

    def signature(self, name: str) -> list[str] | None:
        """The parameter names of a function of the student's, or None where they cannot be told."""
        value = self._exchange.ask({"op": "signature", "name": name}, b"", _SHORT)[0]
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

        Returns:
            The value, with float32 still float32 and tuples still tuples.

        Raises:
            StudentFailure: there is no value; ``kind`` says why.
        """
        packed = protocol.pack((arguments, keywords or {}))
        request, blob = _call(name, packed, want_args)
        value, seconds = self._exchange.ask(request, blob, timeout)
        return self._reply(value, seconds, arguments, want_args)

    def calls(
        self,
        name: str,
        arguments: Iterable[tuple],
        timeout: Callable[[], float],
        want_args: bool = False,
        packed: Callable[[tuple], tuple[dict, bytes]] | None = None,
    ) -> Iterator[Reply | StudentFailure]:
        """:meth:`call` for many arguments without a pause between them.

        Each call has its own deadline, and each answer is handed on as it arrives: what was
        answered before a crash counts. Whoever stops listening early loses the rest.

        Args:
            name: of the function, in the notebook.
            arguments: the arguments of each call.
            timeout: seconds for the call that is begun at that moment.
            want_args: see :meth:`call`.
            packed: gives ``protocol.pack((arguments, {}))``, for who asks the same again and again.
        """
        asked = list(arguments)
        packed = packed or (lambda given: protocol.pack((given, {})))
        requests = [_call(name, packed(given), want_args) for given in asked]
        answered = self._exchange.stream(requests, timeout)
        for given, (value, seconds) in zip(asked, answered, strict=False):
            if not isinstance(value, StudentFailure):
                try:
                    value = self._reply(value, seconds, given, want_args)
                except StudentFailure as failure:
                    value = failure
            yield value

    def _reply(self, value: Any, seconds: float, arguments: tuple, want_args: bool) -> Reply:
        if type(value) is not dict or "value" not in value:
            raise self._exchange.stop(
                "lost", StudentFailure("bad_reply", "the answer was not readable")
            )
        after = arguments if value.get("same") is True else value.get("args")
        return Reply(
            value=value["value"],
            args_after=after if want_args and type(after) is tuple else None,
            seconds=seconds,
            attempts=answers.texts(value.get("attempts")),
        )

    def _cell(self, source: str, timeout: float, quiet: bool) -> CellResult:
        begun = time.monotonic()
        try:
            value, seconds = self._exchange.ask(
                {"op": "cell", "quiet": quiet}, source.encode(), timeout
            )
        except StudentFailure as failure:
            return self._failed_cell(failure, time.monotonic() - begun)
        return self._cell_result(value, seconds)

    def _failed_cell(self, failure: StudentFailure, seconds: float) -> CellResult:
        shown = [_as_output(failure)]
        return CellResult(False, shown, seconds, None, failure.message, failure.kind)

    def _cell_result(self, value: Any, seconds: float) -> CellResult:
        if type(value) is not dict:
            value = {"kind": "bad_reply", "error": "the answer was not readable"}
        room = int(_FIGURES * self.limits.cell_output_mb * (1 << 20)) + 100_000
        shown = answers.outputs(value.get("outputs"), min(room, self._output_left))
        self._output_left = max(self._output_left - sum(map(answers.size, shown)), 0)
        return CellResult(
            ok=value.get("ok") is True,
            outputs=shown,
            seconds=seconds,
            execution_count=answers.number(value.get("count")),
            error=answers.text(value.get("error")),
            kind=value["kind"] if value.get("kind") in answers.KINDS else None,
            line=answers.number(value.get("line")),
            attempts=answers.texts(value.get("attempts")),
        )


def _call(name: str, packed: tuple[dict, bytes], want_args: bool) -> tuple[dict, bytes]:
    """The request for a call, and the bytes that go with it."""
    node, blob = packed
    return {"op": "call", "name": name, "value": node, "want_args": want_args}, blob


_NAMES = {"timeout": "TimeLimit", "died": "Died", "bad_reply": "Unreadable"}


def _as_output(failure: StudentFailure) -> dict:
    """What a reader of the notebook sees where a cell took its process down."""
    name = _NAMES.get(failure.kind, "Failed")
    return {
        "output_type": "error",
        "ename": name,
        "evalue": failure.message,
        "traceback": [f"{name}: {failure.message}"],
    }
