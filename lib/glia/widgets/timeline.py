"""Seventy years of neural networks in six stops."""

from __future__ import annotations

import html
from typing import Any

import traitlets

from glia.viz.palette import BLACK, BLUE, VERMILION
from glia.viz.timeline import EVENTS, Event
from glia.widgets.explorer import Explorer, move, slider
from glia.widgets.svg import marker, path, picture, text

WIDTH, MIDDLE = 720, 70


class Timeline(Explorer):
    """Walk along the dates; each tells what happened, why it mattered and where it was published.

    Args:
        events: the stops, in the order of their years.
        stop: the one shown first, counted from 0.
    """

    stop = traitlets.Int(0).tag(sync=True)

    def __init__(self, events: tuple[Event, ...] = EVENTS, **traits: Any) -> None:
        self._events = events
        super().__init__(
            label="From the threshold unit to deep learning",
            wide=True,
            controls=[
                move("stop", "Earlier", -1),
                move("stop", "Later", 1),
                slider("stop", "Year", 0, len(events) - 1, shown=[str(e.year) for e in events]),
            ],
            frame_by="stop",
            **traits,
        )

    def draw_frames(self) -> list[dict[str, str]]:
        """One frame a stop."""
        return [self._frame(place) for place in range(len(self._events))]

    def _frame(self, now: int) -> dict[str, str]:
        event = self._events[now]
        parts = [path([(20, MIDDLE), (WIDTH - 20, MIDDLE)], width=1.5)]
        for place, other in enumerate(self._events):
            parts.append(self._stop(place, other, place == now))
        alt = f"A line of years from {self._events[0].year} to {self._events[-1].year}; "
        return {
            "svg": picture(WIDTH, 2 * MIDDLE, *parts, alt=alt + f"{event.year} is marked."),
            "say": f"{event.year}, {event.name}. {event.story}",
            "side": f"<p class='glia-source'>Source: {html.escape(event.source)}.</p>",
        }

    def _stop(self, place: int, event: Event, here: bool) -> str:
        first, last = self._events[0].year, self._events[-1].year
        x = 60 + (event.year - first) / (last - first) * (WIDTH - 130)
        side = -1 if place % 2 == 0 else 1
        shape, color = ("X", VERMILION) if event.mood == "fall" else ("o", BLUE)
        dot = marker(x, MIDDLE, shape, color=color, size=10 if here else 7, hollow=not here)
        stem = path([(x, MIDDLE), (x, MIDDLE + 20 * side)], color=BLACK, width=1)
        low, high = (MIDDLE + 34, MIDDLE + 50) if side > 0 else (MIDDLE - 40, MIDDLE - 25)
        return (
            stem
            + dot
            + text(x, low, str(event.year), anchor="middle", bold=here)
            + text(x, high, event.name, anchor="middle", size=12, bold=here)
        )
