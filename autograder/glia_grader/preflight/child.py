"""The process in which a student's notebook runs, seen from outside; works on every system."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

__all__ = ["Child"]


class Child:
    """Runs cells and questions in a fresh Python process and passes on what happens.

    Args:
        cells: (index, source) of what is run, in order.
        exercises: names of what is checked afterwards.
        folder: the notebook's folder, where its files are.

    Attributes:
        ended: "done", "timeout" or "died".
    """

    def __init__(self, cells: Sequence[tuple[int, str]], exercises: Sequence[str], folder: Path):
        self.ended: Literal["done", "timeout", "died"] = "died"
        package_root = str(Path(__file__).resolve().parents[2])
        path = [package_root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "glia_grader.preflight.runner"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path), "MPLBACKEND": "agg"},
        )
        assert self._process.stdin is not None
        work = {"cells": list(cells), "exercises": list(exercises)}
        try:
            with self._process.stdin as pipe:
                pipe.write(json.dumps(work).encode("utf-8"))
        except OSError:
            pass  # it died at once: `events` will say so
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as pipe:
            for line in pipe:
                self._lines.put(line)
        self._lines.put(None)

    def events(self, seconds: float) -> Iterator[dict[str, Any]]:
        """Yield events until the child is done, dies, or is silent for too long.

        Args:
            seconds: the longest silence; the very first may take longer (imports).
        """
        patience = seconds + 30
        while True:
            try:
                line = self._lines.get(timeout=patience)
            except queue.Empty:
                self.ended = "timeout"
                return
            if line is None:
                return
            try:
                event = json.loads(line)
            except ValueError:
                continue  # not one of ours
            if event.get("event") == "done":
                self.ended = "done"
                return
            patience = seconds
            yield event
