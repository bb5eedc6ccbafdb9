"""Notebooks 14, 15, 17 with their exercises solved: checks pass, and what the text says is true."""

import os
import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from glia_grader.exercise import load
from nbclient import NotebookClient

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]  # three notebooks that train

ROOT = Path(__file__).parents[2]
STUB = re.compile(r"^def my_(\w+)\(.*\):\n    raise NotImplementedError", re.M)
SOLVED = """
scope = {{"np": np}}
exec({source!r}, scope)
my_{name} = scope[{name!r}]
"""


def solve(name, folder):
    """What each code cell of the solved notebook prints, by its id."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", 4)
    for cell in notebook.cells:
        stub = STUB.search(cell.source) if cell.cell_type == "code" else None
        if stub:
            source = load(stub[1]).reference_source
            for used in load(stub[1]).uses:
                source = load(used).reference_source + "\n\n" + source
            cell.source = SOLVED.format(name=stub[1], source=source)
        elif cell.id.startswith("own-") and cell.cell_type == "code":
            cell.source = f"shown = {cell.source}\nprint(repr(shown.error))"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "lib"), str(ROOT / "autograder")]))
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "runtime"))
        resources = {"metadata": {"path": str(folder)}}
        NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()
    return {
        cell.id: "".join(
            output.get("text", "") + output.get("data", {}).get("text/plain", "")
            for output in cell.outputs
        )
        for cell in notebook.cells
        if cell.cell_type == "code"
    }


@pytest.fixture(scope="module")
def attention(tmp_path_factory):
    return solve("14_attention", tmp_path_factory.mktemp("attention"))


@pytest.fixture(scope="module")
def transformers(tmp_path_factory):
    return solve("15_transformers", tmp_path_factory.mktemp("transformers"))


@pytest.fixture(scope="module")
def small_gpt(tmp_path_factory):
    return solve("17_small_gpt", tmp_path_factory.mktemp("small_gpt"))


@pytest.mark.parametrize(
    ("chapter", "count", "own"), [("attention", 6, 4), ("transformers", 3, 0), ("small_gpt", 2, 1)]
)
def test_checks_pass_and_no_widget_complains(chapter, count, own, request):
    printed = request.getfixturevalue(chapter)
    checks = {name: text for name, text in printed.items() if name.endswith("-check")}
    assert len(checks) == count
    for name, text in checks.items():
        got, most = re.search(r"([\d.]+) of ([\d.]+) points", text).groups()
        assert got == most, f"{name}: {text}"
    errors = [text for name, text in printed.items() if name.startswith("own-")]
    assert len(errors) == own and set(errors) <= {"''\n"}


def shares(text):
    return [float(n) for n in re.findall(r"([\d.]+)%", text)]


def decimals(text):
    return [float(n) for n in re.findall(r"-?\d+\.\d+", text)]


def test_what_chapter_14_says(attention):
    without, looking = shares(attention["train-run"])
    assert without < 5 and looking > 95  # hardly any against nearly all
    assert min(shares(attention["hits-code"])) > 70
    largest = [decimals(line)[1:3] for line in attention["why-root-code"].splitlines()]
    undivided, divided = zip(*largest, strict=True)
    assert undivided[-1] > 0.9 > 0.5 > undivided[0] and max(divided) < 0.25
    alone, asking = shares(attention["tagger-run"])
    assert alone < 95 and asking > 99
    cut = shares(attention["cut-code"])
    lost = [asking - share for share in cut]
    assert len(cut) == 8 and max(lost) > 3 * min(lost) and min(cut) > 80
    said = re.findall(r"\? +(True|False)", attention["equivariance-code"])
    assert said == ["False", "True", "True", "False"]
    with_places, lost_without = shares(attention["no-places-run"])
    assert with_places > lost_without + 10
    zeros = re.findall(r"05/03/1987 → (.)..(.)", attention["no-places-run"])
    assert zeros[1][0] == zeros[1][1]  # equal letters, equal tags
    for line in attention["relative-code"].splitlines():
        turned, there = re.findall(r"\[([^]]*)\]", line)
        assert decimals(turned) == pytest.approx(decimals(there), abs=1e-8)


def test_what_chapter_15_says(transformers):
    (off,) = [float(n) for n in re.findall(r"difference: ([\d.e-]+)", transformers["ffn-code"])]
    assert off < 1e-6
    assert "lengths [2. 2.]" in transformers["norm-code"]
    pre, post = (decimals(line) for line in transformers["deep-picture"].splitlines()[:2])
    assert post[1] > 1.3 * pre[1]
    falls, stays = (float(n) for n in re.findall(r"ends at ([\d.]+)", transformers["deep-picture"]))
    assert falls < 0.6 and stays > 1.2
    dates, characters = shares(transformers["translator-write"])
    assert dates > 60 and characters > 93
    rows = [decimals(line) for line in transformers["cost-run"].splitlines()]
    (gru_short, short), (gru_long, long) = rows[0], rows[-1]
    assert short < gru_short and long > gru_long
    assert "4 questions" in transformers["games-code"]
    assert "tokens 17" in transformers["vit-code"]


def test_what_chapter_17_says(small_gpt):
    before, after, bigram = decimals(small_gpt["train-code"])[:3]
    assert before == pytest.approx(4.17, abs=0.1)
    assert after < bigram - 0.4 and bigram == pytest.approx(2.51, abs=0.02)
    known = shares(small_gpt["temperature-code"])[::2]
    kinds = shares(small_gpt["temperature-code"])[1::2]
    assert known == sorted(known, reverse=True) and kinds[0] < min(kinds[1:])
    rows = [decimals(line) for line in small_gpt["cache-code"].splitlines() if line.strip()]
    assert "False" not in small_gpt["cache-code"]
    assert rows[-1][0] > 2 * rows[-1][1]
    for (slow, _), (slower, _) in pairwise(rows):
        assert slower > slow
