"""Several steps taken in one go, which nobody can tell from the steps taken one by one.

A kernel that does the work of neighbouring layers saves passes over memory, and the tape its
bookkeeping. A graph shows the single steps all the same: the node of a fused step is a `Fused`, and
as soon as anyone but the walk back looks at it, it takes the steps one by one and becomes the last.
"""

from __future__ import annotations

from typing import Any

from . import function, gradmode
from .function import Context, Function, make
from .gradmode import enable_grad

__all__ = ["Fused", "FusedFunction"]


class FusedFunction(Function):
    """A Function on arrays that does what several others do, one after the other.

    `forward` and `backward` are given as ever, but `forward` gets the variables' arrays as its
    caller has them at hand; and `steps`, which takes the variables themselves.
    """

    on_arrays = True

    @staticmethod
    def last(*settings: Any) -> type[Function]:
        """Return the Function of the last step: a released node goes by its name."""
        raise NotImplementedError

    @staticmethod
    def steps(variables: tuple, *settings: Any) -> Any:
        """Take the steps one by one and return the last one's result."""
        raise NotImplementedError

    @classmethod
    def run(cls, variables: tuple, arrays: tuple, *settings: Any) -> Any:
        """Run forward, and record one step if a gradient may be asked for later.

        Args:
            variables: what gradients are handed on to, in the order of what `backward` returns.
            arrays: theirs, as `forward` takes them.
            settings: the other arguments of `forward`.
        """
        ctx = Fused(cls, variables, settings)
        array = cls.forward(ctx, *arrays, *settings)
        result = make(array)
        edges = [
            (i, v, v.grad_fn, v.output_index) for i, v in enumerate(variables) if v.requires_grad
        ]
        if gradmode.enabled and edges:
            ctx.edges = edges
            ctx.shapes = ((array.shape, array.dtype),)
            result.requires_grad = True
            result.grad_fn = ctx
        return result


class Fused(Context):
    """The node of a fused step.

    Attributes:
        fused: its Function.
        variables: what gradients are handed on to.
        settings: the other arguments.
    """

    def __init__(self, fused: type[FusedFunction], variables: tuple, settings: tuple) -> None:
        self.fused, self.variables, self.settings = fused, variables, settings
        self.number = next(function.numbers)

    def __getattr__(self, name: str) -> Any:
        """Someone looks for what only the nodes of single steps have: show them."""
        if name not in ("function", "args", "needs_input_grad"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self.open()
        return getattr(self, name)

    def release(self) -> None:
        """Let go of all values."""
        super().release()
        self.variables = ()

    def open(self) -> None:
        """Take the steps one by one, put their nodes before this one, and become the last."""
        kept = {"number": self.number, "hooks": self.hooks, "grad_outputs": self.grad_outputs}
        if self._saved is None:  # released: nothing is left of the steps but a name
            last = self.fused.last(*self.settings)
            own = {"function": last, "args": (), "needs_input_grad": (), "_saved": None}
        else:
            given = list(self.variables)
            for position, variable, step, index in self.edges:
                given[position] = _as_it_was(variable, step, index)
            before = next(function.numbers)
            others = function.replace({})  # these steps were ours, whoever looks at them now
            try:
                with enable_grad():
                    last = self.fused.steps(tuple(given), *self.settings).grad_fn
            finally:
                function.replace(others)
            _renumber(last, before, self.number)
            own = last.__dict__
        self.__class__ = Context  # type: ignore[assignment]
        self.__dict__ = {**own, "shapes": self.shapes, **kept}


def _as_it_was(variable: Any, step: Context | None, index: int) -> Any:
    """Return the variable, or one with the history that it had before it was changed in place."""
    if step is None or (variable.grad_fn is step and variable.output_index == index):
        return variable
    before = make(variable.array)
    before.requires_grad, before.grad_fn, before.output_index = True, step, index
    return before


def _renumber(last: Context, above: int, number: int) -> None:
    """Number the nodes made since `above` as if they had been made just before `number`."""
    nodes = [last]
    for node in nodes:  # it grows while it is walked
        nodes += [step for _, _, step, _ in node.edges if step is not None and step.number > above]
    nodes = sorted(dict.fromkeys(nodes), key=lambda node: node.number)
    for place, node in enumerate(nodes, 1):
        node.number = number - 1 + place / len(nodes)  # type: ignore[assignment]
