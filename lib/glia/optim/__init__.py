"""Optimizers in order of increasing complexity, and schedules for their rates."""

from . import lr_scheduler
from .adam import LAMB, Adam, AdamW
from .adaptive import Adadelta, Adagrad, RMSprop, Rprop
from .optimizer import Optimizer
from .sgd import GD, SGD

__all__ = [
    "GD",
    "LAMB",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Optimizer",
    "RMSprop",
    "Rprop",
    "lr_scheduler",
]
