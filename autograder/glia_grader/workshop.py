"""All that grading an assignment needs besides a sandbox: releases, exercises, seed, journal."""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from glia_grader.budget import Budget
from glia_grader.course import Course, CourseError
from glia_grader.exercise import Exercise, add_overlay, all_exercises
from glia_grader.grading import grade_submission
from glia_grader.intake import Release, read_found
from glia_grader.intake.find import Found, find
from glia_grader.journal import Journal, secret_seed, seed_hash, work_key
from glia_grader.record import Record
from glia_grader.sandbox.host import Sandbox, SandboxError

_NEEDS_GLIA = re.compile(r"^\s*(?:import|from)\s+glia(?:\.|\s|$)", re.MULTILINE)
# What the score does not depend on.
_APART = {
    "__main__", "account", "bundle", "cli", "delivery", "demo", "explain", "export", "feedback",
    "handout", "lab", "pages", "preflight", "report",
}  # fmt: skip


@dataclass
class Workshop:
    """What is the same for every submission of an assignment.

    Attributes:
        course: The course.
        assignment: The assignment.
        releases: Its notebooks as handed out.
        exercises: The exercises that they ask for.
        seed: Seed of the judge's inputs.
        budget: Time limits.
        journal: What is graded already.
    """

    course: Course
    assignment: str
    releases: list[Release]
    exercises: dict[str, Exercise]
    seed: int
    budget: Budget
    journal: Journal

    @classmethod
    def open(
        cls,
        course: Course,
        assignment: str,
        *,
        seed: int | None = None,
        budget: Budget | None = None,
    ) -> "Workshop":
        """Gather everything; generates the assignment if nbgrader does not know it.

        Raises:
            CourseError: A notebook asks for an exercise that does not exist, or cannot be read.
        """
        overlay = course.folder / "exercises"
        if overlay.is_dir():
            add_overlay(overlay)
        releases = course.prepare(assignment)
        known = all_exercises()
        asked = [name for release in releases for name in release.exercises]
        unknown = sorted({name for name in asked if name not in known})
        if unknown:
            raise CourseError(
                f"{assignment} asks for exercises that do not exist: {', '.join(unknown)}. Known "
                f"are: {', '.join(sorted(known))}"
            )
        return cls(
            course,
            assignment,
            releases,
            {name: known[name] for name in asked},
            secret_seed(course.folder) if seed is None else seed,
            budget or Budget(),
            Journal(course.state(assignment)),
        )

    @property
    def needs_glia(self) -> bool:
        """Whether student code of this assignment may import the library."""
        cells = [cell.source for release in self.releases for cell in release.cells]
        return any("glia" in e.needs for e in self.exercises.values()) or any(
            _NEEDS_GLIA.search(source) for source in cells
        )

    def known(self, student: str, folder: Path, release: Release) -> Record | None:
        """The record of exactly this work, if it was graded before."""
        key = self._key(self._find(folder, release), release)
        data = self.journal.find(student, release.name, key)
        return Record.from_dict(data) if data is not None else None

    def grade(
        self, sandbox: Sandbox, student: str, folder: Path, release: Release
    ) -> tuple[str, Record]:
        """Grade one submission; if the grader itself fails, the record says so.

        Args:
            sandbox: An open sandbox.
            student: Whose work.
            folder: Where it lies.
            release: Which notebook.

        Returns:
            The key for the journal, and the record.
        """
        found = self._find(folder, release)
        key = self._key(found, release)
        submission = read_found(found, release, student)
        problem = ""
        for _ in range(2):  # a zygote that was lost is replaced at the second try
            try:
                return key, grade_submission(
                    submission,
                    sandbox,
                    self.exercises,
                    self.seed,
                    release=release,
                    assignment=self.assignment,
                    budget=self.budget,
                )
            except SandboxError as error:
                problem = str(error)
            except Exception as error:
                problem = f"{type(error).__name__}: {error}"
                break
        maxima = {c.grade_id: c.points for c in release.graded if c.grade_id}
        return key, Record(
            student=student,
            assignment=self.assignment,
            notebook=release.name,
            scores=dict.fromkeys(maxima),
            max_scores=maxima,
            repairs=submission.repairs,
            tampering=submission.tampering,
            events=(f"the grader itself failed: {problem[:500]}",),
            failures=(problem[:500],),
            unreadable=submission.unreadable,
            tier=sandbox.tier,
            seed_hash=seed_hash(self.seed),
        )

    def keep(self, student: str, release: Release, key: str, record: Record) -> None:
        """Write a record into the journal."""
        self.journal.add(student, release.name, key, record.to_dict())

    def _find(self, folder: Path, release: Release) -> Found:
        return find(folder, release.name, (r.name for r in self.releases))

    def _key(self, found: Found, release: Release) -> str:
        files = [found.data or b"", *(data for _, data in found.others)]
        return work_key(
            *(hashlib.sha256(data).hexdigest() for data in files),
            json.dumps([str(found.reason), found.repairs]),
            release.digest,
            _version(tuple(sorted({self._source(n) for n in release.exercises}))),
            seed_hash(self.seed),
            self.budget.digest,
        )

    def _source(self, name: str) -> str:
        return self.exercises[name].reference.__code__.co_filename


@cache
def _version(files: tuple[str, ...]) -> str:
    """Changes with the exercises and with every module that a score may depend on."""
    package = Path(__file__).parent
    whole = hashlib.sha256()
    own = [
        path
        for path in sorted(package.rglob("*.py"))
        if path.relative_to(package).parts[0].removesuffix(".py") not in _APART
    ]
    for path in [*own, *map(Path, files)]:
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()
