"""Save and load tensors and what holds them (a state dict, a checkpoint): a zip of plain arrays.

No pickle: a file can hold numbers, strings, lists, dicts and arrays, and never code.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import numpy as np

from .tensor import Tensor

__all__ = ["load", "save"]


def save(obj: Any, f: Any) -> None:
    """Write tensors, arrays, numbers, strings and None, in lists, tuples and dicts, to a file.

    Args:
        obj: what to save, such as `model.state_dict()`.
        f: a path or an open binary file.

    Raises:
        TypeError: something else is inside (save a model's state_dict, not the model).
    """
    arrays: list[np.ndarray] = []
    tree = _packed(obj, arrays)
    with zipfile.ZipFile(f, "w") as archive:
        archive.writestr("tree.json", json.dumps(tree))
        for i, array in enumerate(arrays):
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, array, allow_pickle=False)
            archive.writestr(f"{i}.npy", buffer.getvalue())


def load(f: Any) -> Any:
    """Read what `save` wrote."""
    with zipfile.ZipFile(f) as archive:
        tree = json.loads(archive.read("tree.json"))

        def array(i: int) -> np.ndarray:
            return np.lib.format.read_array(
                io.BytesIO(archive.read(f"{i}.npy")), allow_pickle=False
            )

        return _unpacked(tree, array)


def _packed(obj: Any, arrays: list[np.ndarray]) -> Any:
    if obj is None or isinstance(obj, (bool, int, float, str)):
        return obj
    if isinstance(obj, np.generic):
        return obj.item()
    if isinstance(obj, (Tensor, np.ndarray)):
        arrays.append(obj.array if isinstance(obj, Tensor) else obj)
        return {"tensor" if isinstance(obj, Tensor) else "array": len(arrays) - 1}
    if isinstance(obj, dict):
        return {"dict": [[_packed(k, arrays), _packed(v, arrays)] for k, v in obj.items()]}
    if isinstance(obj, (list, tuple)):
        kind = "list" if isinstance(obj, list) else "tuple"
        return {kind: [_packed(v, arrays) for v in obj]}
    raise TypeError(
        f"cannot save a {type(obj).__name__}; expected tensors, arrays, numbers, strings, lists "
        "and dicts (for a model, save model.state_dict())"
    )


def _unpacked(tree: Any, array: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    ((kind, inside),) = tree.items()
    if kind == "tensor":
        return Tensor.make(array(inside))
    if kind == "array":
        return array(inside)
    if kind == "dict":
        return {_unpacked(k, array): _unpacked(v, array) for k, v in inside}
    values = [_unpacked(v, array) for v in inside]
    return values if kind == "list" else tuple(values)
