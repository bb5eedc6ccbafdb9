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

from glia import autograd, backend, cuda, data, functional, neurons, nn, ops, optim, testing
from glia.creation import (
    arange,
    as_tensor,
    bernoulli,
    empty,
    eye,
    from_numpy,
    full,
    full_like,
    linspace,
    multinomial,
    normal,
    ones,
    ones_like,
    rand,
    randint,
    randn,
    randn_like,
    randperm,
    zeros,
    zeros_like,
)
from glia.dtypes import (
    bool_,
    device,
    double,
    float16,
    float32,
    float64,
    get_default_dtype,
    half,
    int8,
    int16,
    int32,
    int64,
    long,
    set_default_dtype,
    uint8,
)
from glia.functions import *  # noqa: F403 - the names are listed there
from glia.functions import __all__ as _functions
from glia.gradmode import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
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
from glia.rng import Generator, manual_seed
from glia.serialization import load, save
from glia.substitute import use
from glia.tensor import Tensor, tensor
from glia.testing import assert_close, gradcheck
from glia.trace import trace

if TYPE_CHECKING:
    from types import ModuleType

    models: ModuleType
    train: ModuleType
    viz: ModuleType
    widgets: ModuleType

__version__ = "0.1.0"

__all__ = [
    *_functions,
    "Generator",
    "Tensor",
    "arange",
    "as_tensor",
    "autograd",
    "bernoulli",
    "bool_",
    "cuda",
    "device",
    "double",
    "empty",
    "enable_grad",
    "eye",
    "float16",
    "float32",
    "float64",
    "from_numpy",
    "full",
    "full_like",
    "functional",
    "get_default_dtype",
    "half",
    "int16",
    "int32",
    "int64",
    "int8",
    "is_grad_enabled",
    "linspace",
    "load",
    "long",
    "manual_seed",
    "models",
    "multinomial",
    "nn",
    "no_grad",
    "normal",
    "ones",
    "ones_like",
    "optim",
    "rand",
    "randint",
    "randn",
    "randn_like",
    "randperm",
    "save",
    "set_default_dtype",
    "set_grad_enabled",
    "tensor",
    "trace",
    "train",
    "uint8",
    "use",
    "zeros",
    "zeros_like",
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

# Loaded when first used: the first two bring matplotlib and ipywidgets with them.
_LAZY = frozenset({"viz", "widgets", "models", "train"})


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return importlib.import_module(f"glia.{name}")
    raise AttributeError(f"module 'glia' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
