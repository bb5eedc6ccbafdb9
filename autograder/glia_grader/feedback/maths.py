"""LaTeX to MathML, which browsers draw themselves: no script, no fonts from elsewhere."""

from __future__ import annotations

import html
from functools import lru_cache
from xml.etree import ElementTree

__all__ = ["to_mathml"]

_TAGS = frozenset(
    "math mrow mi mn mo mtext mspace ms mfrac msqrt mroot mstyle merror mpadded mphantom msub msup "
    "msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr mtd menclose".split()
)
_ATTRIBUTES = frozenset(
    "display displaystyle scriptlevel mathvariant stretchy fence separator accent accentunder "
    "form lspace rspace minsize maxsize movablelimits symmetric largeop columnalign rowspacing "
    "columnspacing columnlines rowlines linethickness width height depth voffset notation".split()
)
_LONGEST = 4000
_ROWS = frozenset("math mrow mtd mstyle".split())
_FUNCTIONS = frozenset("log ln exp max min sin cos tan tanh sup inf det arg".split())


@lru_cache(maxsize=2048)
def to_mathml(latex: str, *, display: bool = False) -> str:
    r"""Return MathML for a formula; one that can't be read comes back as code.

    Args:
        latex: the formula without its dollar signs.
        display: whether it stands on a line of its own.

    Returns:
        HTML that is safe to insert: only MathML's presentation elements, no links, no styles.
    """
    fallback = f"<code>{html.escape(latex.strip())}</code>"
    if len(latex) > _LONGEST:
        return fallback
    try:
        from latex2mathml.converter import convert

        tree = ElementTree.fromstring(convert(latex, display="block" if display else "inline"))
        return _serialise(tree)
    except Exception:
        # Its parser raises a dozen kinds of error, and a formula is a student's free text.
        return fallback


def _serialise(node: ElementTree.Element) -> str:
    name = node.tag.rpartition("}")[2]
    inner = html.escape(node.text or "")
    named = False
    for child in node:
        # "ln 2": a function's name and its argument stand apart.
        # Only in a row: elsewhere the number of children has a meaning.
        if (
            named
            and name in _ROWS
            and child.tag.rpartition("}")[2] in ("mi", "mn", "msub", "msup", "msubsup")
        ):
            inner += '<mspace width="0.17em"></mspace>'
        inner += _serialise(child) + html.escape(child.tail or "")
        named = (child.text or "") in _FUNCTIONS
    if name not in _TAGS:
        return inner
    attributes = "".join(
        f' {key}="{html.escape(value)}"'
        for key, value in node.attrib.items()
        # The default of `stretchy` and friends is written out by the converter: half the page.
        if key in _ATTRIBUTES and value.isascii() and (key, value) not in _DEFAULTS
    )
    return f"<{name}{attributes}>{inner}</{name}>"


_DEFAULTS = frozenset({("display", "inline"), ("scriptlevel", "0"), ("displaystyle", "false")})
