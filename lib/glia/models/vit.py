"""ViT: cut an image into patches, take them for words, and let a transformer read them."""

from __future__ import annotations

from ..creation import zeros
from ..functions import cat
from ..nn import LayerNorm, Linear, Module, ModuleList, Parameter, TransformerEncoderLayer, init
from ..tensor import Tensor

__all__ = ["ViT"]


class ViT(Module):
    """Patches, a class token, places, pre-norm encoder layers, a linear head on the class token.

    Formula:
        x = [class; patch_1 W; …; patch_P W] + places; x = layer_l(x) for each l;
        scores = W' LN(x_0) + b

    Args:
        image_size: height and width.
        patch_size: of the square patches; a divisor of image_size.
        in_channels: C.
        classes: K.
        d_model: D, depth of the sequence.
        nhead: heads.
        num_layers: encoder layers.
        dim_feedforward: width of their feed-forward nets, 2·D by default.
        dropout: in the encoder layers, in training.

    Shape:
        x (N, C, image_size, image_size); the result (N, K)

    Raises:
        ValueError: the patches do not fill the image.

    Example:
        >>> from glia.nn.utils import count_parameters
        >>> count_parameters(ViT())
        69194

    Source:
        Dosovitskiy et al. (2021), arXiv:2010.11929, equations 1 to 4.
    """

    def __init__(
        self,
        image_size: int = 8,
        patch_size: int = 2,
        in_channels: int = 1,
        classes: int = 10,
        d_model: int = 64,
        nhead: int = 4,
        num_layers: int = 2,
        dim_feedforward: int | None = None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if image_size % patch_size:
            raise ValueError(
                f"ViT: got patches of {patch_size} and images of {image_size}; expected a divisor"
            )
        self.image_size, self.patch_size = image_size, patch_size
        count = (image_size // patch_size) ** 2
        self.embed = Linear(in_channels * patch_size**2, d_model)
        self.class_token = Parameter(zeros(1, 1, d_model))
        self.places = Parameter(zeros(1, count + 1, d_model))
        init.normal_(self.places, 0.0, 0.02)
        init.normal_(self.class_token, 0.0, 0.02)
        self.layers = ModuleList(
            TransformerEncoderLayer(
                d_model,
                nhead,
                dim_feedforward or 2 * d_model,
                dropout,
                activation="gelu",
                batch_first=True,
                norm_first=True,
            )
            for _ in range(num_layers)
        )
        self.norm = LayerNorm(d_model)
        self.head = Linear(d_model, classes)

    def patches(self, x: Tensor) -> Tensor:
        """Cut images into rows: (N, C, H, W) → (N, P, C·p·p), line by line."""
        n, channels, height, width = x.shape
        p = self.patch_size
        x = x.reshape(n, channels, height // p, p, width // p, p)
        return x.permute(0, 2, 4, 1, 3, 5).reshape(n, -1, channels * p * p)

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of the classes."""
        if x.shape[2:] != (self.image_size, self.image_size):
            raise ValueError(
                f"ViT: got images of {x.shape[2:]}; expected {self.image_size} by {self.image_size}"
            )
        x = self.embed(self.patches(x))  # (N, P, D)
        start = self.class_token.expand(x.shape[0], 1, x.shape[2])
        x = cat([start, x], dim=1) + self.places  # (N, 1 + P, D)
        for layer in self.layers:
            x = layer(x)
        return self.head(self.norm(x)[:, 0])
