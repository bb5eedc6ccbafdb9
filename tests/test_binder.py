"""The one-click environment: what its builder reads is there and can run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BINDER = Path(__file__).resolve().parent.parent / "binder"


def test_the_project_itself_is_what_gets_installed():
    assert (BINDER / "requirements.txt").read_text().split() == ["-e", "."]
    assert (BINDER / "runtime.txt").read_text().strip() == "python-3.11"


@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_scripts_can_be_executed(name):
    script = BINDER / name
    assert os.access(script, os.X_OK)
    assert script.read_bytes().startswith(b"#!/usr/bin/env bash\n")


def run(script: str, *arguments: str) -> str:
    programs = str(Path(sys.executable).parent)
    environment = os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    result = subprocess.run(
        [str(BINDER / script), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_start_hands_over_with_the_servers_setting_in_place():
    code = (
        "import os, pathlib;"
        "p = pathlib.Path(os.environ['JUPYTER_CONFIG_PATH'].split(os.pathsep)[0]);"
        "print((p / 'jupyter_server_config.py').is_file())"
    )
    assert run("start", "python", "-c", code).strip() == "True"


@pytest.mark.slow
def test_post_build_compiles_the_kernels():
    run("postBuild")
