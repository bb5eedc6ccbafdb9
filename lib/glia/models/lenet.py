"""LeNet-5: the convolutional network that read cheques, on images of 28×28 pixels."""

from __future__ import annotations

from ..nn import AvgPool2d, Conv2d, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential, Tanh
from ..tensor import Tensor

__all__ = ["LeNet5"]


class LeNet5(Module):
    """conv → pool → conv → pool → fully connected, three times.

    The images shrink as the channels grow: 1×28×28 → 6×14×14 → 16×5×5 → 120 → 84 → classes. The
    paper has tanh, average pooling and a radial output; here the defaults are today's, and the
    output is linear, for softmax.

    Args:
        in_channels: of the image.
        classes: K.
        activation: 'relu' or 'tanh'.
        pool: 'max' or 'avg'.

    Shape:
        x (N, in_channels, 28, 28); the result (N, K)

    Raises:
        ValueError: an unknown activation or pool.

    Example:
        >>> from glia.nn.utils import count_parameters
        >>> count_parameters(LeNet5())
        61706

    Source:
        LeCun, Bottou, Bengio & Haffner (1998), Gradient-based learning applied to document
        recognition, figure 2. There the input is 32×32; here the first layer pads to that.
    """

    def __init__(
        self, in_channels: int = 1, classes: int = 10, activation: str = "relu", pool: str = "max"
    ) -> None:
        super().__init__()
        activations, pools = {"relu": ReLU, "tanh": Tanh}, {"max": MaxPool2d, "avg": AvgPool2d}
        if activation not in activations or pool not in pools:
            raise ValueError(
                f"LeNet5: got activation {activation!r} and pool {pool!r}; "
                f"expected one of {sorted(activations)} and one of {sorted(pools)}"
            )
        act, shrink = activations[activation], pools[pool]
        self.features = Sequential(
            Conv2d(in_channels, 6, 5, padding=2),  # (N, 6, 28, 28)
            act(),
            shrink(2),  # (N, 6, 14, 14)
            Conv2d(6, 16, 5),  # (N, 16, 10, 10)
            act(),
            shrink(2),  # (N, 16, 5, 5)
        )
        self.classifier = Sequential(
            Flatten(),
            Linear(16 * 5 * 5, 120),
            act(),
            Linear(120, 84),
            act(),
            Linear(84, classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of the classes."""
        return self.classifier(self.features(x))
