"""PyTorch's `nn.utils`: gradients clipped, parameters counted and joined, sequences packed."""

from . import rnn
from .parameters import (
    clip_grad_norm_,
    clip_grad_value_,
    count_parameters,
    parameters_to_vector,
    vector_to_parameters,
)
from .weight_convention import convert_weight

__all__ = [
    "clip_grad_norm_",
    "clip_grad_value_",
    "convert_weight",
    "count_parameters",
    "parameters_to_vector",
    "rnn",
    "vector_to_parameters",
]
