"""Convolution and pooling layers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .. import functional as F
from ..creation import empty
from ..tensor import Tensor
from . import init
from .module import Module, Parameter


class _Conv(Module):
    """What both convolutions share: filters, a bias, and the settings of the window."""

    _axes = 0

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        *,
        padding_convention: str = "per_side",
    ) -> None:
        super().__init__()
        if in_channels % groups or out_channels % groups:
            raise ValueError(
                f"{type(self).__name__}: got {in_channels} in and {out_channels} out channels; "
                f"expected multiples of groups = {groups}"
            )
        if padding_mode != "zeros":
            raise ValueError(f"got padding_mode {padding_mode!r}; expected 'zeros'")
        kernel = (kernel_size,) * self._axes if isinstance(kernel_size, int) else kernel_size
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size, self.stride, self.padding = tuple(kernel), stride, padding
        self.dilation, self.groups, self.padding_convention = dilation, groups, padding_convention
        self.weight = Parameter(empty(out_channels, in_channels // groups, *self.kernel_size))
        self.bias = Parameter(empty(out_channels)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters afresh, from U(−1/√fan_in, 1/√fan_in)."""
        bound = 1 / math.sqrt(max(math.prod(self.weight.shape[1:]), 1))
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def _correlate(self, function: Callable[..., Tensor], input: Tensor) -> Tensor:
        settings = self.stride, self.padding, self.dilation, self.groups
        convention = self.padding_convention
        return function(input, self.weight, self.bias, *settings, padding_convention=convention)

    def extra_repr(self) -> str:
        """Name the sizes."""
        sizes = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"
        return f"{sizes}, stride={self.stride}, padding={self.padding}"


class Conv1d(_Conv):
    """Cross-correlation of sequences (N, C, L) with learned filters; see `F.conv1d`."""

    _axes = 1

    def forward(self, input: Tensor) -> Tensor:
        """(N, C, L) → (N, O, L_out)."""
        return self._correlate(F.conv1d, input)


class Conv2d(_Conv):
    """Cross-correlation of images (N, C, H, W) with learned filters; see `F.conv2d`.

    Args:
        in_channels: C.
        out_channels: O, the number of filters.
        kernel_size: one number or (KH, KW).
        stride: step of the window.
        padding: zeros around the image, or 'same' or 'valid'.
        dilation: distance between the window's places.
        groups: the channels are split into so many independent convolutions.
        bias: whether there is one.
        padding_convention: 'per_side' (PyTorch), or 'total': `padding` counts both sides together.

    Shape:
        (N, C, H, W) → (N, O, H_out, W_out); weight (O, C/groups, KH, KW), bias (O,).
    """

    _axes = 2

    def forward(self, input: Tensor) -> Tensor:
        """(N, C, H, W) → (N, O, H_out, W_out)."""
        return self._correlate(F.conv2d, input)


class _Pool(Module):
    """A window that slides: its size, its step (the size by default) and the padding."""

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0) -> None:
        super().__init__()
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding

    def extra_repr(self) -> str:
        """Name the sizes."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class _MaxPool(_Pool):
    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1
    ) -> None:
        super().__init__(kernel_size, stride, padding)
        self.dilation = dilation


class MaxPool1d(_MaxPool):
    """The largest value of each window of a sequence (N, C, L)."""

    def forward(self, input: Tensor) -> Tensor:
        """(N, C, L) → (N, C, L_out)."""
        return F.max_pool1d(input, self.kernel_size, self.stride, self.padding, self.dilation)


class MaxPool2d(_MaxPool):
    """The largest value of each window of an image (N, C, H, W)."""

    def forward(self, input: Tensor) -> Tensor:
        """(N, C, H, W) → (N, C, H_out, W_out)."""
        return F.max_pool2d(input, self.kernel_size, self.stride, self.padding, self.dilation)


class _AvgPool(_Pool):
    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__(kernel_size, stride, padding)
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad


class AvgPool1d(_AvgPool):
    """The mean of each window of a sequence (N, C, L); padded zeros count or not."""

    def forward(self, input: Tensor) -> Tensor:
        """(N, C, L) → (N, C, L_out)."""
        window = (self.kernel_size, self.stride, self.padding)
        return F.avg_pool1d(input, *window, self.ceil_mode, self.count_include_pad)


class AvgPool2d(_AvgPool):
    """The mean of each window of an image; padded zeros count or not."""

    def forward(self, input: Tensor) -> Tensor:
        """(N, C, H, W) → (N, C, H_out, W_out)."""
        window = (self.kernel_size, self.stride, self.padding)
        return F.avg_pool2d(input, *window, self.ceil_mode, self.count_include_pad)


class AdaptiveAvgPool2d(Module):
    """Means over cells so cut that the output has the size asked for; 1 is global pooling."""

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        """(N, C, H, W) → (N, C, *output_size)."""
        return F.adaptive_avg_pool2d(input, self.output_size)

    def extra_repr(self) -> str:
        """Name the size."""
        return f"output_size={self.output_size}"
