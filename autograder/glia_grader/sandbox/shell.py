"""The IPython shell of a box: runs cells as Jupyter would, without a kernel.

Built and warmed once in the zygote; a forked box starts with it ready. What needs another process
or a person at the keyboard (``!cmd``, ``%%bash``, ``%pip``, ``input()``) is refused in a sentence.
"""

import ast
import builtins
import linecache
import sys
import types
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from .capture import Outputs, Stream

NO_COMMANDS = "Shell commands are switched off while grading: this line was skipped."
NO_INPUT = "input() is switched off while grading: nobody is at the keyboard."
COMMAND_MAGICS = (
    "pip", "conda", "mamba", "micromamba", "uv", "sx", "system", "script", "bash", "sh", "cmd",
    "perl", "ruby", "python", "python2", "python3", "pypy",
)  # fmt: skip


class NotWhileGrading(RuntimeError):
    """Something that has no meaning where nobody watches."""


def refuse_command(*arguments: Any, **keywords: Any) -> None:
    """Say that shell commands are off; the cell goes on."""
    print(NO_COMMANDS, file=sys.stderr)


def refuse_input(*arguments: Any, **keywords: Any) -> str:
    """Say that input() is off; without a value the cell cannot go on."""
    raise NotWhileGrading(NO_INPUT)


class BoxShell(InteractiveShell):
    """An InteractiveShell without commands, history or a screen."""

    def system_piped(self, cmd: str) -> None:
        """``!cmd``."""
        refuse_command()

    def system_raw(self, cmd: str) -> None:
        """``!cmd``, as a terminal does it."""
        refuse_command()

    system = system_piped

    def getoutput(self, *arguments: Any, **keywords: Any) -> list:
        """``files = !ls`` gives an empty list."""
        refuse_command()
        return []

    def enable_gui(self, gui: Any = None) -> None:
        """``%matplotlib inline`` asks for none."""

    def init_magics(self) -> None:
        """The usual magics, with those that start processes replaced."""
        super().init_magics()
        for name in COMMAND_MAGICS:
            self.register_magic_function(refuse_command, "line_cell", name)  # type: ignore[arg-type]


