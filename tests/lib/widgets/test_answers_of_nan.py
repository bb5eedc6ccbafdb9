"""A learner's nan or inf, in an answer of the right shape, is told and never drawn."""

import glia
import numpy as np
import pytest
from glia.widgets import (
    AttentionExplorer,
    BoundaryByWidth,
    DescentContour,
    ForwardPass,
    GPTSampler,
    MinibatchNoise,
    PositionalEncodingExplorer,
    ReluBumps,
    WeightConventions,
)

Q, K = np.eye(3), np.eye(4)[:, :3]
LETTERS = glia.data.CharTokenizer("abc")
MAKE = {
    "dot attention": (
        lambda f: AttentionExplorer.of_states(Q, K, "abc", "abcd", dot_attention=f),
        lambda *args: (np.zeros(4), np.zeros(4), np.zeros(3)),
    ),
    "attention": (
        lambda f: AttentionExplorer.of_queries(Q, K, "abc", "abcd", attention=f),
        lambda *args: np.zeros((3, 4)),
    ),
    "places": (PositionalEncodingExplorer, lambda *args: np.zeros((64, 32))),
    "model": (
        lambda f: GPTSampler(f, LETTERS, prompt="ab", context=4),
        lambda ids: np.zeros((*ids.shape, 3)),
    ),
    "probabilities": (
        lambda f: GPTSampler(
            lambda ids: np.zeros((*ids.shape, 3)), LETTERS, prompt="ab", probabilities=f
        ),
        lambda *args: np.zeros(3),
    ),
    "forward pass": (
        lambda f: ForwardPass(forward=f),
        lambda *args: (np.zeros((1, 3)), np.zeros((1, 2))),
    ),
    "conventions": (lambda f: WeightConventions(convert=f), lambda *args: np.zeros((2, 4))),
    "predict": (lambda f: BoundaryByWidth(fit=lambda *args: f), lambda X: np.zeros(len(X))),
    "curve": (lambda f: ReluBumps(net=f, start="six"), lambda x, *args: np.zeros(len(x))),
    "weights of the curve": (
        lambda f: ReluBumps(interpolate=f, start="knots"),
        lambda *args: (np.zeros(6), np.zeros(())),
    ),
    "descent": (lambda f: DescentContour(descent=f), lambda *args: np.zeros((21, 2))),
    "epoch": (lambda f: MinibatchNoise(epoch=f), lambda *args: (np.zeros(1), np.zeros(()))),
}


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("name", MAKE)
def test_it_is_told_and_not_drawn(name, value):
    make, zeros = MAKE[name]

    def spoilt(*args):
        answer = zeros(*args)
        for part in answer if isinstance(answer, tuple) else (answer,):
            part[...] = value
        return answer

    widget = make(spoilt)
    assert widget.error
    assert "nan" not in widget.draw()["svg"] and "inf" not in widget.draw()["svg"]
    widget.on_press("next")  # where there is such a button, it must not break either
