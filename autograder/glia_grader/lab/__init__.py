"""Starting JupyterLab for the course: notebooks laid out, widgets without the network's delay."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from glia_grader import bundle

__all__ = ["copy_missing", "installed", "serve", "server_command", "server_environment"]


def copy_missing(target: Path) -> tuple[list[Path], list[Path]]:
    """Copy the companion notebooks into `target`, leaving what is there untouched.

    Returns:
        The files that were copied and the files that were kept.
    """
    target.mkdir(parents=True, exist_ok=True)
    copied, kept = [], []
    for source in bundle.notebook_paths():
        place = target / source.name
        try:
            # "x" refuses an existing file in one step: nothing can appear between look and write.
            with place.open("xb") as out:
                out.write(source.read_bytes())
        except FileExistsError:
            kept.append(place)
        else:
            copied.append(place)
    return copied, kept


def server_environment(environ: dict[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which a Jupyter server also reads our ``jupyter_server_config.py``.

    The folder is added to the search path, so that the user's own configuration stays in force.
    """
    env = dict(os.environ if environ is None else environ)
    ours = str(Path(__file__).parent)
    before = env.get("JUPYTER_CONFIG_PATH")
    env["JUPYTER_CONFIG_PATH"] = ours + (os.pathsep + before if before else "")
    return env


def server_command(target: Path, *, browser: bool = True, extra: Sequence[str] = ()) -> list[str]:
    """Return the command that serves `target` with JupyterLab."""
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={target.resolve()}"]
    if not browser:
        command.append("--no-browser")
    return [*command, *extra]


def serve(target: Path, *, browser: bool = True, extra: Sequence[str] = ()) -> int:
    """Run JupyterLab until it ends and return its exit code."""
    import signal

    process = subprocess.Popen(
        server_command(target, browser=browser, extra=extra), env=server_environment(), cwd=target
    )
    # Whoever ends us ends the server as well; Ctrl-C reaches both by itself.
    previous = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    try:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                # JupyterLab asks "shut down?" on the first Ctrl-C: leave the answer to it.
                continue
    finally:
        signal.signal(signal.SIGTERM, previous)
        if process.poll() is None:
            process.terminate()


def installed() -> bool:
    """Return whether JupyterLab can be started from this interpreter."""
    import importlib.util

    return importlib.util.find_spec("jupyterlab") is not None or shutil.which("jupyter") is not None
