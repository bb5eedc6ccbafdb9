"""The ``glia`` command. One file a command; each is loaded only when it is asked for.

Exit codes: 0 all is well; 1 the work itself needs attention (a check is not yet right, a submission
could not be graded); 2 the command was called wrongly, or would have overwritten something; 3 this
machine or this course lacks something; 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import importlib
import io
import sys

import click

from glia_grader.bundle import BundleError

from .console import EnvironmentProblem

__all__ = ["COMMANDS", "glia", "main"]

# In the order a newcomer meets them.
COMMANDS = ("demo", "start", "check", "lab", "grade", "report", "doctor", "warmup")

_EPILOG = """\b
Examples:
  glia demo                     see the whole course graded once, in a temporary folder
  glia start ps1                get the first problem set
  glia check ps1.ipynb          see how your answers stand before you hand in
  glia grade ps1 --course DIR   grade what was handed in

\b
Exit codes:
  0    all is well
  1    the work needs attention (an answer not yet right, a file that could not be graded)
  2    wrong usage, or something would have been overwritten
  3    this machine or this course lacks something (see `glia doctor`)
  130  stopped by Ctrl-C
"""


class _LazyGroup(click.Group):
    """Loads a command's file when the command is named: `glia --help` must stay instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"{__name__}.{cmd_name}")
        return module.command


def _version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = version("glia-course")
    except PackageNotFoundError:
        found = "(not installed: running from a checkout)"
    click.echo(f"glia {found}")
    ctx.exit()


@click.group(
    cls=_LazyGroup,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version and leave.",
)
def glia() -> None:
    """A course on neural networks: notebooks, problem sets, and a grader that explains."""


def main(argv: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console in a legacy code page must not crash on a check mark.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        code = glia.main(args=argv, prog_name="glia", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("\nStopped. Nothing was lost: run the same command to go on.", err=True)
        sys.exit(130)
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except BundleError as problem:
        EnvironmentProblem(str(problem)).show()
        sys.exit(EnvironmentProblem.exit_code)
    sys.exit(code if isinstance(code, int) else 0)
