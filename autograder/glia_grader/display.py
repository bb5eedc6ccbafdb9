"""A verdict as HTML for notebooks and pages, and as text for terminals.

The HTML is self-contained, needs no script, says everything in signs and words besides colour, and
takes its colours from JupyterLab's theme where there is one.
"""

from html import escape

from glia_grader.verdict import CheckResult, Row, Verdict

_HEADLINES = {
    "passed": ("✓", "All checks passed"),
    "partial": ("◐", "On the way"),
    "failed": ("✗", "Not yet"),
    "blank": ("·", "Not begun"),
    "error": ("✗", "An error stopped it"),
    "timeout": ("✗", "Out of time"),
    "died": ("✗", "It ended the process"),
}
_EDGE = {"passed": "#0072b2", "partial": "#b8860b", "blank": "#767676"}
_FG = "var(--jp-ui-font-color1, CanvasText)"
_SOFT = "opacity:0.75"
_PANEL = "var(--jp-layout-color2, rgba(127, 127, 127, 0.12))"
_LINE = "var(--jp-border-color2, rgba(127, 127, 127, 0.45))"


def to_html(verdict: Verdict, hidden: bool = False) -> str:
    """Self-contained HTML fragment.

    Args:
        verdict: What to show.
        hidden: Leave the table of the failing case out.
    """
    sign, headline = _HEADLINES[verdict.status]
    edge = _EDGE.get(verdict.status, "#d55e00")
    title = escape(verdict.title or verdict.exercise)
    parts = [
        f'<section class="glia-verdict" role="status" aria-label="Check of '
        f'{escape(verdict.exercise)}: {headline}" style="border:1px solid {_LINE};border-left:'
        f"6px solid {edge};border-radius:4px;padding:10px 14px;margin:6px 0;max-width:52em;"
        f"color:{_FG};font-family:var(--jp-ui-font-family, system-ui, sans-serif);"
        f'font-size:14px;line-height:1.5">',
        f'<div style="display:flex;gap:1em;justify-content:space-between;flex-wrap:wrap">'
        f'<strong style="font-size:1.1em">{sign} {headline}</strong>'
        f"<span><code>{escape(verdict.exercise)}</code> · {_points(verdict)}</span></div>",
        f'<div style="{_SOFT}">{title}</div>',
    ]
    first = verdict.first_failure
    if first is not None and first.message:
        parts.append(f'<p style="margin:8px 0 4px">{escape(_sentence(first.message))}</p>')
        if first.table and not hidden:
            parts.append(_table(first.table, first.note))
    if verdict.diagnosis is not None:
        parts.append(_diagnosis(verdict))
    parts.append(_list(verdict))
    parts.append("</section>")
    return "".join(parts)


def _points(verdict: Verdict) -> str:
    return f"{verdict.points:g} of {verdict.max_points:g} points"


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else text + "."


def _table(rows: tuple[Row, ...], note: str) -> str:
    cell = f"border:1px solid {_LINE};padding:4px 8px;vertical-align:top;text-align:left"
    label = {"input": "", "yours": "✗ ", "expected": "✓ "}
    body = "".join(
        f'<tr><th scope="row" style="{cell};font-weight:normal;white-space:nowrap">'
        f"{label[r.role]}{escape(r.label)}</th>"
        f'<td style="{cell}"><pre style="margin:0;white-space:pre-wrap;background:none;'
        f"color:inherit;font-weight:{'bold' if r.role == 'yours' else 'normal'};"
        f'font-family:var(--jp-code-font-family, monospace)">{escape(r.text)}</pre></td></tr>'
        for r in rows
    )
    caption = escape(note[:1].upper() + note[1:]) or "The case that fails"
    return (
        f'<table style="border-collapse:collapse;margin:6px 0;font-size:13px;color:inherit">'
        f'<caption style="text-align:left;caption-side:top;white-space:nowrap;padding:2px 0;'
        f'{_SOFT}">{caption}</caption><tbody>{body}</tbody></table>'
    )


def _diagnosis(verdict: Verdict) -> str:
    assert verdict.diagnosis is not None
    shown = "".join(
        f'<details{" open" if i <= verdict.hint_level else ""} style="margin:2px 0">'
        f'<summary style="cursor:pointer">Hint {i}</summary>'
        f'<div style="margin:2px 0 6px 1.2em">{escape(hint)}</div></details>'
        for i, hint in enumerate(verdict.hints, start=1)
    )
    return (
        f'<div style="background:{_PANEL};border-radius:4px;padding:6px 10px;margin:8px 0">'
        f"<div><strong>This looks like a known slip.</strong> "
        f"{escape(verdict.diagnosis.symptom)}</div>{shown}</div>"
    )


def _list(verdict: Verdict) -> str:
    items = "".join(
        f'<li style="list-style:none">{_sign(r)} {escape(r.title)}'
        f'<span style="{_SOFT}"> · {_word(r)}</span></li>'
        for r in verdict.results
    )
    opened = "" if verdict.passed else " open"
    return (
        f'<details{opened} style="margin-top:6px"><summary style="cursor:pointer">'
        f"{_count(verdict)}</summary>"
        f'<ul style="margin:4px 0;padding-left:0.4em">{items}</ul></details>'
    )


def _count(verdict: Verdict) -> str:
    passed = sum(r.passed for r in verdict.results)
    return f"{passed} of {len(verdict.results)} checks passed"


def _sign(result: CheckResult) -> str:
    return "✓" if result.passed else ("✗" if result.ran else "–")


def _word(result: CheckResult) -> str:
    if result.passed:
        return "passed"
    return "not yet" if result.ran else escape(_sentence(result.message))[:-1].lower()


def to_text(verdict: Verdict) -> str:
    """Plain text for terminals; also what a graded cell raises."""
    sign, headline = _HEADLINES[verdict.status]
    lines = [f"{sign} {verdict.exercise}: {headline} ({_points(verdict)})"]
    first = verdict.first_failure
    if first is not None and first.message:
        lines += ["", _sentence(first.message)]
        if first.table:
            lines.append(f"  ({first.note or 'the case that fails'})")
        for row in first.table:
            lines += _block(row)
    if verdict.diagnosis is not None:
        lines += ["", f"This looks like a known slip. {verdict.diagnosis.symptom}"]
        level = verdict.hint_level
        lines += [f"Hint {i}: {h}" for i, h in enumerate(verdict.hints[:level], start=1)]
        if level < len(verdict.hints):
            call = f'check("{verdict.exercise}", {verdict.exercise}, hint={level + 1})'
            lines.append(f"Still stuck? {call} says more.")
    lines += ["", *(f"  {_sign(r)} {r.title}" for r in verdict.results)]
    return "\n".join(lines)


def _block(row: Row) -> list[str]:
    head = f"  {row.label}: "
    first, *rest = row.text.split("\n")
    return [head + first, *(" " * len(head) + line for line in rest)]
