"""Fully connected networks."""

from __future__ import annotations

import itertools

import glia
import numpy as np

from ..harness import case
from ..training import duel


def mlp(library, sizes):
    layers = []
    for before, after in itertools.pairwise(sizes):
        layers += [library.Linear(before, after), library.ReLU()]
    return library.Sequential(*layers[:-1])


def build(sizes, batch, kind):
    import torch

    rng = np.random.default_rng(0)
    inputs = rng.standard_normal((batch, sizes[0])).astype(np.float32)
    targets = rng.integers(0, sizes[-1], batch)
    settings = {"lr": 1e-4} if kind == "Adam" else {"lr": 1e-3, "momentum": 0.9}
    return duel(
        mlp(glia.nn, sizes),
        mlp(torch.nn, sizes),
        (glia.nn.functional.cross_entropy, torch.nn.functional.cross_entropy),
        (
            lambda p: getattr(glia.optim, kind)(p, **settings),
            lambda p: getattr(torch.optim, kind)(p, **settings),
        ),
        inputs,
        targets,
        tolerance=1e-3 if kind == "Adam" else 2e-4,
    )


MNIST = (784, 256, 128, 10)


@case("mlp batch 32 SGD", 3.0, 4.5)
def mlp_32_sgd():
    return build(MNIST, 32, "SGD")


@case("mlp batch 32 Adam", 3.5, 5.0)
def mlp_32_adam():
    return build(MNIST, 32, "Adam")


@case("mlp batch 128 SGD", 1.5, 2.5)
def mlp_128_sgd():
    return build(MNIST, 128, "SGD")


@case("mlp batch 128 Adam", 1.8, 3.0)
def mlp_128_adam():
    return build(MNIST, 128, "Adam")


@case("tiny mlp 4-16-16-3 SGD", 10.0, 20.0)
def mlp_tiny():
    return build((4, 16, 16, 3), 8, "SGD")


@case("mlp batch 1 SGD", 0, 0)
def mlp_1_sgd():
    return build(MNIST, 1, "SGD")
