"""Arithmetic on a vector of float32 lanes, written with Python's own operators.

`Vector` wraps an LLVM value, so that a formula such as ``w - lr * g`` emits vector instructions;
the same formula on numpy arrays is its plain twin (`glia.kernels._core.plain`). Both hand a formula
the same few functions: `exp`, `tanh`, `sqrt`, `fma`, `where`, `maximum`.

NaN goes in and comes out: comparisons are ordered, and bounds are `x if not (x < low) else low`.
"""

# Names are IR's: a block builder is `b`, and its methods are LLVM's instructions.

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils

from .target import LANES

FLOAT, INT, LONG = ir.FloatType(), ir.IntType(32), ir.IntType(64)
FLOATS, INTS = ir.VectorType(FLOAT, LANES), ir.VectorType(INT, LANES)
MASK = ir.VectorType(ir.IntType(1), LANES)

# e^r on |r| <= log(2)/2: the polynomial of degree 6 of least relative error (2e-9).
EXP = (1.3843607e-3, 8.3741956e-3, 4.1668005e-2, 1.66664308e-1, 4.99999942e-1, 1.00000003, 1.0)
# tanh as an odd rational function on the range where float32 is not yet at its limit: the
# coefficients of Eigen, error below 4e-7.
TANH_RANGE = 7.90531110763549805
TANH_TOP = (
    -2.76076847742355e-16,
    2.00018790482477e-13,
    -8.60467152213735e-11,
    5.12229709037114e-08,
    1.48572235717979e-05,
    6.37261928875436e-04,
    4.89352455891786e-03,
)
TANH_BOTTOM = (
    1.19825839466702e-06,
    1.18534705686654e-04,
    2.26843463243900e-03,
    4.89352518554385e-03,
)


class Vector:
    """A vector of float32 (or of truth values) in the making."""

    __slots__ = ("b", "value")

    def __init__(self, b: Any, value: Any) -> None:
        self.b, self.value = b, value

    def _lift(self, other: Any) -> Any:
        if isinstance(other, Vector):
            return other.value
        return ir.Constant(FLOATS, [float(other)] * LANES)

    def _new(self, value: Any) -> Vector:
        return Vector(self.b, value)

    def __add__(self, other: Any) -> Vector:
        return self._new(self.b.fadd(self.value, self._lift(other), flags=("contract",)))

    def __sub__(self, other: Any) -> Vector:
        return self._new(self.b.fsub(self.value, self._lift(other), flags=("contract",)))

    def __rsub__(self, other: Any) -> Vector:
        return self._new(self.b.fsub(self._lift(other), self.value, flags=("contract",)))

    def __mul__(self, other: Any) -> Vector:
        return self._new(self.b.fmul(self.value, self._lift(other), flags=("contract",)))

    def __truediv__(self, other: Any) -> Vector:
        return self._new(self.b.fdiv(self.value, self._lift(other)))

    def __rtruediv__(self, other: Any) -> Vector:
        return self._new(self.b.fdiv(self._lift(other), self.value))

    def __neg__(self) -> Vector:
        return self._new(self.b.fneg(self.value))

    def __gt__(self, other: Any) -> Vector:
        return self._new(self.b.fcmp_ordered(">", self.value, self._lift(other)))

    def __lt__(self, other: Any) -> Vector:
        return self._new(self.b.fcmp_ordered("<", self.value, self._lift(other)))

    def __eq__(self, other: Any) -> Vector:  # type: ignore[override]
        return self._new(self.b.fcmp_ordered("==", self.value, self._lift(other)))

    __radd__, __rmul__ = __add__, __mul__
    __hash__ = None  # type: ignore[assignment]


