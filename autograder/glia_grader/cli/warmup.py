"""``glia warmup``: compile the fast kernels before anybody waits for them."""

from __future__ import annotations

import click

from .console import EnvironmentProblem, say

_EPILOG = """\b
Examples:
  glia warmup        once, when a machine or an image is set up
"""


@click.command("warmup", epilog=_EPILOG)
def command() -> None:
    """Compile the library's fast kernels, so that no later start has to.

    Takes about half a minute the first time and a few seconds when all is there already.
    """
    from glia import backend

    if "numba" not in backend.available():
        raise EnvironmentProblem(
            "numba cannot be imported here, so there is nothing to compile: glia runs on numpy, "
            "more slowly. Install it with: pip install numba"
        )
    from glia.kernels import warmup

    say("Compiling: half a minute if nothing is there yet …")
    total = 0.0
    for name, seconds in warmup.warm_up():
        total += seconds
        say(f"{name}: {seconds:.1f} s")
    folders = warmup.places()
    kept = f"kept in {folders[0]}" if folders else "kept nowhere: no folder here can be written to"
    say(f"Every kernel is compiled ({total:.1f} s), {kept}")
