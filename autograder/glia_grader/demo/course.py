"""A fresh nbgrader course in a folder: configured, generated, released, and handed in to."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from glia_grader import bundle
from glia_grader.journal import write_durably

from .cohort import SEED, Handed

__all__ = ["CourseExists", "DemoFailed", "create", "enrol", "hand_in"]

ASSIGNMENT = "ps1"
DEADLINE = datetime(2026, 3, 13, 23, 59)

_EXCHANGE = """
# The demo's own exchange, so that nothing outside this folder is written.
c.Exchange.root = str(Path(__file__).resolve().parent / "exchange")
c.CourseDirectory.course_id = "glia-demo"
"""


class CourseExists(FileExistsError):
    """The folder is not empty; nothing was changed."""


class DemoFailed(RuntimeError):
    """nbgrader would not generate or release; the message holds its log."""


def create(folder: Path) -> Any:
    """Make a course with a generated and released ps1 in an empty or new folder.

    Args:
        folder: where the course is to live.

    Returns:
        The released notebook, an nbformat node.

    Raises:
        CourseExists: if the folder holds anything.
        DemoFailed: if nbgrader refuses.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CourseExists(
            f"{folder} exists and is not empty. The demo never writes over anything: name a new "
            "folder with --out, or leave --out away for a temporary one."
        )
    source = bundle.course_dir()
    target = folder / "source" / ASSIGNMENT
    target.mkdir(parents=True)
    # Kept where a course keeps its own secret one, so that grading again finds the same inputs.
    write_durably(folder / ".glia" / "seed", b"%d\n" % SEED, mode=0o600)
    config = (source / "nbgrader_config.py").read_text(encoding="utf-8")
    (folder / "nbgrader_config.py").write_text(config + _EXCHANGE, encoding="utf-8")
    for path in sorted((source / "source" / ASSIGNMENT).iterdir()):
        if path.is_file():
            (target / path.name).write_bytes(path.read_bytes())
    # nbgrader refuses an exchange that others could not write to; it is only ours here.
    (folder / "exchange").mkdir()
    (folder / "exchange").chmod(0o777)
    from glia_grader.course import alembic_on_path

    with alembic_on_path(), ThreadPoolExecutor(1) as pool:
        import nbgrader.api  # before the thread starts: two threads importing one package deadlock

        opening = pool.submit(_first_open, folder, nbgrader.api.Gradebook)
        # nbgrader has alembic stamp a new gradebook, in a process of its own that takes seconds:
        # load meanwhile what grading will need.
        for name in _NEEDED_LATER:
            importlib.import_module(name)
        opening.result()
        api = _api(folder)
        _demand(api.generate_assignment(ASSIGNMENT), "generate_assignment")
        if sys.platform != "win32":  # nbgrader has no exchange on Windows
            _demand(api.release_assignment(ASSIGNMENT), "release_assignment")
    import nbformat

    return nbformat.read(folder / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)


_NEEDED_LATER = (
    "nbgrader.apps.api",
    "glia_grader.pipeline",
    "glia_grader.report.figures",
    "glia_grader.feedback.prose",
    "nbconvert.filters.markdown_mistune",
    "matplotlib.figure",
    "latex2mathml.converter",
)


def _first_open(folder: Path, gradebook: Any) -> None:
    with closing(gradebook(f"sqlite:///{(folder / 'gradebook.db').resolve()}", "glia-demo")):
        pass


def _api(folder: Path) -> Any:
    from nbgrader.apps.api import NbGraderAPI
    from traitlets.config.loader import PyFileConfigLoader

    loader = PyFileConfigLoader("nbgrader_config.py", path=str(folder))
    with _quiet():
        return NbGraderAPI(config=loader.load_config())


@contextmanager
def _quiet() -> Any:
    logger = logging.getLogger("traitlets")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _demand(result: dict[str, Any], step: str) -> None:
    if not result["success"]:
        told = result.get("error") or result.get("log") or "(no log)"
        raise DemoFailed(f"nbgrader {step} failed:\n{told}")


def enrol(folder: Path, students: Sequence[Handed]) -> None:
    """Enter the class and the deadline into the gradebook that nbgrader made."""
    from nbgrader.api import Gradebook

    # Its annotations say that values are dictionaries; they are plain values.
    book: Any
    with closing(Gradebook(f"sqlite:///{(folder / 'gradebook.db').resolve()}")) as book:
        book.update_or_create_assignment(ASSIGNMENT, duedate=DEADLINE)
        for handed in students:
            book.update_or_create_student(
                handed.student, first_name=handed.first_name, last_name=handed.last_name
            )


def hand_in(folder: Path, students: Sequence[Handed]) -> int:
    """Lay down the submissions as ``nbgrader collect`` would, and return how many there are."""
    count = 0
    for index, handed in enumerate(students):
        if handed.file is None:
            continue
        place = folder / "submitted" / handed.student / ASSIGNMENT
        place.mkdir(parents=True)
        (place / f"{ASSIGNMENT}.ipynb").write_bytes(handed.file)
        when = DEADLINE - timedelta(minutes=37 * (index + 1))
        if handed.hours_late:
            when = DEADLINE + timedelta(hours=handed.hours_late)
        (place / "timestamp.txt").write_text(f"{when:%Y-%m-%d %H:%M:%S} UTC", encoding="utf-8")
        count += 1
    return count
