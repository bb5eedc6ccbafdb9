"""Vision transformer: a picture is a sequence of patches."""

from __future__ import annotations

from ..creation import zeros
from ..functions import cat
from ..nn import (
    Dropout,
    LayerNorm,
    Linear,
    Module,
    Parameter,
    TransformerEncoder,
    TransformerEncoderLayer,
    init,
)
from ..tensor import Tensor


class ViT(Module):
    """Cut into patches, embed, add a class token and places, run an encoder, score the class token.

    Args:
        image_size: side of the square picture.
        patch_size: side of a patch, a divisor of it.
        num_classes: how many scores.
        in_channels: of the picture.
        d_model: depth.
        nhead: heads.
        num_layers: encoder layers.
        dropout: everywhere.

    Shape:
        (N, in_channels, image_size, image_size) → (N, num_classes), logits.

    Source: Dosovitskiy et al. (2021), arXiv:2010.11929.
    """

    def __init__(
        self,
        image_size: int = 8,
        patch_size: int = 2,
        num_classes: int = 10,
        in_channels: int = 1,
        d_model: int = 48,
        nhead: int = 4,
        num_layers: int = 2,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if image_size % patch_size:
            raise ValueError(
                f"ViT: got patches of {patch_size}; expected a divisor of {image_size}"
            )
        self.patch_size = patch_size
        count = (image_size // patch_size) ** 2
        self.embed = Linear(in_channels * patch_size**2, d_model)
        self.class_token = Parameter(zeros(1, 1, d_model))
        self.places = Parameter(init.normal_(zeros(1, count + 1, d_model), 0.0, 0.02))
        layer = TransformerEncoderLayer(
            d_model, nhead, 2 * d_model, dropout, "gelu", batch_first=True, norm_first=True
        )
        self.dropout = Dropout(dropout)
        self.encoder = TransformerEncoder(layer, num_layers, LayerNorm(d_model))
        self.head = Linear(d_model, num_classes)

    def patches(self, image: Tensor) -> Tensor:
        """(N, C, H, W) → (N, patches, C·P·P), row by row."""
        n, c, h, w = image.shape
        p = self.patch_size
        cut = image.reshape(n, c, h // p, p, w // p, p).permute(0, 2, 4, 1, 3, 5)
        return cut.reshape(n, (h // p) * (w // p), c * p * p)

    def forward(self, image: Tensor) -> Tensor:
        """Return logits."""
        x = self.embed(self.patches(image))
        x = cat([self.class_token.expand(x.shape[0], -1, -1), x], dim=1) + self.places
        return self.head(self.encoder(self.dropout(x))[:, 0])
