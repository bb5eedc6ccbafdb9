"""The wire between the trusted host and a box: frames, values, and caps on everything.

A frame is ``<II`` (header bytes, blob bytes), a JSON header, and a blob. Arrays and long strings
travel in the blob as raw bytes; the header says only their dtype, shape and length. Nothing here
unpickles, evaluates, or trusts a number that came from the other side: each is checked against
what really arrived. Both sides use this one file, but only :func:`unpack` and :func:`parse_header`
need to be proof against malice, for only the host reads bytes that a student may have written.
"""

import struct
from json import JSONDecoder, JSONEncoder
from typing import Any

import numpy as np

PREFIX = struct.Struct("<II")
MAX_HEADER = 1 << 20
MAX_BLOB = 64 << 20
MAX_DEPTH = 24
MAX_NODES = 50_000
MAX_DIMS = 16
MAX_KEYS = 4096  # keys can be chosen to collide: then a dict takes the square of their number
MAX_INT_BITS = 4096
SHORT = 256  # longer strings travel in the blob

KINDS = {"b": (1,), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8), "f": (2, 4, 8), "c": (8, 16)}
DTYPES = frozenset(
    np.dtype(f"{kind}{size}").newbyteorder("<").str
    for kind, sizes in KINDS.items()
    for size in sizes
)


class WireError(ValueError):
    """What arrived is not a well-formed message."""


class Unpackable(TypeError):
    """This value has no form on the wire; the message names its type for the student."""


def frame(header: dict, blob: bytes = b"") -> bytes:
    """One message, ready to send.

    Raises:
        WireError: the message would exceed the caps.
    """
    head = _encode(header).encode()
    if len(head) > MAX_HEADER or len(blob) > MAX_BLOB:
        raise WireError(f"a message of {len(head) + len(blob)} bytes is too large to send")
    return PREFIX.pack(len(head), len(blob)) + head + blob


def parse_prefix(prefix: bytes) -> tuple[int, int]:
    """Header and blob length of the coming frame, refused when over the caps."""
    head, blob = PREFIX.unpack(prefix)
    if head > MAX_HEADER or blob > MAX_BLOB:
        raise WireError(f"the reply is too large ({head + blob} bytes)")
    return head, blob


def _no_constant(name: str) -> Any:
    raise WireError(f"{name} is not allowed in a header")


# Made once, and held by name: an exercise may forbid json itself.
_encode = JSONEncoder(allow_nan=False).encode
_decode = JSONDecoder(parse_constant=_no_constant).decode


def parse_header(head: bytes) -> dict:
    """The JSON header as a dict.

    Raises:
        WireError: not JSON, nested too deep, or not an object.
    """
    # Millions of tiny lists would cost the host far more memory than the bytes that describe them.
    if head.count(b"[") + head.count(b"{") > 4 * MAX_NODES:
        raise WireError("the header has too many parts")
    try:
        header = _decode(head.decode())
    except WireError:
        raise
    except (ValueError, RecursionError) as error:
        raise WireError(f"the header is not readable JSON ({type(error).__name__})") from None
    if not isinstance(header, dict):
        raise WireError("the header is not an object")
    return header


def pack(value: Any) -> tuple[dict, bytes]:
    """A value as a JSON node and the bytes that go with it.

    Args:
        value: None, bool, int, float, complex, str, numeric arrays and numpy scalars, and tuples,
            lists and dicts of these.

    Raises:
        Unpackable: anything else; the message names the type.
    """
    parts: list[bytes] = []
    node = _pack(value, parts, 0)
    return node, b"".join(parts)


def _pack(value: Any, parts: list[bytes], depth: int) -> dict:
    if depth > MAX_DEPTH:
        raise Unpackable(f"a value nested more than {MAX_DEPTH} levels deep")
    if value is None or isinstance(value, bool):
        return {"v": value}
    if isinstance(value, str):  # before numpy scalars: np.str_ is a str
        return _pack_text(value, parts)
    if isinstance(value, np.generic):  # before int and float: np.float64 is a float
        return {"g": _pack_array(np.asarray(value), parts)[0]}
    if isinstance(value, np.ndarray):
        dtype, shape = _pack_array(value, parts)
        return {"a": [dtype, *shape]}
    if isinstance(value, int):
        if int(value).bit_length() > MAX_INT_BITS:
            raise Unpackable("an integer with thousands of digits")
        return {"i": hex(value)}
    if isinstance(value, float):
        return {"f": float.hex(value)}
    if isinstance(value, complex):
        return {"c": [value.real.hex(), value.imag.hex()]}
    if isinstance(value, (list, tuple, dict)) and len(value) > MAX_NODES:
        raise Unpackable(f"a {type(value).__name__} of {len(value)} items")
    if isinstance(value, (list, tuple)):
        kind = "t" if isinstance(value, tuple) else "l"
        return {kind: [_pack(item, parts, depth + 1) for item in value]}
    if isinstance(value, dict):
        if len(value) > MAX_KEYS:
            raise Unpackable(f"a dict of {len(value)} items")
        pairs = [
            [_pack(key, parts, depth + 1), _pack(item, parts, depth + 1)]
            for key, item in value.items()
        ]
        return {"d": pairs}
    raise Unpackable(f"an object of type {type(value).__name__}")


