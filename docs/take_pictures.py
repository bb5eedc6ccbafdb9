"""Take the README's pictures from the running thing: `python docs/take_pictures.py`.

Needs the test extra and Chromium. It runs the demo, opens a chapter in a real JupyterLab, and
photographs what a person would see; look at the results before committing them.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
sys.path[:0] = [str(ROOT / "tests" / "browser"), str(ROOT / "lib"), str(ROOT / "autograder")]

from conftest import ARGUMENTS, CHROMIUM  # noqa: E402
from lab import LabPage, LabServer  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

UNSTABLE_SOFTMAX = """
import numpy as np
from glia_grader import check

def softmax(z):
    e = np.exp(z)
    return e / e.sum()

page = check("softmax", softmax).to_html()
"""


def verdict(browser: Browser) -> None:
    """The verdict of `check` on a softmax that normalises the wrong thing."""
    names: dict[str, str] = {}
    exec(UNSTABLE_SOFTMAX, names)
    page = browser.new_page(viewport={"width": 860, "height": 460})
    page.set_content(f"<html lang=en><body style='font: 15px sans-serif'>{names['page']}</body>")
    page.locator("body").screenshot(path=IMAGES / "verdict.png")
    page.close()


def chapter(browser: Browser, folder: Path) -> None:
    """The perceptron's widget, some steps on, in JupyterLab."""
    root, home = folder / "lab", folder / "home"
    root.mkdir()
    home.mkdir()
    notebook = ROOT / "notebooks" / "01_perceptron.ipynb"
    (root / notebook.name).write_bytes(notebook.read_bytes())
    server = LabServer(root, home)
    try:
        page = browser.new_page(viewport={"width": 1180, "height": 760})
        lab = LabPage(page, server)
        assert lab.run_all(notebook.name)
        explorer = page.locator("section[aria-label='The perceptron learns']").first
        explorer.scroll_into_view_if_needed()
        for _ in range(6):
            explorer.get_by_role("button", name="Step").click()
        page.wait_for_timeout(500)
        page.screenshot(path=IMAGES / "chapter.png")
    finally:
        server.stop()


def pages(browser: Browser, folder: Path) -> None:
    """The class report and one student's feedback, from the demo's class."""
    course = folder / "class"
    command = [sys.executable, "-m", "glia_grader", "demo", "--out", str(course)]
    environment = {"PYTHONPATH": f"{ROOT / 'lib'}:{ROOT / 'autograder'}", "PATH": "/usr/bin:/bin"}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    shots = {
        "report.png": course / "reports" / "ps1.html",
        "feedback.png": course / "feedback" / "liam.oconnor" / "ps1" / "ps1.html",
    }
    for name, file in shots.items():
        page = browser.new_page(viewport={"width": 1000, "height": 860})
        page.goto(file.as_uri())
        page.screenshot(path=IMAGES / name)
        page.close()


def main() -> None:
    """Take them all."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        verdict(browser)
        chapter(browser, Path(name))
        pages(browser, Path(name))
        browser.close()


if __name__ == "__main__":
    main()
