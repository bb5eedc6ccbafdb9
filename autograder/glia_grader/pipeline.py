"""The way of a whole class: every submission graded once, one writer into the gradebook.

A run goes through a journal. Stopped at any moment, by a power cut as well as by Ctrl-C, it is
finished by running it again: what is graded is found, what was written stands, and the scores are
those of a run that nobody disturbed.
"""

import gc
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from glia_grader.budget import Budget
from glia_grader.course import Course, CourseError
from glia_grader.engine import LocalEngine
from glia_grader.gradebook import GradebookWriter, UnknownStudent
from glia_grader.grading import grade_submission
from glia_grader.intake import Release
from glia_grader.journal import Journal, seed_hash
from glia_grader.lock import CourseBusy, course_lock
from glia_grader.record import Record
from glia_grader.sandbox.host import Sandbox
from glia_grader.shelf import Shelf
from glia_grader.workshop import Workshop

__all__ = [
    "Budget",
    "CourseBusy",
    "CourseError",
    "Progress",
    "Record",
    "RunResult",
    "grade",
    "grade_submission",
]


@dataclass(frozen=True)
class Progress:
    """One step of a run, for a progress bar.

    Attributes:
        done: Submissions finished so far.
        total: Submissions to finish.
        student: Whose work was finished.
        record: What came out; None for a student who was not admitted.
        reused: Whether it had been graded before.
    """

    done: int
    total: int
    student: str
    record: Record | None
    reused: bool = False


@dataclass
class RunResult:
    """What a run did.

    Attributes:
        assignment: The assignment.
        records: One record a submission and notebook, sorted by student; unreadable ones included.
            Each is read from the journal when it is taken.
        missing: Students of the roster who handed nothing in.
        refused: Why students who handed something in were left out, by student.
        graded: How many submissions were graded now.
        reused: How many had been graded before and were unchanged.
        seconds: Wall time of the run.
        tier: Tier of the sandbox; 0 if there was nothing to run.
        seed_hash: Which seed was used.
    """

    assignment: str
    records: Shelf = field(default_factory=Shelf)
    missing: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    graded: int = 0
    reused: int = 0
    seconds: float = 0.0
    tier: int = 0
    seed_hash: str = ""


@dataclass(frozen=True)
class _Work:
    """One notebook to grade."""

    student: str
    folder: Path
    release: Release


def grade(
    course_dir: Path | str,
    assignment: str,
    *,
    jobs: int | None = None,
    students: Iterable[str] | None = None,
    seed: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    force: bool = False,
    tier: int | None = None,
    unsafe: bool = False,
    budget: Budget | None = None,
    sandbox: Sandbox | None = None,
) -> RunResult:
    """Grade everything that was handed in for an assignment.

    Args:
        course_dir: The course folder.
        assignment: Name of the assignment.
        jobs: Submissions at work at a time; None for one a processor.
        students: Only these; None for all.
        seed: Seed of the judge's inputs; None for the course's own secret one.
        progress: Called after each submission, in this thread.
        force: Grade again what was graded before.
        tier: Tier of the sandbox; None for the best there is.
        unsafe: Allow a sandbox that does not hold malice.
        budget: Time limits.
        sandbox: An open sandbox to use, kept open; None to start one.

    Returns:
        All records, and who is missing.

    Raises:
        CourseError: Something about the course keeps the grader from working; says what to do.
        CourseBusy: Another run is at work on this course.
        SandboxError: This machine has no sandbox fit for strangers' code.
    """
    begun = time.monotonic()
    course = Course(course_dir)
    with course_lock(course.folder), _clear_words(), ExitStack() as stack:
        shop = Workshop.open(course, assignment, seed=seed, budget=budget)
        writer = stack.enter_context(GradebookWriter(course, assignment))
        run = _Run(shop, writer, RunResult(assignment, seed_hash=seed_hash(shop.seed)), progress)
        waiting = run.plan(students, force)
        if waiting:
            if sandbox is None:
                sandbox = Sandbox(
                    tier, jobs_hint=jobs or 1, needs_glia=shop.needs_glia, unsafe=unsafe
                )
                stack.enter_context(sandbox)
            run.result.tier = sandbox.tier
            run.work(waiting, sandbox, jobs or os.cpu_count() or 1)
        run.result.records.sort()
        run.result.seconds = time.monotonic() - begun
        return run.result


