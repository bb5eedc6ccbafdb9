"""The trusted side: opens boxes, asks them, keeps the clock, and believes nothing they say.

Example:
    with Sandbox() as sandbox, sandbox.open() as box:
        box.run_cell("def f(x): return x + 1", timeout=5)
        box.call("f", 41, timeout=1).value  # 42
"""

import contextlib
import dataclasses
import os
import threading
from collections.abc import Iterable

from .answers import CellResult, End, Reply, SandboxError, StudentFailure
from .box import Box
from .folder import Folder, remove_tree
from .life import Child, Life, Process
from .limits import Limits
from .nursery import Nursery
from .probe import TITLES, probe

__all__ = [
    "Box", "CellResult", "End", "Limits", "Reply", "Sandbox", "SandboxError", "StudentFailure",
]  # fmt: skip


@dataclasses.dataclass(frozen=True)
class _Kind:
    """What a zygote has in its memory: the library, and what is slow to import."""

    glia: bool
    heavy: bool


_LIGHT = _Kind(glia=False, heavy=False)
_KINDS = (_LIGHT, _Kind(False, True), _Kind(True, True))


class Sandbox:
    """A place to run student code; start it once, open a box for each submission.

    May be used from several threads at once.

    Args:
        tier: 1 to 4 (see :mod:`probe`), or None for the best that this machine offers.
        jobs_hint: how many boxes will work at the same time.
        needs_glia: whether boxes can import the library (unless one is opened with it hidden).
        unsafe: allow tier 4: a separate process, but no protection against malice.

    Raises:
        SandboxError: on entering, where the tier cannot be had.
    """

    def __init__(
        self,
        tier: int | None = None,
        *,
        jobs_hint: int = 1,
        needs_glia: bool = False,
        unsafe: bool = False,
    ):
        self.forced = tier is not None
        self.tier = probe().tier if tier is None else tier
        self.jobs_hint, self.needs_glia, self.unsafe = jobs_hint, needs_glia, unsafe
        self._folder: Folder | None = None
        self._nurseries: dict[_Kind, Nursery] = {}
        self._locks = {kind: threading.Lock() for kind in _KINDS}
        self._background: threading.Thread | None = None

    def __enter__(self) -> "Sandbox":
        if self.tier not in TITLES:
            raise SandboxError(f"got tier {self.tier!r}, expected one of {sorted(TITLES)}")
        self._folder = Folder()
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def _start(self) -> None:
        """Start the zygote; where the tier was ours to choose, settle for the next if it fails."""
        while self.tier < 4:
            try:
                self._nursery(_LIGHT)  # ready in a moment, and enough for most boxes
                break
            except SandboxError:
                if self.forced or self.tier == 3:
                    raise
                self.tier += 1
        if self.tier < 4:
            self._background = threading.Thread(target=self._start_quietly, daemon=True)
            self._background.start()
        if self.tier == 4 and not self.unsafe:
            advice = " ".join(probe().advice)
            raise SandboxError(
                "tier 4 keeps nothing from the code it runs, so it is refused for other people's "
                f"notebooks. {advice}".strip()
            )

    def settle(self) -> None:
        """Wait until everything that was begun in the background stands."""
        if self._background is not None:
            self._background.join()

    def _start_quietly(self) -> None:
        with contextlib.suppress(SandboxError):  # said again when somebody needs it
            self._nursery(_Kind(self.needs_glia, heavy=True))

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End every box and remove every trace."""
        self.settle()
        with contextlib.ExitStack() as stack:
            for kind in _KINDS:
                stack.enter_context(self._locks[kind])
            for nursery in self._nurseries.values():
                nursery.close()
            self._nurseries.clear()
            if self._folder is not None:
                self._folder.remove()
                self._folder = None

    @property
    def threads(self) -> int:
        """Threads that parallel kernels in one box may use."""
        return max(1, (os.cpu_count() or 1) // max(self.jobs_hint, 1))

    def _nursery(self, kind: "_Kind") -> Nursery:
        """The zygote with these things in its memory."""
        with self._locks[kind]:
            nursery = self._nurseries.get(kind)
            if nursery is not None and nursery.alive:
                return nursery
            if nursery is not None:
                nursery.close()
            if self._folder is None:
                raise SandboxError("the sandbox is not open: use it in a `with` statement")
            nursery = Nursery(
                self._folder, self.tier, glia=kind.glia, heavy=kind.heavy, threads=self.threads
            )
            self._nurseries[kind] = nursery
            return nursery

    def open(
        self,
        limits: Limits | None = None,
        forbid: Iterable[str] = (),
        hide: Iterable[str] = (),
        heavy: bool = True,
        wait: bool = True,
    ) -> Box:
        """A fresh box.

        Args:
            limits: what it may use up.
            forbid: names to take away: modules (``"scipy"``) and attributes of modules
                (``"numpy.linalg.lstsq"``).
            hide: ``("glia",)`` for a box in which the library is not to be had.
            heavy: False for a box without numba, matplotlib and widgets in its memory: cheaper to
                make, and slow only if these are imported after all.
            wait: False to return while it is still being set up; :meth:`Box.settle` waits.

        Raises:
            SandboxError: the sandbox is not open, or no box could be started.
        """
        folder = self._folder
        if folder is None:
            raise SandboxError("the sandbox is not open: use it in a `with` statement")
        forbid, limits = list(forbid), limits or Limits()
        glia = self.needs_glia and "glia" not in hide and "glia" not in forbid
        scratch = None if self.tier == 1 else folder.new_scratch()
        request = {
            "limits": dataclasses.asdict(limits),
            "forbid": [name for name in forbid if name != "glia"],
            "scratch": str(scratch or ""),
        }
        try:
            if self.tier == 4:
                life: Life = Process(folder, request, glia, self.threads)
            else:
                life = Child(self._nursery(_Kind(glia, heavy or glia)), request)
            return Box(life, limits, scratch, wait)
        except BaseException:
            if scratch is not None:
                remove_tree(scratch)
            raise
