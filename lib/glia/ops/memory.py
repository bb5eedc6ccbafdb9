"""What a kernel remembers from one call to the next."""

from __future__ import annotations

from typing import Any

__all__ = ["Memory"]


class Memory(dict[str, Any]):
    """A kernel's own notes, addresses of arrays among them: a copy or a pickle of it is empty."""

    def __reduce__(self) -> tuple:
        return Memory, ()

    def __deepcopy__(self, memo: dict) -> Memory:
        return Memory()
