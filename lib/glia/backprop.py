"""The walk back along the graph: every node once, after all that were computed from it.

A node is visited when it has received the gradient from all its uses: reverse topological order. A
value that was used twice collects the sum of both gradients; a leaf adds what arrives to `.grad`.

Source: Rumelhart, Hinton, Williams (1986), Nature 323, 533-536.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import repeat
from typing import Any

import numpy as np

from . import watch
from .function import Context, is_variable, make
from .gradmode import no_grad

__all__ = ["Visit", "backward", "grad", "slow_backward", "topological_order"]


def topological_order(roots: Iterable[Context]) -> list[Context]:
    """Return every context that the roots depend on, each before the ones it was computed from."""
    order = list(dict.fromkeys(roots))
    seen = set(order)
    for ctx in order:  # it grows while it is walked
        for source in ctx.sources:
            if source is not None and source[0] not in seen:
                seen.add(source[0])
                order.append(source[0])
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
    leaves = _walk(roots, seeds, retain_graph)
    for leaf, array, is_new in leaves:
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
        handed: list[np.ndarray | None] = []
        for position, array in enumerate(_local_gradients(ctx, upstream)):
            if array is None or not ctx.needs_input_grad[position]:
                handed.append(None)
                continue
            gradient = _checked(ctx, position, array, ctx.inputs[position].array)
            handed.append(gradient)
            key = ctx.sources[position] or id(ctx.inputs[position])
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
    """Visit the graph in reverse topological order: of all steps in sight the one made last.

    Whatever uses a step's output was made after it, so its gradient is whole when its turn comes.

    Returns:
        The leaves, their gradients, and whether the array is new and nobody else's.
    """
    pending: dict[Context, list] = {}  # what has arrived at each step in sight, by output
    in_sight: list[tuple[int, Context]] = []  # a heap: on top the step made last
    summed: set[tuple[Context, int]] = set()  # what is the sum of several gradients already
    leaves: dict[int, tuple[Any, np.ndarray, bool]] = {}
    outputs = {(v.grad_fn, v.output_index): k for k, v in (watched or {}).items() if v.grad_fn}
    ctx: Context | None = None  # the step that hands on; None: the gradients come from outside
    sources: Any = [None if v.grad_fn is None else (v.grad_fn, v.output_index) for v in roots]
    handed_on = zip(range(len(roots)), repeat(True), roots, sources, seeds)
    is_new = False
    while True:
        for position, needed, variable, source, array in handed_on:
            if not needed or array is None:
                continue
            expected = variable.array
            if (
                type(array) is not np.ndarray
                or array.shape != expected.shape
                or array.dtype is not expected.dtype
            ):
                array = _checked(ctx, position, array, expected)
            if source is None:
                leaf = leaves.get(id(variable))
                if leaf is not None:
                    array = _sum(leaf[1], leaf[2], array, is_new)
                leaves[id(variable)] = (variable, array, is_new or leaf is not None)
                continue
            before, index = source
            slots = pending.get(before)
            if slots is None:
                slots = pending[before] = [None] * len(before.shapes)
                heappush(in_sight, (-before.number, before))
            if slots[index] is None:
                slots[index] = array
            else:
                slots[index] = _sum(slots[index], source in summed, array, is_new)
                summed.add(source)
        if ctx is not None and not retain_graph:
            ctx.release()
        if not in_sight:
            break
        ctx = heappop(in_sight)[1]
        grads = pending.pop(ctx)
        if len(grads) > 1 or ctx.hooks or found is not None:
            _complete(ctx, grads, outputs, found)
        if retain_graph:
            ctx.grad_outputs = grads
        results = _local_gradients(ctx, grads)
        needs = ctx.needs_input_grad
        each = range(len(needs)), needs, ctx.inputs, ctx.sources, results
        handed_on = zip(*each, strict=True)
        is_new = ctx.function.keeps_nothing
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


def _local_gradients(ctx: Context, grads: list) -> tuple:
    """Run one node's backward, on arrays or on variables as its Function expects."""
    function = ctx.function
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


def _checked(ctx: Context | None, position: int, result: Any, expected: np.ndarray) -> np.ndarray:
    """Return the gradient as an array of the shape and dtype of what it belongs to."""
    array = result.array if is_variable(result) else np.asarray(result)
    if array.shape != expected.shape:
        who, what = (
            ("got", "output") if ctx is None else (f"{ctx.name}.backward returned", "argument")
        )
        raise RuntimeError(
            f"{who} a gradient of shape {array.shape} for {what} {position}; "
            f"expected the {what}'s shape {expected.shape}"
        )
    return array if array.dtype == expected.dtype else array.astype(expected.dtype)


def _run_hooks(hooks: list[Callable], array: np.ndarray) -> np.ndarray:
    for hook in list(hooks):
        replaced = hook(make(array))
        if replaced is not None:
            array = replaced.array
    return array
