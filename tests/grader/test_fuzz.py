"""Mutated files and messages by the thousand: nothing but the promised exceptions escapes."""

import copy
import json
import random
import struct
import time
from collections import Counter

import numpy as np
import pytest
from course_builder import notebook_of
from glia_grader.intake import Release, read_bytes
from glia_grader.sandbox import answers, protocol

SIZES = [
    pytest.param(300, 1_500, id="small"),
    pytest.param(
        40_000, 160_000, id="whole", marks=[pytest.mark.campaign, pytest.mark.timeout(3600)]
    ),
]
ODD = [
    None, True, -1, 0, 10**30, 1e308, "", "\ud800", "\0", "x" * 5000, [], {}, [[]], {"": {}},
    {"output_type": "stream"}, {"grade_id": "grade-softmax", "grade": True}, ["a", 1, None],
]  # fmt: skip


@pytest.mark.parametrize(("notebooks", "messages"), SIZES)
def test_nothing_escapes(notebooks, messages):
    begun, rng = time.perf_counter(), random.Random(notebooks)
    said = _intake(rng, notebooks) + _wire(rng, messages)
    seconds = time.perf_counter() - begun
    print(f"\n{sum(said.values())} inputs in {seconds:.0f} s: {dict(said)}")
    assert sum(said.values()) == notebooks + messages
    # Both ways out are taken, or the mutations are too tame or too wild to say anything.
    assert min(said[k] for k in ("notebook read", "notebook refused", "message refused")) > 10


def _intake(rng, count):
    source = notebook_of()
    release = Release.from_notebook(source, "ps1")
    whole = json.dumps(source).encode()
    said = Counter()
    for _ in range(count):
        if rng.random() < 0.6:
            data = _structure(rng, copy.deepcopy(source))
        else:
            data = _bytes(rng, whole)
        done = read_bytes(data, release, "ada")
        if done.unreadable is not None:
            assert done.notebook is None and done.unreadable.strip()
            said["notebook refused"] += 1
            continue
        said["notebook read"] += 1
        text = json.dumps(done.notebook).encode()  # it can be written down
        assert len(text) < 40 << 20
        ids = [cell["id"] for cell in done.notebook["cells"]]
        assert len(ids) == len(set(ids))
        for cell in release.graded:  # and the instructor's cells are the instructor's
            if cell.restored:
                (mine,) = (c for c in done.cells if c.released is cell)
                assert done.notebook["cells"][mine.index]["source"] == cell.source
    return said


def _wire(rng, count):
    said = Counter()
    values = [
        (np.arange(6.0).reshape(2, 3), {"a": [1, 2.5, None]}, "x" * 300),
        {"ok": True, "outputs": [{"output_type": "stream", "name": "stdout", "text": "hi"}]},
        {"value": np.ones((2, 2), "f4"), "seconds": 0.1, "same": True, "attempts": []},
    ]
    for _ in range(count):
        node, blob = protocol.pack(rng.choice(values))
        header = {"id": 1, "value": node}
        if rng.random() < 0.5:
            header = _change(rng, header)
            data = struct.pack("<II", 0, len(blob)) + _dumps(header) + blob
            head, rest = _dumps(header), blob
        else:
            data = _bytes(rng, protocol.frame(header, blob))
            head = rest = b""
        try:
            if not head:
                if len(data) < protocol.PREFIX.size:
                    raise protocol.WireError("cut off")
                sizes = protocol.parse_prefix(data[: protocol.PREFIX.size])
                body = data[protocol.PREFIX.size :]
                head, rest = body[: sizes[0]], body[sizes[0] : sum(sizes)]
            found = protocol.parse_header(head)
            answers.failure(found.get("failure"))
            value = protocol.unpack(found.get("value"), rest)
            if type(value) is dict:
                json.dumps(answers.outputs(value.get("outputs"), 10_000))
                answers.texts(value.get("attempts"))
            said["message read"] += 1
        except protocol.WireError:
            said["message refused"] += 1
    return said


def _dumps(value):
    return json.dumps(value).encode("utf-8", "replace")


def _structure(rng, notebook):
    for _ in range(rng.randint(1, 6)):
        notebook = _change(rng, notebook)
    return _dumps(notebook)


def _change(rng, value, depth=0):
    """The value with one part replaced, doubled, or gone."""
    if depth > 7 or not isinstance(value, dict | list) or not value or rng.random() < 0.05:
        return copy.deepcopy(rng.choice(ODD))
    keys = list(value) if isinstance(value, dict) else range(len(value))
    key = rng.choice(keys)
    if rng.random() < 0.08:
        del value[key]
    elif isinstance(value, list) and rng.random() < 0.1:
        value.insert(rng.randrange(len(value) + 1), copy.deepcopy(value[key]))
    else:
        value[key] = _change(rng, value[key], depth + 1)
    return value


def _bytes(rng, data):
    """The bytes with some of them flipped, cut out, doubled, or cut off."""
    data = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        a, b = sorted(rng.randrange(len(data) + 1) for _ in range(2))
        b = min(b, a + rng.choice((1, 8, 400, 10**6)))
        what = rng.randrange(5)
        if what == 0 and data:
            data[a % len(data)] ^= 1 << rng.randrange(8)
        elif what == 1:
            del data[a:b]
        elif what == 2:
            data[a:a] = data[a:b]
        elif what == 3 and rng.random() < 0.3:
            del data[a:]
        else:
            data[a:b] = rng.randbytes(b - a if b - a < 50 else 50)
    return bytes(data)
