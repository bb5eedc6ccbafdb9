"""Reverse-mode automatic differentiation: the tape, and the walk back along it.

Every differentiable step is a `Function`: `forward` computes and saves what `backward` will need,
`backward` multiplies the gradient that comes from upstream by the local one. Applying a Function to
variables records a `Context` (the node of the computation graph); `backward` visits the contexts in
reverse topological order, so that each has received the gradient from all its uses before it is run.

This module knows variables only through the `Variable` protocol; `glia.tensor` says who they are.

Source: Rumelhart, Hinton, Williams (1986), Nature 323; PyTorch's `torch.autograd` for the names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import numpy as np

from . import gradmode, watch
from .gradmode import enable_grad, is_grad_enabled, no_grad, set_grad_enabled

__all__ = [
    "Context",
    "Function",
    "Variable",
    "backward",
    "enable_grad",
    "grad",
    "is_grad_enabled",
    "no_grad",
    "replace",
    "set_grad_enabled",
    "topological_order",
]


class Variable(Protocol):
    """What the tape needs to know of a value: its array, and where it came from."""

    array: np.ndarray
    grad: Any
    grad_fn: Context | None
    output_index: int
    requires_grad: bool
    hooks: list[Callable] | None


_variable: Any = type(None)
_replacements: dict[type, Callable[..., Any]] = {}


def bind(variable_class: type) -> None:
    """Tell the tape which class is the variable; `glia.tensor` calls this once."""
    global _variable
    _variable = variable_class


def make(array: np.ndarray) -> Any:
    """Wrap an array in a variable without a history."""
    return _variable.make(array)


class Context:
    """One application of a Function: a node of the computation graph.

    Attributes:
        function: the Function that ran.
        inputs: its arguments, with None for those that are not variables.
        needs_input_grad: for each argument, whether its gradient is asked for.
        grad_outputs: the gradients that reached this node; kept if the graph is retained.
    """

    def __init__(self, function: type[Function], inputs: tuple, shapes: tuple = ()) -> None:
        self.function = function
        self.inputs = inputs
        self.shapes = shapes
        self.needs_input_grad = tuple(v is not None and v.requires_grad for v in inputs)
        self.grad_outputs: list | None = None
        self.hooks: dict[int, list[Callable]] | None = None
        self.layer: str | None = watch.layer() if watch.active else None
        self._saved: tuple | None = ()

    @property
    def name(self) -> str:
        """The Function's name, as drawn in a graph."""
        return self.function.__name__

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
        self.inputs = ()

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
        inputs = tuple([a if isinstance(a, _variable) else None for a in args])
        ctx = Context(cls, inputs)
        if cls.on_arrays:
            values = [a if v is None else v.array for a, v in zip(args, inputs, strict=True)]
            outputs = cls.forward(ctx, *values)
            if not any(v is not None for v in inputs):
                return outputs
        else:
            with no_grad():
                outputs = cls.forward(ctx, *args)
        recorded = gradmode.enabled and any(ctx.needs_input_grad)
        several = isinstance(outputs, tuple)
        made = []
        for index, output in enumerate(outputs if several else (outputs,)):
            array = output.array if isinstance(output, _variable) else np.asarray(output)
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
    return any(output is other for other in getattr(ctx, "constant_outputs", ()))


def topological_order(roots: Iterable[Context]) -> list[Context]:
    """Return every context that the roots depend on, each before the ones it was computed from."""
    order: list[Context] = []
    seen: set[Context] = set()
    stack = [(root, False) for root in roots]
    while stack:
        ctx, finished = stack.pop()
        if finished:
            order.append(ctx)
        elif ctx not in seen:
            seen.add(ctx)
            stack.append((ctx, True))
            for variable in ctx.inputs:
                if variable is not None and variable.grad_fn is not None:
                    stack.append((variable.grad_fn, False))
    return order[::-1]


def backward(
    roots: Sequence[Any], seeds: Sequence[np.ndarray], retain_graph: bool = False
) -> None:
    """Walk back from the roots and add the gradients to the leaves' `.grad`.

    Args:
        roots: variables that have a history.
        seeds: the gradient of the final scalar with respect to each root, of the root's shape.
        retain_graph: keep the graph and each node's gradient, for a second walk or a drawing.
    """
    watch.count_step()
    leaves = _walk(roots, seeds, retain_graph)
    for leaf, array in leaves:
        if leaf.grad is None:
            leaf.grad = _variable.make(np.array(array))  # a copy: gradients may share memory
        else:
            leaf.grad.array += array


