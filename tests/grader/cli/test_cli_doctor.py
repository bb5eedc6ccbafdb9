import re

import pytest
from click.testing import CliRunner
from glia_grader import bundle, examination
from glia_grader.cli import glia


@pytest.fixture
def whole(monkeypatch, tmp_path):
    monkeypatch.setattr(bundle, "notebooks_dir", lambda: tmp_path)


def test_says_the_tier_first_and_why(whole):
    run = CliRunner().invoke(glia, ["doctor"])
    assert run.exit_code == 0, run.output
    assert re.match(r"sandbox tier: [1-4]\n", run.output)
    for words in (
        "seccomp:",
        "python",
        "numba",
        "nbgrader",
        "kernel cache",
        "jupyterlab",
        "chromium",
    ):
        assert words in run.output


def test_what_is_needed_and_missing_gives_exit_code_three(whole, monkeypatch):
    from importlib import metadata

    real = metadata.version

    def version(name):
        if name == "nbgrader":
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    run = CliRunner().invoke(glia, ["doctor"])
    assert run.exit_code == 3
    assert "pip install nbgrader" in run.output
    assert "MISSING" in run.output


def test_numba_is_a_note_only(whole, monkeypatch):
    from importlib import metadata

    real = metadata.version

    def version(name):
        if name == "numba":
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    run = CliRunner().invoke(glia, ["doctor"])
    assert run.exit_code == 0
    assert "slower" in run.output


def test_an_unusable_cache_folder_is_told(monkeypatch, tmp_path):
    place = tmp_path / "file"
    place.write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(place / "cache"))
    cache = next(f for f in examination.examine() if f.what == "kernel cache")
    assert cache.state == "note"
    assert "NUMBA_CACHE_DIR" in cache.found


def test_bundle_says_where_it_looked(monkeypatch, tmp_path):
    monkeypatch.setattr(bundle, "_PACKAGE", tmp_path / "site-packages" / "glia_grader")
    with pytest.raises(bundle.BundleError, match="site-packages"):
        bundle.course_dir()
    run = CliRunner().invoke(glia, ["doctor"])
    assert run.exit_code == 3


def test_bundle_in_a_wheel_is_found(monkeypatch, tmp_path):
    package = tmp_path / "glia_grader"
    (package / "bundle" / "course" / "source" / "ps7").mkdir(parents=True)
    (package / "bundle" / "course" / "source" / "ps7" / "ps7.ipynb").write_text("{}")
    monkeypatch.setattr(bundle, "_PACKAGE", package)
    assert bundle.assignment_names() == ["ps7"]
