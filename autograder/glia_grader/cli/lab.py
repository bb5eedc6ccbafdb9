"""``glia lab``: the companion notebooks in JupyterLab."""

from __future__ import annotations

from pathlib import Path

import click

from .console import EnvironmentProblem, say

_EPILOG = """\b
Examples:
  glia lab                                  notebooks in ./glia-notebooks
  glia lab my-course                        in a folder of your choice
  glia lab . --no-browser --port=9999       options it doesn't know go to JupyterLab
"""

_DEFAULT = "glia-notebooks"


@click.command("lab", epilog=_EPILOG, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[FOLDER] [JUPYTER OPTIONS]")
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening a browser.")
@click.option("--copy-only", is_flag=True, help="Lay out the notebooks and stop there.")
def command(words: tuple[str, ...], no_browser: bool, copy_only: bool) -> None:
    """Lay out the companion notebooks in FOLDER and open them in JupyterLab.

    Only missing notebooks are copied: your own work is never overwritten. Delete or rename a
    notebook to get a fresh copy.
    """
    from glia_grader import lab

    named = bool(words) and not words[0].startswith("-")
    folder, options = Path(words[0] if named else _DEFAULT), words[1 if named else 0 :]
    if folder.exists() and not folder.is_dir():
        raise click.UsageError(f"{folder} is a file; expected a folder (or a name for a new one).")
    copied, kept = lab.copy_missing(folder)
    if copied:
        say(f"New in {folder}: {', '.join(path.name for path in copied)}")
    if kept:
        say(f"Already there, left as they are: {', '.join(path.name for path in kept)}")
    if copy_only:
        return
    if not lab.installed():
        raise EnvironmentProblem(
            "JupyterLab is not installed here. Install it with: pip install jupyterlab"
        )
    say("Starting JupyterLab. Stop it with Ctrl-C in this window.")
    code = lab.serve(folder, browser=not no_browser, extra=options)
    if code not in (0, -2, -15):
        raise EnvironmentProblem(
            f"JupyterLab ended with exit code {code}; its own words are above."
        )
