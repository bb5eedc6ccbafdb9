"""Starting the untrusted side: a private folder with copied code, a clean environment, no ties.

The package that holds references and answers is never on the path of what is started here: the few
files of the worker are copied out under another name.
"""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from . import view
from .answers import SandboxError

PACKAGE = "glia_box"
FILES = (
    "capture", "landlock", "limits", "namespaces", "plain", "policy", "protocol", "quiet",
    "seccomp", "shell", "syscalls", "worker", "zygote",
)  # fmt: skip
_START = "import sys; sys.prefix = sys.argv.pop(); sys.path[:] = sys.argv.pop().split({sep!r}); "
_START += "from {package} import {module}; {module}.main()"


class Folder:
    """A private folder for one sandbox: the worker's code, the font list, the scratch folders."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="glia-box-")).resolve()
        self.path.chmod(0o755)  # a box that runs as another user reads its code here
        code = self.path / "code" / PACKAGE
        code.mkdir(parents=True)
        here = Path(__file__).parent
        (code / "__init__.py").write_text('"""The untrusted side of the sandbox."""\n')
        for name in FILES:
            shutil.copyfile(here / f"{name}.py", code / f"{name}.py")
        self.scratch = self.path / "scratch"
        self.scratch.mkdir()
        self.scratch.chmod(0o711)
        self._count = 0

    def library(self) -> tuple[Path, str]:
        """A folder from which ``import glia`` works, and where the library really is."""
        place = view.glia_directory()
        if place is None:
            raise SandboxError("the library glia is needed in the sandbox, but is not installed")
        folder = self.path / "library"
        if not folder.exists():
            folder.mkdir()
            try:
                (folder / "glia").symlink_to(place, target_is_directory=True)
            except OSError:  # Windows lets only some users link
                shutil.copytree(place, folder / "glia")
        return folder, place

    def new_scratch(self, name: str) -> Path:
        """An empty folder of its own for one box."""
        path = self.scratch / name
        path.mkdir(mode=0o700)
        return path

    def remove(self) -> None:
        """Everything goes, also what a box made unreadable."""
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


def environment(threads: int) -> dict[str, str]:
    """The whole environment of what is started: nothing of the host's own."""
    clean = {
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "PYTHONNOUSERSITE": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "NUMBA_THREADING_LAYER": "workqueue",  # the one layer that survives a fork
        "NUMBA_NUM_THREADS": str(threads),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "JUPYTER_PLATFORM_DIRS": "1",
    }
    if sys.platform == "win32":
        kept = ("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "TEMP", "TMP", "PROCESSOR_ARCHITECTURE")
        clean.update({name: os.environ[name] for name in kept if name in os.environ})
        clean["PATH"] = os.environ.get("PATH", "")
    return clean


def command(module: str, settings: dict, path: list[str]) -> list[str]:
    """The command line that starts ``module`` of the copied code with only ``path`` to import from."""
    # -S: no site, hence no .pth file, no editable install and no sitecustomize has a say.
    start = _START.format(sep=os.pathsep, package=PACKAGE, module=module)
    return [
        sys.executable, "-S", "-s", "-P", "-c", start,
        json.dumps(settings), os.pathsep.join(path), sys.prefix,
    ]  # fmt: skip


def cache_directory() -> Path:
    """Where what is slow to make is kept between runs; ours alone."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    for place in (Path(base) / "glia", Path(tempfile.gettempdir()) / f"glia-cache-{_user()}"):
        try:
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            continue
        status = place.stat()
        mine = not hasattr(os, "getuid") or status.st_uid == os.getuid()
        if mine and os.access(place, os.W_OK):
            return place
    raise SandboxError(f"no folder to keep the font list in: neither {base} nor the temporary one")


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else "user"


def font_list(path: list[str]) -> str:
    """Matplotlib's list of fonts, made once per installation: finding them takes seconds."""
    mark = hashlib.sha256(os.pathsep.join([sys.version, *path]).encode()).hexdigest()[:12]
    folder = cache_directory() / f"fonts-{mark}"
    found = sorted(folder.glob("fontlist-*.json"))
    if not found:
        folder.mkdir(exist_ok=True)
        names = environment(1) | {"MPLCONFIGDIR": str(folder), "MPLBACKEND": "agg"}
        names["HOME"] = str(folder)
        start = f"import sys; sys.path[:] = {path!r}; import matplotlib.font_manager"
        subprocess.run(
            [sys.executable, "-S", "-s", "-P", "-c", start],
            env=names, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        found = sorted(folder.glob("fontlist-*.json"))
    return str(found[0]) if found else ""