@contextmanager
def _clear_words() -> Iterator[None]:
    """A gradebook or a disk that refuses ends the run in a sentence; the journal is intact."""
    from nbgrader.api import InvalidEntry  # what nbgrader makes of some of SQLAlchemy's errors
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, InvalidEntry, OSError) as error:
        words = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise CourseError(
            f"what was graded could not be written ({words}). It is kept in the journal: mend this "
            "and run the same command again"
        ) from error


@contextmanager
def _settled_memory() -> Iterator[None]:
    """What was loaded before a class stays for all of it: garbage is looked for in the rest."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


_AHEAD = 4  # submissions a worker that may be under way or graded and not yet written


@dataclass
class _Run:
    shop: Workshop
    writer: GradebookWriter
    result: RunResult
    progress: Callable[[Progress], None] | None
    done: int = 0
    total: int = 0

    def plan(self, students: Iterable[str] | None, force: bool) -> list[_Work]:
        """Write down again what is graded already; return what is not."""
        handed_in = self.shop.course.submissions(self.shop.assignment)
        wanted = set(students) if students is not None else None
        if wanted is not None and not wanted <= handed_in.keys():
            names = ", ".join(sorted(wanted - handed_in.keys()))
            raise CourseError(f"nothing was handed in for {self.shop.assignment} by: {names}")
        self.result.missing = [s for s in self.writer.roster() if s not in handed_in]
        chosen = {s: p for s, p in handed_in.items() if wanted is None or s in wanted}
        self.total = len(chosen) * len(self.shop.releases)
        with self.writer.together():
            for student in chosen:
                try:
                    self.writer.admit(student)
                except UnknownStudent as error:
                    self.result.refused[student] = str(error)
        waiting = []
        for student, folder in chosen.items():
            if student in self.result.refused:
                self._step(student, None, len(self.shop.releases))
                continue
            for release in self.shop.releases:
                work = _Work(student, folder, release)
                known = None if force else self.shop.known(student, folder, release)
                if known is None:
                    waiting.append(work)
                else:
                    self.result.reused += 1
                    self._write(work, known, reused=True)
        return waiting

    def work(self, waiting: list[_Work], sandbox: Any, jobs: int) -> None:
        """Grade what is waiting; records are written as they arrive."""
        with _settled_memory(), LocalEngine(min(jobs, len(waiting)), sandbox) as engine:
            try:
                coming = iter(waiting)
                futures: dict[Future[tuple[str, Record]], _Work] = {}
                while True:
                    # A few are under way or waiting to be written, never the whole class.
                    for w in islice(coming, engine.jobs * _AHEAD - len(futures)):
                        futures[engine.submit(self.shop.grade, w.student, w.folder, w.release)] = w
                    if not futures:
                        break
                    future = next(iter(wait(futures, return_when=FIRST_COMPLETED).done))
                    self._graded(futures.pop(future), *future.result())
            except BaseException:
                engine.shutdown(wait=False, cancel_futures=True)
                raise

    def _graded(self, work: _Work, key: str, record: Record) -> None:
        if not record.failures:  # what the grader failed at is tried again next time
            self.shop.keep(work.student, work.release, key, record)
        self.result.graded += 1
        self._write(work, record, reused=False)

    def _write(self, work: _Work, record: Record, reused: bool) -> None:
        if not reused or not self.writer.is_current(record, work.folder):
            self.writer.save(record, work.folder)
        self.result.records.put(record, None if record.failures else self.shop.journal)
        self._step(work.student, record, 1, reused)

    def _step(self, student: str, record: Record | None, by: int, reused: bool = False) -> None:
        self.done += by
        if self.progress is not None:
            self.progress(Progress(self.done, self.total, student, record, reused))


def records(course_dir: Path | str, assignment: str) -> Iterator[Record]:
    """The newest record of everyone who was graded, from the journal, without grading anything.

    Args:
        course_dir: The course folder.
        assignment: Name of the assignment.

    Yields:
        Records sorted by student, each read when its turn comes.
    """
    journal = Journal(Course(course_dir).state(assignment))
    for student, notebook in journal.known():
        data = journal.latest(student, notebook)
        if data is not None:
            yield Record.from_dict(data)
