"""Losses as modules; each calls the function of its name in `glia.functional`."""

from __future__ import annotations

from .. import functional as F
from ..tensor import Tensor
from .module import Module

_USE = (
    "{name} is made with its settings and then called with (input, target): "
    "criterion = {name}(); loss = criterion(input, target)"
)


class _Loss(Module):
    """A loss with its reduction ('mean', 'sum' or 'none') and weight."""

    def __init__(self, weight: Tensor | None = None, reduction: str = "mean") -> None:
        super().__init__()
        if isinstance(reduction, Tensor):
            raise TypeError(_USE.format(name=type(self).__name__))
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"got reduction {reduction!r}; expected 'mean', 'sum' or 'none'")
        self.register_buffer("weight", weight, persistent=False)
        self.reduction = reduction

    def extra_repr(self) -> str:
        return f"reduction={self.reduction!r}"


class MSELoss(_Loss):
    """Mean squared error, (x − y)² without the ½."""

    def __init__(self, reduction: str = "mean", weight: Tensor | None = None) -> None:
        super().__init__(weight, reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.mse_loss(input, target, self.reduction, self.weight)


class L1Loss(_Loss):
    """Mean absolute error."""

    def __init__(self, reduction: str = "mean", weight: Tensor | None = None) -> None:
        super().__init__(weight, reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.l1_loss(input, target, self.reduction, self.weight)


class BCELoss(_Loss):
    """Binary cross entropy of probabilities."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy(input, target, self.weight, self.reduction)


class BCEWithLogitsLoss(_Loss):
    """Binary cross entropy of logits: the sigmoid is inside, and nothing overflows."""

    def __init__(
        self,
        weight: Tensor | None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(weight, reduction)
        self.register_buffer("pos_weight", pos_weight, persistent=False)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(
            input, target, self.weight, self.reduction, self.pos_weight
        )


class NLLLoss(_Loss):
    """Negative log-likelihood of log-probabilities and class numbers."""

    def __init__(
        self, weight: Tensor | None = None, ignore_index: int = -100, reduction: str = "mean"
    ) -> None:
        super().__init__(weight, reduction)
        if isinstance(ignore_index, Tensor):
            raise TypeError(_USE.format(name="NLLLoss"))
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.nll_loss(input, target, self.weight, self.ignore_index, self.reduction)


class CrossEntropyLoss(_Loss):
    """Cross entropy of logits: the softmax is inside. See `F.cross_entropy`."""

    def __init__(
        self,
        weight: Tensor | None = None,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, reduction)
        if isinstance(ignore_index, Tensor):
            raise TypeError(_USE.format(name="CrossEntropyLoss"))
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        settings = (self.ignore_index, self.reduction, self.label_smoothing)
        return F.cross_entropy(input, target, self.weight, *settings)


class ZeroOneLoss(_Loss):
    """The share of wrong predictions: to measure by, not to learn from."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.zero_one_loss(input, target, self.weight, self.reduction)
