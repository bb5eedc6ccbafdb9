"""What each tier holds, for root and for an ordinary user: every attack, run and laid in a table.

    python -m benchmarks.attacks [--whole] [--write docs/attacks.md]

Runs `tests/grader/sandbox/test_sandbox_attacks.py` as whoever calls it and, called by root, once
more as user 1000; `--whole` runs the corpus through the whole pipeline as well (`test_attacks.py`:
a course with one attacker a submission, its scores, its neighbours' scores, its report).
"""

from __future__ import annotations

import argparse
import ast
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests" / "grader"
USER = 1000
TIERS = ("1", "2", "3")
BECOME = ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups")


def run(test: str, ordinary: bool, *chosen: str) -> dict[str, tuple[str, str]]:
    """Outcome and words of each test, by its name."""
    with tempfile.TemporaryDirectory(prefix="glia-attacks-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        report = home / "report" / "junit.xml"
        report.parent.mkdir()
        python = _for_everyone() if ordinary else sys.executable
        command = [python, "-m", "pytest", str(TESTS / test), *chosen]
        command += ["-p", "no:cacheprovider", "--rootdir", str(ROOT), "--junitxml", str(report)]
        command += ["-c", str(ROOT / "pyproject.toml"), "--basetemp", str(home / "report" / "t")]
        if ordinary:
            os.chown(report.parent, USER, USER)
            command = [*BECOME, *command]
        packages = [path for path in sys.path if path.endswith("site-packages")]
        path = os.pathsep.join([str(ROOT / "lib"), str(ROOT / "autograder"), *packages])
        given = {"PYTHONPATH": path, "HOME": str(report.parent), "TMPDIR": str(report.parent)}
        given |= {
            "PYTHONDONTWRITEBYTECODE": "1",
            "PATH": f"{_programs(home, python)}:/usr/bin:/bin",
        }
        done = subprocess.run(command, env=given, cwd=report.parent, check=False)
        if not report.exists():
            raise SystemExit(f"pytest ended with {done.returncode} and no report")
        found = {}
        for case in ElementTree.parse(report).iter("testcase"):
            kind = next((child for child in case if child.tag in _WORDS), None)
            outcome = _WORDS[kind.tag] if kind is not None else "held"
            found[str(case.get("name"))] = outcome, "" if kind is None else kind.get("message", "")
        return found


def _programs(home: Path, python: str) -> Path:
    """A folder with the program that nbgrader starts by name; its own may be out of reach."""
    folder = home / "bin"
    folder.mkdir()
    program = folder / "alembic"
    program.write_text(f'#!/bin/sh\nexec {python} -m alembic "$@"\n', "utf-8")
    program.chmod(0o755)
    return folder


def _for_everyone() -> str:
    """A Python of this version that an ordinary user may start, and that may start itself."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', ''], check=True)"
    for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        done = subprocess.run(
            [*BECOME, python, "-c", code], env={"PATH": "/usr/bin:/bin"}, capture_output=True
        )
        if done.returncode == 0:
            return python
    raise SystemExit(f"no {version} here that user {USER} may start")


_WORDS = {"failure": "**FAILED**", "error": "**FAILED**", "skipped": "skipped"}


def table(results: dict[str, dict[str, tuple[str, str]]]) -> list[str]:
    """One line an attack."""
    heads = [f"tier {tier}, {who}" for tier in TIERS for who in results]
    lines = ["| attack | what it does | " + " | ".join(heads) + " |"]
    lines.append("| --- " * (2 + len(heads)) + "|")
    for path in sorted((TESTS / "sandbox" / "attacks").glob("*.py")):
        cells = []
        for tier in TIERS:
            for found in results.values():
                outcome, why = found.get(
                    f"test_attack_is_harmless[tier{tier}-{path.stem}]", ("", "")
                )
                if outcome == "skipped":
                    outcome = "not claimed" if "claim" in why else f"not here: {why[:60]}"
                cells.append(outcome or "not run")
        cells = [path.stem.replace("_", " "), _purpose(path), *cells]
        lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    return lines


def _purpose(path: Path) -> str:
    words = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return words.splitlines()[0]


def whole(who: dict[str, bool]) -> list[str]:
    """The corpus through the whole pipeline, a line a test."""
    lines = []
    for name, ordinary in who.items():
        found = run("test_attacks.py", ordinary, "-m", "not campaign", "-k", "not promised", "-v")
        for test, (outcome, why) in found.items():
            test = re.sub(r"^test_", "", test).replace("_", " ")
            lines.append(f"- {test}, {name}: {outcome}{': ' + why[:100] if why else ''}")
    return lines


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--whole", action="store_true", help="through the pipeline as well")
    parser.add_argument("--write", type=Path, help="write the tables here")
    chosen = parser.parse_args()
    root = os.getuid() == 0
    who = {"root" if root else "ordinary user": False}
    if root and shutil.which("setpriv"):
        who["ordinary user"] = True
    results = {name: run("sandbox/test_sandbox_attacks.py", way) for name, way in who.items()}
    counts = {
        name: sum(outcome == "held" for outcome, _ in found.values())
        for name, found in results.items()
    }
    text = [
        "# What each tier holds",
        "",
        "Made by `python -m benchmarks.attacks --whole --write docs/attacks.md` from a real run on "
        f"Linux {platform.release().split('-')[0]}, {platform.machine()}. Tier 1 is namespaces, "
        "Landlock and seccomp; 2 is Landlock, seccomp and limits; 3 is seccomp and limits. “held”: "
        "nothing outside was read, changed, signalled or left running, and the next box was as "
        "new. “not claimed”: tier 3 cannot hide files from who may read them, and says so.",
        "",
        *table(results),
        "",
        *(f"{name}: {count} of {len(results[name])} tests held." for name, count in counts.items()),
        "",
    ]
    if chosen.whole:
        text += ["Through the whole pipeline, a submission an attack:", "", *whole(who), ""]
    print("\n".join(text))
    if chosen.write:
        chosen.write.write_text("\n".join(text), "utf-8")


if __name__ == "__main__":
    main()
