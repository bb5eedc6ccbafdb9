"""The built wheel works in an empty environment, in any folder, without the checkout."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path, timeout: float = 300, **environment: str) -> str:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "GLIA"))}
    result = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=env | environment,
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    assert result.returncode == 0, f"{command}\n{result.stdout[-3000:]}\n{result.stderr[-3000:]}"
    return result.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that holds the wheel and nothing of the checkout."""
    base = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", base, ROOT, cwd=base)
    run(sys.executable, "-m", "venv", base / "env", cwd=base)
    programs = base / "env" / ("Scripts" if os.name == "nt" else "bin")
    (wheel,) = base.glob("*.whl")
    run(programs / "pip", "install", "-q", wheel, cwd=base, timeout=600)
    return programs


def test_the_library_and_the_course_are_in_the_wheel(installed: Path, tmp_path: Path):
    code = (
        "import glia, glia_grader, pathlib;"
        "print(glia.__file__);"
        "print(glia.data.load_digits_8x8().x_train.shape);"
        "b = pathlib.Path(glia_grader.__file__).parent / 'bundle';"
        "print(sorted(p.name for p in b.rglob('*.ipynb')))"
    )
    out = run(installed / "python", "-c", code, cwd=tmp_path)
    assert str(ROOT) not in out
    for name in ("ps1.ipynb", "00_start_here.ipynb", "01_perceptron.ipynb"):
        assert name in out


def test_demo_grades_the_class(installed: Path, tmp_path: Path):
    out = run(installed / "glia", "demo", "--out", tmp_path / "class", cwd=tmp_path)
    assert "the score they deserve" in out
    assert (tmp_path / "class" / "gradebook.db").is_file()


def test_start_never_overwrites(installed: Path, tmp_path: Path):
    run(installed / "glia", "start", "ps1", cwd=tmp_path)
    (notebook,) = tmp_path.rglob("ps1.ipynb")
    text = notebook.read_text(encoding="utf8")
    assert "BEGIN SOLUTION" not in text
    notebook.write_text("mine", encoding="utf8")
    subprocess.run([str(installed / "glia"), "start", "ps1"], cwd=tmp_path, capture_output=True)
    assert notebook.read_text(encoding="utf8") == "mine"


def test_lab_serves_the_chapters(installed: Path, tmp_path: Path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(installed / "glia"), "lab", str(tmp_path / "course"), "--no-browser"]
    flags = [f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token="]
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    server = subprocess.Popen([*command, "--", *flags, *root], cwd=tmp_path, env=os.environ.copy())
    try:
        names = listed(f"http://127.0.0.1:{port}/api/contents", server)
    finally:
        server.terminate()
        server.wait(30)
    assert "01_perceptron.ipynb" in json.dumps(names)


def listed(url: str, server: subprocess.Popen[bytes]) -> list[str]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + 90
    while time.monotonic() < end:
        assert server.poll() is None, f"the server ended with {server.returncode}"
        try:
            with opener.open(url, timeout=10) as reply:
                return [entry["name"] for entry in json.load(reply)["content"]]
        except OSError:
            time.sleep(0.3)
    raise AssertionError(f"no answer from {url} in 90 s")
