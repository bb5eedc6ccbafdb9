"""Where the course lies: the problem sets and notebooks that come with this package.

In a checkout they are the folders ``course/`` and ``notebooks/`` at the repository's root; in an
installed wheel they are package data under ``glia_grader/bundle/``. Everything that wants them asks
here, so that no command cares which of the two it runs from.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["BundleError", "assignment_names", "course_dir", "notebook_paths", "notebooks_dir"]

_PACKAGE = Path(__file__).resolve().parent


class BundleError(FileNotFoundError):
    """The course files are not where a checkout or a wheel would have them."""


def _find(name: str) -> Path:
    candidates = [_PACKAGE / "bundle" / name]
    root = _PACKAGE.parents[1]
    # Only a real checkout counts: a stray `course/` beside site-packages is not ours.
    if (root / "pyproject.toml").is_file() and (root / "autograder" / "glia_grader").is_dir():
        candidates.append(root / name)
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    looked = " or ".join(str(candidate) for candidate in candidates)
    raise BundleError(
        f"The folder '{name}' of the course is missing: expected it at {looked}. "
        "Reinstall the package, or run from a complete checkout."
    )


def course_dir() -> Path:
    """Return the folder with ``nbgrader_config.py`` and ``source/``.

    Raises:
        BundleError: if neither the wheel's nor the checkout's copy exists.
    """
    return _find("course")


def notebooks_dir() -> Path:
    """Return the folder with the companion notebooks.

    Raises:
        BundleError: if neither the wheel's nor the checkout's copy exists.
    """
    return _find("notebooks")


def notebook_paths() -> list[Path]:
    """Return the companion notebooks in reading order."""
    return sorted(notebooks_dir().glob("*.ipynb"))


def assignment_names() -> list[str]:
    """Return the names of the bundled problem sets, such as ``["ps1"]``."""
    source = course_dir() / "source"
    if not source.is_dir():
        return []
    return sorted(p.name for p in source.iterdir() if any(p.glob("*.ipynb")))
