"""Python source as small HTML: only what helps reading is coloured."""

from __future__ import annotations

import html
from functools import lru_cache

__all__ = ["highlight"]


@lru_cache(maxsize=1024)
def highlight(source: str) -> str:
    """Return escaped source with spans for keywords, strings, comments and defined names.

    Pygments' own formatter wraps every token, which triples the page; neighbours of one kind are
    joined here and plain names stay plain.
    """
    from pygments.lexers.python import Python3Lexer
    from pygments.token import Comment, Keyword, Name, String

    kinds = (
        (Keyword, "k"),
        (String, "s"),
        (Comment, "c"),
        (Name.Function, "d"),
        (Name.Decorator, "d"),
    )
    pieces: list[tuple[str, str]] = []
    for token, text in Python3Lexer(ensurenl=False, stripnl=False).get_tokens(source):
        kind = next((css for parent, css in kinds if token in parent), "")
        if not text.strip() and pieces:
            kind = pieces[-1][0]
        if pieces and pieces[-1][0] == kind:
            pieces[-1] = (kind, pieces[-1][1] + text)
        else:
            pieces.append((kind, text))
    return "".join(
        f'<span class="{kind}">{html.escape(text, quote=False)}</span>'
        if kind
        else html.escape(text, quote=False)
        for kind, text in pieces
    )