def _pack_text(text: str, parts: list[bytes]) -> dict:
    data = text.encode("utf-8", "replace")
    if len(data) <= SHORT:
        return {"s": data.decode()}
    parts.append(data)
    return {"S": len(data)}


def _pack_array(array: np.ndarray, parts: list[bytes]) -> tuple[str, tuple[int, ...]]:
    plain = np.asarray(array).view(np.ndarray)
    dtype = plain.dtype.newbyteorder("<")
    if dtype.str not in DTYPES:
        raise Unpackable(f"an array of dtype {plain.dtype}")
    if plain.nbytes > MAX_BLOB:
        raise Unpackable(f"an array of {plain.nbytes >> 20} MiB")
    parts.append(plain.astype(dtype, order="C", copy=False).tobytes())
    return dtype.str, plain.shape


class _Blob:
    """The blob, taken from the front, and a count of the nodes decoded so far."""

    def __init__(self, data: bytes):
        self.data, self.at, self.nodes = memoryview(data), 0, 0

    def take(self, size: int) -> memoryview:
        if size > len(self.data) - self.at:
            raise WireError(f"{size} bytes were promised, {len(self.data) - self.at} arrived")
        self.at += size
        return self.data[self.at - size : self.at]


def unpack(node: Any, data: bytes) -> Any:
    """The value of a node, built from plain types only.

    Raises:
        WireError: anything that does not fit: kinds, dtypes, shapes, lengths, depth, count.
    """
    blob = _Blob(data)
    try:
        value = _unpack(node, blob, 0)
    except WireError:
        raise
    except (ValueError, TypeError, OverflowError, LookupError, AttributeError) as error:
        raise WireError(f"the value is malformed ({type(error).__name__})") from None
    if blob.at != len(data):
        raise WireError(f"{len(data) - blob.at} bytes were left over")
    return value


def _unpack(node: Any, blob: _Blob, depth: int) -> Any:
    blob.nodes += 1
    if depth > MAX_DEPTH or blob.nodes > MAX_NODES:
        raise WireError("the value is nested too deep or has too many parts")
    if type(node) is not dict or len(node) != 1:
        raise WireError("a node is an object with one key")
    ((kind, body),) = node.items()
    if kind == "v" and (body is None or type(body) is bool):
        return body
    if kind == "i" and len(body) <= MAX_INT_BITS // 4 + 3:
        return int(body, 16)
    if kind == "f":
        return float.fromhex(body)
    if kind == "c":
        return complex(float.fromhex(body[0]), float.fromhex(body[1]))
    if kind == "s" and type(body) is str:
        return body.encode("utf-8", "replace").decode()
    if kind == "S" and _is_size(body):
        return bytes(blob.take(body)).decode("utf-8", "replace")
    if kind == "a":
        return _unpack_array(body[0], body[1:], blob)
    if kind == "g":
        return _unpack_array(body, [], blob)[()]
    if kind in ("l", "t") and type(body) is list:
        items = [_unpack(item, blob, depth + 1) for item in body]
        return items if kind == "l" else tuple(items)
    if kind == "d" and type(body) is list and len(body) <= MAX_KEYS:
        return {_unpack(k, blob, depth + 1): _unpack(v, blob, depth + 1) for k, v in body}
    raise WireError(f"unknown kind of value {str(kind)[:20]!r}")


def _is_size(number: Any) -> bool:
    return type(number) is int and 0 <= number <= MAX_BLOB


def _unpack_array(dtype: Any, shape: Any, blob: _Blob) -> np.ndarray:
    if type(dtype) is not str or dtype not in DTYPES:
        raise WireError(f"dtype {str(dtype)[:20]!r} is not allowed")
    if len(shape) > MAX_DIMS or not all(_is_size(n) for n in shape):
        raise WireError("the shape is not a short list of sizes")
    count, room = 1, 1
    for size in shape:
        count, room = count * size, room * max(size, 1)
    if room > MAX_BLOB:  # also for empty arrays: (2**26, 2**26, 0) upsets numpy later
        raise WireError("the shape is too large")
    raw = blob.take(count * np.dtype(dtype).itemsize)
    if dtype == "|b1":  # a byte that is neither 0 nor 1 would make a bool that is both
        return (np.frombuffer(raw, "u1") != 0).reshape(shape)
    return np.frombuffer(raw, dtype).reshape(shape).copy()
