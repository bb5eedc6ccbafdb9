"""Making what a student's code printed safe to open: markup, paths, control codes, sizes.

Outputs are hostile. HTML goes through nh3 (an allow list, no style, no script, no remote resource);
pictures are admitted by their bytes, not by what they claim to be.
"""

from __future__ import annotations

import base64
import binascii
import re

import nh3

__all__ = ["clean_html", "cut", "image_uri", "plain", "scrub_paths", "strip_ansi"]

_TAGS = set(
    "a abbr b blockquote br caption code dd del details div dl dt em figcaption figure h1 h2 h3 h4 "
    "h5 h6 hr i img kbd li ol p pre s small span strong sub summary sup table tbody td tfoot th "
    "thead tr u ul".split()
)
_ATTRIBUTES = {
    "a": {"href"},
    "abbr": {"title"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_SIGNATURES = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
}
_DATA_URI = re.compile(r"data:(image/[a-z+]+);base64,(.*)", re.DOTALL)
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Absolute paths tell about the instructor's machine; their last part is all a student needs.
_POSIX_PATH = re.compile(
    r"(?<![\w.:/<>])/(?:home|tmp|usr|work|root|var|opt|Users|private|proc|mnt|srv|lib|lib64|etc|dev"
    r"|run|build|data|media|scratch|nix|snap|github|workspace)(?:/[^\s:;,'\"<>()\[\]{}|]*)?"
)
_WINDOWS_PATH = re.compile(r"(?<!\w)[A-Za-z]:\\(?:[^\s:;,'\"<>()|\\]+\\?)+")
_BETWEEN_TAGS = re.compile(r"(<[^>]*>)")

MAX_IMAGE_BYTES = 1_500_000


def strip_ansi(text: str) -> str:
    """Remove colour codes and control characters; keep what a carriage return leaves visible."""
    text = _ANSI.sub("", text).replace("\r\n", "\n")
    lines = [line.rsplit("\r", 1)[-1] if "\r" in line else line for line in text.split("\n")]
    return _CONTROLS.sub("", "\n".join(lines))


def scrub_paths(text: str) -> str:
    """Shorten absolute paths to ``…/last-part``."""

    def shorten(match: re.Match[str]) -> str:
        last = re.split(r"[/\\]", match.group().rstrip("/\\"))[-1]
        return f"…/{last}"

    return _WINDOWS_PATH.sub(shorten, _POSIX_PATH.sub(shorten, text))


def plain(text: str, limit: int) -> str:
    """Return text without control codes or paths, at most `limit` characters."""
    # Cut before the regular expressions run: 60 MB of one line must cost nothing.
    return cut(scrub_paths(strip_ansi(cut(text, 4 * limit))), limit)


def cut(text: str, limit: int) -> str:
    """Keep the beginning and the end of a long text and say how much is left out."""
    if len(text) <= limit:
        return text
    head, tail = limit * 2 // 3, limit // 3
    left_out = len(text) - head - tail
    return f"{text[:head]}\n… {left_out:,} characters left out …\n{text[len(text) - tail :]}"


def image_uri(kind: str, data: str, limit: int = MAX_IMAGE_BYTES) -> str | None:
    """Return a ``data:`` address of a picture, or None if it isn't one or is too large."""
    if len(data) > limit * 4 // 3 + 1024:
        return None
    if kind == "image/svg+xml":
        # As an <img> an SVG can neither run scripts nor fetch anything.
        encoded = base64.b64encode(data.encode("utf-8", "replace")).decode("ascii")
        return f"data:{kind};base64,{encoded}"
    try:
        raw = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    signature = _SIGNATURES.get(kind)
    if signature is None or not raw.startswith(signature):
        return None
    return f"data:{kind};base64,{base64.b64encode(raw).decode('ascii')}"


def _keep(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src":
        match = _DATA_URI.fullmatch(value)
        # An SVG is left out here: its data has been through no signature check.
        return image_uri(match[1], match[2]) if match and match[1] != "image/svg+xml" else None
    if tag == "a" and name == "href":
        return value if value.startswith(("https://", "http://", "#")) else None
    return value


def clean_html(html: str, limit: int) -> str:
    """Return harmless HTML: allowed tags only, pictures inline, no remote resource, no paths.

    Args:
        html: whatever a cell put out.
        limit: longest result in characters, pictures not counted; beyond it only text is kept.
    """
    if len(html) > 8 * MAX_IMAGE_BYTES:
        return f"<p>({len(html):,} characters of HTML left out)</p>"
    cleaned = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_keep,
        clean_content_tags={"script", "style", "title", "iframe", "object", "noscript", "template"},
        url_schemes={"http", "https", "data"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
    parts = _BETWEEN_TAGS.split(cleaned)
    cleaned = "".join(p if p.startswith("<") else scrub_paths(p) for p in parts)
    if sum(len(p) for p in parts if "base64," not in p) <= limit:
        return cleaned
    # Tables of thousands of rows: their text, shortened. nh3 escapes what is left of it.
    text = nh3.clean(cleaned, tags=set())
    return f"<pre>{re.sub(r'&[a-z0-9#]*$', '', text[:limit])} …</pre>"
