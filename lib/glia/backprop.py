"""The walk back along the graph: every node once, after all that were computed from it.

A node is visited when it has received the gradient from all its uses: reverse topological order. A
value that was used twice collects the sum of both gradients; a leaf adds what arrives to `.grad`.

Source: Rumelhart, Hinton, Williams (1986), Nature 323, 533-536.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import watch
from .function import Context, Function, is_variable, make
from .fused import Fused
from .gradmode import no_grad

__all__ = ["Visit", "backward", "grad", "slow_backward", "topological_order"]


def topological_order(roots: Iterable[Context]) -> list[Context]:
    """Return every context that the roots depend on, each before the ones it was computed from."""
    roots = list(roots)
    order = _order(roots)
    fused = [ctx for ctx in order if type(ctx) is Fused]
    for ctx in fused:
        ctx.open()
    return _order(roots) if fused else order


def _order(roots: Iterable[Context]) -> list[Context]:
    """Return the same, with several steps taken in one go as one."""
    order = list(dict.fromkeys(roots))
    seen = set(order)
    for ctx in order:  # it grows while it is walked
        for _, _, step, _ in ctx.edges:
            if step is not None and step not in seen:
                seen.add(step)
                order.append(step)
    if len(order) > 1:
        order.sort(key=_number, reverse=True)
    return order


_number = operator.attrgetter("number")


def backward(roots: Sequence[Any], seeds: Sequence[np.ndarray], retain_graph: bool = False) -> None:
    """Walk back from the roots and add the gradients to the leaves' `.grad`.

    Args:
        roots: variables that have a history.
        seeds: the gradient of the final scalar with respect to each root, of the root's shape.
        retain_graph: keep the graph and each node's gradient, for a second walk or a drawing.
    """
    watch.count_step()
    for leaf, array, is_new in _walk(roots, seeds, retain_graph):
        if leaf.grad is None:
            # A copy, unless it is known that nobody else has the array: gradients may share memory.
            leaf.grad = make(array if is_new and not leaf.hooks else np.array(array))
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
    outputs = [outputs] if is_variable(outputs) else list(outputs)
    inputs = [inputs] if is_variable(inputs) else list(inputs)
    if grad_outputs is None:
        seeds = [np.ones_like(v.array) for v in outputs]
    else:
        given = [grad_outputs] if is_variable(grad_outputs) else grad_outputs
        seeds = [g.array for g in given]
    found: dict[int, np.ndarray] = {}
    watched = {id(v): v for v in inputs}
    for leaf, array, _ in _walk(outputs, seeds, retain_graph, watched, found):
        found[id(leaf)] = array
    return tuple(make(np.array(found[id(v)])) if id(v) in found else None for v in inputs)


@dataclass
class Visit:
    """One step of the walk back.

    Attributes:
        ctx: the step.
        upstream: the gradient that reached each of its outputs, summed over their uses.
        handed: for each argument what the step hands on, upstream times local; None where no
            gradient is asked for.
    """

    ctx: Context
    upstream: list[np.ndarray]
    handed: list[np.ndarray | None]


def slow_backward(root: Any) -> list[Visit]:
    """Walk back from a variable and write down every step; no `.grad` changes, hooks do not run.

    Args:
        root: the variable at the end; its own gradient is 1. The graph stays usable.

    Returns:
        The visits, the last step of the forward pass first.
    """
    arrived: dict[Any, np.ndarray] = {}
    arrived[root.grad_fn, root.output_index] = np.ones_like(root.array)
    visits = []
    for ctx in topological_order([root.grad_fn] if root.grad_fn is not None else []):
        upstream = [
            arrived[ctx, index] if (ctx, index) in arrived else np.zeros(shape, dtype)
            for index, (shape, dtype) in enumerate(ctx.shapes)
        ]
        arrays = _run(ctx, ctx.function, len(ctx.args), upstream)
        handed: list[np.ndarray | None] = [None] * len(arrays)
        for position, variable, step, index in ctx.edges:
            gradient = _checked(ctx, position, arrays[position], variable.array)
            if gradient is not None:
                handed[position] = gradient
                key = id(variable) if step is None else (step, index)
                arrived[key] = arrived[key] + gradient if key in arrived else gradient
        visits.append(Visit(ctx, upstream, handed))
    return visits


def _walk(
    roots: Sequence[Any],
    seeds: Sequence[np.ndarray],
    retain_graph: bool,
    watched: dict | None = None,
    found: dict | None = None,
) -> list[tuple[Any, np.ndarray, bool]]:
    """Visit the graph in reverse topological order.

    Returns:
        The leaves, their gradients, and whether the array is new and nobody else's.
    """
    pending: dict[Context, list] = {}
    summed: set[tuple[Context, int]] = set()  # what is the sum of several gradients already
    leaves: dict[int, tuple[Any, np.ndarray, bool]] = {}
    outputs: dict[tuple[Any, int], int] = {}
    if watched is not None:
        outputs = {(v.grad_fn, v.output_index): k for k, v in watched.items() if v.grad_fn}
    steps = [r.grad_fn for r in roots if r.grad_fn is not None]
    order = _order(steps)
    if retain_graph or any([ctx.hooks for ctx in order]):  # a hook may look at the graph
        order = topological_order(steps)
    # The seeds come first, as if handed on by a step behind the roots.
    arrays, is_new = seeds, False
    edges: Any = [(i, root, root.grad_fn, root.output_index) for i, root in enumerate(roots)]
    for ctx in [None, *order]:
        if ctx is not None:
            grads = pending.pop(ctx, None)
            if grads is None:
                if not retain_graph:
                    ctx.release()
                continue
            if len(grads) > 1 or ctx.hooks or found is not None:
                _complete(ctx, grads, outputs, found)
            if type(ctx) is Fused:
                function, count = ctx.fused, len(ctx.variables)
            else:
                function, count = ctx.function, len(ctx.args)
            arrays, edges = _run(ctx, function, count, grads), ctx.edges
            is_new = function.keeps_nothing
            if retain_graph:
                ctx.grad_outputs = grads
            else:
                ctx.release()
        # Each variable that needs it gets one gradient more: its step does, or itself if a leaf.
        for position, variable, step, index in edges:
            array = arrays[position]
            if array is None:
                continue
            own = variable.array
            if not is_new and ctx is not None:  # those that are come from our own ops
                array = _checked(ctx, position, array, own)
            elif array.dtype is not own.dtype:
                array = array.astype(own.dtype, copy=False)
            if step is None:
                key = id(variable)
                if key in leaves:
                    _, known, known_is_new = leaves[key]
                    leaves[key] = (variable, _sum(known, known_is_new, array, is_new), True)
                else:
                    leaves[key] = (variable, array, is_new)
                continue
            slots = pending.get(step)
            if slots is None:
                slots = pending[step] = [None] * len(step.shapes)
            if slots[index] is None:
                slots[index] = array
            else:
                slots[index] = _sum(slots[index], (step, index) in summed, array, is_new)
                summed.add((step, index))
    return [
        (leaf, _run_hooks(leaf.hooks, array) if leaf.hooks else array, is_new)
        for leaf, array, is_new in leaves.values()
        if leaf.requires_grad
    ]


def _sum(a: np.ndarray, a_is_new: bool, b: np.ndarray, b_is_new: bool) -> np.ndarray:
    """Add gradients, in the memory of one of them where that is nobody else's."""
    if a_is_new:
        a += b
        return a
    if b_is_new:
        b += a
        return b
    return np.asarray(a + b)


