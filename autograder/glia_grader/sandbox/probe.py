"""What this machine offers to keep student code in: one of four tiers, and why not a better one.

1. namespaces, Landlock and seccomp: a file tree, a process table and a network of its own;
2. Landlock, seccomp and resource limits: works inside most containers and hubs;
3. seccomp and resource limits: may write nothing, but reads what its user reads;
4. none (macOS, Windows): a separate process, for one's own code only.

Importable everywhere; each question is put to the kernel in a process of its own.
"""

import dataclasses
import functools
import subprocess
import sys
from pathlib import Path

TITLES = {
    1: "namespaces, Landlock and seccomp",
    2: "Landlock, seccomp and resource limits",
    3: "seccomp and resource limits",
    4: "no isolation",
}
_ADVICE = {
    "namespaces": (
        "Run as root, or let users make namespaces: `sysctl -w kernel.unprivileged_userns_clone=1 "
        "kernel.apparmor_restrict_unprivileged_userns=0 user.max_user_namespaces=10000`; in a "
        "container: `--security-opt seccomp=unconfined --cap-add SYS_ADMIN`."
    ),
    "landlock": (
        "Use Linux 5.13 or later with `landlock` in the kernel's `lsm=` list "
        "(see /sys/kernel/security/lsm)."
    ),
    "seccomp": "Use a Linux kernel with CONFIG_SECCOMP_FILTER on x86-64 or aarch64.",
    "linux": (
        "Grade strangers' code on Linux (a virtual machine or WSL 2 will do). For code you trust, "
        "pass --unsafe."
    ),
}


@dataclasses.dataclass(frozen=True)
class Offer:
    """What isolation this machine has.

    Args:
        tier: 1 (best) to 4 (none).
        reasons: for each building block, "yes" or why not.
        lacks: the building blocks that are missing, in order of the tiers.
        advice: how to get each of them.
    """

    tier: int
    reasons: dict[str, str]
    lacks: list[str]
    advice: list[str]

    @property
    def title(self) -> str:
        """What the tier is made of, in words."""
        return TITLES[self.tier]


@functools.cache
def probe() -> Offer:
    """Ask this machine what it offers (a fraction of a second; remembered)."""
    if not sys.platform.startswith("linux"):
        why = f"this is {sys.platform}; the building blocks exist on Linux only"
        reasons = {"linux": why, "namespaces": "no", "landlock": "no", "seccomp": "no"}
        return Offer(4, reasons, ["linux"], [_ADVICE["linux"]])
    reasons = {name: _ask(name) for name in ("namespaces", "landlock", "seccomp")}
    return judge(reasons)


def judge(reasons: dict[str, str]) -> Offer:
    """The tier that follows from which building blocks work ("yes")."""
    have = {name for name, why in reasons.items() if why == "yes"}
    lacks = [name for name in reasons if name not in have]
    if "seccomp" not in have:
        tier = 4
    elif "landlock" not in have:
        tier = 3
    else:
        tier = 1 if "namespaces" in have else 2
    return Offer(tier, reasons, lacks, [_ADVICE[name] for name in lacks])


_QUESTIONS = {
    "namespaces": """
import os
namespaces.enter()
child = os.fork()
if child == 0:
    try:
        namespaces.build_view(["/usr", "/lib"], [])
        namespaces.mount_scratch(1, 16)
        namespaces.unshare(namespaces.NEWPID)
    except OSError as error:
        os.write(1, str(error).encode())
        os._exit(1)
    os._exit(0)
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status))
""",
    "landlock": """
landlock.restrict(["/usr"], [], [])
try:
    open("/etc/passwd")
except PermissionError:
    sys.exit(0)
sys.exit("Landlock is there, but forbids nothing")
""",
    "seccomp": """
import os
syscalls.prctl(38, 1)
seccomp.install(seccomp.program(os.getpid()))
try:
    os.execv("/bin/true", ["true"])
except PermissionError:
    sys.exit(0)
sys.exit("seccomp is there, but forbids nothing")
""",
}


def _ask(name: str) -> str:
    """Whether a building block works: "yes", or the kernel's own words."""
    question = "syscalls.prctl(38, 1)\n" if name == "landlock" else ""
    question += _QUESTIONS[name]
    here = Path(__file__).parent
    # Loaded from their files: the package that holds them may not be importable from here.
    code = f"""
import importlib, sys, types
package = types.ModuleType("box"); package.__path__ = [{str(here)!r}]; sys.modules["box"] = package
landlock, namespaces, seccomp, syscalls = (
    importlib.import_module("box." + name)
    for name in ("landlock", "namespaces", "seccomp", "syscalls"))
try:
{_indent(question)}
except OSError as error:
    sys.exit(str(error))
"""
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", code],
            capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return "yes"
    said = (done.stdout + done.stderr).strip().splitlines()
    return said[-1] if said else f"ended with status {done.returncode}"


def _indent(code: str) -> str:
    return "\n".join("    " + line for line in code.splitlines())
