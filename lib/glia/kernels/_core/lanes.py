"""Arithmetic on a vector of float32 lanes, written with Python's own operators.

`Vector` wraps an LLVM value, so that a formula such as ``w - lr * g`` emits vector instructions;
the same formula on numpy arrays is its plain twin (`glia.kernels._core.plain`). Both hand a formula
the same few functions: `exp`, `tanh`, `erf`, `sqrt`, `fma`, `where`, `maximum`.

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

# e^r on |r| <= log(2)/2: Cephes' expf, about 1 unit in the last place.
EXP = (1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 0.5)
# tanh and erf as odd rational functions on the range where float32 is not yet at its limit:
# the coefficients of Eigen, errors below 4e-7.
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
ERF_RANGE = 3.832506856900711
ERF_TOP = (
    -2.72614225801306e-10,
    2.77068142495902e-08,
    -2.10102402082508e-06,
    -5.69250639462346e-05,
    -7.34990630326855e-04,
    -2.95459980854025e-03,
    -1.60960333262415e-02,
)
ERF_BOTTOM = (
    -1.45660718464996e-05,
    -2.13374055278905e-04,
    -1.68282697438203e-03,
    -7.37332916720468e-03,
    -1.42647390514189e-02,
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
        n = b.sub(b.bitcast(shifted.value, INTS), ir.Constant(INTS, [0x4B400000] * LANES))
        half = b.ashr(n, ir.Constant(INTS, [1] * LANES))
        return p * self._power_of_two(b, half) * self._power_of_two(b, b.sub(n, half))

    def exp_below_zero(self, x: Vector) -> Vector:
        """e^x for x ≤ 0, 0 below -87: 2^n is one normal number; a third quicker than `exp`."""
        b = x.b
        shifted, p = self._shifted_and_rest(self.maximum(x, -87.0))
        bits = b.add(b.bitcast(shifted.value, INTS), ir.Constant(INTS, [127] * LANES))
        power = b.bitcast(b.shl(bits, ir.Constant(INTS, [23] * LANES)), FLOATS)
        return self.where(x < -87.0, 0.0, p * Vector(b, power))

    def _shifted_and_rest(self, x: Vector) -> tuple[Vector, Vector]:
        """Return n = round(x / log 2) in the low bits of a float, and e^(x - n log 2)."""
        magic = 12582912.0  # 1.5 * 2^23: adding it rounds to a whole number, kept in the low bits
        shifted = self.fma(x, 1.44269504, magic)
        rounded = shifted - magic
        r = self.fma(rounded, -0.693359375, x)
        r = self.fma(rounded, 2.12194440e-4, r)
        p = self._polynomial(r, EXP)
        return shifted, self.fma(p * r, r, r) + 1.0

    def sigmoid(self, x: Vector) -> Vector:
        """1 / (1 + e^-x), as tanh(x/2)/2 + 1/2; error below 4e-7."""
        return self.fma(self.tanh(x * 0.5), 0.5, 0.5)

    def tanh(self, x: Vector) -> Vector:
        """The odd rational function 13/6; error below 4e-7."""
        return self._odd_rational(x, TANH_RANGE, TANH_TOP, TANH_BOTTOM)

    def erf(self, x: Vector) -> Vector:
        """The odd rational function 13/8; error below 5e-7."""
        return self._odd_rational(x, ERF_RANGE, ERF_TOP, ERF_BOTTOM)

    def _odd_rational(self, x: Vector, bound: float, top: tuple, bottom: tuple) -> Vector:
        x = self.minimum(self.maximum(x, -bound), bound)
        square = x * x
        return x * self._polynomial(square, top) / self._polynomial(square, bottom)

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
    kind = ir.FunctionType(FLOAT, [FLOATS])
    largest = cgutils.get_or_insert_function(b.module, kind, f"llvm.vector.reduce.fmax.v{LANES}f32")
    return b.call(largest, [vector])
