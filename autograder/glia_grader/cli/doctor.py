"""``glia doctor``: what this machine offers, and what to do about the rest."""

from __future__ import annotations

import click

from .console import EnvironmentProblem, on_terminal, say, table

_EPILOG = """\b
Examples:
  glia doctor

\b
Sandbox tiers:
  1  namespaces + Landlock + seccomp    strangers' code is fully fenced in
  2  Landlock + seccomp + limits        the usual case inside containers and hubs
  3  seccomp + limits                   no file view: grade on a machine without secrets
  4  none                               `glia grade` refuses unless told --unsafe
"""

_SIGNS = {"ok": "ok", "note": "note", "missing": "MISSING"}
_STYLES = {"ok": None, "note": "yellow", "missing": "bold red"}


@click.command("doctor", epilog=_EPILOG)
def command() -> None:
    """Examine this machine: sandbox, Python, libraries, caches, JupyterLab.

    Students need no sandbox: for `start`, `check` and `lab` any tier will do.
    """
    from glia_grader import examination

    offer = examination.sandbox_offer()
    say(f"sandbox tier: {offer.tier}", style="bold")
    for name, reason in offer.reasons.items():
        say(f"  {name}: {reason}")
    for title, lines in (("It lacks", offer.lacks), ("To get further", offer.advice)):
        if lines:
            say(f"{title}:")
            for line in lines:
                say(f"  - {line}")
    say()
    findings = examination.examine()
    table(
        ["what", "state", "found"],
        [[f.what, _SIGNS[f.state], f.found] for f in findings],
        styles=[_STYLES[f.state] for f in findings] if on_terminal() else None,
    )
    missing = [f.what for f in findings if f.state == "missing"]
    if missing:
        raise EnvironmentProblem(f"Needed and not working here: {', '.join(missing)}.")