class Shell:
    """Runs cells and remembers their names.

    Args:
        cell_limit: characters of output one cell may have.
        total_limit: characters of output all cells may have.
    """

    def __init__(self, cell_limit: int = 1 << 20, total_limit: int = 20 << 20):
        settings = Config()
        settings.HistoryManager.enabled = False
        settings.InteractiveShell.colors = "nocolor"
        settings.InteractiveShell.xmode = "Context"
        settings.InteractiveShell.autoindent = False
        BoxShell.clear_instance()
        main = types.ModuleType("__main__")
        sys.modules["__main__"] = main
        self.ip = BoxShell.instance(config=settings, user_module=main)
        self.outputs = Outputs(cell_limit, total_limit)
        self.streams = Stream("stdout", self.outputs), Stream("stderr", self.outputs)
        self.count = 1
        self._connect()
        self._hooks = 0
        builtins.input = refuse_input  # type: ignore[assignment]

    @property
    def namespace(self) -> dict[str, Any]:
        """The names that cells define."""
        return self.ip.user_ns

    def _plain(self, source: str) -> types.CodeType | None:
        """Code of a cell of plain Python where nobody has changed how cells are run, or None."""
        ip = self.ip
        hooks = sum(map(len, ip.events.callbacks.values()))
        if ip.ast_transformers or ip.input_transformers_post or hooks != self._hooks:
            return None
        try:
            name = ip.compile.cache(source, ip.execution_count, raw_code=source)
            return ip.compile(source, name, "exec")
        except (SyntaxError, ValueError, OverflowError):
            return None  # a magic, a shell line, await: not plain Python

    def _connect(self) -> None:
        ip, outputs = self.ip, self.outputs
        hook, publisher = ip.displayhook, ip.display_pub

        def publish(data: dict, metadata: dict | None = None, *rest: Any, **display: Any) -> None:
            outputs.data(data, metadata, **display)

        def result(data: dict, metadata: dict | None = None) -> None:
            outputs.data(data, metadata, count=self.count)

        def traceback(kind: type, error: BaseException, lines: list[str]) -> None:
            outputs.error(kind.__name__, message_of(error), lines)

        for owner, replaced in (
            (publisher, {"publish": publish, "clear_output": lambda wait=False: outputs.clear()}),
            (hook, {"write_output_prompt": _nothing, "finish_displayhook": _nothing}),
            (hook, {"write_format_data": result}),
            (ip, {"_showtraceback": traceback, "ask_exit": _nothing}),
        ):
            for name, function in replaced.items():
                setattr(owner, name, function)

    def run(self, source: str, quiet: bool = False) -> dict[str, Any]:
        """Run one cell.

        Args:
            source: the cell.
            quiet: for replaying definitions: values are not displayed, figures not drawn.

        Returns:
            ``ok``, ``outputs`` (nbformat), ``count`` and ``error`` (the exception or None).
        """
        self.outputs.begin()
        kept = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self.streams
        code = self._plain(source) if quiet or _only_functions(source) else None
        if code is not None:
            self.count = self.ip.execution_count
            error = None
            try:
                exec(code, self.ip.user_global_ns, self.ip.user_ns)
            except BaseException as raised:
                error = raised
            finally:
                sys.stdout, sys.stderr = kept
            if not quiet:
                self.ip.execution_count += 1
            count = None if quiet else self.count
            return {"ok": error is None, "outputs": [], "count": count, "error": error}
        self.count = self.ip.execution_count  # IPython counts on before the value is shown
        formatter: Any = self.ip.display_formatter
        types = formatter.active_types
        if quiet:
            formatter.active_types = ["text/plain"]  # drawing a figure nobody sees takes long
        try:
            done = self.ip.run_cell(source, store_history=not quiet, silent=quiet)
            error = done.error_before_exec or done.error_in_exec
        except BaseException as escaped:  # SystemExit from a hook, KeyboardInterrupt: not our end
            error = escaped
            self.outputs.error(type(escaped).__name__, message_of(escaped), [message_of(escaped)])
        finally:
            sys.stdout, sys.stderr = kept
            formatter.active_types = types
        outputs = self.outputs.finish()
        return {"ok": error is None, "outputs": outputs, "count": self.count, "error": error}

    def line_of(self, error: BaseException) -> int | None:
        """The line of the student's cell in which an error arose."""
        if isinstance(error, SyntaxError) and error.lineno is not None:
            return error.lineno
        line, step = None, error.__traceback__
        while step is not None:
            name = step.tb_frame.f_code.co_filename
            if name.startswith("<ipython-input") or "ipykernel" in name:
                line = step.tb_lineno
            step = step.tb_next
        return line

    def warm(self, figures: bool = True) -> None:
        """Pay once, in the zygote, what the first cell, figure and traceback cost."""
        self.run("import numpy as np\nprint(1)\nnp.ones(3)")
        if figures:
            self.run("%matplotlib inline\nimport matplotlib.pyplot as plt")
            self.run("fig, ax = plt.subplots(); ax.plot([1, 2]); ax.set_title('a'); plt.show()")
        self.run("def f(x):\n    return 1/x\nf(0)")
        self.run("f(")
        self.run("from IPython.display import display, HTML; display(HTML('x'))")
        self.reset()

    def reset(self) -> None:
        """As if nothing had run yet."""
        self.ip.reset(new_session=True, aggressive=False)
        self.ip.execution_count = 1
        linecache.clearcache()
        self._hooks = sum(map(len, self.ip.events.callbacks.values()))


def _only_functions(source: str) -> bool:
    """Whether a cell does nothing but define functions: it can neither show a thing nor fail."""
    if not source.startswith("def ") or "\n@" in source:
        return False
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return all(
        isinstance(node, ast.FunctionDef)
        and not node.decorator_list
        and not node.args.defaults
        and not node.args.kw_defaults
        and not node.returns
        and not any(a.annotation for a in ast.walk(node.args) if isinstance(a, ast.arg))
        for node in body
    )


def _nothing() -> None:
    """Instead of what needs a screen."""


def message_of(error: BaseException) -> str:
    """The text of an exception, even where asking for it fails."""
    try:
        return str(error)[:2000]
    except BaseException as second:
        return f"(its message could not be read: {type(second).__name__})"
