"""Compile every kernel in advance: small programs that between them use all of them.

Run once when an image or a classroom machine is set up (`glia warmup`), it leaves the compiled code
beside the package, or where the user's caches are; later starts only read it.

LLVM compiles on one processor. So the programs first run in processes of their own, as many at once
as there are processors, which fill the cache; then all run here, and what they find is what counts.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

import glia
from glia import backend, nn, optim, rng
from glia import functional as F

from . import _jit

__all__ = ["PROGRAMS", "places", "warm_up"]


def warm_up() -> Iterator[tuple[str, float]]:
    """Compile everything; yield what was done and its seconds, one step after the other.

    Raises:
        ValueError: numba cannot be imported here.
    """
    with backend.use("numba"):
        for name, work in (("compiled", _compile_apart), ("tried", _run_all)):
            start = time.perf_counter()
            work()
            yield name, time.perf_counter() - start
    _jit.mark_as_warm()


def _compile_apart() -> None:
    """Run each program in a process of its own; one that fails will say why when it runs here."""

    def run(name: str) -> None:
        code = f"from glia.kernels import warmup; warmup.PROGRAMS[{name!r}]()"
        settings = {**os.environ, "GLIA_BACKEND": "numba"}
        subprocess.run([sys.executable, "-c", code], env=settings, capture_output=True, check=False)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(run, PROGRAMS))


def _run_all() -> None:
    state = rng.get_state()
    try:
        for program in PROGRAMS.values():
            program()
    finally:
        rng.set_state(state)


def places() -> list[Path]:
    """Return the folders that hold compiled kernels of this CPU."""
    return sorted(_jit.cache_folders)


def _neurons() -> None:
    for kind in (np.float32, np.float64):
        X, y = glia.data.blobs(seed=0, n=2000)  # enough for the search for NaN by vectors
        X = X.astype(kind)
        glia.Perceptron().fit(X, y, epochs=1)
        glia.Adaline(labels="01", epochs=1).fit(X, y)
        glia.LogisticRegression(epochs=1, batch_size=1).fit(X, y)
        glia.SoftmaxRegression(epochs=1, batch_size=1).fit(X, y)


def _train(model: nn.Module, x: glia.Tensor, classes: int, optimizer: optim.Optimizer) -> None:
    target = glia.tensor(np.zeros(len(x), np.int64))
    for _ in range(2):
        optimizer.zero_grad()
        F.cross_entropy(model(x).reshape(len(x), -1)[:, :classes], target).backward()
        optimizer.step()


def _layers() -> None:
    net = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8), nn.GELU(), nn.Linear(8, 3))
    _train(net, glia.randn(4, 8), 3, optim.SGD(net.parameters(), lr=0.1, momentum=0.9))
    _train(net, glia.randn(4, 8), 3, optim.GD(net.parameters(), lr=0.1))
    x = glia.randn(4, 8, requires_grad=True)
    (F.softmax(x, dim=-1) @ glia.randn(8, 2)).sum().backward()
    F.log_softmax(x, dim=-1).sum().backward()


def _images() -> None:
    net = nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 6, 5, padding=2), nn.Conv2d(6, 8, 3), nn.ReLU(), nn.AvgPool2d(2),
        nn.MaxPool2d(3, 1, 1), nn.Flatten(), nn.Linear(8, 3),
    )  # fmt: skip
    _train(net, glia.randn(4, 1, 8, 8), 3, optim.Adam(net.parameters()))


def _sequences() -> None:
    x = glia.randn(5, 3, 8, requires_grad=True)
    for layer in (nn.LSTM(8, 8), nn.GRU(8, 8)):
        layer(x)[0].sum().backward()
    q = glia.randn(2, 2, 4, 8, requires_grad=True)
    F.scaled_dot_product_attention(q, q, q, is_causal=True).sum().backward()
    nn.MultiheadAttention(8, 2)(x, x, x)[0].sum().backward()
    glia.cat(nn.LayerNorm(8)(x).chunk(2, dim=-1), dim=-1).sum().backward()


# With two processors the second begins with what shares no kernels with the first: the matrix
# product, which the others need, is then compiled once and not twice.
PROGRAMS: dict[str, Callable[[], None]] = {
    "layers and optimisers": _layers,
    "neurons": _neurons,
    "images": _images,
    "sequences": _sequences,
}
