"""Normalisation layers."""

from __future__ import annotations

from collections.abc import Sequence

from .. import functional as F
from ..creation import ones, tensor, zeros
from ..errors import ShapeError
from ..tensor import Tensor
from .module import Module, Parameter


class _BatchNorm(Module):
    """Batch norm: γ, β, and running statistics for evaluation."""

    _axes: tuple[int, ...] = ()

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.track_running_stats = track_running_stats
        self.weight = Parameter(ones(num_features)) if affine else None
        self.bias = Parameter(zeros(num_features)) if affine else None
        tracked = track_running_stats
        self.register_buffer("running_mean", zeros(num_features) if tracked else None)
        self.register_buffer("running_var", ones(num_features) if tracked else None)
        self.register_buffer("num_batches_tracked", tensor(0) if tracked else None)

    def forward(self, input: Tensor) -> Tensor:
        """Normalise by the batch in training, by the running statistics in evaluation."""
        if input.ndim not in self._axes or input.shape[1] != self.num_features:
            axes = " or ".join(f"{n}-D" for n in self._axes)
            raise ShapeError(
                f"got an input of shape {input.shape}; expected {axes}, (N, {self.num_features}, …)"
            )
        momentum = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats:
            self.num_batches_tracked.array += 1
            if self.momentum is None:  # a plain average over all batches so far
                momentum = 1 / int(self.num_batches_tracked)
        by_batch = self.training or not self.track_running_stats
        kept = (self.running_mean, self.running_var)
        return F.batch_norm(input, *kept, self.weight, self.bias, by_batch, momentum, self.eps)

    def extra_repr(self) -> str:
        """Name the sizes."""
        return f"{self.num_features}, eps={self.eps}, momentum={self.momentum}"


class BatchNorm1d(_BatchNorm):
    """Batch norm of (N, C) or (N, C, L): each channel to mean 0 and variance 1 over the batch."""

    _axes = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Batch norm of (N, C, H, W): each channel to mean 0 and variance 1 over batch and pixels."""

    _axes = (4,)


class LayerNorm(Module):
    """Each example to mean 0 and variance 1 over its last axes, then scaled and shifted.

    Args:
        normalized_shape: the last axes, or one number for the last axis.
        eps: ε under the root.
        elementwise_affine: whether γ is learned.
        bias: whether β is learned too.
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
    ) -> None:
        super().__init__()
        shape = (
            (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        )
        self.normalized_shape, self.eps = shape, eps
        self.weight = Parameter(ones(*shape)) if elementwise_affine else None
        self.bias = Parameter(zeros(*shape)) if elementwise_affine and bias else None

    def forward(self, input: Tensor) -> Tensor:
        """Return the normalised input, of the same shape."""
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Name the sizes."""
        return f"{self.normalized_shape}, eps={self.eps}"


class GroupNorm(Module):
    """Each group of channels of each example to mean 0 and variance 1."""

    def __init__(
        self, num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = True
    ) -> None:
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(
                f"GroupNorm: got {num_channels} channels; expected a multiple of {num_groups}"
            )
        self.num_groups, self.num_channels, self.eps = num_groups, num_channels, eps
        self.weight = Parameter(ones(num_channels)) if affine else None
        self.bias = Parameter(zeros(num_channels)) if affine else None

    def forward(self, input: Tensor) -> Tensor:
        """Return the normalised input, of the same shape."""
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Name the sizes."""
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}"


class _InstanceNorm(Module):
    """Instance norm; without γ and β unless asked for, as in PyTorch."""

    _axes = 0

    def __init__(
        self, num_features: int, eps: float = 1e-5, momentum: float = 0.1, affine: bool = False
    ) -> None:
        super().__init__()
        self.num_features, self.eps = num_features, eps
        self.weight = Parameter(ones(num_features)) if affine else None
        self.bias = Parameter(zeros(num_features)) if affine else None

    def forward(self, input: Tensor) -> Tensor:
        """Return the normalised input, of the same shape."""
        if input.ndim != self._axes:
            raise ShapeError(f"got an input of shape {input.shape}; expected {self._axes} axes")
        return F.instance_norm(input, weight=self.weight, bias=self.bias, eps=self.eps)

    def extra_repr(self) -> str:
        """Name the sizes."""
        return f"{self.num_features}, eps={self.eps}"


class InstanceNorm1d(_InstanceNorm):
    """Each channel of each example of (N, C, L) to mean 0 and variance 1."""

    _axes = 3


class InstanceNorm2d(_InstanceNorm):
    """Each channel of each example of (N, C, H, W) to mean 0 and variance 1."""

    _axes = 4