def grad(
    outputs: Any, inputs: Any, grad_outputs: Any = None, retain_graph: bool = False
) -> tuple[Any, ...]:
    """Return the gradients of the outputs' sum with respect to the inputs; `.grad` stays untouched.

    Args:
        outputs: a Tensor or a sequence of them.
        inputs: a Tensor or a sequence of them.
        grad_outputs: the gradient of each output; ones for scalars.
        retain_graph: keep the graph for a second walk.

    Returns:
        One Tensor for each input; None where the outputs do not depend on it.
    """
    outputs = [outputs] if isinstance(outputs, _variable) else list(outputs)
    inputs = [inputs] if isinstance(inputs, _variable) else list(inputs)
    if grad_outputs is None:
        seeds = [np.ones_like(v.array) for v in outputs]
    else:
        given = [grad_outputs] if isinstance(grad_outputs, _variable) else grad_outputs
        seeds = [g.array for g in given]
    found: dict[int, np.ndarray] = {}
    watched = {id(v): v for v in inputs}
    for leaf, array in _walk(outputs, seeds, retain_graph, watched, found):
        found[id(leaf)] = array
    return tuple(
        _variable.make(np.array(found[id(v)])) if id(v) in found else None for v in inputs
    )


def _walk(
    roots: Sequence[Any],
    seeds: Sequence[np.ndarray],
    retain_graph: bool,
    watched: dict | None = None,
    found: dict | None = None,
) -> list[tuple[Any, np.ndarray]]:
    """Visit the graph in reverse topological order; return the leaves and their gradients."""
    pending: dict[Context, list] = {}
    leaves: dict[int, tuple[Any, np.ndarray]] = {}

    def deliver(variable: Any, array: np.ndarray) -> None:
        ctx = variable.grad_fn
        if ctx is None:
            known = leaves.get(id(variable))
            leaves[id(variable)] = (variable, array if known is None else known[1] + array)
            return
        slots = pending.get(ctx)
        if slots is None:
            slots = pending[ctx] = [None] * len(ctx.shapes)
        known = slots[variable.output_index]
        slots[variable.output_index] = array if known is None else known + array

    for root, seed in zip(roots, seeds, strict=True):
        deliver(root, seed)
    order = topological_order([r.grad_fn for r in roots if r.grad_fn is not None])
    outputs = {(v.grad_fn, v.output_index): k for k, v in (watched or {}).items() if v.grad_fn}
    for ctx in order:
        grads = pending.pop(ctx, None)
        if grads is None:
            continue
        for index, (shape, dtype) in enumerate(ctx.shapes):
            if grads[index] is None:
                grads[index] = np.zeros(shape, dtype)
            elif ctx.hooks and index in ctx.hooks:
                grads[index] = _run_hooks(ctx.hooks[index], grads[index])
            if found is not None and (ctx, index) in outputs:
                found[outputs[ctx, index]] = grads[index]
        for position, array in enumerate(_local_gradients(ctx, grads)):
            if ctx.needs_input_grad[position] and array is not None:
                deliver(ctx.inputs[position], _checked(ctx, position, array))
        if retain_graph:
            ctx.grad_outputs = grads
    if not retain_graph:
        for ctx in order:
            ctx.release()
    return [
        (leaf, _run_hooks(leaf.hooks, array) if leaf.hooks else array)
        for leaf, array in leaves.values()
        if leaf.requires_grad
    ]


def _local_gradients(ctx: Context, grads: list) -> tuple:
    """Run one node's backward, on arrays or on variables as its Function expects."""
    function = ctx.function
    if function.on_arrays:
        results = function.backward(ctx, *grads)
    else:
        with no_grad():
            results = function.backward(ctx, *[_variable.make(g) for g in grads])
    results = results if isinstance(results, tuple) else (results,)
    if len(results) != len(ctx.inputs):
        if not ctx.inputs:  # released by an earlier walk
            _ = ctx.saved_tensors
        raise RuntimeError(
            f"{ctx.name}.backward returned {len(results)} gradients; "
            f"expected {len(ctx.inputs)}, one for each argument of forward"
        )
    if watch.active:
        watch.check_gradients(ctx, results)
    return results


def _checked(ctx: Context, position: int, result: Any) -> np.ndarray:
    """Return the gradient as an array of its input's shape and dtype."""
    array = result.array if isinstance(result, _variable) else np.asarray(result)
    expected = ctx.inputs[position].array
    if array.shape != expected.shape:
        raise RuntimeError(
            f"{ctx.name}.backward returned a gradient of shape {array.shape} for argument "
            f"{position}; expected the argument's shape {expected.shape}"
        )
    return array if array.dtype == expected.dtype else array.astype(expected.dtype)


def _run_hooks(hooks: list[Callable], array: np.ndarray) -> np.ndarray:
    for hook in list(hooks):
        replaced = hook(_variable.make(array))
        if replaced is not None:
            array = replaced.array
    return array


def replace(table: dict[type, Callable[..., Any]]) -> dict[type, Callable[..., Any]]:
    """Put these callables in the place of Functions; return the table that held before."""
    global _replacements
    before, _replacements = _replacements, table
    return before
