"""A problem set as a learner gets it: solutions and hidden parts taken out by nbgrader's own steps.

For a self-learner there is no instructor who ran ``nbgrader generate_assignment``; the same
preprocessors run here in memory, with the course's own configuration, and touch no database.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from glia_grader import bundle

__all__ = ["lay_out", "release"]


def release(source: Path, config_file: Path | None = None) -> Any:
    """Return the student's version of a source notebook.

    Args:
        source: the instructor's notebook, with solutions.
        config_file: an ``nbgrader_config.py`` whose settings (stubs, delimiters) apply.

    Returns:
        The notebook, an nbformat node.
    """
    import nbformat
    from nbgrader import preprocessors
    from traitlets.config import Config
    from traitlets.config.loader import PyFileConfigLoader

    config = Config()
    if config_file is not None and config_file.is_file():
        config = PyFileConfigLoader(config_file.name, path=str(config_file.parent)).load_config()
    notebook = nbformat.read(source, as_version=4)
    resources: Any = {"metadata": {"path": str(source.parent), "name": source.stem}}
    for step in (
        preprocessors.LockCells,
        preprocessors.ClearSolutions,
        preprocessors.ClearOutput,
        preprocessors.CheckCellMetadata,
        preprocessors.ComputeChecksums,
        preprocessors.ClearHiddenTests,
        preprocessors.ClearMarkScheme,
        preprocessors.ComputeChecksums,
    ):
        notebook, resources = step(config=config).preprocess(notebook, resources)
    return notebook


def lay_out(assignment: str, folder: Path, *, again: bool = False) -> list[tuple[bool, Path]]:
    """Write the notebooks of a bundled problem set into `folder`, never over an existing file.

    Args:
        assignment: a name of `bundle.assignment_names()`.
        folder: made if it doesn't exist.
        again: where a notebook exists, write a fresh copy under a new name.

    Returns:
        One pair a notebook: whether it was written, and where it is.
    """
    import nbformat

    course = bundle.course_dir()
    folder.mkdir(parents=True, exist_ok=True)
    laid: list[tuple[bool, Path]] = []
    for source in sorted((course / "source" / assignment).glob("*.ipynb")):
        place = folder / source.name
        if place.exists() and not again:
            laid.append((False, place))
            continue
        text = nbformat.writes(release(source, course / "nbgrader_config.py")) + "\n"
        laid.append((True, _write_new(place, text)))
    return laid


def _write_new(place: Path, text: str) -> Path:
    attempt, number = place, 1
    while True:
        try:
            with attempt.open("x", encoding="utf-8", newline="\n") as out:
                out.write(text)
            return attempt
        except FileExistsError:
            number += 1
            attempt = place.with_name(f"{place.stem}-{number}{place.suffix}")
