"""Convolutions on Tensors: sizes checked, both padding conventions."""

from __future__ import annotations

import functools
from typing import Any

from ..errors import ShapeError
from ..ops.conv import Conv2d, Pads, Pair, Unfold, output_size
from ..tensor import Tensor

PADDING_CONVENTIONS = ("per_side", "total")


def two(value: Any) -> Pair:
    """Return a pair, from a pair or from one number for both."""
    return (value, value) if isinstance(value, int) else (int(value[0]), int(value[1]))


def pads(
    padding: Any, kernel: tuple[int, ...], stride: Pair, dilation: Pair, convention: str
) -> Pads:
    """Return the zeros before and after each axis.

    Args:
        padding: a number, a pair, 'valid', or 'same' (the output as large as the input; an odd
            rest goes behind).
        kernel: the window's size.
        stride: the steps; 'same' needs 1.
        dilation: the gaps.
        convention: 'per_side' puts `padding` zeros on each side (PyTorch), 'total' shares them out
            between both sides, an odd one going behind.
    """
    if convention not in PADDING_CONVENTIONS:
        raise ValueError(
            f"got padding_convention {convention!r}; expected one of {PADDING_CONVENTIONS}"
        )
    if padding == "valid":
        padding = 0
    if padding == "same":
        if stride != (1, 1):
            raise ValueError(f"padding='same' needs stride 1, got {stride}")
        padding, convention = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)], "total"
    elif isinstance(padding, str):
        raise ValueError(f"got padding {padding!r}; expected a number, a pair, 'same' or 'valid'")
    if convention == "total":
        (h, w) = two(padding)
        return (h // 2, h - h // 2), (w // 2, w - w // 2)
    (h, w) = two(padding)
    return (h, h), (w, w)


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    *,
    padding_convention: str = "per_side",
) -> Tensor:
    """Cross-correlate images with filters (the filter is not flipped).

    Args:
        input: images.
        weight: filters.
        bias: one number for each filter.
        stride: step of the window, one number or one for each axis.
        padding: zeros around the image, or 'same' or 'valid'.
        dilation: distance between the window's places.
        groups: the channels are split into so many independent convolutions.
        padding_convention: 'per_side', or 'total' as in some lectures.

    Shape:
        input (N, C, H, W) or (C, H, W), weight (O, C/groups, KH, KW), bias (O,); the result
        (N, O, H_out, W_out) with H_out = ⌊(H + total padding − dilation (KH − 1) − 1)/stride⌋ + 1.

    Raises:
        ShapeError: channels do not match, or the window is larger than the padded image.
    """
    channels, axes = weight.shape[1] * groups, input.ndim
    if axes not in (3, 4) or input.shape[-3] != channels:
        hint = "; x.unsqueeze(1) adds the channel" if axes == 3 and channels == 1 else ""
        raise ShapeError(
            f"got an input of shape {input.shape}; expected (N, {channels}, H, W) "
            f"for a weight of shape {weight.shape} and {groups} groups{hint}"
        )
    _floats(input)
    if axes == 3:
        batch = conv2d(
            input.unsqueeze(0),
            weight,
            bias,
            stride,
            padding,
            dilation,
            groups,
            padding_convention=padding_convention,
        )
        return batch.squeeze(0)
    sizes, settings = (input.shape[2:], weight.shape[2:]), (stride, padding, dilation)
    try:
        window = _fitting(*sizes, *settings, padding_convention)
    except TypeError:  # lists have no hash
        window = _fitting.__wrapped__(*sizes, *settings, padding_convention)
    return Conv2d.apply(input, weight, bias, *window, groups)


@functools.lru_cache(256, typed=True)
def _fitting(
    size: tuple, kernel: tuple, stride: Any, padding: Any, dilation: Any, convention: str
) -> tuple[Pair, Pads, Pair]:
    """Return steps, padding and gaps as pairs, once it is sure that the window fits."""
    step, gap = two(stride), two(dilation)
    around = pads(padding, kernel, step, gap, convention)
    check_window(size, kernel, step, around, gap)
    return step, around, gap


def _floats(input: Tensor) -> None:
    if input.dtype.kind != "f":
        raise TypeError(f"got an input of dtype {input.dtype}; expected floats (.float())")


def check_window(
    size: tuple[int, ...], kernel: tuple[int, ...], stride: Pair, around: Pads, dilation: Pair
) -> None:
    """Raise a ShapeError if no window fits into the padded image."""
    out = [output_size(*each) for each in zip(size, kernel, stride, around, dilation, strict=True)]
    if min(out) < 1:
        padded = tuple(n + sum(p) for n, p in zip(size, around, strict=True))
        raise ShapeError(
            f"got an image of {padded} (padding included) for a window of {tuple(kernel)} "
            f"with dilation {dilation}; expected an image at least as large as the window"
        )


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int = 1,
    padding: Any = 0,
    dilation: int = 1,
    groups: int = 1,
    *,
    padding_convention: str = "per_side",
) -> Tensor:
    """Cross-correlate sequences with filters: `conv2d` on images of height 1.

    Shape:
        input (N, C, L) or (C, L), weight (O, C/groups, K), bias (O,); the result (N, O, L_out).
    """
    if input.ndim not in (2, 3) or weight.ndim != 3:
        raise ShapeError(f"got an input of shape {input.shape}; expected (N, C, L)")
    wide = [(1, _one(v)) for v in (stride, dilation)]
    if not isinstance(padding, str):
        padding = (0, _one(padding))
    out = conv2d(
        input.unsqueeze(-2),
        weight.unsqueeze(2),
        bias,
        wide[0],
        padding,
        wide[1],
        groups,
        padding_convention=padding_convention,
    )
    return out.squeeze(-2)


def _one(value: Any) -> int:
    return value if isinstance(value, int) else value[0]


def unfold(
    input: Tensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Tensor:
    """Return every patch as a column (im2col): a convolution is the filters' matrix times this.

    Shape:
        (N, C, H, W) → (N, C·KH·KW, number of positions).
    """
    kernel, step, gap = two(kernel_size), two(stride), two(dilation)
    around = pads(padding, kernel, step, gap, "per_side")
    check_window(input.shape[2:], kernel, step, around, gap)
    return Unfold.apply(input, kernel, step, around, gap)
