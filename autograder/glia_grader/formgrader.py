"""What the instructor's browser may be shown of a student's text.

nbgrader's formgrader and feedback pages turn markdown cells into HTML as they stand, scripts
included, and the formgrader has the right to change every score. `course/nbgrader_config.py` puts
this filter in the place of nbconvert's.
"""

from typing import Any

from jinja2 import pass_context

LONGEST = 200_000


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """Markdown to HTML; whatever a student could have written goes through the sanitiser.

    Formulas stay as they are, for MathJax. A locked text cell is the instructor's (intake has put
    it back) and keeps all its HTML.

    Args:
        context: What the page is being made of; holds the cell at hand.
        source: The markdown.

    Returns:
        Safe HTML.
    """
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    from glia_grader.feedback.sanitise import clean_html

    cell = context.get("cell") or {}
    attachments = cell.get("attachments") or {}
    # Links to "javascript:" are nbconvert's default; nobody's notebook needs them here.
    renderer = IPythonRenderer(escape=False, allow_harmful_protocols=False, attachments=attachments)
    html: Any = MarkdownWithMath(renderer=renderer).render(source)
    return html if _is_instructors(cell) else clean_html(html, LONGEST)


def _is_instructors(cell: Any) -> bool:
    marks = cell.get("metadata", {}).get("nbgrader", {})
    return (
        cell.get("cell_type") == "markdown"
        and bool(marks.get("locked"))
        and not marks.get("solution")
    )
