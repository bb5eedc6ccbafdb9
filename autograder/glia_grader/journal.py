"""The journal of a grading run: what is graded stays graded, whenever the machine stops.

A record is written to a file of its own and made durable; only then a line in the journal names
it. A line cut off by a crash is no line. What is graded is found again by its key: the submission's
bytes, the release, the exercises, the seed and the limits. Change any of them and it is graded
anew.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORMAT = 1


@dataclass(frozen=True)
class Entry:
    """One line of the journal.

    Attributes:
        student: Whose work it is.
        notebook: Which notebook of the assignment.
        key: What was graded, with what.
        file: The record's file, relative to the journal's folder.
        digest: SHA-256 of the record's bytes.
    """

    student: str
    notebook: str
    key: str
    file: str
    digest: str


class Journal:
    """Append-only list of finished work under `<course>/.glia/<assignment>/`."""

    def __init__(self, folder: Path):
        """Open the journal, creating the folder if it is new.

        Args:
            folder: Where the journal and its records live.
        """
        self.folder = Path(folder)
        self.path = self.folder / "journal.jsonl"
        (self.folder / "records").mkdir(parents=True, exist_ok=True)
        self._latest: dict[tuple[str, str], Entry] = {}
        self._leftovers: list[str] | None = None
        for entry in self.lines():
            self._note(entry)

    def lines(self) -> Iterator[Entry]:
        """All complete lines, oldest first."""
        if not self.path.exists():
            return
        for line in self.path.read_bytes().split(b"\n"):
            try:
                data = json.loads(line)
                if data.pop("format") == FORMAT:
                    yield Entry(**data)
            except (ValueError, TypeError, KeyError, AttributeError):
                continue  # a crash cut this line off

    def find(self, student: str, notebook: str, key: str) -> dict[str, Any] | None:
        """The record of this student's work if exactly this was graded before.

        Args:
            student: Whose work.
            notebook: Which notebook.
            key: See `work_key`.

        Returns:
            The record as it was handed to `add`, or None.
        """
        entry = self._latest.get((student, notebook))
        return self.read(entry) if entry is not None and entry.key == key else None

    def entry(self, student: str, notebook: str) -> Entry | None:
        """The newest line about this student's work."""
        return self._latest.get((student, notebook))

    def read(self, entry: Entry) -> dict[str, Any] | None:
        """The record that a line names; None if it was changed or lost since."""
        try:
            data = (self.folder / entry.file).read_bytes()
        except OSError:
            return None
        if hashlib.sha256(data).hexdigest() != entry.digest:
            return None
        return json.loads(data)

    def latest(self, student: str, notebook: str) -> dict[str, Any] | None:
        """The student's newest record, whatever it was graded with."""
        entry = self._latest.get((student, notebook))
        return self.read(entry) if entry is not None else None

    def known(self) -> list[tuple[str, str]]:
        """Every (student, notebook) with a record, sorted."""
        return sorted(self._latest)

    def add(self, student: str, notebook: str, key: str, record: dict[str, Any]) -> None:
        """Make a record durable, then name it in the journal."""
        data = json.dumps(record, ensure_ascii=False).encode("utf-8", errors="replace")
        name = hashlib.sha256(f"{student}\0{notebook}\0{key}".encode()).hexdigest()[:32]
        file = f"records/{name}.json"
        self._sweep(self.folder / file)
        write_durably(self.folder / file, data)
        digest = hashlib.sha256(data).hexdigest()
        self._append(Entry(student, notebook, key, file, digest))

    def _sweep(self, path: Path) -> None:
        """As `sweep`, with one look at the folder for the whole run, however many there are."""
        if self._leftovers is None:
            self._leftovers = [name for name in os.listdir(path.parent) if name.endswith(".part")]
        for name in self._leftovers:
            if name.startswith(f".{path.name}."):
                (path.parent / name).unlink(missing_ok=True)

    def _note(self, entry: Entry) -> None:
        self._latest[entry.student, entry.notebook] = entry

    def _append(self, entry: Entry) -> None:
        line = json.dumps({"format": FORMAT, **entry.__dict__}, ensure_ascii=False)
        # The leading line end parts this line from one that a crash cut off.
        with open(self.path, "ab") as stream:
            stream.write(b"\n" + line.encode("utf-8", errors="replace") + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        self._note(entry)


def work_key(*parts: str) -> str:
    """One key for everything a score depends on."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part.encode("utf-8", errors="replace")).digest())
    return whole.hexdigest()


def write_durably(path: Path, data: bytes, mode: int | None = None) -> None:
    """Write a file so that after a crash it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        with open(partial, "wb") as stream:
            if mode is not None:
                os.chmod(partial, mode)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def sweep(path: Path) -> None:
    """Remove what a killed process left half-written of a file; nobody else may be writing it."""
    try:
        names = os.listdir(path.parent)
    except FileNotFoundError:
        return
    for name in names:
        if name.startswith(f".{path.name}.") and name.endswith(".part"):
            (path.parent / name).unlink(missing_ok=True)


def secret_seed(course: Path) -> int:
    """The course's own seed: drawn once, kept beside the gradebook, readable by its owner only.

    Args:
        course: The course folder.

    Returns:
        A number of 63 bits.
    """
    path = Path(course) / ".glia" / "seed"
    try:
        return int(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        write_durably(path, b"%d\n" % secrets.randbits(63), mode=0o600)
        return int(path.read_text(encoding="ascii"))
    except ValueError:
        raise ValueError(
            f"{path} should hold one whole number; delete it and a new seed is drawn"
        ) from None


def seed_hash(seed: int) -> str:
    """What reports may say about the seed."""
    return hashlib.sha256(f"glia seed {seed}".encode()).hexdigest()[:12]
