"""Ask the learner's attention for its weights, and say where they leave the library's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from glia.widgets.learner import LearnerError, as_numbers, ask
from glia.widgets.svg import number

__all__ = ["dot_answers", "qk_answers"]


def dot_answers(
    function: Callable[..., Any], queries: np.ndarray, states: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, str]:
    """The learner's weights for each query, and a complaint or nothing.

    Args:
        function: ``dot_attention(query, states) -> (scores, weights, context)``.
        queries: one query a row.
        states: what is looked at.
        weights: the library's.

    Shape:
        queries (T, H), states (S, H), weights (T, S)

    Raises:
        LearnerError: it cannot be drawn at all.
    """
    yours, complaint = np.empty_like(weights), ""
    for t, query in enumerate(queries):
        answer = ask(function, "your dot_attention", query, states)
        if not isinstance(answer, (tuple, list)) or len(answer) != 3:
            raise LearnerError(
                "your dot_attention must return three things: scores, weights, context."
            )
        yours[t] = as_numbers(
            answer[1], "your dot_attention (weights)", (len(states),), finite=True
        )
        context = as_numbers(answer[2], "your dot_attention (context)", (states.shape[1],))
        if not complaint and not np.allclose(context, yours[t] @ states, atol=1e-5):
            complaint = f"your context in row {t + 1} is not the weighted sum of the states."
    return yours, _compare(yours, weights) or complaint


def qk_answers(
    function: Callable[..., Any],
    query: np.ndarray,
    key: np.ndarray,
    mask: np.ndarray | None,
    weights: np.ndarray,
) -> tuple[np.ndarray, str]:
    """The learner's weights, and a complaint or nothing.

    Args:
        function: ``scaled_dot_product_attention(Q, K, V, mask)``.
        query: Q.
        key: K.
        mask: True where a key may be seen.
        weights: the library's.

    Shape:
        query (..., T, d), key (..., S, d), weights (..., T, S)

    Raises:
        LearnerError: it cannot be drawn at all.
    """
    identity = np.broadcast_to(np.eye(key.shape[-2]), (*key.shape[:-1], key.shape[-2]))
    seen = None if mask is None else np.broadcast_to(mask, weights.shape)
    answer = ask(function, "your attention", query, key, np.array(identity), seen)
    yours = as_numbers(answer, "your attention", weights.shape, finite=True)
    if seen is not None and np.any(np.abs(yours[~seen]) > 1e-9):
        return yours, "your attention looks at places that the mask hides."
    return yours, _compare(yours, weights)


def _compare(yours: np.ndarray, weights: np.ndarray) -> str:
    if np.allclose(yours, weights, atol=1e-5):
        return ""
    sums = yours.sum(axis=-1)
    wrong = np.abs(yours - weights).max(axis=-1) > 1e-5
    at = tuple(int(k) for k in np.argwhere(wrong)[0])
    row = f"row {at[-1] + 1}" + (f" of head {at[-2] + 1}" if len(at) > 1 else "")
    if not np.isclose(sums[at], weights[at].sum(), atol=1e-5):
        wanted = number(float(weights[at].sum()), 0)
        return f"your weights in {row} sum to {number(float(sums[at]))}, not to {wanted}."
    k = int(np.argmax(np.abs(yours[at] - weights[at])))
    pair = f"{number(float(yours[at][k]), 3)}, not {number(float(weights[at][k]), 3)}"
    return f"your weights differ from the library's in {row}: on key {k + 1} you have {pair}."
