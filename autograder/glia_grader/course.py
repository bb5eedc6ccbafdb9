"""The instructor's course folder, seen through nbgrader's own settings.

Importing this module is cheap; nbgrader itself is imported when a course is opened.
"""

import os
import sys
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from glia_grader.intake.release import Release


class CourseError(Exception):
    """Something about the course folder keeps the grader from working; says what to do."""


class Course:
    """A course folder with its nbgrader configuration.

    Attributes:
        folder: The folder that holds `source/` and `nbgrader_config.py`.
    """

    def __init__(self, folder: Path | str):
        """Open the course.

        Args:
            folder: The course folder.

        Raises:
            CourseError: The folder does not exist.
        """
        self.folder = Path(folder).resolve()
        if not self.folder.is_dir():
            raise CourseError(f"there is no course folder {self.folder}")

    @cached_property
    def config(self) -> Any:
        """Nbgrader's configuration as its commands see it in this folder."""
        from jupyter_core.paths import jupyter_config_path
        from traitlets.config import Config
        from traitlets.config.loader import JSONFileConfigLoader, PyFileConfigLoader

        config = Config()
        for folder in [*reversed(jupyter_config_path()), str(self.folder)]:
            for ending, loader in ((".py", PyFileConfigLoader), (".json", JSONFileConfigLoader)):
                if os.path.isfile(os.path.join(folder, "nbgrader_config" + ending)):
                    found = loader("nbgrader_config" + ending, path=folder).load_config()
                    config.merge(found)
        config.CourseDirectory.root = str(self.folder)
        return config

    @cached_property
    def directory(self) -> Any:
        """Nbgrader's CourseDirectory."""
        from nbgrader.coursedir import CourseDirectory

        return CourseDirectory(config=self.config)

    @property
    def db_url(self) -> str:
        """SQLAlchemy URL of the gradebook."""
        return self.directory.db_url

    def path(self, step: str, student: str, assignment: str) -> Path:
        """The folder of one student's assignment at a step ("submitted", "autograded", …)."""
        name = getattr(self.directory, f"{step}_directory")
        return Path(self.directory.format_path(name, student, assignment))

    def state(self, assignment: str) -> Path:
        """Where the grader keeps its journal for an assignment."""
        return self.folder / ".glia" / assignment

    def gradebook(self) -> Any:
        """A new connection to nbgrader's gradebook; creates the tables if there are none."""
        from nbgrader.api import Gradebook
        from sqlalchemy.exc import SQLAlchemyError

        with alembic_on_path():
            try:
                return Gradebook(self.db_url, self.directory.course_id)
            except SQLAlchemyError as error:
                raise CourseError(f"the gradebook cannot be opened: {_short(error)}") from error

    def submissions(self, assignment: str) -> dict[str, Path]:
        """Folders of all students who handed something in, by student, sorted."""
        import glob
        import re

        pattern = self.path("submitted", "*", assignment)
        shape = re.compile(
            self.directory.format_path(
                self.directory.submitted_directory,
                "(?P<student>[^/\\\\]+)",
                re.escape(assignment),
                escape=True,
            )
        )
        excluded = {s.strip() for s in self.directory.student_id_exclude.split(",")}
        found: dict[str, Path] = {}
        for folder in sorted(glob.glob(str(pattern))):
            match = shape.fullmatch(folder)
            student = match["student"] if match else ""
            if student and student not in excluded and not student.startswith("."):
                found[student] = Path(folder)
        return found

    def notebook_names(self, assignment: str) -> list[str]:
        """Names of the assignment's notebooks, without ".ipynb"."""
        names = sorted(p.stem for p in self.path("source", ".", assignment).glob("*.ipynb"))
        if not names:
            names = sorted(p.stem for p in self.path("release", ".", assignment).glob("*.ipynb"))
        if not names:
            place = self.path("source", ".", assignment)
            raise CourseError(f"there is no notebook of {assignment!r} in {place}")
        return names

    def prepare(self, assignment: str) -> list[Release]:
        """The assignment's notebooks as handed out; generates what nbgrader does not know yet.

        Args:
            assignment: Name of the assignment.

        Returns:
            One release a notebook.

        Raises:
            CourseError: nbgrader cannot generate the assignment; with its words.
        """
        names = self.notebook_names(assignment)
        folder = self.path("release", ".", assignment)
        known = self._known(assignment)
        if not known.issuperset(names) or not all((folder / f"{n}.ipynb").exists() for n in names):
            self.generate(assignment)
        return [Release.load(folder / f"{name}.ipynb") for name in names]

    def generate(self, assignment: str) -> None:
        """Run nbgrader's generate_assignment for this assignment, in this process."""
        from nbgrader.converters import GenerateAssignment, NbGraderException

        directory = type(self.directory)(config=self.config)
        directory.assignment_id, directory.student_id = assignment, "."
        with alembic_on_path(), captured() as words:
            converter = GenerateAssignment(coursedir=directory, config=self.config)
            converter.force = True
            converter.log = words.log
            try:
                converter.start()
            except (NbGraderException, OSError) as error:
                said = words.text() or str(error)
                raise CourseError(f"nbgrader cannot generate {assignment!r}:\n{said}") from error

    def _known(self, assignment: str) -> set[str]:
        """Notebooks of the assignment that the gradebook knows."""
        from nbgrader.api import MissingEntry

        with self.gradebook() as gradebook:
            try:
                return {n.name for n in gradebook.find_assignment(assignment).notebooks}
            except MissingEntry:
                return set()


class Captured:
    """nbgrader's warnings and errors during a conversion."""

    def __init__(self, log: Any, stream: Any):
        self.log, self._stream = log, stream

    def text(self) -> str:
        """The last lines that were logged."""
        return "\n".join(self._stream.getvalue().strip().splitlines()[-12:])


@contextmanager
def captured():
    """A log that keeps warnings and errors instead of printing them."""
    import io
    import logging

    stream = io.StringIO()
    log = logging.Logger("glia_grader.nbgrader", logging.WARNING)
    log.addHandler(logging.StreamHandler(stream))
    yield Captured(log, stream)


@contextmanager
def alembic_on_path():
    """Nbgrader calls the program `alembic` when it first opens a gradebook: let it be found."""
    scripts = os.path.dirname(sys.executable)
    before = os.environ.get("PATH", "")
    if scripts not in before.split(os.pathsep):
        os.environ["PATH"] = scripts + os.pathsep + before
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _short(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0][:300]
