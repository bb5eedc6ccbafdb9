"""The class report: one self-contained page for the instructor, made to be read and printed."""

from __future__ import annotations

from pathlib import Path

from glia_grader.pages import render, write_atomically

from .gather import ClassData, NothingToReport, gather

__all__ = ["ClassData", "NothingToReport", "page", "write", "write_from"]


def write(course_dir: Path, assignment: str) -> Path:
    """Write the class page, and the feedback pages of what was marked by hand.

    Args:
        course_dir: the nbgrader course.
        assignment: what to report on.

    Returns:
        ``course_dir/reports/<assignment>.html``; ``<assignment>.csv`` stands beside it.

    Raises:
        NothingToReport: if nothing was graded yet.
    """
    from glia_grader import feedback, pipeline

    data = gather(course_dir, assignment)
    marked = {row.student: row for row in data.rows if row.manual}
    for record in pipeline.records(course_dir, assignment) if marked else ():
        if (row := marked.get(record.student)) is not None:
            place = row.folder / f"{record.notebook}.html"
            write_atomically(place, feedback.page(record, name=row.name, manual=row.manual))
    return write_from(data, course_dir)


def write_from(data: ClassData, course_dir: Path) -> Path:
    """Write the class page from data at hand, and beside it the table for a spreadsheet."""
    from . import csv_table

    write_atomically(course_dir / "reports" / f"{data.assignment}.csv", csv_table.text(data))
    return write_atomically(course_dir / "reports" / f"{data.assignment}.html", page(data))


def page(data: ClassData) -> str:
    """Return the class page as HTML."""
    from . import figures, sections

    summary = sections.summary(data)
    shares = sections.shares(data)
    histogram, bins = figures.distribution(shares) if shares else ("", [])
    questions = sections.questions(data)
    held = sections.misconceptions(data)
    return render(
        "report.html.j2",
        assignment=data.assignment,
        title=data.title or data.assignment,
        summary=summary,
        shares=shares,
        histogram=histogram,
        bins=bins,
        questions=questions,
        question_figure=figures.questions(
            [q["name"] for q in questions], [q["parts"] for q in questions]
        )
        if questions
        else "",
        held=held,
        held_figure=figures.misconceptions(
            [f"{h['exercise']}: {h['words']}" for h in held[:20]],
            [h["count"] for h in held[:20]],
        )
        if held
        else "",
        humans=sections.for_a_person(data),
        rows=[sections.row(r) for r in data.rows],
        sandbox=sections.sandbox(data),
    )
