"""What a box may see, also where the grader is installed among the packages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import glia_grader
from glia_grader.sandbox import view


def test_nothing_of_the_course_is_on_the_search_path():
    grader = str(Path(glia_grader.__file__).parent)
    for path in view.search_path():
        assert not grader.startswith(path + os.sep) or "site-packages" in path
    assert os.getcwd() not in view.readable()
    assert not any(path in ("/", "/home", "/root", "/tmp", "/etc") for path in view.readable())


def test_no_path_is_shown_twice():
    paths = view.readable()
    for path in paths:
        assert not any(path != top and path.startswith(top + "/") for top in paths)


def test_rules_leave_the_covered_out(tmp_path):
    for name in ("numpy/core", "glia_grader/judge", "other"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "single.py").touch()
    whole, listed = view.divide([str(tmp_path)], [str(tmp_path / "glia_grader")])
    assert sorted(Path(p).name for p in whole) == ["numpy", "other", "single.py"]
    assert listed == [str(tmp_path)]
    assert view.divide([str(tmp_path)], []) == ([str(tmp_path)], [])


def test_private_homes_are_noticed(tmp_path):
    inner = tmp_path / "home" / "lib"
    inner.mkdir(parents=True)
    (tmp_path / "home").chmod(0o700)
    assert not view.open_to_all([str(inner)])
    assert view.open_to_all(["/usr/lib"])


INSTALLED = """
import sys
from pathlib import Path
from glia_grader.sandbox.host import Sandbox
import glia_grader
place = Path(glia_grader.__file__).parent
record = place.parent / "glia_course-0.1.0.dist-info" / "RECORD"
hunt = (f"import os\\nfor p in ({str(place / 'answers.py')!r}, {str(record)!r}):\\n"
        "    try: print(open(p).read())\\n    except OSError: pass\\n"
        "print('searched')")
with Sandbox(int(sys.argv[1])) as sandbox, sandbox.open() as box:
    result = box.run_cell(hunt, 10)
    print(result.outputs[0]["text"], result.error)
    print(box.run_cell("import anywidget, numba, matplotlib", 20).ok)
"""


def test_a_grader_installed_beside_numpy_is_covered_up(sandbox, tmp_path):
    if sandbox.tier == 3:
        return  # reads what its user reads, and says so
    site = tmp_path / "site-packages"
    site.mkdir()
    tmp_path.chmod(0o755)
    # A folder of packages in which the grader lies beside one that is needed.
    needed = next(
        Path(path) / "anywidget"
        for path in sys.path
        if path and (Path(path) / "anywidget" / "__init__.py").exists()
    )
    for source, name in ((needed, "anywidget"), (Path(glia_grader.__file__).parent, "glia_grader")):
        subprocess.run(["cp", "-r", source, site / name], check=True)
    (site / "glia_grader" / "answers.py").write_text("THE ANSWERS")
    record = site / "glia_course-0.1.0.dist-info" / "RECORD"
    record.parent.mkdir()
    record.write_text("THE ANSWERS")
    others = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    done = subprocess.run(
        [sys.executable, "-c", INSTALLED, str(sandbox.tier)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(site), *others])},
        capture_output=True, text=True, cwd=tmp_path, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["searched", "None", "True"], done.stdout
