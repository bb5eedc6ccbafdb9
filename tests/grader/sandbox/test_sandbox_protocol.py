"""The wire: what is packed arrives, and no bytes whatever make the host raise anything else."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from glia_grader.sandbox import answers, protocol
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

DTYPES = st.sampled_from(["?", "i1", "i2", "i4", "i8", "u1", "u8", "f2", "f4", "f8", "c8", "c16"])
ARRAYS = DTYPES.flatmap(lambda d: hnp.arrays(d, hnp.array_shapes(min_dims=0, min_side=0)))
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.complex_numbers(), st.text(),
    ARRAYS.filter(lambda a: a.ndim == 0).map(lambda a: a[()]),
)  # fmt: skip
KEYS = st.one_of(st.integers(), st.text(), st.booleans())
VALUES = st.recursive(
    st.one_of(SCALARS, ARRAYS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
    ),
    max_leaves=8,
)


def same(got, sent) -> bool:
    if type(got) is not type(sent):
        return False
    if isinstance(sent, (list, tuple)):
        return len(got) == len(sent) and all(map(same, got, sent))
    if isinstance(sent, dict):
        return list(got) == list(sent) and all(same(got[k], sent[k]) for k in sent)
    if isinstance(sent, (np.ndarray, np.generic)):
        return (
            got.dtype == sent.dtype and got.shape == sent.shape and got.tobytes() == sent.tobytes()
        )
    if isinstance(sent, str):
        return got == sent.encode("utf-8", "replace").decode()
    return repr(got) == repr(sent)


@given(VALUES)
@settings(deadline=None)
def test_every_value_arrives_as_it_was(value):
    node, blob = protocol.pack(value)
    frame = protocol.frame({"value": node}, blob)
    head, size = protocol.parse_prefix(frame[:8])
    assert len(frame) == 8 + head + size
    header = protocol.parse_header(frame[8 : 8 + head])
    assert same(protocol.unpack(header["value"], frame[8 + head :]), value)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from("vifcsSagltd?"), inner, max_size=2),
    ),
    max_leaves=12,
)


@given(JSON, st.binary(max_size=64))
@settings(max_examples=400, deadline=None)
def test_no_node_raises_anything_but_a_wire_error(node, blob):
    try:
        protocol.unpack(node, blob)
    except protocol.WireError:
        pass


@given(st.one_of(st.binary(max_size=200), JSON.map(lambda v: json.dumps(v).encode())))
@settings(max_examples=400, deadline=None)
def test_no_header_raises_anything_but_a_wire_error(head):
    try:
        assert isinstance(protocol.parse_header(head), dict)
    except protocol.WireError:
        pass


@given(VALUES, st.data())
@settings(max_examples=200, deadline=None)
def test_a_flipped_byte_raises_nothing_but_a_wire_error(value, data):
    node, blob = protocol.pack(value)
    head = bytearray(json.dumps(node).encode())
    index = data.draw(st.integers(0, len(head) - 1))
    head[index] = data.draw(st.integers(0, 255))
    try:
        protocol.unpack(protocol.parse_header(b'{"value": ' + bytes(head) + b"}")["value"], blob)
    except (protocol.WireError, KeyError):
        pass


@given(JSON)
@settings(max_examples=300, deadline=None)
def test_hostile_outputs_and_failures_become_well_formed(value):
    import nbformat

    for shape in (value, [value], [{"output_type": "display_data", "data": value}]):
        for output in answers.outputs(shape, 10_000):
            nbformat.validate(nbformat.from_dict(output), ref=output["output_type"], version=4)
    assert answers.failure(value).kind in answers.KINDS


HOSTILE = {
    "objects": {"a": ["|O", 1]},
    "text": {"a": ["<U4", 1]},
    "void": {"a": ["|V8", 1]},
    "negative": {"a": ["<f8", -1]},
    "lies about its length": {"a": ["<f8", 3]},
    "a float as size": {"a": ["<f8", 1.0]},
    "true as size": {"a": ["|u1", True]},
    "overflow": {"a": ["|u1", 1 << 62, 1 << 62]},
    "huge and empty": {"a": ["|u1", 1 << 25, 1 << 25, 0]},
    "many axes": {"a": ["|u1", *[1] * 40]},
    "unhashable key": {"d": [[{"l": []}, {"v": None}]]},
    "odd pair": {"d": [[{"v": None}]]},
    "two keys": {"v": None, "s": ""},
    "no kind": {"x": 1},
    "list for null": {"v": []},
    "negative text": {"S": -1},
    "long integer": {"i": "f" * 5000},
    "not a number": {"f": "abc"},
    "too large a float": {"f": "0x1p99999"},
    "leftover": {"v": None},
}


@pytest.mark.parametrize("node", HOSTILE.values(), ids=HOSTILE)
def test_hostile_nodes_are_refused(node):
    with pytest.raises(protocol.WireError):
        protocol.unpack(node, b"12345678")


def test_bombs_are_refused():
    deep: dict = {"v": None}
    for _ in range(200):
        deep = {"l": [deep]}
    with pytest.raises(protocol.WireError, match="deep"):
        protocol.unpack(deep, b"")
    with pytest.raises(protocol.WireError, match="many parts"):
        protocol.unpack({"l": [{"v": None}] * 60_000}, b"")
    with pytest.raises(protocol.WireError, match="many parts"):
        protocol.parse_header(b"{" + b"[" * 300_000)
    with pytest.raises(protocol.WireError, match="JSON"):
        protocol.parse_header(b"[" * 100_000)
    with pytest.raises(protocol.WireError, match="too large"):
        protocol.parse_prefix(struct.pack("<II", 1 << 31, 0))
    with pytest.raises(protocol.WireError, match="NaN"):
        protocol.parse_header(b'{"a": NaN}')
    keys = [[{"i": hex(k * (2**61 - 1))}, {"v": None}] for k in range(5000)]
    with pytest.raises(protocol.WireError):
        protocol.unpack({"d": keys}, b"")


def test_a_bool_is_zero_or_one_whatever_byte_was_sent():
    got = protocol.unpack({"a": ["|b1", 4]}, b"\x00\x01\x02\xff")
    assert got.view("u1").tolist() == [0, 1, 1, 1]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (object(), "type object"),
        ({1, 2}, "type set"),
        (np.array([object()]), "dtype object"),
        (np.zeros(1, "M8[s]"), "dtype datetime64"),
        (1 << 10_000, "thousands of digits"),
        (dict.fromkeys(range(5000)), "5000 items"),
        (lambda: 0, "type function"),
    ],
)
def test_what_cannot_be_packed_is_named(value, said):
    with pytest.raises(protocol.Unpackable, match=said):
        protocol.pack(value)


def test_a_lying_subclass_is_sent_as_the_bytes_it_holds():
    class Liar(np.ndarray):
        def __eq__(self, other):
            return True

        @property
        def shape(self):
            return (10**6,)

    node, blob = protocol.pack(np.zeros(3).view(Liar))
    assert type(protocol.unpack(node, blob)) is np.ndarray
    assert protocol.unpack(node, blob).shape == (3,)
