"""Who looks at whom: attention weights as a heat map, row by row and head by head."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import traitlets

from glia.ops.attention import attention_weights
from glia.widgets.attention_answers import dot_answers, qk_answers
from glia.widgets.attention_picture import AttentionPicture, spot
from glia.widgets.explorer import Explorer, choice, move, slider
from glia.widgets.learner import LearnerError
from glia.widgets.svg import number

__all__ = ["AttentionExplorer"]

MOST = 48  # places that still can be read


class AttentionExplorer(Explorer):
    """Read attention weights: point at a row of the heat map, or walk through the rows by key.

    Each row belongs to a query, the place that looks; each column to a key, a place that is looked
    at. With several heads the small maps on the right choose one.

    Args:
        weights: attention of one example, or a list of them.
        rows: what stands at each query place: a text or a list of words; for a list of examples a
            list of those.
        columns: the same for the keys; without it the rows, for self-attention.
        row: the row that is read first.
        head: the head that is shown first, counted through all layers.
        reads: how the sentence names a row, such as "writing".

    Shape:
        - weights: (T, S), (H, T, S) or (L, H, T, S)

    Raises:
        ValueError: weights and labels do not fit, or there are more than 48 places.

    Example:
        >>> look = AttentionExplorer([[0.9, 0.1], [0.3, 0.7]], "ab")
        >>> look.top(1)
        [('b', 0.7), ('a', 0.3)]
    """

    example = traitlets.Int(0).tag(sync=True)
    row = traitlets.Int(0).tag(sync=True)
    head = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        weights: Any,
        rows: Any,
        columns: Any = None,
        *,
        row: int = 0,
        head: int = 0,
        reads: str = "row",
        **traits: Any,
    ) -> None:
        several = isinstance(weights, list) and np.ndim(weights[0]) >= 2
        given = list(zip(weights, rows, columns or rows, strict=True)) if several else [
            (weights, rows, rows if columns is None else columns)
        ]  # fmt: skip
        self._sheets = [_sheet(*one) for one in given]
        self._pages: dict[int, AttentionPicture] = {}  # what all heads of an example share
        self._drawn: dict[tuple[int, int], list[dict[str, str]]] = {}  # the frames of each head
        self._reads, self._complaint = reads, traits.pop("complaint", "")
        self._names = [(i, _title(sheet[2])) for i, sheet in enumerate(self._sheets)]
        super().__init__(
            label=traits.pop("label", "Who looks at whom"),
            wide=True,
            controls=self._controls(0),
            frame_by="row",
            row=row,
            head=head,
            **traits,
        )

    @classmethod
    def of_states(
        cls,
        queries: Any,
        states: Any,
        rows: Any,
        columns: Any,
        *,
        dot_attention: Callable[..., Any] | None = None,
        **settings: Any,
    ) -> AttentionExplorer:
        """Attend with the dot product, as a decoder does to the encoder's states.

        Args:
            queries: one decoder state for each token written.
            states: the encoder's states.
            rows: the tokens written.
            columns: the tokens read.
            dot_attention: the learner's own ``dot_attention(query, states) -> (scores, weights,
                context)``; its weights are drawn.
            **settings: see the class.

        Shape:
            queries (T, H), states (S, H)
        """
        queries, states = np.asarray(queries, dtype=float), np.asarray(states, dtype=float)
        weights, complaint = attention_weights(queries, states, None, 1.0), ""
        if dot_attention is not None:
            try:
                weights, complaint = dot_answers(dot_attention, queries, states, weights)
            except LearnerError as problem:
                complaint = str(problem)
        return cls(weights, rows, columns, complaint=complaint, **settings)

    @classmethod
    def of_queries(
        cls,
        query: Any,
        key: Any,
        rows: Any,
        columns: Any = None,
        *,
        mask: Any = None,
        attention: Callable[..., Any] | None = None,
        **settings: Any,
    ) -> AttentionExplorer:
        """Attend with softmax(Q Kᵀ/√d), with the library's code or the learner's.

        Args:
            query: Q.
            key: K.
            rows: what stands at the queries.
            columns: what stands at the keys; the rows by default.
            mask: bool, True where a key may be seen; None for everywhere.
            attention: the learner's own ``scaled_dot_product_attention(Q, K, V, mask)``. It is
                called with the identity as V: then its output *is* the weights, and they are drawn.
            **settings: see the class.

        Shape:
            query (..., T, d), key (..., S, d), mask broadcast to (..., T, S); up to two axes
            before the last two are heads, or layers and heads.
        """
        query, key = np.asarray(query, dtype=float), np.asarray(key, dtype=float)
        mask = None if mask is None else np.asarray(mask, dtype=bool)
        weights, complaint = attention_weights(query, key, mask, query.shape[-1] ** -0.5), ""
        if attention is not None:
            try:
                weights, complaint = qk_answers(attention, query, key, mask, weights)
            except LearnerError as problem:
                complaint = str(problem)
        return cls(weights, rows, columns, complaint=complaint, **settings)

    def weights(self) -> np.ndarray:
        """The weights of the head that is shown, (T, S)."""
        maps = self._sheets[self.example][0]
        flat = maps.reshape(-1, *maps.shape[2:])
        return flat[min(self.head, len(flat) - 1)]

    def top(self, row: int | None = None, count: int = 3) -> list[tuple[str, float]]:
        """The keys that a row looks at most, with their weights."""
        columns = self._sheets[self.example][2]
        now = self.weights()[self.row if row is None else row]
        order = np.argsort(-now, kind="stable")[:count]
        return [(columns[k], float(now[k])) for k in order]

    def draw_frames(self) -> list[dict[str, str]]:
        """One frame for each row; the heat map behind them is shared."""
        self.controls = self._controls(self.example)
        maps, rows, columns = self._sheets[self.example]
        self.row, self.error = min(self.row, len(rows) - 1), self._complaint
        if self.example not in self._pages:
            self._pages[self.example] = AttentionPicture(maps, rows, columns)
        page = self._pages[self.example]
        shown = self.weights()
        self.backdrop = page.backdrop(shown, min(self.head, page.heads - 1))
        at = (self.example, min(self.head, page.heads - 1))
        if at not in self._drawn:
            says = [self._say(maps, rows, columns, place) for place in range(len(rows))]
            self._drawn[at] = [
                {"svg": page.frame(shown[k], k, f"A heat map of attention weights. {say}"),
                 "say": say}
                for k, say in enumerate(says)
            ]  # fmt: skip
        return self._drawn[at]

    def _say(self, maps: np.ndarray, rows: list[str], columns: list[str], place: int) -> str:
        now = self.weights()[place]
        order = [k for k in np.argsort(-now, kind="stable")[:3] if now[k] >= 0.005]
        where = ", ".join(f"{number(now[k])} on “{spot(columns[k])}” ({k + 1})" for k in order)
        start = f"{self._head_name(maps, self.head)}, " if maps.shape[:2] != (1, 1) else ""
        words = f"{start}{self._reads} {place + 1}, “{spot(rows[place])}”: {where or 'nothing'}."
        return words[0].upper() + words[1:]

    def _head_name(self, maps: np.ndarray, head: int) -> str:
        layer, within = divmod(min(head, maps.shape[0] * maps.shape[1] - 1), maps.shape[1])
        one = f"head {within + 1}"
        return one if maps.shape[0] == 1 else f"layer {layer + 1}, {one}"

    def _controls(self, example: int) -> list[dict[str, Any]]:
        maps, rows, _ = self._sheets[example]
        heads = maps.shape[0] * maps.shape[1]
        shown = [f"{k + 1}: {spot(label)}" for k, label in enumerate(rows)]
        made = [
            move("row", "Up", -1),
            move("row", "Down", 1),
            slider("row", "row", 0, len(rows) - 1, shown=shown),
        ]
        if heads > 1:
            names = [self._head_name(maps, k) for k in range(heads)]
            made.append(slider("head", "head", 0, heads - 1, shown=names))
        if len(self._sheets) > 1:
            made.insert(0, choice("example", "example", self._names))
        return made


def _sheet(weights: Any, rows: Any, columns: Any) -> tuple[np.ndarray, list[str], list[str]]:
    maps = np.asarray(weights, dtype=float)
    rows, columns = [str(r) for r in rows], [str(c) for c in columns]
    expected = (len(rows), len(columns))
    if not 2 <= maps.ndim <= 4 or maps.shape[-2:] != expected:
        raise ValueError(
            f"AttentionExplorer: got weights of shape {maps.shape}; expected (…, T, S) = "
            f"(…, {expected[0]}, {expected[1]}) for that many rows and columns"
        )
    if max(expected) > MOST:
        raise ValueError(f"AttentionExplorer draws at most {MOST} places, got {max(expected)}")
    return maps.reshape((1,) * (4 - maps.ndim) + maps.shape), rows, columns


def _title(columns: Sequence[str]) -> str:
    joined = ("" if all(len(c) == 1 for c in columns) else " ").join(columns)
    return joined if len(joined) <= 36 else joined[:35] + "…"
