"""A formula run over arrays: full vectors first, then one masked vector for what is left.

Register plan: one vector for each array and for each value inside the formula, two of them at a
time (`unroll`) so that one can wait for the other's division; a reduction has as many sums.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from . import plain
from .lanes import FLOATS, LONG, Lanes, Vector, across, at, first_lanes, load, long, splat, store
from .target import JIT, LANES, intrinsic

_START: dict[Any, float] = {"sum": 0.0, "max": float("-inf")}


def vector_loop(
    formula: Callable,
    *,
    stores: tuple[int, ...] = (),
    loads: tuple[int, ...] | None = None,
    reduce: str | None = None,
    unroll: int = 2,
) -> Any:
    """Make the primitive ``run(addresses, count, scalars)`` of a formula.

    Args:
        formula: called as formula(f, arrays, scalars), f holding `exp`, `where` and the like.
            Returns a list with one value for each store; with `reduce` a pair of this list and the
            value to be reduced.
        stores: which of the addresses the formula's values are written to.
        loads: which of the addresses are read (all by default); the others come as None.
        reduce: None, "sum" or "max": what the primitive returns.
        unroll: how many vectors are on their way at once.

    Returns:
        A function for kernels: `addresses` a tuple of int64, `count` the number of floats,
        `scalars` a tuple of float32; returns a float32 if there is a reduction.
    """
    if not JIT:
        return plain.run_loop(formula, stores, reduce)

    @intrinsic
    def run(typingctx: Any, addresses: Any, count: Any, scalars: Any) -> Any:
        several, settings = len(addresses), len(scalars)
        signature = (types.float32 if reduce else types.void)(
            types.UniTuple(types.int64, several),
            types.int64,
            types.UniTuple(types.float32, settings),
        )

        def emit(context: Any, b: Any, signature: Any, arguments: Any) -> Any:
            places = cgutils.unpack_tuple(b, arguments[0], several)
            n = arguments[1]
            given = cgutils.unpack_tuple(b, arguments[2], settings) if settings else []
            constants = [Vector(b, splat(b, s)) for s in given]
            sums = [cgutils.alloca_once(b, FLOATS) for _ in range(unroll if reduce else 0)]
            for total in sums:
                b.store(ir.Constant(FLOATS, [_START[reduce]] * LANES), total)
            combine = Vector.__add__ if reduce == "sum" else Lanes().maximum

            def one(offset: Any, mask: Any, number: int) -> None:
                arrays = [
                    Vector(b, load(b, at(b, place, offset), mask))
                    if loads is None or index in loads
                    else None
                    for index, place in enumerate(places)
                ]
                results = formula(Lanes(), arrays, constants)
                if reduce:
                    results, value = results
                    if mask is not None:  # lanes beyond the end must not count
                        nothing = ir.Constant(FLOATS, [_START[reduce]] * LANES)
                        value = Vector(b, b.select(mask, value.value, nothing))
                    total = combine(Vector(b, b.load(sums[number])), value)
                    b.store(total.value, sums[number])
                for index, result in zip(stores, results, strict=True):
                    store(b, result.value, at(b, places[index], offset), mask)

            step = LANES * unroll
            whole = b.and_(n, long(-step))
            with cgutils.for_range_slice(b, long(0), whole, long(step), intp=LONG) as (k, _):
                for number in range(unroll):
                    one(b.add(k, long(LANES * number)), None, number)
            with cgutils.for_range_slice(b, whole, n, long(LANES), intp=LONG) as (k, _):
                one(k, first_lanes(b, b.sub(n, k)), 0)
            if not reduce:
                return context.get_dummy_value()
            total = Vector(b, b.load(sums[0]))
            for other in sums[1:]:
                total = combine(total, Vector(b, b.load(other)))
            return across(b, "fadd" if reduce == "sum" else "fmax", total.value)

        return signature, emit

    return run
