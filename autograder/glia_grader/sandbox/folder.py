"""The private folder of one sandbox: the worker's copied code, and scratch folders for boxes."""

import os
import secrets
import shutil
import stat
import tempfile
import time
from pathlib import Path

from .launch import PACKAGE

PREFIX = "glia-box-"
FILES = (
    "capture", "landlock", "limits", "namespaces", "pages", "plain", "policy", "protocol", "quiet",
    "seccomp", "shell", "syscalls", "worker", "zygote",
)  # fmt: skip
_LOCK = "in-use"
_YOUNG = 60  # seconds in which a folder may be without its lock: it is being made


class Folder:
    """A new private folder, with the worker's code in it under another package name.

    The package that holds references and answers never comes near a box: only these few files do.
    """

    def __init__(self) -> None:
        _sweep()
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
        self._lock = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        _take(self._lock)
        self.code = self.path / "code"
        package = self.code / PACKAGE
        package.mkdir(parents=True)
        here = Path(__file__).parent
        (package / "__init__.py").write_text('"""The untrusted side of the sandbox."""\n')
        for name in FILES:
            shutil.copyfile(here / f"{name}.py", package / f"{name}.py")
        self.scratch = self.path / "scratch"
        self.scratch.mkdir()
        # A box that runs as another user must read its code, whatever the host's umask is.
        for path in (self.path, self.code, package):
            path.chmod(0o755)
        for path in package.iterdir():
            path.chmod(0o644)
        self.scratch.chmod(0o711)

    def add(self, source: str) -> str:
        """Show a copy of a file beside the code; its new path."""
        target = self.code / os.path.basename(source)
        if not target.exists():
            shutil.copyfile(source, target)
            target.chmod(0o644)
        return str(target)

    def new_scratch(self) -> Path:
        """An empty folder of its own for one box."""
        path = self.scratch / secrets.token_hex(8)
        path.mkdir(mode=0o700)
        return path

    def remove(self) -> None:
        """Everything goes, also what a box made unreadable."""
        os.close(self._lock)
        remove_tree(self.path)


def remove_tree(path: Path) -> None:
    """Delete a folder in which a student may have worked; never follows a link out of it."""

    def retry(function, name, _):
        try:
            os.chmod(os.path.dirname(name), stat.S_IRWXU)
            function(name)
        except OSError:
            pass

    shutil.rmtree(path, onerror=retry)


def _sweep() -> None:
    """Remove the folders that killed graders left behind: those whose lock nobody holds."""
    for path in Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        try:
            status = path.lstat()
            mine = not hasattr(os, "getuid") or status.st_uid == os.getuid()
            young = time.time() - status.st_mtime < _YOUNG
            if not mine or young or not stat.S_ISDIR(status.st_mode):
                continue
            lock = os.open(path / _LOCK, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
            try:
                if _take(lock):
                    remove_tree(path)
            finally:
                os.close(lock)
        except OSError:
            continue


def _take(descriptor: int) -> bool:
    """Lock a file if nobody else has; the lock goes with the process that holds it."""
    try:
        import fcntl  # not on Windows, where nothing is swept
    except ImportError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
