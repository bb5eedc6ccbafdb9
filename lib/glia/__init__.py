"""glia: every component of a neural-networks course, from the threshold neuron onwards.

Everything public hangs on this door:

    import glia

    X, y = glia.data.truth_table("and")
    unit = glia.Perceptron().fit(X, y)

`glia.viz` and `glia.widgets` are loaded when first used, so that `import glia` stays quick and
needs numpy alone.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from glia import backend, data, neurons, ops, testing
from glia.neurons import (
    Adaline,
    LogisticRegression,
    McCullochPitts,
    Perceptron,
    SoftmaxRegression,
    gate,
    mistake_bound,
    perceptron_update,
)
from glia.testing import assert_close, gradcheck

if TYPE_CHECKING:
    from types import ModuleType

    viz: ModuleType
    widgets: ModuleType

__version__ = "0.1.0"

__all__ = [
    "Adaline",
    "LogisticRegression",
    "McCullochPitts",
    "Perceptron",
    "SoftmaxRegression",
    "__version__",
    "assert_close",
    "backend",
    "data",
    "gate",
    "gradcheck",
    "mistake_bound",
    "neurons",
    "ops",
    "perceptron_update",
    "testing",
    "viz",
    "widgets",
]

_LAZY = frozenset({"viz", "widgets"})  # these bring matplotlib and ipywidgets with them


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return importlib.import_module(f"glia.{name}")
    raise AttributeError(f"module 'glia' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