def _complete(ctx: Context, grads: list, outputs: dict, found: dict | None) -> None:
    """Fill in zeros for outputs that nobody used, run hooks, and note what is asked for."""
    for index, (shape, dtype) in enumerate(ctx.shapes):
        if grads[index] is None:
            grads[index] = np.zeros(shape, dtype)
        elif ctx.hooks and index in ctx.hooks:
            grads[index] = _run_hooks(ctx.hooks[index], grads[index])
        if found is not None and (ctx, index) in outputs:
            found[outputs[ctx, index]] = grads[index]


def _run(ctx: Context, function: type[Function], count: int, grads: list) -> Sequence:
    """Run one node's backward, on arrays or on variables as its Function expects."""
    if function.on_arrays:
        results = function.backward(ctx, *grads)
    else:
        watching, watch.active = watch.active, False  # what counts is what the node hands on
        try:
            with no_grad():
                results = function.backward(ctx, *[make(g) for g in grads])
        finally:
            watch.active = watching
    results = results if isinstance(results, tuple) else (results,)
    if len(results) != count:
        if not count:  # released by an earlier walk
            _ = ctx.saved_tensors
        raise RuntimeError(
            f"{ctx.name}.backward returned {len(results)} gradients; "
            f"expected {count}, one for each argument of forward"
        )
    if watch.active:
        watch.check_gradients(ctx, results)
    return results


def _checked(ctx: Context, position: int, result: Any, expected: np.ndarray) -> Any:
    """Return the gradient as an array of its input's shape and dtype, or None if there is none."""
    if result is None:
        return None
    array = result
    if type(result) is not np.ndarray:
        array = result.array if is_variable(result) else np.asarray(result)
    if array.shape != expected.shape:
        raise RuntimeError(
            f"{ctx.name}.backward returned a gradient of shape {array.shape} for argument "
            f"{position}; expected the argument's shape {expected.shape}"
        )
    return array if array.dtype == expected.dtype else array.astype(expected.dtype)


def _run_hooks(hooks: list[Callable], array: np.ndarray) -> np.ndarray:
    for hook in list(hooks):
        replaced = hook(make(array))
        if replaced is not None:
            array = replaced.array
    return array
