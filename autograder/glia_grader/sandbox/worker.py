"""The forked child: lives with student code, and answers the host over one socket.

Everything here may be overwritten by the student, so nothing here is relied upon: the host checks
each byte that comes back, keeps the clock, and holds the answers.
"""

import inspect
import os
import socket
import sys
import time
import types
from typing import Any

from . import protocol
from .policy import ForbiddenName, Policy
from .shell import Shell, message_of

_pack, _unpack, _frame = protocol.pack, protocol.unpack, protocol.frame


class Channel:
    """The child's end of the wire."""

    def __init__(self, descriptor: int):
        self.socket = socket.socket(fileno=descriptor)
        self._rest = b""

    def _exactly(self, size: int) -> bytes:
        while len(self._rest) < size:
            piece = self.socket.recv(max(1 << 16, min(1 << 20, size - len(self._rest))))
            if not piece:
                os._exit(0)  # the host has gone, or is done with us
            self._rest += piece
        data, self._rest = self._rest[:size], self._rest[size:]
        return data

    def receive(self) -> tuple[dict, bytes]:
        """The next request."""
        head, blob = protocol.parse_prefix(self._exactly(protocol.PREFIX.size))
        return protocol.parse_header(self._exactly(head)), self._exactly(blob)

    def write(self, data: bytes) -> None:
        """Every byte, however long it takes."""
        self.socket.sendall(data)

    def send(self, header: dict, blob: bytes = b"") -> None:
        """One message."""
        self.write(_frame(header, blob))


class Failure(Exception):
    """A request that could not be met, as the host will report it."""

    def __init__(self, kind: str, message: str, line: int | None = None, name: str = ""):
        super().__init__(message)
        self.kind, self.message, self.line, self.name = kind, message, line, name


class Worker:
    """One submission's process: a shell, a policy, and the requests the host may make."""

    def __init__(self, channel: Channel, shell: Shell, policy: Policy):
        self.channel, self.shell, self.policy = channel, shell, policy
        self.actions = {
            "cell": self.cell,
            "place": self.place,
            "call": self.call,
            "exists": self.exists,
            "signature": self.signature,
        }

    def serve(self) -> None:
        """Answer requests until the host hangs up."""
        while True:
            request, blob = self.channel.receive()
            answer: dict[str, Any] = {"id": request.get("id")}
            body: Any = None
            try:
                body = self.actions[request["op"]](request, blob)
                answer["value"], data = _pack(body)
                reply = _frame(answer, data)
            except Failure as failure:
                reply = self._failed(answer, failure)
            except protocol.Unpackable as error:
                reply = self._failed(answer, Failure("bad_reply", str(error)))
            except BaseException as error:  # the host decides when this ends, not SystemExit
                reply = self._failed(answer, self.failure(error))
            self.channel.write(reply)

    def _failed(self, answer: dict, failure: Failure) -> bytes:
        answer["failure"] = {
            "kind": failure.kind,
            "message": failure.message[:2000],
            "line": failure.line,
            "name": failure.name[:200],
            "attempts": [name[:200] for name in self.policy.attempts[:20]],
        }
        return _frame(answer)

    def failure(self, error: BaseException) -> Failure:
        """An exception of the student's code, by kind."""
        name, line = type(error).__name__, self.shell.line_of(error)
        if isinstance(error, MemoryError):
            return Failure("died", "it ran out of memory", line, name)
        kind = "forbidden" if isinstance(error, ForbiddenName) else "exception"
        text = (error.msg or "") if isinstance(error, SyntaxError) else message_of(error)
        message = text if kind == "forbidden" else f"{name}: {text}" if text else name
        return Failure(kind, message, line, name)

    def cell(self, request: dict, blob: bytes) -> dict:
        """Run a cell; what it shows is the answer."""
        source, quiet = blob.decode(), bool(request.get("quiet"))
        begun = time.perf_counter()
        done = self.shell.run(source, quiet)
        error = done["error"]
        failure = self.failure(error) if error is not None else None
        for item in done["outputs"]:
            if item["output_type"] == "stream":
                item["text"] = "".join(item["text"])
        return {
            "ok": done["ok"],
            "outputs": [] if quiet else done["outputs"],
            "count": done["count"],
            "seconds": time.perf_counter() - begun,
            "kind": failure.kind if failure else None,
            "error": failure.message if failure else None,
            "line": failure.line if failure else None,
            "attempts": list(self.policy.attempts),
        }

    def place(self, request: dict, blob: bytes) -> None:
        """Define functions of the course's own, apart from the student's names."""
        import numpy

        names: dict[str, Any] = {"np": numpy, "numpy": numpy, "__name__": "given"}
        before = set(names) | {"__builtins__"}
        exec(compile(blob.decode(), "<given>", "exec"), names)
        for name, value in names.items():
            if name not in before:
                self.shell.namespace[name] = value

    def call(self, request: dict, blob: bytes) -> dict:
        """Call a function of the student's with values from the host."""
        arguments, keywords = _unpack(request["value"], blob)
        function = self._function(request["name"])
        kept = sys.stdout, sys.stderr
        self.shell.outputs.begin()
        sys.stdout, sys.stderr = self.shell.streams
        try:
            value = function(*arguments, **keywords)
        finally:
            sys.stdout, sys.stderr = kept
        answer = {"value": value}
        if self.policy.attempts:
            answer["attempts"] = list(self.policy.attempts)
        if request.get("want_args"):
            answer |= _afterwards(arguments, request["value"], blob)
        return answer

    def _function(self, name: str) -> Any:
        if name not in self.shell.namespace:
            raise Failure("missing", f"{name} is not defined")
        function = self.shell.namespace[name]
        if not callable(function):
            raise Failure("missing", f"{name} is a {type(function).__name__}, not a function")
        return function

    def exists(self, request: dict, blob: bytes) -> bool:
        """Whether the notebook defined a function of that name."""
        return callable(self.shell.namespace.get(request["name"]))

    def signature(self, request: dict, blob: bytes) -> list[str] | None:
        """The names of its parameters, where they can be told; starred ones keep their stars."""
        function = self._function(request["name"])
        if type(function) is types.FunctionType and not vars(function):
            return _parameters(function.__code__)
        try:
            parameters = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):
            return None
        stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
        return [stars.get(p.kind, "") + p.name for p in parameters]


def _parameters(code: types.CodeType) -> list[str]:
    """Names of a plain function's parameters in the order of its signature."""
    names, count = code.co_varnames, code.co_argcount
    keywords = names[count : count + code.co_kwonlyargcount]
    rest = list(names[count + code.co_kwonlyargcount :])
    starred = ["*" + rest.pop(0)] if code.co_flags & inspect.CO_VARARGS else []
    double = ["**" + rest[0]] if code.co_flags & inspect.CO_VARKEYWORDS else []
    return [*names[:count], *starred, *keywords, *double]


def _afterwards(arguments: Any, sent: dict, blob: bytes) -> dict:
    """The arguments after a call; where not a byte has changed, only that."""
    try:
        node, data = _pack(arguments)
    except protocol.Unpackable:
        return {"args": None}
    if node == sent["t"][0] and blob.startswith(data):
        return {"same": True}
    return {"args": arguments}
