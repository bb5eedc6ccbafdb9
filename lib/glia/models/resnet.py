"""A small residual network, with its skips or, to see what they are for, without."""

from __future__ import annotations

from collections.abc import Sequence

from .. import functional as F
from ..nn import BatchNorm2d, Conv2d, Linear, Module, Sequential, init
from ..tensor import Tensor

__all__ = ["MiniResNet", "ResidualBlock"]


class ResidualBlock(Module):
    """Y = σ(x + f(x)), f = norm ∘ conv ∘ σ ∘ norm ∘ conv; without a skip Y = σ(f(x)).

    Where the size or the channels change, the x that is added passes through a 1×1 convolution.

    Args:
        in_channels: of the input.
        out_channels: of the output.
        stride: 2 halves height and width.
        skip: whether x is added.
        norm: whether there is batch norm.

    Shape:
        x (N, in_channels, H, W); the result (N, out_channels, H/stride, W/stride)

    Source:
        He, Zhang, Ren & Sun (2016), arXiv:1512.03385, equations 1 and 2.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        stride: int = 1,
        skip: bool = True,
        norm: bool = True,
    ) -> None:
        super().__init__()
        self.conv1 = Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=not norm)
        self.norm1 = BatchNorm2d(out_channels) if norm else None
        self.conv2 = Conv2d(out_channels, out_channels, 3, padding=1, bias=not norm)
        self.norm2 = BatchNorm2d(out_channels) if norm else None
        self.skip = skip
        fits = stride == 1 and in_channels == out_channels
        self.project = None if fits or not skip else Conv2d(in_channels, out_channels, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Return the input, changed a little."""
        y = self.conv1(x)
        y = F.relu(y if self.norm1 is None else self.norm1(y))
        y = self.conv2(y)
        y = y if self.norm2 is None else self.norm2(y)
        if self.skip:
            y = y + (x if self.project is None else self.project(x))
        return F.relu(y)


class MiniResNet(Module):
    """A convolution, stages of residual blocks, the mean over the image, a linear layer.

    Each stage after the first halves the image and doubles the channels. With n blocks in each of
    s stages the network has 2·n·s + 2 layers.

    Args:
        in_channels: of the image.
        classes: K.
        width: channels of the first stage.
        blocks: how many blocks each stage has.
        skips: whether the blocks add their input; without, deep networks hardly learn.
        norm: whether there is batch norm.

    Shape:
        x (N, in_channels, H, W) of any size; the result (N, K)

    Example:
        >>> from glia.nn.utils import count_parameters
        >>> count_parameters(MiniResNet())
        19754

    Source:
        He, Zhang, Ren & Sun (2016), arXiv:1512.03385, section 4.2.
    """

    def __init__(
        self,
        in_channels: int = 1,
        classes: int = 10,
        width: int = 8,
        blocks: Sequence[int] = (1, 1, 1),
        skips: bool = True,
        norm: bool = True,
    ) -> None:
        super().__init__()
        self.stem = Conv2d(in_channels, width, 3, padding=1)
        layers, channels = [], width
        for stage, count in enumerate(blocks):
            for block in range(count):
                halve = stage > 0 and block == 0
                wider = 2 * channels if halve else channels
                layers.append(ResidualBlock(channels, wider, 1 + halve, skips, norm))
                channels = wider
        self.blocks = Sequential(*layers)
        self.head = Linear(channels, classes)
        for module in self.modules():
            if isinstance(module, Conv2d):
                init.kaiming_normal_(module.weight, nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of the classes."""
        x = self.blocks(F.relu(self.stem(x)))  # (N, C, H', W')
        return self.head(x.mean((2, 3)))
