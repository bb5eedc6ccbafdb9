"""Markdown cells to HTML, with formulas as MathML."""

from __future__ import annotations

import re
import secrets
from functools import lru_cache
from typing import Any

from .maths import to_mathml
from .sanitise import clean_html

__all__ = ["prose"]


@lru_cache(maxsize=512)
def prose(markdown: str, limit: int = 12_000) -> str:
    """Return safe HTML for a markdown text.

    Everything a student could have written goes through the sanitiser; formulas are set aside first
    and put back, as MathML of our own making, afterwards. Statements are the same in every
    submission, so the result is remembered.
    """
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    token = secrets.token_hex(8)
    formulas: list[str] = []

    class Renderer(IPythonRenderer):
        """Leaves a token where a formula stood."""

        def _set_aside(self, latex: str, *, display: bool) -> str:
            formulas.append(to_mathml(latex, display=display))
            return f"{token}x{len(formulas) - 1}x"

        def block_math(self, body: str) -> str:
            return self._set_aside(body, display=True)

        def inline_math(self, body: str) -> str:
            return self._set_aside(body, display=False)

        def multiline_math(self, text: str) -> str:
            return self._set_aside(text.strip("$"), display=True)

        def latex_environment(self, name: str, body: str) -> str:
            return self._set_aside(rf"\begin{{{name}}}{body}\end{{{name}}}", display=True)

    renderer = Renderer(escape=False, exclude_anchor_links=True)
    html: Any = MarkdownWithMath(renderer=renderer).render(markdown[: 4 * limit])
    cleaned = clean_html(html, limit)
    filled = re.sub(
        rf"{token}x(\d+)x",
        lambda match: formulas[int(match[1])] if int(match[1]) < len(formulas) else "",
        cleaned,
    )
    return filled.replace("<p></p>", "")
