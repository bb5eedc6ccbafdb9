"""Function and Context: one differentiable step, and the node that remembers it.

Every differentiable step is a `Function`: `forward` computes and saves what `backward` will need,
`backward` multiplies the gradient that comes from upstream by the local one. Applying a Function to
variables records a `Context`, the node of the computation graph.

This module knows variables only through the `Variable` protocol; `glia.tensor` says who they are.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from . import gradmode, watch
from .gradmode import no_grad

__all__ = ["Context", "Function", "Variable", "bind", "is_variable", "make", "replace"]


class Variable(Protocol):
    """What the tape needs to know of a value: its array, and where it came from."""

    array: np.ndarray
    grad: Any
    grad_fn: Context | None
    output_index: int
    requires_grad: bool
    hooks: list[Callable] | None


Edge = tuple[int, Any, "Context | None", int]

_variable: Any = type(None)
_replacements: dict[type, Callable[..., Any]] = {}
numbers = itertools.count()


def bind(variable_class: type) -> None:
    """Tell the tape which class is the variable; `glia.tensor` calls this once."""
    global _variable
    _variable = variable_class


def make(array: np.ndarray) -> Any:
    """Wrap an array in a variable without a history."""
    return _variable.make(array)


def is_variable(value: Any) -> bool:
    """Return whether a value is a variable, and not a plain array or setting."""
    return isinstance(value, _variable)


class Context:
    """One application of a Function: a node of the computation graph.

    Attributes:
        function: the Function that ran.
        args: its arguments.
        needs_input_grad: for each argument, whether its gradient is asked for.
        edges: for each argument whose gradient is, its position, itself, and the node and the
            number of the output that it came from (None and 0 for a leaf): written down here, as a
            tensor changed in place moves on to another node.
        shapes: shape and dtype of each output.
        number: rises with every node that is made, so that it is above those of all sources.
        grad_outputs: the gradients that reached this node; kept if the graph is retained.
    """

    # Most nodes never need these: they stand here once rather than in every node.
    shapes: tuple = ()
    edges: Sequence[Edge] = ()
    constant_outputs: tuple = ()
    grad_outputs: list | None = None
    hooks: dict[int, list[Callable]] | None = None
    layer: str | None = None
    _saved: tuple | None = ()

    def __init__(self, function: type[Function], args: tuple, needs: tuple[bool, ...]) -> None:
        self.function = function
        self.args = args
        self.needs_input_grad = needs
        self.number = next(numbers)
        if watch.active:
            self.layer = watch.layer()

    @property
    def name(self) -> str:
        """The Function's name, as drawn in a graph."""
        return self.function.__name__

    @property
    def inputs(self) -> tuple:
        """The arguments, with None for those that are not variables."""
        return tuple([a if isinstance(a, _variable) else None for a in self.args])

    @property
    def sources(self) -> tuple:
        """For each argument the node and the number of the output that it came from, or None."""
        sources: list[Any] = [None] * len(self.args)
        for position, _, step, index in self.edges:
            sources[position] = None if step is None else (step, index)
        return tuple(sources)

    def save_for_backward(self, *values: Any) -> None:
        """Keep what backward will need."""
        self._saved = values

    @property
    def saved_tensors(self) -> tuple:
        """What forward saved, in the same order.

        Raises:
            RuntimeError: the graph was already walked and has let go of its values.
        """
        if self._saved is None:
            raise RuntimeError(
                f"{self.name}: this graph was already walked backward once and its saved values "
                "are gone; call the first backward with retain_graph=True"
            )
        return self._saved

    def mark_non_differentiable(self, *outputs: Any) -> None:
        """Say that these outputs have no gradient (indices, masks)."""
        self.constant_outputs = outputs

    def release(self) -> None:
        """Let go of saved values and of the inputs, so that memory is freed after a step."""
        self._saved = None
        self.args = self.edges = ()

    def __repr__(self) -> str:
        return f"<{self.name}Backward>"


class Function:
    """A differentiable step written by hand: subclass it and give `forward` and `backward`.

    A user's Function gets and returns Tensors. The library's own set `on_arrays` and get arrays.

    Example:
        >>> class Multiply(Function):
        ...     @staticmethod
        ...     def forward(ctx, x, y):
        ...         ctx.save_for_backward(x, y)
        ...         return x * y
        ...
        ...     @staticmethod
        ...     def backward(ctx, grad_z):
        ...         x, y = ctx.saved_tensors
        ...         return y * grad_z, x * grad_z
    """

    on_arrays = False
    keeps_nothing = False  # whether backward returns new arrays, each its own: they may be added to

    @staticmethod
    def forward(ctx: Context, *args: Any) -> Any:
        """Compute the output; save on ctx what backward needs."""
        raise NotImplementedError("a Function needs a static method forward(ctx, ...)")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Return one gradient (or None) for each argument of forward."""
        raise NotImplementedError("a Function needs a static method backward(ctx, ...)")

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Run forward, and record the step if a gradient may be asked for later."""
        if _replacements and cls in _replacements:
            return _replacements[cls](*args)
        values: list[Any] = list(args)
        needs = [False] * len(args)
        edges = []
        found = False
        for i, a in enumerate(args):
            if isinstance(a, _variable):
                found = True
                values[i] = a.array
                if a.requires_grad:
                    needs[i] = True
                    edges.append((i, a, a.grad_fn, a.output_index))
        ctx = Context(cls, args, tuple(needs))
        outputs: Any
        if cls.on_arrays:
            outputs = cls.forward(ctx, *values)
            if not found:
                return outputs
        else:
            with no_grad():
                outputs = cls.forward(ctx, *args)
        recorded = gradmode.enabled and edges
        if recorded:
            ctx.edges = edges
        if (
            type(outputs) is np.ndarray
            and outputs.dtype.kind == "f"
            and not (watch.active or ctx.constant_outputs)
        ):
            result = _variable.make(outputs)  # the everyday case, and the shorter way
            if recorded:
                result.requires_grad = True
                result.grad_fn = ctx
                ctx.shapes = ((outputs.shape, outputs.dtype),)
            return result
        several = isinstance(outputs, tuple)
        made = []
        for index, output in enumerate(outputs if several else (outputs,)):
            array: Any = output.array if isinstance(output, _variable) else np.asarray(output)  # type: ignore[attr-defined]
            result = _variable.make(array)
            if recorded and array.dtype.kind == "f" and not _listed(ctx, output):
                result.requires_grad = True
                result.grad_fn = ctx
                result.output_index = index
            made.append(result)
        if recorded:
            ctx.shapes = tuple([(r.array.shape, r.array.dtype) for r in made])
        if watch.active:
            watch.check_outputs(ctx, [r.array for r in made])
        return tuple(made) if several else made[0]


def _listed(ctx: Context, output: Any) -> bool:
    return any(output is other for other in ctx.constant_outputs)


def is_replaced() -> bool:
    """Return whether any Function has another callable in its place."""
    return bool(_replacements)


def replace(table: dict[type, Callable[..., Any]]) -> dict[type, Callable[..., Any]]:
    """Put these callables in the place of Functions; return the table that held before."""
    global _replacements
    before, _replacements = _replacements, table
    return before
