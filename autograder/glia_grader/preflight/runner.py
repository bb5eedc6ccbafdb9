"""Inside the pre-flight's process: run the cells, check the questions, tell the parent.

Run as ``python -m glia_grader.preflight.runner`` with the work as JSON on stdin. Events go out as
JSON lines on what was stdout; what the cells print goes nowhere.
"""

from __future__ import annotations

import io
import json
import os
import sys
import warnings
from typing import Any


def main() -> None:
    """Do the work that stands on stdin."""
    work = json.loads(sys.stdin.buffer.read())
    # Keep the way to the parent for ourselves: prints, and whatever C code writes, go nowhere.
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    sys.stdin = io.StringIO()
    sys.stdout = sys.stderr = io.TextIOWrapper(io.FileIO(1, "w"), encoding="utf-8")

    def tell(**event: Any) -> None:
        channel.write(json.dumps(event) + "\n")
        channel.flush()

    shell = _shell()
    for index, source in work["cells"]:
        tell(event="cell", index=index)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = shell.run_cell(source, store_history=False, silent=True)
        error = result.error_before_exec or result.error_in_exec
        if error is not None:
            tell(event="error", index=index, message=_words(error))
        _close_figures()
    for name in work["exercises"]:
        tell(event="question", name=name)
        tell(event="verdict", verdict=_verdict(name, shell.user_ns))
    tell(event="done")


def _shell() -> Any:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    # No history file, no colours: nothing of the student's own IPython is touched.
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.cache_size = 0
    shell = InteractiveShell.instance(config=config)
    shell.showtraceback = lambda *args, **kwargs: None
    shell.showsyntaxerror = lambda *args, **kwargs: None
    return shell


def _verdict(name: str, namespace: dict[str, Any]) -> dict[str, Any]:
    from glia_grader.check import judge_here
    from glia_grader.exercise import load
    from glia_grader.judge import LocalAnswerer, judge

    exercise = load(name)
    function = namespace.get(name)
    if callable(function):
        return judge_here(exercise, function).to_dict()
    return judge(exercise, LocalAnswerer(None), seed=0).to_dict()


def _words(error: BaseException) -> str:
    name = type(error).__name__
    line = getattr(error, "lineno", None) if isinstance(error, SyntaxError) else None
    if line:
        return f"line {line} is not Python yet ({name}: {error.msg})"  # type: ignore[attr-defined]
    text = " ".join(str(error).split())[:200]
    return f"stopped with {name}" + (f": {text}" if text else "")


def _close_figures() -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")


if __name__ == "__main__":
    main()