class Lanes:
    """The functions of a formula, on vectors."""

    def where(self, condition: Vector, yes: Any, no: Any) -> Vector:
        """Take yes where the condition holds, else no."""
        b = condition.b
        return Vector(b, b.select(condition.value, condition._lift(yes), condition._lift(no)))

    def maximum(self, x: Vector, other: Any) -> Vector:
        """The larger one; NaN if x is."""
        return self.where(x < other, other, x)

    def minimum(self, x: Vector, other: Any) -> Vector:
        """The smaller one; NaN if x is."""
        return self.where(x > other, other, x)

    def fma(self, x: Vector, y: Any, z: Any) -> Vector:
        """X y + z, in one instruction where the CPU has it."""
        return Vector(x.b, fma(x.b, x.value, x._lift(y), x._lift(z)))

    def sqrt(self, x: Vector) -> Vector:
        """Square root."""
        return Vector(x.b, x.b.call(_intrinsic(x.b, f"llvm.sqrt.v{LANES}f32", 1), [x.value]))

    def exp(self, x: Vector) -> Vector:
        """e^x = 2^n e^r, n = round(x / log 2): 0 below -104, inf above 88.8; 1 unit in the last.

        2^n is applied in two halves, so that n = 128 and subnormal results need no special case.
        """
        b = x.b
        shifted, p = self._shifted_and_rest(self.minimum(self.maximum(x, -104.0), 89.0))
        biased = ir.Constant(INTS, [0x4B400000 + 127] * LANES)
        n = b.sub(b.bitcast(shifted.value, INTS), biased)
        half = b.ashr(n, ir.Constant(INTS, [1] * LANES))
        return p * self._power_of_two(b, half) * self._power_of_two(b, b.sub(n, half))

    def exp_below_zero(self, x: Vector) -> Vector:
        """e^x for x ≤ 0, 0 below -88: 2^n is one normal number, or 0; half the work of `exp`."""
        b = x.b
        shifted, p = self._shifted_and_rest(self.maximum(x, -88.0))
        power = b.shl(b.bitcast(shifted.value, INTS), ir.Constant(INTS, [23] * LANES))
        return p * Vector(b, b.bitcast(power, FLOATS))

    def _shifted_and_rest(self, x: Vector) -> tuple[Vector, Vector]:
        """Return 127 + n, n = round(x / log 2), in the low bits of a float, and e^(x - n log 2)."""
        magic = 12582912.0 + 127  # 1.5 * 2^23: adding it rounds to a whole number in the low bits
        shifted = self.fma(x, 1.44269504, magic)
        rounded = shifted - magic
        r = self.fma(rounded, -0.693359375, x)
        r = self.fma(rounded, 2.12194440e-4, r)
        return shifted, self._polynomial(r, EXP)

    def sigmoid(self, x: Vector) -> Vector:
        """1 / (1 + e^-x), as tanh(x/2)/2 + 1/2; error below 4e-7."""
        return self.fma(self.tanh(x * 0.5), 0.5, 0.5)

    def tanh(self, x: Vector) -> Vector:
        """The odd rational function 13/6; error below 4e-7."""
        x = self.minimum(self.maximum(x, -TANH_RANGE), TANH_RANGE)
        square = x * x
        return x * self._polynomial(square, TANH_TOP) / self._polynomial(square, TANH_BOTTOM)

    def _polynomial(self, x: Vector, coefficients: tuple) -> Vector:
        value = self.fma(x, coefficients[0], coefficients[1])
        for coefficient in coefficients[2:]:
            value = self.fma(value, x, coefficient)
        return value

    @staticmethod
    def _power_of_two(b: Any, exponent: Any) -> Vector:
        biased = b.add(exponent, ir.Constant(INTS, [127] * LANES))
        return Vector(b, b.bitcast(b.shl(biased, ir.Constant(INTS, [23] * LANES)), FLOATS))


def long(value: int) -> Any:
    """A 64-bit constant."""
    return ir.Constant(LONG, value)


def splat(b: Any, scalar: Any) -> Any:
    """A vector with one value in all lanes."""
    one = b.insert_element(ir.Constant(FLOATS, ir.Undefined), scalar, ir.Constant(INT, 0))
    return b.shuffle_vector(one, one, ir.Constant(INTS, [0] * LANES))


def fma(b: Any, x: Any, y: Any, z: Any) -> Any:
    """X y + z on raw values; `fmuladd` is two instructions where the CPU has no fused one."""
    return b.call(_intrinsic(b, f"llvm.fmuladd.v{LANES}f32", 3), [x, y, z])


