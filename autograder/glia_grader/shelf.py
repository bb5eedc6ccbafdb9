"""The records of a run, read from the journal one at a time: large classes need no large memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from glia_grader.course import CourseError
from glia_grader.journal import Entry, Journal
from glia_grader.record import Record


class Shelf(Sequence[Record]):
    """A sequence of records that holds only where each of them lies.

    Taking one reads its file. A record that the journal does not keep (the grader itself failed at
    it) is held as it is.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self._places: list[tuple[str, str, Record | tuple[Journal, Entry]]] = []

    def put(self, record: Record, journal: Journal | None = None) -> None:
        """Add a record.

        Args:
            record: The record.
            journal: Where it was written just now, or found; None to keep the record itself.
        """
        entry = journal.entry(record.student, record.notebook) if journal is not None else None
        place = record if journal is None or entry is None else (journal, entry)
        self._places.append((record.student, record.notebook, place))

    def sort(self) -> None:
        """By student, then by notebook."""
        self._places.sort(key=lambda place: place[:2])

    @property
    def students(self) -> set[str]:
        """Whose records these are."""
        return {student for student, _, _ in self._places}

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> list[Record]: ...
    def __getitem__(self, index: int | slice) -> Record | list[Record]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        student, notebook, place = self._places[index]
        if isinstance(place, Record):
            return place
        journal, entry = place
        data = journal.read(entry)
        if data is None:
            raise CourseError(
                f"the record of {student} ({notebook}) was changed or removed while the run was "
                "going on: run the same command again"
            )
        return Record.from_dict(data)
