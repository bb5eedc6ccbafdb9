"""How often a second each control of each widget gets a new picture, in a real JupyterLab.

    python -m benchmarks.widget_rates [widget …] [--page docs/widget_rates.md]

A stock server, headless Chromium, one notebook with every widget; on a machine with nothing else to
do, under four minutes. A slider is dragged to and fro at the page's own pace; menus, boxes, buttons
and short sliders take the next value as soon as the picture has changed. The first rows change
nothing but a word: what the round trip itself allows.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import json
import platform
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat

from benchmarks.__main__ import cpu

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "browser")]
from conftest import ARGUMENTS, CHROMIUM  # noqa: E402
from lab import LabPage, LabServer  # noqa: E402

HERE = Path(__file__)
DRIVE = HERE.with_suffix(".js").read_text("utf-8")
CELLS = HERE.with_name("widget_rates_cells.py").read_text("utf-8").split("# %%\n")
DRIVEN = ("range", "choice", "toggle", "press", "run")
WANTED = {"frames": 30, "light": 15, "heavy": 10, "floor": 0}
HEAVY = {"Playground": ("train",), "GPTSampler": ("next", "more"), "RNNUnroller": ("steps",),
         "BoundaryByWidth": ("seed", "data"), "FeatureMaps": None}  # fmt: skip
TELL = """import json
print(json.dumps([[name, w.frame_by, list(w.controls)] for name, w in shown]))"""
HEAD = """# How fast the widgets follow

New pictures a second while a control is moved, in JupyterLab on a stock server. *frames*: the page
turns pictures that it already has; *light*: the kernel draws anew; *heavy*: it trains a net or runs
one first; *floor*: an empty widget, which is what the round trip allows. A slider is dragged, with
two of its places under way at a time. A menu, a box, a button or a slider of few places waits for
its picture before it moves again; of such a round 40 ms are the server's own. A control that leaves
the picture as it is has no rate.

Made by `python -m benchmarks.widget_rates --page docs/widget_rates.md` on {date}: {about}.

| widget | control | kind | a second | wanted | |
| --- | --- | --- | ---: | ---: | --- |
"""
Row = tuple[str, str, str, float]


def kind(widget: str, control: str, turned: str) -> str:
    """Who draws when this control moves: the page, the kernel, or the kernel after long work."""
    if widget.startswith("an empty"):
        return "floor"
    if control == turned:
        return "frames"
    some = HEAVY.get(widget, ())
    return "heavy" if some is None or control in some else "light"


def measured(only: list[str], seconds: float) -> Iterator[Row]:
    """Open a notebook of the chosen widgets and drive one control after the other."""
    from playwright.sync_api import sync_playwright

    chosen = [c for c in CELLS[1:] if "an empty" in c or not only or any(o in c for o in only)]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        root, home = Path(folder) / "lab", Path(folder) / "home"
        root.mkdir()
        cells = [nbformat.v4.new_code_cell(c) for c in (CELLS[0], *chosen)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), root / "rates.ipynb")
        server = LabServer(root, home)
        try:
            chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = chromium.new_page(viewport={"width": 1200, "height": 1000})
            page.set_default_timeout(60_000)
            lab = LabPage(page, server)
            if not lab.run_all("rates.ipynb"):
                raise RuntimeError("a cell of the notebook failed")
            boxes = page.locator("section.glia")
            boxes.nth(len(chosen) - 1).wait_for()
            told = json.loads(lab.kernel(TELL))
            for box, (name, turned, controls) in zip(boxes.all(), told, strict=True):
                box.scroll_into_view_if_needed()
                for place, control in enumerate(controls):
                    if control["kind"] in DRIVEN:
                        how = [box.element_handle(), place, control["kind"], 1000 * seconds]
                        rate = page.evaluate(DRIVE, how)
                        words = control.get("label", control["name"])
                        yield name, words, kind(name, control["name"], turned), rate
        finally:
            server.stop()


def about() -> str:
    """Name what was measured on and with, without naming the machine."""
    names = ("jupyterlab", "jupyter_server", "ipywidgets", "anywidget")
    versions = [f"{name} {importlib.metadata.version(name)}" for name in names]
    return ", ".join([cpu(), f"python {platform.python_version()}", *versions])


def main() -> None:
    """Print the table, row by row; write the page if asked."""
    parser = argparse.ArgumentParser(prog="benchmarks.widget_rates", description=__doc__)
    parser.add_argument("widget", nargs="*", help="words of names; all widgets by default")
    parser.add_argument("--page", type=Path, help="write the table to this Markdown file too")
    parser.add_argument("--seconds", type=float, default=0.7, help="for each control")
    asked = parser.parse_args()
    print(about())
    rows, slow = "", 0
    for widget, control, how, rate in measured(asked.widget, asked.seconds):
        wanted = WANTED[how]
        met = "" if not rate or rate >= wanted else "below"
        slow += bool(met)
        print(f"{widget:30} {control:34} {how:7} {rate:6.1f} {wanted or '':4} {met}", flush=True)
        shown = f"{rate:.1f}" if rate else "–"
        rows += f"| {widget} | {control} | {how} | {shown} | {wanted or ''} | {met} |\n"
    print(f"{slow} below what is wanted")
    if asked.page:
        head = HEAD.format(date=datetime.date.today().isoformat(), about=about())
        asked.page.write_text(head + rows, "utf-8")


if __name__ == "__main__":
    main()
