import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from click.testing import CliRunner
from conftest import environment
from glia_grader import bundle, lab
from glia_grader.cli import glia


@pytest.fixture
def notebooks(monkeypatch, tmp_path):
    folder = tmp_path / "bundled"
    folder.mkdir()
    for name in ("00_one.ipynb", "01_two.ipynb"):
        (folder / name).write_text(f'{{"name": "{name}"}}', encoding="utf-8")
    monkeypatch.setattr(bundle, "notebooks_dir", lambda: folder)
    return folder


def test_copies_missing_and_keeps_the_rest(notebooks, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "00_one.ipynb").write_text("my notes", encoding="utf-8")
    run = CliRunner().invoke(glia, ["lab", str(mine), "--copy-only"])
    assert run.exit_code == 0, run.output
    assert "01_two.ipynb" in run.output
    assert "left as they are: 00_one.ipynb" in run.output
    assert (mine / "00_one.ipynb").read_text(encoding="utf-8") == "my notes"
    assert json.loads((mine / "01_two.ipynb").read_text(encoding="utf-8"))


def test_a_file_in_the_way_is_a_usage_error(notebooks, tmp_path):
    place = tmp_path / "file"
    place.write_text("x", encoding="utf-8")
    assert CliRunner().invoke(glia, ["lab", str(place)]).exit_code == 2


@pytest.mark.parametrize(
    ("words", "folder"), [(["--port=9"], "glia-notebooks"), (["here", "--port=9"], "here")]
)
def test_options_of_jupyterlab_need_no_dashes(notebooks, tmp_path, monkeypatch, words, folder):
    started = []
    monkeypatch.setattr(lab, "serve", lambda *a, **k: started.append((a, k)) or 0)
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke(glia, ["lab", *words, "--no-browser"])
    assert run.exit_code == 0, run.output
    (target,), told = started[0]
    assert str(target) == folder
    assert told == {"browser": False, "extra": ("--port=9",)}


def test_extra_options_reach_jupyterlab(tmp_path):
    command = lab.server_command(tmp_path, browser=False, extra=["--port=9"])
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert command[-2:] == ["--no-browser", "--port=9"]


def test_users_own_configuration_path_stays(tmp_path):
    env = lab.server_environment({"JUPYTER_CONFIG_PATH": "/theirs"})
    first, second = env["JUPYTER_CONFIG_PATH"].split(":" if sys.platform != "win32" else ";")
    assert second == "/theirs"
    assert first.endswith("lab")


def test_no_delay_is_set_once_and_only_on_the_handler():
    code = (
        "import runpy, asyncio\n"
        "from jupyter_server.services.kernels.websocket import KernelWebsocketHandler as H\n"
        "from glia_grader import lab\n"
        "path = str(__import__('pathlib').Path(lab.__file__).parent / 'jupyter_server_config.py')\n"
        "calls = []\n"
        "async def opened(self, *a): calls.append('open')\n"
        "H.open = opened\n"
        "runpy.run_path(path); runpy.run_path(path)\n"
        "class S:\n"
        "    def set_nodelay(self, on): calls.append(on)\n"
        "asyncio.run(H.open(S()))\n"
        "assert calls == [True, 'open'], calls\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr


def test_configuration_is_harmless_on_another_server():
    code = (
        "import runpy, sys\n"
        "sys.modules['jupyter_server.services.kernels.websocket'] = None\n"
        "from glia_grader import lab\n"
        "runpy.run_path(str(__import__('pathlib').Path(lab.__file__).parent / "
        "'jupyter_server_config.py'))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as on POSIX")
def test_a_real_server_answers_and_stops(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = tmp_path / "home"
    home.mkdir()
    private = {
        name: str(home / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    options = [
        "--ip=127.0.0.1",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        "--allow-root",
        "--IdentityProvider.token=",
    ]
    code = (
        "from glia_grader import lab; from pathlib import Path\n"
        f"raise SystemExit(lab.serve(Path({str(home)!r}), browser=False, extra={options!r}))"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment(HOME=str(home), **private),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        status = _wait_for(f"http://127.0.0.1:{port}/api/status", server)
        assert "started" in status
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}/lab", timeout=20).read()
        assert b"jupyter" in page.lower()
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status", timeout=5)
    finally:
        if server.poll() is None:
            server.terminate()
            server.wait(timeout=20)


def _wait_for(address, server):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert server.poll() is None, "JupyterLab ended before it answered"
        try:
            return json.loads(urllib.request.urlopen(address, timeout=5).read())
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError("JupyterLab did not answer within a minute")
