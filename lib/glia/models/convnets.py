"""Convolutional networks: LeNet-5 and a small ResNet."""

from __future__ import annotations

from .. import functional as F
from ..nn import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Conv2d,
    Flatten,
    Identity,
    Linear,
    MaxPool2d,
    Module,
    ReLU,
    Sequential,
)
from ..tensor import Tensor


class LeNet5(Module):
    """Conv, pool, conv, pool, then three fully connected layers.

    Args:
        num_classes: how many scores.
        in_channels: 1 for grey pictures.

    Shape:
        (N, in_channels, 28, 28) → (N, num_classes), logits.

    Source: LeCun et al. (1998); ReLU and maximum in place of tanh and average, as today.
    """

    def __init__(self, num_classes: int = 10, in_channels: int = 1) -> None:
        super().__init__()
        self.features = Sequential(
            Conv2d(in_channels, 6, 5, padding=2),
            ReLU(),
            MaxPool2d(2),
            Conv2d(6, 16, 5),
            ReLU(),
            MaxPool2d(2),
        )
        self.classifier = Sequential(
            Flatten(),
            Linear(16 * 5 * 5, 120),
            ReLU(),
            Linear(120, 84),
            ReLU(),
            Linear(84, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return logits."""
        return self.classifier(self.features(x))


class ResidualBlock(Module):
    """y = ReLU(skip(x) + BN(conv(ReLU(BN(conv(x)))))): the layers learn only the difference.

    Args:
        in_channels: of x.
        out_channels: of y.
        stride: of the first convolution; 2 halves the picture.
        residual: False leaves the skip out, to see what it is good for.
    """

    def __init__(
        self, in_channels: int, out_channels: int, stride: int = 1, residual: bool = True
    ) -> None:
        super().__init__()
        self.body = Sequential(
            Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False),
            BatchNorm2d(out_channels),
            ReLU(),
            Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
            BatchNorm2d(out_channels),
        )
        self.residual = residual
        self.skip = Identity()
        if stride != 1 or in_channels != out_channels:
            self.skip = Sequential(
                Conv2d(in_channels, out_channels, 1, stride, bias=False), BatchNorm2d(out_channels)
            )

    def forward(self, x: Tensor) -> Tensor:
        """Add the difference to the input."""
        y = self.body(x)
        return F.relu(y + self.skip(x) if self.residual else y)


class MiniResNet(Module):
    """A first convolution, stages of residual blocks, global average pooling, one linear layer.

    Args:
        num_classes: how many scores.
        in_channels: of the picture.
        widths: channels of each stage; each but the first halves the picture.
        blocks: blocks in each stage.
        residual: False builds the plain net of the same depth.

    Shape:
        (N, in_channels, H, W) → (N, num_classes), logits.

    Source: He et al. (2016), arXiv:1512.03385.
    """

    def __init__(
        self,
        num_classes: int = 10,
        in_channels: int = 1,
        widths: tuple[int, ...] = (8, 16, 32),
        blocks: int = 1,
        residual: bool = True,
    ) -> None:
        super().__init__()
        layers = [Conv2d(in_channels, widths[0], 3, padding=1, bias=False), BatchNorm2d(widths[0])]
        layers.append(ReLU())
        before = widths[0]
        for stage, width in enumerate(widths):
            for block in range(blocks):
                stride = 2 if stage > 0 and block == 0 else 1
                layers.append(ResidualBlock(before, width, stride, residual))
                before = width
        self.features = Sequential(*layers, AdaptiveAvgPool2d(1), Flatten())
        self.head = Linear(before, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits."""
        return self.head(self.features(x))
