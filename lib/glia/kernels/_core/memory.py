"""The address of an array, and single floats behind an address."""

from __future__ import annotations

from typing import Any

from numba import types

from . import plain
from .lanes import LONG, at
from .target import JIT, intrinsic

if JIT:

    @intrinsic
    def address(typingctx: Any, array: Any) -> Any:
        """Return where an array's first element lies."""

        def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            struct = context.make_array(signature.args[0])(context, builder, arguments[0])
            return builder.ptrtoint(struct.data, LONG)

        return types.int64(array), emit

    @intrinsic
    def read(typingctx: Any, place: Any, offset: Any) -> Any:
        """Return the float `offset` floats behind an address."""

        def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.load(at(builder, *arguments))

        return types.float32(types.int64, types.int64), emit

    @intrinsic
    def write(typingctx: Any, place: Any, offset: Any, value: Any) -> Any:
        """Write a float `offset` floats behind an address."""

        def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            place, offset, value = arguments
            builder.store(value, at(builder, place, offset))
            return context.get_dummy_value()

        return types.void(types.int64, types.int64, types.float32), emit

else:
    address, read, write = plain.address, plain.read, plain.write
