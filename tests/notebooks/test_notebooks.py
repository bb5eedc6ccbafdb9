"""Every notebook of the course: clean as committed, short-celled, and it runs."""

import os
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CELL_SECONDS, CODE_LINES, TEXT_WORDS = 60, 15, 120
IMAGE = re.compile(r"<(img|svg)\b[^>]*>")
# a nested svg is part of the named picture around it and says so
NAMED = re.compile(r"""\b(alt|aria-label)=(["'])\s*\w.*?\2|aria-hidden='true'""")

# Trainings of more than a few seconds: executed in the slow ring.
LONG = (
    "11_cnn_architectures",
    "12_recurrent_networks",
    "13_gated_rnns_and_seq2seq",
    "14_attention",
    "15_transformers",
    "17_small_gpt",
)

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
each_marked = pytest.mark.parametrize(
    "path",
    [pytest.param(p, marks=[pytest.mark.slow] * (p.stem in LONG)) for p in NOTEBOOKS],
    ids=lambda p: p.stem,
)


def words(text):
    return [token for token in text.split() if re.search(r"\w", token)]


def unnamed_images(markup):
    return [tag[0] for tag in IMAGE.finditer(markup) if not NAMED.search(tag[0])]


@each
def test_committed_clean(path):
    notebook = nbformat.read(path, 4)
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids), "cell ids repeat"
    assert "widgets" not in notebook.metadata
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not cell.outputs and cell.execution_count is None, f"{cell.id} has outputs"


@each
def test_short_cells(path):
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "code":
            lines = cell.source.splitlines()
            assert len(lines) <= CODE_LINES, f"{cell.id}: {len(lines)} lines of code"
        else:
            count = len(words(cell.source))
            assert count <= TEXT_WORDS, f"{cell.id}: {count} words"


@each
def test_images_in_text_have_alternative_text(path):
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"!\[\s*\]\(", cell.source), f"{cell.id}: image without alt"
            assert not unnamed_images(cell.source), f"{cell.id}: image without alt"


@each_marked
def test_runs_and_every_picture_has_words(path, monkeypatch, tmp_path):
    paths = [str(ROOT / "lib"), str(ROOT / "autograder")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    notebook = nbformat.read(path, 4)
    NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    ).execute()
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert output.get("name") != "stderr", f"{cell.id} warns: {output['text']}"
            data = output.get("data", {})
            assert "image/png" not in data, f"{cell.id}: a bare picture; use viz.show(alt=…)"
            bare = unnamed_images(data.get("text/html", ""))
            assert not bare, f"{cell.id}: {bare}"
