"""Outputs that are kept are safe to open and short enough to keep."""

import json

import nbformat
from glia_grader.outputs import Tamer

PNG = "iVBORw0KGgo="


def tame(*outputs, total=10_000):
    return Tamer(total).tame(list(outputs))


def display(**data):
    named = {name.replace("__", "/"): value for name, value in data.items()}
    return {"output_type": "display_data", "data": named, "metadata": {"x": 1}}


def test_ordinary_outputs_stay():
    (stream, shown) = tame(
        {"output_type": "stream", "name": "stdout", "text": ["a\n", "b"]},
        display(text__plain="1", image__png=PNG),
    )
    assert stream["text"] == "a\nb"
    assert shown["data"] == {"text/plain": "1", "image/png": PNG}


def test_scripts_go():
    html = "<b onclick='x()'>bold</b><script>alert(1)</script><img src=x onerror=alert(2)>"
    (shown,) = tame(
        {
            "output_type": "display_data",
            "data": {
                "text/html": html,
                "application/javascript": "alert(3)",
                "image/svg+xml": "<svg onload='alert(4)'/>",
                "application/vnd.jupyter.widget-view+json": {"model_id": "x"},
                "image/png": "not <base64>",
            },
        }
    )
    assert list(shown["data"]) == ["text/html"]
    text = shown["data"]["text/html"]
    assert "<b>bold</b>" in text
    assert not any(word in text for word in ("script", "onclick", "onerror", "alert"))


def test_length_has_an_end():
    tamer = Tamer(1000)
    long = {"output_type": "stream", "name": "stdout", "text": "x" * 800}
    assert len(tamer.tame([long])[0]["text"]) == 800
    assert tamer.tame([long])[0]["text"] == "" and tamer.cut


def test_strange_shapes_become_valid_or_nothing():
    kept = tame(
        None,
        {"output_type": "stream", "text": 5},
        {"output_type": "error", "ename": None, "traceback": [1, "\ud800"]},
        {"output_type": "execute_result", "data": [], "execution_count": "1"},
        {"output_type": "update"},
    )
    cell = nbformat.v4.new_code_cell("x", outputs=[nbformat.from_dict(o) for o in kept])
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))
    json.dumps(kept, ensure_ascii=False).encode()
    assert len(kept) == 3
