"""The paper that feedback and reports are printed on: one style sheet, templates, atomic writing.

Pages stand alone: one file, no script, no remote resource, and a content policy that forbids both.
"""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["render", "write_atomically"]

_HERE = Path(__file__).parent


@cache
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> str:
    return (_HERE / "paper.css").read_text(encoding="utf-8")


def render(template: str, **values: Any) -> str:
    """Return a page; every value is escaped unless it is `markupsafe.Markup`."""
    from markupsafe import Markup

    return _environment().get_template(template).render(style=Markup(_style()), **values)


def write_atomically(path: Path, text: str) -> Path:
    """Write a file so that a reader sees the old one or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
        # mkstemp makes private files; these are to be read by whoever may read the folder.
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path
