"""What the host hands on from a box: results, replies, failures; all rebuilt from checked parts."""

import dataclasses
from typing import Any

KINDS = ("missing", "exception", "timeout", "died", "bad_reply", "forbidden")
_MAX_OUTPUTS = 600
_STREAMS = ("stdout", "stderr")


class SandboxError(RuntimeError):
    """The sandbox itself does not work here; the message says what to do."""


class StudentFailure(Exception):
    """A call of student code that gave no value.

    Args:
        kind: one of :data:`KINDS`.
        message: what happened, in a sentence or the words of the exception.
        line: the line in the student's cell, where known.
    """

    def __init__(self, kind: str, message: str, line: int | None = None):
        super().__init__(kind, message, line)
        self.kind, self.message, self.line = kind, message, line

    def __str__(self) -> str:
        return self.message


@dataclasses.dataclass
class CellResult:
    """What running a cell gave.

    Args:
        ok: it ended without an exception.
        outputs: nbformat outputs, well formed and within the caps; not yet safe as HTML.
        seconds: by the host's clock.
        execution_count: the number in ``[ ]:``.
        error: the message, where it did not end well.
        kind: how it failed, one of the kinds of :class:`StudentFailure`; None if it did not.
        line: the line in the cell where the error arose.
        attempts: forbidden names that were used, caught or not, as far as the box tells.
    """

    ok: bool
    outputs: list[dict]
    seconds: float
    execution_count: int | None = None
    error: str | None = None
    kind: str | None = None
    line: int | None = None
    attempts: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Reply:
    """The value of a call, made of plain Python values and numpy arrays only.

    Args:
        value: what the function returned.
        args_after: the positional arguments after the call, where asked for.
        seconds: by the host's clock.
        attempts: forbidden names that were used, as far as the box tells.
    """

    value: Any
    args_after: tuple | None
    seconds: float
    attempts: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class End:
    """How a box ended.

    Args:
        how: ``ok``, ``exit N``, ``signal N``, ``timeout``, ``memory``, ``disk`` or ``lost``.
        cpu: processor seconds used.
        rss_mb: most memory it held, MiB (what it shares with the zygote included).
    """

    how: str
    cpu: float = 0.0
    rss_mb: float = 0.0


def text(value: Any, limit: int = 2000) -> str | None:
    """A string within its cap, or None for anything else."""
    return value[:limit] if type(value) is str else None


def number(value: Any) -> int | None:
    """A small natural number, or None."""
    return value if type(value) is int and 0 <= value < 1 << 31 else None


def texts(value: Any, count: int = 100, limit: int = 200) -> list[str]:
    """A list of short strings, whatever arrived."""
    if type(value) is not list:
        return []
    return [item[:limit] for item in value[:count] if type(item) is str]


def failure(value: Any) -> StudentFailure:
    """The failure that a box reports about itself."""
    if type(value) is not dict or value.get("kind") not in KINDS:
        return StudentFailure("bad_reply", "the answer was not readable")
    message = text(value.get("message")) or ""
    if value["kind"] == "bad_reply":
        message = f"the function returned {message}, which cannot be checked"
    return StudentFailure(value["kind"], message, number(value.get("line")))


def outputs(value: Any, limit: int) -> list[dict]:
    """The outputs that are well-formed nbformat, up to ``limit`` characters in all."""
    if type(value) is not list:
        return []
    kept: list[dict] = []
    for item in value[:_MAX_OUTPUTS]:
        clean = _output(item) if type(item) is dict else None
        if clean is None:
            continue
        limit -= size(clean)
        if limit < 0:
            note = "… (further output was left out: it is too long)\n"
            kept.append({"output_type": "stream", "name": "stderr", "text": note})
            break
        kept.append(clean)
    return kept


def _output(item: dict) -> dict | None:
    kind = item.get("output_type")
    if kind == "stream" and item.get("name") in _STREAMS and type(item.get("text")) is str:
        return {"output_type": "stream", "name": item["name"], "text": item["text"]}
    if kind == "error":
        return {
            "output_type": "error",
            "ename": text(item.get("ename"), 200) or "Error",
            "evalue": text(item.get("evalue")) or "",
            "traceback": texts(item.get("traceback"), 60, 20_000),
        }
    if kind in ("display_data", "execute_result"):
        data, metadata = item.get("data"), item.get("metadata")
        if type(data) is not dict:
            return None
        clean = {"output_type": kind, "data": _mimes(data), "metadata": _bundle(metadata)}
        if kind == "execute_result":
            clean["execution_count"] = number(item.get("execution_count"))
        return clean
    return None


def _mimes(bundle: dict) -> dict:
    """What nbformat allows in a mime bundle: text, and JSON for the types that say so."""
    return {
        mime: value
        for mime, value in _bundle(bundle).items()
        if type(value) is str or mime == "application/json" or mime.endswith("+json")
    }


def _bundle(value: Any) -> dict:
    """A JSON object with string keys; values that JSON lacks (arrays, complex) are dropped."""
    if type(value) is not dict:
        return {}
    pairs = ((k, _json(v)) for k, v in value.items() if type(k) is str)
    return {k: v for k, v in pairs if v is not _DROPPED}


_DROPPED = object()


def _json(value: Any) -> Any:
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        return value if value - value == 0 else None
    if type(value) is list:
        return [None if item is _DROPPED else item for item in map(_json, value)]
    if type(value) is dict:
        return _bundle(value)
    return _DROPPED


def size(value: Any) -> int:
    """Characters in all the strings of a JSON value, keys included."""
    if type(value) is str:
        return len(value)
    if type(value) is list:
        return sum(map(size, value))
    if type(value) is dict:
        return sum(len(k) + size(v) for k, v in value.items())
    return 8
