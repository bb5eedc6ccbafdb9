"""The same pipeline under stock `nbgrader autograde` and the formgrader's button.

`course/nbgrader_config.py` names these classes. Reading goes through intake, execution through the
sandbox; everything else (scores from the notebook, comments, late penalties, feedback) is
nbgrader's own. What `glia grade` graded before is taken from its journal, and the other way round.
"""

import atexit
import threading
import warnings
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import NbGraderPreprocessor
from sqlalchemy.exc import SAWarning

from glia_grader.course import Course
from glia_grader.intake import Release, Submission, read
from glia_grader.lock import course_lock
from glia_grader.record import Record
from glia_grader.sandbox.host import Sandbox
from glia_grader.workshop import Workshop

# nbgrader builds its rows in an order that SQLAlchemy remarks upon, at every submission.
warnings.filterwarnings("ignore", message="Object of type <Submitted", category=SAWarning)

WAIT = 600.0
IDLE = 60.0


class Unreadable(Exception):
    """There is nothing to grade; nbgrader reports it and goes on with the next student."""


class GraderFailed(Exception):
    """The grader itself failed; the submission stays ungraded."""


class SalvagingExporter(NotebookExporter):
    """Reads submitted notebooks through intake, so that a damaged file does not end a batch."""

    def from_filename(self, filename: str, resources: Any = None, **kw: Any) -> tuple[Any, Any]:
        """Read a notebook; what intake had to do travels in the resources.

        Raises:
            Unreadable: There is nothing to read; the gradebook shows it as ungraded.
        """
        converter: Any = self.parent
        if not getattr(converter, "_sanitizing", True):
            return super().from_filename(filename, resources, **kw)
        submission = _read(converter.coursedir, resources["nbgrader"])
        if submission.notebook is None:
            _ungraded(converter.coursedir, resources["nbgrader"])
            raise Unreadable(f"{resources['nbgrader']['student']}: {submission.unreadable}")
        resources["glia"] = submission
        node: Any = nbformat.from_dict(submission.notebook)
        return self.from_notebook_node(node, resources, **kw)


class Restore(NbGraderPreprocessor):
    """Puts the instructor's cells back and says in the log what had been changed."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Replace the notebook by what intake made of it."""
        submission = resources.pop("glia", None)
        if submission is None:  # the course uses another exporter
            submission = _read(_coursedir(self), resources["nbgrader"])
            if submission.notebook is None:
                raise Unreadable(f"{resources['nbgrader']['student']}: {submission.unreadable}")
            nb = nbformat.from_dict(submission.notebook)
        for words in submission.repairs:
            self.log.warning("Repaired: %s", words)
        for words in submission.tampering:
            self.log.warning("Changed by the student: %s", words)
        return nb, resources


class SandboxedGrade(NbGraderPreprocessor):
    """Stands where nbgrader executes notebooks: runs and judges them in the sandbox."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Replace the notebook by its graded version.

        Raises:
            GraderFailed: The grader itself failed; nbgrader leaves the submission ungraded.
        """
        coursedir, about = _coursedir(self), resources["nbgrader"]
        with course_lock(Path(coursedir.root), wait=WAIT):
            record = _shops.grade(coursedir, about)
        for words in record.events:
            self.log.warning("%s: %s", about["student"], words)
        if record.failures or record.notebook_out is None:
            raise GraderFailed(f"{about['student']}: {'; '.join(record.failures)}")
        return nbformat.from_dict(record.notebook_out), resources


def find_renamed(assignment: str, student: str, notebooks: list[str]) -> None:
    """Before a conversion: let a renamed notebook stand for the one that was asked for.

    nbgrader calls this in the course folder with the paths it found; a path added here does not
    exist, and `SalvagingExporter` then reads the folder.
    """
    course = Course(Path.cwd())
    for folder in sorted({Path(path).parent for path in notebooks}):
        there = {Path(path).stem for path in notebooks if Path(path).parent == folder}
        wanted = course.notebook_names(folder.name if assignment == "*" else assignment)
        if len(wanted) == 1 and not there & set(wanted):
            notebooks.append(str(folder / f"{wanted[0]}.ipynb"))


class _Shops:
    """Workshops and one sandbox, kept warm between the submissions of a batch."""

    def __init__(self) -> None:
        self._shops: dict[tuple[str, str], Workshop] = {}
        self._sandbox: Sandbox | None = None
        self._timer: threading.Timer | None = None
        self._lock = threading.RLock()

    def shop(self, coursedir: Any, assignment: str) -> Workshop:
        """The workshop of an assignment; opened anew when its release has changed."""
        course = Course(coursedir.root)
        key = (str(course.folder), assignment)
        shop = self._shops.get(key)
        if shop is None or [r.digest for r in shop.releases] != [
            r.digest for r in _releases(course, assignment)
        ]:
            shop = self._shops[key] = Workshop.open(course, assignment)
        return shop

    def grade(self, coursedir: Any, about: dict[str, str]) -> Record:
        """One submission's record, from the journal if it was graded before."""
        with self._lock:
            shop = self.shop(coursedir, about["assignment"])
            release = next(r for r in shop.releases if r.name == about["notebook"])
            folder = _folder(coursedir, about)
            known = shop.known(about["student"], folder, release)
            if known is not None:
                return known
            sandbox = self._open(shop.needs_glia)
            key, record = shop.grade(sandbox, about["student"], folder, release)
            if not record.failures:
                shop.keep(about["student"], release, key, record)
            self._later()
            return record

    def _open(self, needs_glia: bool) -> Sandbox:
        if self._sandbox is not None and self._sandbox.needs_glia != needs_glia:
            self.close()
        if self._sandbox is None:
            self._sandbox = Sandbox(needs_glia=needs_glia).__enter__()
        return self._sandbox

    def _later(self) -> None:
        """Close the sandbox when nothing has come for a while: a Jupyter server lives long."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(IDLE, self.close)
        self._timer.daemon = True
        self._timer.start()

    def close(self) -> None:
        """End the sandbox; the next submission opens a new one."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._sandbox is not None:
                self._sandbox.close()
                self._sandbox = None


_shops = _Shops()
atexit.register(_shops.close)


def _coursedir(preprocessor: Any) -> Any:
    return preprocessor.parent.parent.coursedir  # preprocessor → exporter → converter


def _folder(coursedir: Any, about: dict[str, str]) -> Path:
    path = coursedir.format_path(
        coursedir.submitted_directory, about["student"], about["assignment"]
    )
    return Path(path)


def _releases(course: Course, assignment: str) -> list[Release]:
    folder = course.path("release", ".", assignment)
    return [Release.load(folder / f"{n}.ipynb") for n in course.notebook_names(assignment)]


def _read(coursedir: Any, about: dict[str, str]) -> Submission:
    releases = _releases(Course(coursedir.root), about["assignment"])
    release = next(r for r in releases if r.name == about["notebook"])
    names = [r.name for r in releases]
    return read(_folder(coursedir, about), release, about["student"], names)


def _ungraded(coursedir: Any, about: dict[str, str]) -> None:
    """Leave no older score behind what could not be read."""
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        try:
            notebook: Any = gradebook.find_submission_notebook(
                about["notebook"], about["assignment"], about["student"]
            )
        except MissingEntry:
            return
        for grade in notebook.grades:
            grade.auto_score = None
            grade.needs_manual_grade = True
        for comment in notebook.comments:
            comment.auto_comment = None
        notebook.late_submission_penalty = None
        gradebook.db.commit()
