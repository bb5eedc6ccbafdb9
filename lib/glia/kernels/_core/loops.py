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
    reduce: str | tuple[str, ...] | None = None,
    unroll: int = 2,
) -> Any:
    """Make the primitive ``run(addresses, count, scalars)`` of a formula.

    Args:
        formula: called as formula(f, arrays, scalars), f holding `exp`, `where` and the like.
            Returns a list with one value for each store; with `reduce` a pair of this list and the
            value to be reduced (a list of values, if several are).
        stores: which of the addresses the formula's values are written to.
        loads: which of the addresses are read (all by default); the others come as None.
        reduce: None, "sum" or "max", or several of these: what the primitive returns.
        unroll: how many vectors are on their way at once.

    Returns:
        A function for kernels: `addresses` a tuple of int64, `count` the number of floats,
        `scalars` a tuple of float32; returns a float32 if there is a reduction, a tuple of them
        if there are several.
    """
    if not JIT:
        return plain.run_loop(formula, stores, reduce)
    kinds = (reduce,) if isinstance(reduce, str) else reduce or ()
    result = types.UniTuple(types.float32, len(kinds)) if kinds is reduce else types.float32

    @intrinsic
    def run(typingctx: Any, addresses: Any, count: Any, scalars: Any) -> Any:
        several, settings = len(addresses), len(scalars)
        signature = (result if kinds else types.void)(
            types.UniTuple(types.int64, several),
            types.int64,
            types.UniTuple(types.float32, settings),
        )

        def emit(context: Any, b: Any, signature: Any, arguments: Any) -> Any:
            places = cgutils.unpack_tuple(b, arguments[0], several)
            n = arguments[1]
            given = cgutils.unpack_tuple(b, arguments[2], settings) if settings else []
            constants = [Vector(b, splat(b, s)) for s in given]
            totals = [[cgutils.alloca_once(b, FLOATS) for _ in range(unroll)] for _ in kinds]
            starts = [ir.Constant(FLOATS, [_START[kind]] * LANES) for kind in kinds]
            for line, start in zip(totals, starts, strict=True):
                for total in line:
                    b.store(start, total)
            combines = [Vector.__add__ if kind == "sum" else Lanes().maximum for kind in kinds]

            def one(offset: Any, mask: Any, number: int) -> None:
                arrays = [
                    Vector(b, load(b, at(b, place, offset), mask))
                    if loads is None or index in loads
                    else None
                    for index, place in enumerate(places)
                ]
                results = formula(Lanes(), arrays, constants)
                if kinds:
                    results, values = results
                    values = values if kinds is reduce else [values]
                    each = zip(values, totals, starts, combines, strict=True)
                    for value, line, start, combine in each:
                        if mask is not None:  # lanes beyond the end must not count
                            value = Vector(b, b.select(mask, value.value, start))
                        total = combine(Vector(b, b.load(line[number])), value)
                        b.store(total.value, line[number])
                for index, made in zip(stores, results, strict=True):
                    store(b, made.value, at(b, places[index], offset), mask)

            step = LANES * unroll
            whole = b.and_(n, long(-step))
            with cgutils.for_range_slice(b, long(0), whole, long(step), intp=LONG) as (k, _):
                for number in range(unroll):
                    one(b.add(k, long(LANES * number)), None, number)
            with cgutils.for_range_slice(b, whole, n, long(LANES), intp=LONG) as (k, _):
                one(k, first_lanes(b, b.sub(n, k)), 0)
            sums = []
            for kind, line, combine in zip(kinds, totals, combines, strict=True):
                total = Vector(b, b.load(line[0]))
                for other in line[1:]:
                    total = combine(total, Vector(b, b.load(other)))
                sums.append(across(b, "fadd" if kind == "sum" else "fmax", total.value))
            if kinds is reduce:
                return context.make_tuple(b, signature.return_type, sums)
            return sums[0] if sums else context.get_dummy_value()

        return signature, emit

    return run
