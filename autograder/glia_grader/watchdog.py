"""A time limit for Python code of this very process, on every operating system.

A timer thread raises an exception in the thread under watch. A loop in Python notices at its next
step; a call that never leaves compiled code cannot be stopped this way (the sandbox can).
"""

import ctypes
import threading
from types import TracebackType
from typing import Literal


class TimeIsUp(BaseException):
    """The time limit of a check passed. Not an Exception, so that `except Exception` lets it by."""


class Watchdog:
    """Context manager: raises TimeIsUp inside the block when the time is over.

    Args:
        seconds: The limit. The exception is repeated, because a bare `except:` in a loop would
            swallow a single one.
    """

    def __init__(self, seconds: float):
        self.seconds = seconds
        self.fired = False
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._target = 0

    def __enter__(self) -> "Watchdog":
        self._target = threading.get_ident()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # a browser's Python has no threads: then there is no limit
            self._thread = None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> Literal[False]:
        while True:
            try:
                with self._lock:
                    self._done.set()
                if self.fired:
                    _let_arrive(self._target)
                return False
            except TimeIsUp:
                continue

    def _watch(self) -> None:
        wait = self.seconds
        while not self._done.wait(wait):
            with self._lock:
                if self._done.is_set():
                    return
                self.fired = True
                _raise_in(self._target, TimeIsUp)
            wait = 0.2


def _let_arrive(thread: int) -> None:
    """Let an exception that may still be on its way to this very thread arrive here and now.

    Withdrawing it (a null pointer in its place) would leave Python's evaluation loop with a signal
    that nothing clears: every later step is slower, and with a debugger attached it hangs (3.11).
    """
    try:
        _raise_in(thread, TimeIsUp)  # takes the place of one that is waiting
        while True:
            pass
    except TimeIsUp:
        return


def _raise_in(thread: int, kind: type[BaseException]) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(kind))
