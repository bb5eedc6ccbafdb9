"""One run at a time on a course."""

import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from glia_grader.course import CourseError


class CourseBusy(CourseError):
    """Another run is at work on this course; says which."""


@contextmanager
def course_lock(folder: Path, wait: float = 0.0) -> Iterator[None]:
    """Hold the course's lock; the system frees it when the process ends, however it ends.

    Args:
        folder: The course folder.
        wait: Seconds to wait for another run to end.

    Raises:
        CourseBusy: Another run holds the lock.
    """
    state = folder / ".glia"
    state.mkdir(exist_ok=True)
    holder = state / "running"
    lock = FileLock(state / "lock")
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        try:
            who = holder.read_text(encoding="utf-8").strip()
        except OSError:
            who = "unknown"
        raise CourseBusy(
            f"another run is grading {folder} ({who}). Wait until it is done, or stop it; "
            "running the same command again then picks up where it stopped"
        ) from None
    try:
        now = time.strftime("%H:%M")
        holder.write_text(f"process {os.getpid()} on {platform.node()}, since {now}\n", "utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()
