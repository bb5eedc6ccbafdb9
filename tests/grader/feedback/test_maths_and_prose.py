import re

import pytest
from glia_grader.feedback.code import highlight
from glia_grader.feedback.maths import to_mathml
from glia_grader.feedback.prose import prose
from hypothesis import given, settings
from hypothesis import strategies as st


def test_a_formula_becomes_mathml():
    html = to_mathml(r"\sigma(z) = \frac{1}{1 + e^{-z}}", display=True)
    assert html.startswith('<math display="block">')
    assert "<mfrac>" in html
    assert "σ" in html


def test_function_names_stand_apart():
    assert "mspace" in to_mathml(r"\ln 2")
    assert "mspace" not in to_mathml("a b")
    assert "<msub><mi>max</mi><mi>j</mi></msub>" in to_mathml(r"\max_j z_j").replace("mo>", "mi>")


@pytest.mark.parametrize(
    "broken", [r"\frac{1}{", r"\unknown{", "{" * 50, r"\begin{cases} 1", "x" * 9999]
)
def test_what_cannot_be_read_stays_as_code_or_maths(broken):
    html = to_mathml(broken)
    assert html.startswith(("<code>", "<math"))


@pytest.mark.parametrize(
    "hostile",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\text{<script>alert(1)</script>}",
        r"\style{background:url(https://evil.example)}{x}",
        r"\class{card}{x}",
        r"\color{red;background:url(https://evil.example)}{x}",
    ],
)
def test_formulas_carry_no_markup(hostile):
    html = to_mathml(hostile)
    tags = set(re.findall(r"<(\w+)", html))
    assert tags <= {"math", "mrow", "mi", "mo", "mn", "mtext", "mspace", "mstyle", "code"}
    assert not re.search(r"<[^>]*(href|style=|class|on\w+=)", html)


def test_markdown_with_maths_tables_and_code():
    html = prose(
        "# Title\n\nInline $x^2$ and `a$b$c`, price \\$5.\n\n$$\\sum_n x_n$$\n\n"
        "| a | b |\n|---|---|\n| 1 | $y$ |\n"
    )
    assert html.count("<math") == 3
    assert "<h1>Title</h1>" in html
    assert "<code>a$b$c</code>" in html
    assert "$5" in html
    assert "<td>1</td>" in html


def test_html_in_markdown_is_sanitised():
    html = prose('<img src="https://evil.example/x" onerror="a()"> <script>b()</script> **bold**')
    assert "evil.example" not in html
    assert "script" not in html
    assert "<strong>bold</strong>" in html


def test_a_student_cannot_forge_a_formula_token():
    html = prose("$x$ and 0123456789abcdefx0x")
    assert html.count("<math") == 1


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="$\\{}_^ab1&<>#*`|\n -", max_size=80))
def test_no_markdown_raises(text):
    assert "<script" not in prose(text)


def test_code_is_escaped_and_small():
    source = 'def f(x):\n    """Doc <b>."""\n    return x < 3 and "<script>"  # why\n'
    html = highlight(source)
    assert "<script>" not in html
    assert "<b>" not in html
    assert '<span class="k">def' in html
    assert html.count("<span") == 6
    assert re.sub(r"<[^>]+>", "", html).replace("&lt;", "<").replace("&gt;", ">") == source
