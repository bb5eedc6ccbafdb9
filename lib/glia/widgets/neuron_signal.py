"""One signal's way through a nerve cell, beside the model that was made of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets

from glia.neurons import McCullochPitts
from glia.viz.palette import BLACK, VERMILION
from glia.widgets.explorer import Explorer, move, play, slider, toggle
from glia.widgets.svg import arrow, number, path, picture, rect, text

QUIET = "#767676"
SKIN = "#f4efe6"
WEIGHTS = (1.0, 1.0, -1.0)
LEVELS = (75.0, 150.0, 225.0)
STAGES = (
    "At rest",
    "Signals arrive",
    "Synapses weigh",
    "The cell body sums",
    "The threshold decides",
    "The axon carries on",
)


class NeuronSignal(Explorer):
    """Three incoming signals, two exciting synapses and an inhibiting one, a threshold, a spike.

    The left half is the cell, the right half the McCulloch-Pitts unit; in each stage the same
    thing lights up (red and thick) in both.

    Args:
        input_1: whether the first cell before this one fires.
        input_2: the second.
        input_3: the third, whose synapse inhibits.
        threshold: the net input at which the cell fires.
        stage: 0 (at rest) to 5 (passed on).
    """

    input_1 = traitlets.Bool(True).tag(sync=True)
    input_2 = traitlets.Bool(True).tag(sync=True)
    input_3 = traitlets.Bool(False).tag(sync=True)
    threshold = traitlets.Int(2).tag(sync=True)
    stage = traitlets.Int(0).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        controls = [
            toggle("input_1", "Input 1 fires"),
            toggle("input_2", "Input 2 fires"),
            toggle("input_3", "Input 3 fires (inhibits)"),
            slider("threshold", "Threshold T", -1, 3),
            move("stage", "Back", -1),
            move("stage", "Next", 1),
            play("stage", every_ms=900),
            slider("stage", "Stage", 0, len(STAGES) - 1, shown=[s.lower() for s in STAGES]),
        ]
        super().__init__(
            label="A signal through a neuron, and through its model",
            wide=True,
            controls=controls,
            frame_by="stage",
            **traits,
        )

    def draw_frames(self) -> list[dict[str, str]]:
        """One frame a stage."""
        inputs = np.array([self.input_1, self.input_2, self.input_3], dtype=float)
        unit = McCullochPitts(WEIGHTS, self.threshold)
        net, fires = float(unit.net(inputs)), bool(unit(inputs))
        return [self._frame(stage, inputs, net, fires) for stage in range(len(STAGES))]

    def _frame(self, stage: int, inputs: np.ndarray, net: float, fires: bool) -> dict[str, str]:
        words = self._words(stage, inputs, net, fires)
        parts = [
            text(195, 24, "the cell", anchor="middle", size=14, bold=True),
            text(590, 24, "the model", anchor="middle", size=14, bold=True),
            path([(425, 15), (425, 285)], color="#b0b0b0", width=1, dash="3 4"),
            _cell(stage, inputs, fires),
            _model(stage, inputs, net, fires, self.threshold),
        ]
        return {"svg": picture(760, 290, *parts, alt=words), "say": words}

    def _words(self, stage: int, inputs: np.ndarray, net: float, fires: bool) -> str:
        active = [str(i + 1) for i in np.flatnonzero(inputs)]
        which = " and ".join([", ".join(active[:-1]), active[-1]] if len(active) > 1 else active)
        terms = " + ".join(
            f"({number(w, 0)})·{x:g}" if w < 0 else f"{number(w, 0)}·{x:g}"
            for w, x in zip(WEIGHTS, inputs, strict=True)
        )
        compare = "reaches" if fires else "stays below"
        told = (
            "Nothing moves. The synapses are the gaps between the cells.",
            f"Input {which} fires." if active else "No input fires.",
            "Synapses 1 and 2 excite (weight +1), synapse 3 inhibits (weight −1).",
            f"net = {terms} = {number(net, 0)}.",
            f"net = {number(net, 0)} {compare} the threshold {number(self.threshold, 0)}: "
            + ("a spike." if fires else "no spike."),
            f"Output {int(fires)}: "
            + ("the spike runs to the next cells." if fires else "the axon stays silent."),
        )
        return f"{STAGES[stage]}. {told[stage]}"


def _stroke(lit: bool) -> dict[str, Any]:
    return {"color": VERMILION, "width": 5} if lit else {"color": QUIET, "width": 2.5}


def _ending(x: float, y: float, lit: bool, inhibits: bool) -> str:
    """The end of an incoming axon: a knob excites, a bar inhibits (the usual signs)."""
    color = VERMILION if lit else QUIET
    if inhibits:
        return path([(x, y - 9), (x, y + 9)], color=color, width=6)
    return f"<circle cx='{x}' cy='{y}' r='7' fill='{color}'/>"


def _cell(stage: int, inputs: np.ndarray, fires: bool) -> str:
    body_lit, axon_lit = stage >= 3 and inputs.any(), stage >= 4 and fires
    out = []
    for y, x, weight in zip(LEVELS, inputs, WEIGHTS, strict=True):
        lit, weighed = stage >= 1 and bool(x), stage >= 2 and bool(x)
        out.append(path([(8, y), (80, y)], **_stroke(lit)))
        bend = 150 + (y - 150) * 0.35
        out.append(path([(97, y), (130, y), (185, bend)], **_stroke(weighed)))
        out.append(path([(112, y - 15), (126, y)], **_stroke(weighed)))  # a twig of the dendrite
        out.append(_ending(80, y, lit, weight < 0))
        if stage >= 2:
            out.append(text(92, y - 14, f"{number(weight, 0)}", anchor="middle", bold=True))
    axon = _stroke(axon_lit)
    out.append(path([(238, 150), (345, 150)], **axon))
    for dy in (-40, 0, 40):
        far = stage >= 5 and fires
        out.append(path([(345, 150), (372, 150 + dy), (400, 150 + dy)], **_stroke(far)))
        out.append(_ending(404, 150 + dy, far, False))
    edge = VERMILION if body_lit else QUIET
    out.append(f"<ellipse cx='210' cy='150' rx='40' ry='46' fill='{SKIN}' stroke='{edge}' "
               f"stroke-width='{5 if body_lit else 2.5}'/>")  # fmt: skip
    out.append("<circle cx='206' cy='150' r='13' fill='#d9d0bf' stroke='#767676'/>")
    hillock = VERMILION if stage >= 4 else QUIET
    out.append(path([(256, 138), (256, 162)], color=hillock, width=5))
    out += [
        text(6, 52, "incoming axons", size=12),
        text(88, 270, "synapses", anchor="middle", size=12),
        text(160, 270, "dendrites", anchor="middle", size=12),
        text(210, 90, "cell body", anchor="middle", size=12),
        text(256, 182, "threshold", size=12),
        text(310, 138, "axon", anchor="middle", size=12),
        text(408, 270, "to the next cells", anchor="end", size=12),
        path([(88, 257), (88, 238)], color="#b0b0b0", width=1),
    ]
    return "".join(out)


def _model(stage: int, inputs: np.ndarray, net: float, fires: bool, threshold: int) -> str:
    out = []
    for place, (y, x, weight) in enumerate(zip(LEVELS, inputs, WEIGHTS, strict=True)):
        lit, weighed = stage >= 1 and bool(x), stage >= 2 and bool(x)
        shape = _stroke(weighed)
        out.append(arrow(478, y, 560, 150 + (y - 150) * 0.25, **shape))
        edge = VERMILION if lit else QUIET
        out.append(f"<circle cx='460' cy='{y}' r='17' fill='#fff' stroke='{edge}' "
                   f"stroke-width='{4 if lit else 2}'/>")  # fmt: skip
        shown = f"{x:g}" if stage >= 1 else f"x{'₁₂₃'[place]}"
        out.append(text(460, y + 5, shown, anchor="middle", size=14))
        if stage >= 2:
            out.append(text(510, y - 12 if y < 200 else y + 16, number(weight, 0), bold=True))
    body_lit = stage >= 3 and inputs.any()
    edge = VERMILION if body_lit else QUIET
    out.append(f"<circle cx='590' cy='150' r='28' fill='{SKIN}' stroke='{edge}' "
               f"stroke-width='{5 if body_lit else 2.5}'/>")  # fmt: skip
    out.append(text(590, 156, number(net, 0) if stage >= 3 else "Σ", anchor="middle", size=17))
    out.append(path([(619, 150), (645, 150)], **_stroke(bool(body_lit))))
    edge = VERMILION if stage >= 4 else QUIET
    out.append(rect(645, 130, 54, 40, fill="#fff", stroke=edge))
    out.append(text(672, 155, f"≥ {number(threshold, 0)}?", anchor="middle", size=14))
    out.append(arrow(700, 150, 730, 150, **_stroke(stage >= 4 and fires)))
    shown = str(int(fires)) if stage >= 4 else "?"
    out.append(text(742, 156, shown, anchor="middle", size=17, bold=True, color=BLACK))
    out += [
        text(460, 270, "inputs", anchor="middle", size=12),
        text(522, 270, "weights", anchor="middle", size=12),
        text(590, 270, "sum", anchor="middle", size=12),
        text(668, 190, "threshold", anchor="middle", size=12),
        text(734, 270, "output", anchor="middle", size=12),
    ]
    return "".join(out)
