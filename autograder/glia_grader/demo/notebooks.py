"""Filling in and mangling a released notebook, as students and their editors do."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from .answers import ANSWER_ID

__all__ = ["add_cell", "add_tag", "answered", "find", "replace_graded"]


def find(notebook: Any, grade_id: str) -> int:
    """Return the position of the cell that nbgrader knows by this name."""
    for index, cell in enumerate(notebook.cells):
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id:
            return index
    raise KeyError(f"the release has no cell '{grade_id}'")


def answered(release: Any, code: Mapping[str, str], written: str = "") -> Any:
    """Return a copy of the release with answers pasted into their cells."""
    notebook = copy.deepcopy(release)
    for exercise, source in code.items():
        notebook.cells[find(notebook, f"solution-{exercise}")].source = source
    if written:
        notebook.cells[find(notebook, ANSWER_ID)].source = written
    return notebook


def add_cell(notebook: Any, before: str, source: str) -> None:
    """Insert a cell of the student's own before the named one."""
    import nbformat

    cell = nbformat.v4.new_code_cell(source)
    cell["id"] = f"own-{before}"[:60]
    notebook.cells.insert(find(notebook, before), cell)


def replace_graded(notebook: Any, source: str) -> None:
    """Write `source` over every graded cell: the oldest trick."""
    for cell in notebook.cells:
        meta = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and meta.get("grade"):
            cell.source = source


def add_tag(notebook: Any, tag: str) -> None:
    """Tag every graded cell."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade"):
            cell.metadata.setdefault("tags", []).append(tag)
