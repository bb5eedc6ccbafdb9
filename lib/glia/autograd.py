"""Reverse-mode automatic differentiation, all in one place, as `torch.autograd` is.

`Function` is one step (`glia.function`), `backward` and `grad` walk back along the steps
(`glia.backprop`), `no_grad` stops the recording (`glia.gradmode`), `detect_anomaly` hunts for NaN
(`glia.watch`).
"""

from .backprop import Visit, backward, grad, slow_backward, topological_order
from .function import Context, Function, Variable, bind, make, replace
from .gradmode import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from .watch import detect_anomaly, set_detect_anomaly

__all__ = [
    "Context",
    "Function",
    "Variable",
    "Visit",
    "backward",
    "bind",
    "detect_anomaly",
    "enable_grad",
    "grad",
    "is_grad_enabled",
    "make",
    "no_grad",
    "replace",
    "set_detect_anomaly",
    "set_grad_enabled",
    "slow_backward",
    "topological_order",
]
