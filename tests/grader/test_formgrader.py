"""nbgrader's own page of a submission, made with this course's settings, runs nobody's script."""

import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from course_builder import ROOT
from glia_grader.course import Course
from glia_grader.outputs import Tamer
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers

EVIL = (
    "**bold** and $x_1 < x_2$ [link](javascript:alert(4)) ![far](http://evil.example/x.png)\n\n"
    "<script>alert(1)</script>\n\n<style>body{display:none}</style>\n\n"
    "<img src=x onerror=alert(2)> <svg onload=alert(3)></svg>"
)


def written(**marks):
    cell = nbformat.v4.new_markdown_cell(EVIL)
    cell.metadata["nbgrader"] = {"schema_version": 3, "grade_id": "w", **marks}
    return cell


def page(*cells, settings=True):
    """What the formgrader's handler makes of a notebook with these cells."""
    config = Course(ROOT / "course").config.copy()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    if not settings:
        del config.HTMLExporter["filters"]
    resources = {"base_url": "", "mathjax_url": "", "last_seen": "", "student": "s"}
    resources |= {"index": 0, "total": 1}
    exporter = HTMLExporter(config=config)
    return exporter.from_notebook_node(nbformat.v4.new_notebook(cells=list(cells)), resources)[0]


def stranger(kind):
    if kind == "written":
        return written(grade=True, solution=True, locked=False, points=4, task=False)
    if kind == "text":
        return nbformat.v4.new_markdown_cell(EVIL)
    output = {"output_type": "display_data", "data": {"text/markdown": EVIL}, "metadata": {}}
    cell = nbformat.v4.new_code_cell("show()")
    cell.outputs = [nbformat.from_dict(o) for o in Tamer().tame([output])]
    # The output of a locked cell is still what the student's function printed.
    cell.metadata["nbgrader"] = {"schema_version": 3, "grade_id": "c", "locked": True}
    return cell


def harm(shown):
    """What of the student's text a browser would act upon."""
    soup = BeautifulSoup(shown, "html.parser")
    found = {name for name in ("onerror", "onload") if soup.find(attrs={name: re.compile("alert")})}
    for name in ("script", "style"):
        found |= {
            name for tag in soup.find_all(name) if tag.text.strip() and tag.text.strip() in EVIL
        }
    found |= {"link" for tag in soup.find_all("a", href=re.compile("javascript"))}
    return found | {"far" for tag in soup.find_all("img", src=re.compile("evil"))}


@pytest.mark.parametrize("kind", ["written", "text", "output"])
def test_a_students_text_is_shown_without_its_scripts(kind):
    shown = page(stranger(kind))
    assert harm(shown) == set()
    soup = BeautifulSoup(shown, "html.parser")
    assert "bold" in {tag.text for tag in soup.find_all("strong")}
    assert "$x_1 < x_2$" in soup.text


def test_without_the_setting_the_script_would_run():
    shown = page(stranger("written"), settings=False)
    assert harm(shown) == {"script", "style", "onerror", "onload", "link", "far"}


def test_the_instructors_own_html_stays():
    locked = written(grade=False, solution=False, locked=True, task=False)
    locked.source = '<div class="figure" style="color:teal">A figure</div>'
    (figure,) = BeautifulSoup(page(locked), "html.parser").find_all("div", class_="figure")
    assert figure["style"] == "color:teal"
