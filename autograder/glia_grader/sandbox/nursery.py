"""The host's hold on one zygote: starting it, asking it for children, ending them."""

import contextlib
import json
import os
import secrets
import socket
import subprocess
import threading
from typing import Any

from . import view
from .answers import SandboxError
from .folder import Folder
from .fonts import font_list
from .launch import command, environment
from .limits import UIDS
from .probe import TITLES, probe
from .syscalls import prctl

_START = 60.0
_ANSWER = 20.0
_SET_DUMPABLE = 4


class Nursery:
    """A running zygote.

    Args:
        folder: the private folder of the sandbox.
        tier: 1, 2 or 3.
        glia: whether the library is in its view and memory.
        heavy: whether numba, matplotlib and widgets are in its memory; a box without them can
            still import them, at the price of an ordinary import.
        threads: for parallel kernels in each box.

    Raises:
        SandboxError: it does not start here.
    """

    def __init__(self, folder: Folder, tier: int, *, glia: bool, threads: int, heavy: bool = True):
        self._lock = threading.Lock()
        if tier == 3 and os.getuid():
            # Nothing else keeps a box of the same user from reading the host's memory.
            prctl(_SET_DUMPABLE, 0)
        settings, path = self._settings(folder, tier, glia, heavy)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control = ours
        with theirs:
            # The zygote expects its control socket as number 3.
            first = f"import os; os.dup2({theirs.fileno()}, 3); "
            self._process = subprocess.Popen(
                command("zygote", path, first),
                env=environment(threads), pass_fds=[theirs.fileno()], start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            )  # fmt: skip
        try:
            ours.send(json.dumps(settings).encode())
            self.start_seconds = float(self._receive(_START)["ready"])
        except (SandboxError, KeyError, OSError) as error:
            said = self._last_words()
            self.close()
            raise SandboxError(
                f"tier {tier} ({TITLES[tier]}) does not work here: {error} {said}".strip()
            ) from None

    def _settings(
        self, folder: Folder, tier: int, glia: bool, heavy: bool
    ) -> tuple[dict, list[str]]:
        path = [str(folder.code), *view.search_path()]
        extra, place = [str(folder.code)], ""
        if glia:
            # At its own place, so that kernels compiled in advance are found beside it; of the
            # folder around it, the names may be listed, for Python looks there first.
            place = view.library()
            path.append(os.path.dirname(place))
            extra.append(place)
        fonts = font_list(view.search_path())
        shown = view.readable(extra)
        covered = view.hidden(shown, glia=False)
        if glia:
            real = os.path.realpath(place)
            covered = [name for name in covered if os.path.realpath(name) != real]
        read, listed = view.divide(shown, covered)
        listed += [os.path.dirname(place)] if glia else []
        landlock = tier == 2 or probe().reasons.get("landlock") == "yes"
        settings = {
            "tier": tier,
            "root": os.getuid() == 0,
            "view": shown,
            "hidden": covered,
            "rules": {"landlock": landlock, "read": read, "list": listed},
            "open": view.open_to_all(read),
            "glia": glia,
            "heavy": heavy,
            "fonts": folder.add(fonts) if fonts else "",
            "uid": secrets.randbelow(UIDS),
            "scratch": str(folder.new_scratch()) if tier > 1 else "",
        }
        return settings, path

    @property
    def alive(self) -> bool:
        """Whether it can be asked for children."""
        return self._process.poll() is None

    def _receive(self, seconds: float) -> dict[str, Any]:
        self._control.settimeout(seconds)
        try:
            message = self._control.recv(1 << 16)
        except OSError as error:
            raise SandboxError(f"the zygote does not answer ({type(error).__name__})") from None
        if not message:
            raise SandboxError("the zygote has ended")
        answer = json.loads(message)
        if "broken" in answer:
            raise SandboxError(str(answer["broken"]))
        return answer

    def _ask(self, request: dict, descriptors: list[int]) -> dict[str, Any]:
        with self._lock:
            try:
                socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)
            except OSError:
                raise SandboxError("the zygote has ended") from None
            try:
                return self._receive(_ANSWER)
            except BaseException:  # a KeyboardInterrupt as well
                self._process.kill()  # out of step: the next question would get this answer
                raise

    def fork(self, request: dict) -> tuple[int, socket.socket]:
        """A new child: its process id (as the zygote counts) and the wire to it."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                return self._ask(request, [theirs.fileno()])["pid"], ours
        except BaseException:
            ours.close()
            raise

    def end(self, pid: int) -> tuple[int, float, float]:
        """Kill a child, if it still lives: exit code (negative: signal), cpu seconds, MiB."""
        try:
            answer = self._ask({"end": pid}, [])
        except SandboxError:
            return -9, 0.0, 0.0
        return int(answer["code"]), float(answer["cpu"]), float(answer["rss_mb"])

    def leave(self, pid: int) -> None:
        """Kill a child and do not wait until it is gone."""
        with self._lock, contextlib.suppress(OSError):  # then all children have ended with it
            self._control.send(json.dumps({"leave": pid}).encode())

    def _last_words(self) -> str:
        self._process.kill()
        _, said = self._process.communicate()
        return said.decode(errors="replace").strip()[-500:]

    def close(self) -> None:
        """End the zygote and with it every child."""
        self._control.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()