def _intrinsic(b: Any, name: str, arguments: int) -> Any:
    kind = ir.FunctionType(FLOATS, [FLOATS] * arguments)
    return cgutils.get_or_insert_function(b.module, kind, name)


def at(b: Any, address: Any, offset: Any) -> Any:
    """The place `offset` floats behind an address."""
    return b.gep(b.inttoptr(address, FLOAT.as_pointer()), [offset])


def load(b: Any, place: Any, mask: Any = None) -> Any:
    """Read a vector, or with a mask its first lanes and zeros."""
    place = b.bitcast(place, FLOATS.as_pointer())
    if mask is None:
        value = b.load(place)
        value.align = 4
        return value
    kind = ir.FunctionType(FLOATS, [FLOATS.as_pointer(), INT, MASK, FLOATS])
    read = cgutils.get_or_insert_function(b.module, kind, f"llvm.masked.load.v{LANES}f32.p0")
    zeros = ir.Constant(FLOATS, [0.0] * LANES)
    return b.call(read, [place, ir.Constant(INT, 4), mask, zeros])


def store(b: Any, value: Any, place: Any, mask: Any = None) -> None:
    """Write a vector, or with a mask its first lanes."""
    place = b.bitcast(place, FLOATS.as_pointer())
    if mask is None:
        b.store(value, place).align = 4
        return
    kind = ir.FunctionType(ir.VoidType(), [FLOATS, FLOATS.as_pointer(), INT, MASK])
    write = cgutils.get_or_insert_function(b.module, kind, f"llvm.masked.store.v{LANES}f32.p0")
    b.call(write, [value, place, ir.Constant(INT, 4), mask])


def first_lanes(b: Any, count: Any) -> Any:
    """The mask of the first `count` lanes."""
    one = b.insert_element(
        ir.Constant(INTS, ir.Undefined), b.trunc(count, INT), ir.Constant(INT, 0)
    )
    counts = b.shuffle_vector(one, one, ir.Constant(INTS, [0] * LANES))
    return b.icmp_signed("<", ir.Constant(INTS, list(range(LANES))), counts)


def across(b: Any, operation: str, vector: Any) -> Any:
    """Add up the lanes ("fadd") or take the largest ("fmax")."""
    if operation == "fadd":
        kind = ir.FunctionType(FLOAT, [FLOAT, FLOATS])
        add = cgutils.get_or_insert_function(b.module, kind, f"llvm.vector.reduce.fadd.v{LANES}f32")
        return b.call(add, [ir.Constant(FLOAT, -0.0), vector], fastmath=["reassoc"])
    distance = LANES // 2  # halves meet halves: LLVM's own reduction looks for NaN at each step
    while distance:
        order = ir.Constant(INTS, [lane ^ distance for lane in range(LANES)])
        other = b.shuffle_vector(vector, vector, order)
        vector = b.select(b.fcmp_ordered("<", vector, other), other, vector)
        distance //= 2
    return b.extract_element(vector, ir.Constant(INT, 0))


def sums_across(b: Any, vectors: list[Any]) -> list[Any]:
    """Add up the lanes of each vector: the sums, in order, in as few vectors as hold them.

    Vectors meet in pairs, each giving half of its lanes to the other: sixteen vectors take fifteen
    additions and thirty shuffles, not four of both for each.
    """
    results = []
    for first in range(0, len(vectors), LANES):
        group = vectors[first : first + LANES]
        distance = 1
        while distance < LANES:
            if len(group) % 2:
                group = [*group, group[-1]]  # any partner will do: its lanes are not looked at
            low = [j if not j & distance else LANES + (j ^ distance) for j in range(LANES)]
            high = [j | distance if not j & distance else LANES + j for j in range(LANES)]
            group = [
                b.fadd(
                    b.shuffle_vector(*pair, ir.Constant(INTS, low)),
                    b.shuffle_vector(*pair, ir.Constant(INTS, high)),
                )
                for pair in zip(group[::2], group[1::2], strict=True)
            ]
            distance *= 2
        results += group
    return results
