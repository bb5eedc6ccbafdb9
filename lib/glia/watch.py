"""What the tape looks out for when asked: which layer is running, and where a NaN was born.

Nothing here costs anything until `active` is true.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

__all__ = ["detect_anomaly", "set_detect_anomaly"]

active = False  # read on the hot path: are layers being followed?
_anomaly = False
_layers: list[tuple[str, str]] = []  # (class, path) of the layers that are running
_step = 0


def layer() -> str | None:
    """Return the layer that is running, such as ``"Linear 'fc2'"``, or None outside of any."""
    if not _layers:
        return None
    kind, path = _layers[-1]
    return f"{kind} {path!r}" if path else kind


def enter(kind: str, name: str | None) -> None:
    """Say that a layer of this class and name starts to run inside the one that is running."""
    outer = _layers[-1][1] if _layers else ""
    _layers.append((kind, f"{outer}.{name}" if outer and name else name or outer))


def leave() -> None:
    """Say that the layer has run."""
    _layers.pop()


def count_step() -> None:
    """Count one backward pass, for the message of `detect_anomaly`."""
    global _step
    _step += 1


class set_detect_anomaly:
    """Switch the hunt for NaN on or off: at once, and until the end of a `with` block.

    Args:
        mode: on or off.

    Raises:
        FloatingPointError: in forward or backward, as soon as a value or gradient is NaN, with the
            layer's name and the number of backward passes since the hunt began.
    """

    def __init__(self, mode: bool = True) -> None:
        global active, _anomaly, _step
        self._before = (active, _anomaly, _step)
        active = _anomaly = mode
        _step = 0

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: object) -> None:
        global active, _anomaly, _step
        active, _anomaly, _step = self._before
        _layers.clear()


detect_anomaly = set_detect_anomaly


def check_outputs(ctx: Any, arrays: Iterable[np.ndarray]) -> None:
    """Raise if a forward result is NaN."""
    if _anomaly and any(_has_nan(array) for array in arrays):
        where = ctx.layer or ctx.name
        raise FloatingPointError(f"NaN in the output of {where} at step {_step + 1} ({ctx.name})")


def check_gradients(ctx: Any, gradients: Iterable[Any]) -> None:
    """Raise if a gradient that a node hands on is NaN."""
    if not _anomaly:
        return
    for position, gradient in enumerate(gradients):
        if gradient is not None and _has_nan(getattr(gradient, "array", gradient)):
            raise FloatingPointError(
                f"NaN in the gradient of {ctx.layer or ctx.name} at step {_step} "
                f"({ctx.name}, argument {position})"
            )


def _has_nan(array: Any) -> bool:
    array = np.asarray(array)
    return array.dtype.kind == "f" and bool(np.isnan(array).any())
