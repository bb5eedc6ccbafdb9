"""Tensor: a numpy array that remembers how it was computed.

The class is thin. Its operators (`glia.operators`) and named methods (`glia.tensor_methods`) hand
arrays to the ops and wrap what comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from . import autograd
from .aligned import aligned
from .dtypes import device, get_default_dtype
from .operators import as_array
from .tensor_methods import Methods

__all__ = ["Tensor", "tensor"]


class Tensor(Methods):
    """An array, its gradient, and its place in the computation graph.

    Args:
        data: anything numpy can make an array of.
        requires_grad: whether gradients are to be collected in `.grad`.

    Attributes:
        array: the values, a numpy array.
        grad: the gradient that `backward` collected, a Tensor, or None.
        grad_fn: the step that computed this tensor, or None for a leaf.
        requires_grad: whether a gradient will be asked for.
    """

    __slots__ = (
        "__weakref__",
        "array",
        "grad",
        "grad_fn",
        "hooks",
        "output_index",
        "requires_grad",
    )
    __array_priority__ = 1000  # array * tensor is a tensor

    def __init__(self, data: Any = (), requires_grad: bool = False) -> None:
        array = as_array(data)
        self.array = array if array.dtype.kind == "f" else array.astype(get_default_dtype())
        self.grad: Tensor | None = None
        self.grad_fn: autograd.Context | None = None
        self.output_index = 0
        self.hooks: list[Callable] | None = None
        self.requires_grad = requires_grad

    @staticmethod
    def make(array: np.ndarray) -> Tensor:
        """Wrap an array without a copy; integers and bools stay what they are."""
        out = Tensor.__new__(Tensor)
        out.array = array
        out.grad = out.grad_fn = out.hooks = None
        out.output_index = 0
        out.requires_grad = False
        return out

    # What it is

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        return self.array.shape

    @property
    def dtype(self) -> np.dtype:
        """The type of the numbers."""
        return self.array.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.array.ndim

    @property
    def device(self) -> device:
        """Where it lives: the CPU."""
        return device("cpu")

    @property
    def is_leaf(self) -> bool:
        """Whether it was made by hand and not computed from something that needs a gradient."""
        return self.grad_fn is None

    @property
    def data(self) -> Tensor:
        """The values without the history; shares memory."""
        return Tensor.make(self.array)

    @data.setter
    def data(self, value: Any) -> None:
        self.array = as_array(value)

    def numpy(self) -> np.ndarray:
        """Return the array itself.

        Raises:
            RuntimeError: the tensor is part of a graph; call `detach()` first.
        """
        if self.requires_grad:
            raise RuntimeError("this tensor requires grad: call .detach().numpy() instead")
        return self.array

    def item(self) -> Any:
        """Return the single value as a Python number."""
        if self.array.size != 1:
            raise ValueError(f"item() needs a tensor of one element, got shape {self.shape}")
        return self.array.item()

    def detach(self) -> Tensor:
        """Return the values without the history; shares memory."""
        return Tensor.make(self.array)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Say whether gradients are to be collected here."""
        if requires_grad and self.array.dtype.kind != "f":
            raise RuntimeError(f"only floats can require gradients, got dtype {self.dtype}")
        self.requires_grad = requires_grad
        return self

    # The graph

    def backward(self, gradient: Any = None, retain_graph: bool = False) -> None:
        """Add to every leaf's `.grad` the gradient of this tensor with respect to it.

        Args:
            gradient: the upstream gradient; 1 for a scalar.
            retain_graph: keep the graph for a second walk, and each node's gradient for `graph()`.

        Raises:
            RuntimeError: nothing here requires a gradient, or the tensor is no scalar and no
                gradient was given.
        """
        if not self.requires_grad:
            raise RuntimeError(
                "backward: this tensor does not require grad; was it computed under no_grad, "
                "or from tensors without requires_grad=True?"
            )
        if gradient is None:
            if self.array.size != 1:
                raise RuntimeError(
                    f"backward needs a scalar or a gradient; got a tensor of shape {self.shape}"
                )
            seed = np.array(1, self.array.dtype).reshape(self.array.shape)
        else:
            seed, own = as_array(gradient), self.array
            if seed.shape != own.shape or seed.dtype != own.dtype:
                seed = np.broadcast_to(seed, self.shape).astype(self.dtype)
        autograd.backward([self], [seed], retain_graph)

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> Callable[[], None]:
        """Call the hook with this tensor's gradient whenever it is known; return a remover."""
        if self.grad_fn is None:
            hooks = self.hooks = self.hooks or []
        else:
            table = self.grad_fn.hooks = self.grad_fn.hooks or {}
            hooks = table.setdefault(self.output_index, [])
        hooks.append(hook)
        return lambda: hooks.remove(hook)

    def retain_grad(self) -> None:
        """Keep the gradient of a computed tensor in `.grad`, as leaves do."""
        if self.grad_fn is not None:

            def keep(gradient: Tensor) -> None:
                self.grad = gradient

            self.register_hook(keep)

    def graph(self, names: dict[str, Tensor] | None = None) -> Any:
        """Draw the computation graph that ends here; see `glia.graph.draw`."""
        from .graph import draw

        return draw(self, names)

    # Python's own questions

    def __len__(self) -> int:
        if self.array.ndim == 0:
            raise TypeError("a tensor of no axes has no length")
        return len(self.array)

    def __iter__(self) -> Iterator[Tensor]:
        if self.array.ndim == 0:
            raise TypeError("a tensor of no axes cannot be walked through")
        return (self[i] for i in range(len(self.array)))

    def __bool__(self) -> bool:
        return bool(self.array)

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        return int(self.array.__index__())

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if self.ndim == 0 else format(str(self), spec)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __deepcopy__(self, memo: dict) -> Tensor:
        if self.grad_fn is not None:
            raise RuntimeError("only leaves can be copied deeply: call .detach() or .clone() first")
        out = type(self).__new__(type(self))
        Tensor.__init__(out, requires_grad=self.requires_grad)
        out.array = aligned(self.array)
        return out

    __hash__ = object.__hash__  # type: ignore[assignment]

    def __repr__(self) -> str:
        text = np.array2string(self.array, precision=4, separator=", ", prefix="tensor(")
        if self.array.dtype.kind == "f" and self.array.dtype != get_default_dtype():
            text += f", dtype={self.dtype}"
        if self.grad_fn is not None:
            text += f", grad_fn={self.grad_fn!r}"
        elif self.requires_grad:
            text += ", requires_grad=True"
        return f"tensor({text})"


autograd.bind(Tensor)


def tensor(data: Any, dtype: Any = None, requires_grad: bool = False, device: Any = None) -> Tensor:
    """Make a tensor from numbers, lists, an array or a tensor; the values are copied.

    Args:
        data: what to copy.
        dtype: its type; by default Python floats become float32, integers int64, and arrays keep
            their own.
        requires_grad: whether gradients are to be collected in `.grad`.
        device: None or 'cpu'.

    Example:
        >>> tensor([1.0, 2.0]).sum()
        tensor(3.)
    """
    _device(device)
    out = Tensor.make(aligned(as_array(data, dtype)))
    return out.requires_grad_() if requires_grad else out


def _device(name: Any) -> None:
    if name is not None:
        device(name)
