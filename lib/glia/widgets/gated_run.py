"""What the gates of a trained recurrent layer did, character by character."""

from __future__ import annotations

from typing import Any

import numpy as np

from glia import nn
from glia.ops import sigmoid

__all__ = ["PARTS", "gru_parts", "layer_kind", "layer_weights", "lstm_parts"]

# What each kind of layer computes at a step, with words; values in 0 … 1 come first.
PARTS = {
    "GRU": {
        "z": "z, update gate",
        "r": "r, reset gate",
        "n": "n, candidate",
        "h": "h, state",
    },
    "LSTM": {
        "f": "f, forget gate",
        "i": "i, input gate",
        "o": "o, output gate",
        "g": "g, candidate",
        "c": "c, cell state",
        "h": "h, state",
    },
}
GATES = frozenset("zrfio")


def layer_kind(layer: Any) -> str:
    """Return "GRU" or "LSTM".

    Raises:
        ValueError: another kind of layer, or one with several layers or directions.
    """
    kind = "GRU" if isinstance(layer, nn.GRU) else "LSTM" if isinstance(layer, nn.LSTM) else ""
    if not kind:
        raise ValueError(f"expected an nn.GRU or nn.LSTM, got {type(layer).__name__}")
    if layer.num_layers != 1 or layer.bidirectional:
        raise ValueError(
            f"expected one layer in one direction, got {layer.num_layers} layer(s), "
            f"bidirectional={layer.bidirectional}"
        )
    return kind


def layer_weights(layer: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return W_ih, W_hh, b_ih, b_hh of a layer in double precision; missing biases are 0."""
    w_ih, w_hh = (_numbers(getattr(layer, f"weight_{n}_l0")) for n in ("ih", "hh"))
    biases = []
    for name in ("bias_ih_l0", "bias_hh_l0"):
        bias = getattr(layer, name)
        biases.append(np.zeros(len(w_ih)) if bias is None else _numbers(bias))
    return w_ih, w_hh, biases[0], biases[1]


def gru_parts(layer: Any, x: np.ndarray) -> dict[str, np.ndarray]:
    """Run a GRU from a state of zeros and keep all that it computes.

    Formula:
        r, z = σ(…), n = tanh(…), h_t = z ⊙ h_{t−1} + (1 − z) ⊙ n. A layer made with
        update='replace' has the other z; here it is turned round, so that z always *keeps*.

    Args:
        layer: an nn.GRU of one layer; both conventions of reset and update.
        x: what it reads.

    Shape:
        x (T, I); each of z, r, n, h: (T, H)
    """
    w_ih, w_hh, b_ih, b_hh = layer_weights(layer)
    size, h = w_hh.shape[1], np.zeros(w_hh.shape[1])
    parts = {name: np.empty((len(x), size)) for name in PARTS["GRU"]}
    for t, row in enumerate(x):
        r_in, z_in, n_in = np.split(w_ih @ row + b_ih, 3)
        rz = w_hh[: 2 * size] @ h + b_hh[: 2 * size]
        r, z = sigmoid(r_in + rz[:size]), sigmoid(z_in + rz[size:])
        if layer.reset == "after":
            n = np.tanh(n_in + r * (w_hh[2 * size :] @ h + b_hh[2 * size :]))
        else:
            n = np.tanh(n_in + w_hh[2 * size :] @ (r * h) + b_hh[2 * size :])
        z = z if layer.update == "keep" else 1 - z
        h = z * h + (1 - z) * n
        for name, value in (("z", z), ("r", r), ("n", n), ("h", h)):
            parts[name][t] = value
    return parts


def lstm_parts(layer: Any, x: np.ndarray) -> dict[str, np.ndarray]:
    """Run an LSTM from zeros and keep all that it computes.

    Formula:
        c_t = f ⊙ c_{t−1} + i ⊙ g, h_t = o ⊙ tanh(c_t)

    Args:
        layer: an nn.LSTM of one layer.
        x: what it reads.

    Shape:
        x (T, I); each of f, i, o, g, c, h: (T, H)
    """
    w_ih, w_hh, b_ih, b_hh = layer_weights(layer)
    size = w_hh.shape[1]
    h, c = np.zeros(size), np.zeros(size)
    parts = {name: np.empty((len(x), size)) for name in PARTS["LSTM"]}
    for t, row in enumerate(x):
        i, f, g, o = np.split(w_ih @ row + b_ih + w_hh @ h + b_hh, 4)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        c = f * c + i * g
        h = o * np.tanh(c)
        for name, value in (("i", i), ("f", f), ("g", g), ("o", o), ("c", c), ("h", h)):
            parts[name][t] = value
    return parts


def _numbers(tensor: Any) -> np.ndarray:
    return np.asarray(tensor.detach().numpy(), dtype=float)
