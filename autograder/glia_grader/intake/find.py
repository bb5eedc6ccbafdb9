"""Which file in a student's folder is the submission."""

import os
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LARGEST = 64 << 20
_SKIP = {".ipynb_checkpoints", "__pycache__", "__MACOSX", ".git"}
_ENDINGS = (".ipynb", ".ipynb.txt", ".ipynb.json", ".json")


@dataclass(frozen=True)
class Found:
    """The chosen file.

    Attributes:
        data: Its bytes, or None if nothing was found or could be read.
        path: Where it lies.
        repairs: What had to be done to find it.
        reason: Why there is nothing to read.
        others: Bytes of further notebooks, in order of likeness of their names.
    """

    data: bytes | None
    path: Path | None = None
    repairs: tuple[str, ...] = ()
    reason: str | None = None
    others: tuple[tuple[str, bytes], ...] = ()


def find(path: Path, name: str, siblings: Iterable[str] = ()) -> Found:
    """The submitted notebook called `name`, under whatever name it was handed in.

    Args:
        path: A notebook file, or a student's folder.
        name: The notebook's name in the assignment, without ".ipynb".
        siblings: Names of the assignment's other notebooks, which are not taken for this one.

    Returns:
        The file's bytes, or a reason in words.
    """
    path = Path(path)
    if path.is_symlink():
        return Found(None, path, reason="the submission is a link to another place; not followed")
    if path.is_file():
        return _read(path, ())
    if not path.is_dir():
        return Found(None, path, reason="there is no file")
    taken = {f"{s}.ipynb" for s in siblings if s != name}
    candidates = [p for p in _notebooks(path) if p.relative_to(path).as_posix() not in taken]
    candidates.sort(key=lambda p: _rank(p, path, name))
    if not candidates:
        return _from_zip(path, name)
    best = candidates[0]
    repairs = []
    if best.relative_to(path).as_posix() != f"{name}.ipynb":
        repairs.append(f"read {best.relative_to(path).as_posix()!r} as {name}.ipynb")
    if len(candidates) > 1:
        rest = ", ".join(repr(p.relative_to(path).as_posix()) for p in candidates[1:5])
        repairs.append(f"several notebooks were handed in; also there: {rest}")
    others = []
    for other in candidates[1:4]:
        found = _read(other, ())
        if found.data is not None:
            others.append((other.relative_to(path).as_posix(), found.data))
    chosen = _read(best, tuple(repairs))
    return Found(chosen.data, chosen.path, chosen.repairs, chosen.reason, tuple(others))


def _notebooks(folder: Path) -> list[Path]:
    found = []
    for base, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(f for f in folders if f not in _SKIP)
        for file in sorted(files)[:200]:
            whole = Path(base) / file
            if file.lower().endswith(_ENDINGS) and not whole.is_symlink() and whole.is_file():
                found.append(whole)
        if len(found) > 50:
            break
    return found


def _rank(path: Path, folder: Path, name: str) -> tuple[int, int, str]:
    """Lower is likelier: the right name, a copy of it, any notebook; shallow before deep."""
    stem = path.name.lower()
    for ending in _ENDINGS:
        if stem.endswith(ending):
            stem = stem[: -len(ending)]
            break
    depth = len(path.relative_to(folder).parts)
    plain = re.sub(r"[\s_-]*(copy\d*|\(\d+\)|final|v?\d+)$", "", stem)
    wanted = name.lower()
    if path.name == f"{name}.ipynb":
        score = 0
    elif not path.name.lower().endswith(".ipynb"):
        score = 5 if stem != wanted else 3
    elif stem == wanted:
        score = 1
    elif plain == wanted or stem.startswith(wanted):
        score = 2
    else:
        score = 4
    return score, depth, path.as_posix()


def _read(path: Path, repairs: tuple[str, ...]) -> Found:
    try:
        size = path.stat().st_size
        if size > LARGEST:
            reason = f"the file has {size >> 20} MB; at most {LARGEST >> 20} MB are read"
            return Found(None, path, repairs, reason)
        return Found(path.read_bytes(), path, repairs)
    except OSError as error:
        return Found(None, path, repairs, f"the file could not be read ({error.strerror})")


def _from_zip(folder: Path, name: str) -> Found:
    archives = [p for p in sorted(folder.rglob("*.zip")) if p.is_file() and not p.is_symlink()]
    for archive in archives[:5]:
        try:
            with zipfile.ZipFile(archive) as opened:
                inside = [
                    i
                    for i in opened.infolist()
                    if i.filename.lower().endswith(".ipynb")
                    and i.file_size <= LARGEST
                    and not _SKIP & set(Path(i.filename).parts)
                ]
                inside.sort(key=lambda i: (Path(i.filename).name != f"{name}.ipynb", i.filename))
                for info in inside[:1]:
                    with opened.open(info) as stream:
                        data = stream.read(LARGEST + 1)
                    if len(data) <= LARGEST:
                        said = f"unpacked {info.filename!r} from {archive.name!r}"
                        return Found(data, archive, (said,))
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError):
            continue
    return Found(None, folder, reason="there is no notebook in the folder")
