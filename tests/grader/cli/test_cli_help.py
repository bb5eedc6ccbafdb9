import subprocess
import sys

import click
import pytest
from click.testing import CliRunner
from conftest import environment
from glia_grader.cli import COMMANDS, glia


def test_front_page_names_every_command_and_exit_code():
    page = CliRunner().invoke(glia, ["--help"])
    assert page.exit_code == 0
    for name in COMMANDS:
        assert f"  {name} " in page.output
    assert "Exit codes" in page.output


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help_with_an_example(name):
    page = CliRunner().invoke(glia, [name, "--help"])
    assert page.exit_code == 0
    assert "Examples:" in page.output
    assert f"glia {name}" in page.output.split("Examples:")[1]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained(name):
    command = glia.get_command(click.Context(glia), name)
    options = [p for p in command.params if isinstance(p, click.Option)]
    assert all(option.help for option in options)


def test_unknown_command_and_missing_argument_are_usage_errors():
    assert CliRunner().invoke(glia, ["frobnicate"]).exit_code == 2
    assert CliRunner().invoke(glia, ["start"]).exit_code == 2


def test_version(glia_command=glia):
    shown = CliRunner().invoke(glia_command, ["--version"])
    assert shown.exit_code == 0
    assert shown.output.startswith("glia ")


def _loaded(arguments):
    code = (
        "import sys\n"
        "from glia_grader.cli import main\n"
        "try:\n"
        f"    main({arguments!r})\n"
        "except SystemExit:\n"
        "    pass\n"
        "print('LOADED', *sorted(sys.modules), file=sys.stderr)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    return set(run.stderr.split("LOADED")[1].split())


def test_help_loads_nothing_heavy():
    loaded = _loaded(["--help"])
    assert not loaded & {"numpy", "numba", "nbgrader", "rich", "IPython", "matplotlib", "jinja2"}


def test_check_does_not_load_nbgrader(tmp_path):
    assert "click" in _loaded(["check", "--help"])
    notebook = tmp_path / "mine.ipynb"
    notebook.write_text('{"cells": []}', encoding="utf-8")
    assert "nbgrader" not in _loaded(["check", str(notebook)])
