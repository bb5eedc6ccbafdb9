"""Run a model on the learner's own implementation of an op, or choose the back end.

Example:
    >>> import numpy as np
    >>> from glia import functional as F, tensor
    >>> def my_relu(x):
    ...     return np.where(x > 0, x, 0)
    >>> def my_relu_backward(grad, x):
    ...     return grad * (x > 0)
    >>> with use(relu=(my_relu, my_relu_backward)):
    ...     F.relu(tensor([-1.0, 2.0]))
    tensor([0., 2.])
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from . import autograd, backend
from .autograd import Context, Function
from .errors import ShapeError
from .ops.op import Op

__all__ = ["replaceable", "use"]


def replaceable() -> dict[str, tuple[str, ...]]:
    """Return the ops that can be replaced, each with its arguments in their order.

    Example:
        >>> replaceable()["layer_norm"]
        ('x', 'count', 'weight', 'bias', 'eps')
    """
    return {
        name: tuple(inspect.signature(op.forward).parameters)[1:]  # without ctx
        for name, op in sorted(Op.named.items())
    }


class use:
    """Put implementations in place at once, and until the end of the block if used with `with`.

    Args:
        backend_name: 'numpy' or 'numba'; see `glia.backend.use`.
        implementations: for an op's name an `autograd.Function` on Tensors, or a pair
            (forward, backward) on arrays: `forward(*arguments)` returns the output and
            `backward(grad, *arguments)` the gradient of the first argument or a tuple of several.
            Settings such as stride come after the arrays, as a plain number where both axes agree;
            a function may leave out those that it does not know while they change nothing.

    Raises:
        ValueError: there is no op of this name.
        ShapeError: later, when an implementation returns another shape than the library's.
    """

    def __init__(self, backend_name: str | None = None, /, **implementations: Any) -> None:
        table = {_op(name): _replacement(name, given) for name, given in implementations.items()}
        self._backend = None if backend_name is None else backend.use(backend_name)
        before = autograd.replace({})
        autograd.replace({**before, **table})
        self._before = before

    def __enter__(self) -> use:
        return self

    def __exit__(self, *exception: Any) -> None:
        autograd.replace(self._before)
        if self._backend is not None:
            self._backend.__exit__(None, None, None)


def _op(name: str) -> type[Op]:
    if name not in Op.named:
        raise ValueError(f"no op {name!r} to replace; known: {', '.join(replaceable())}")
    return Op.named[name]


def _replacement(name: str, given: Any) -> Callable[..., Any]:
    """Return what runs in the op's place: the given code, its result checked for shape."""
    op = _op(name)
    if isinstance(given, type) and issubclass(given, Function):
        run = given.apply
    elif isinstance(given, tuple) and len(given) == 2 and all(map(callable, given)):
        run = _from_pair(name, *given).apply
    else:
        raise TypeError(
            f"use({name}=...): expected an autograd.Function or a pair (forward, backward), "
            f"got {type(given).__name__}"
        )
    expected: dict[Any, Any] = {}

    def replaced(*args: Any) -> Any:
        before = autograd.replace({})
        others = {o: r for o, r in before.items() if o is not op}  # it may call the op
        autograd.replace(others)
        try:
            result = run(*[a if hasattr(a, "grad_fn") else plain(a) for a in args])
        finally:
            autograd.replace(before)
        key = tuple(getattr(a, "shape", None) or repr(a) for a in args)
        if key not in expected:
            expected[key] = _shapes(op, args)
        got = tuple(r.shape for r in (result if isinstance(result, tuple) else (result,)))
        if got != expected[key]:
            raise ShapeError(
                f"your {name} returned shape {_say(got)}; expected {_say(expected[key])}"
            )
        return result

    return replaced


def _say(shapes: tuple) -> str:
    return str(shapes[0]) if len(shapes) == 1 else str(shapes)


def _shapes(op: type[Op], args: tuple) -> tuple:
    """Return the shapes of the library's own outputs, leaving running statistics alone."""
    told = getattr(op, "result_shapes", None)
    if told is not None:
        return told(*map(_array, args))
    arrays = [np.array(v) if isinstance(v, np.ndarray) else v for v in map(_array, args)]
    made = op.forward(Context(op, (None,) * len(args), (False,) * len(args)), *arrays)
    return tuple(np.shape(r) for r in (made if isinstance(made, tuple) else (made,)))


def _array(value: Any) -> Any:
    return getattr(value, "array", value)


def plain(value: Any) -> Any:
    """Write (2, 2) and ((1, 1), (1, 1)) as 2 and 1: most learners' code takes one number."""
    if isinstance(value, tuple) and value and all(isinstance(v, (int, tuple)) for v in value):
        parts = {plain(v) for v in value}
        if len(parts) == 1:
            return parts.pop()
    return value


def _from_pair(name: str, forward: Callable, backward: Callable) -> type[Function]:
    def run(ctx: Context, *args: Any) -> Any:
        ctx.save_for_backward(*args)
        return forward(*_understood(name, forward, args, 0))

    def walk(ctx: Context, *grads: Any) -> tuple:
        args = ctx.saved_tensors
        found = backward(*grads, *_understood(name, backward, args, len(grads)))
        found = found if isinstance(found, tuple) else (found,)
        return (*found, *(None,) * (len(args) - len(found)))

    members = {"on_arrays": True, "forward": staticmethod(run), "backward": staticmethod(walk)}
    return type(f"own_{name}", (Function,), members)


def _understood(name: str, function: Callable, args: tuple, before: int) -> tuple:
    """Return as many arguments as the function takes; the others must change nothing."""
    parameters = inspect.signature(function).parameters.values()
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return args
    room = sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters) - before
    for left in args[room:]:
        if left is not None and not (isinstance(left, (bool, int)) and left in (0, 1)):
            raise TypeError(
                f"your {name} takes {room} arguments; this call needs all of "
                f"{', '.join(replaceable()[name])}: got {left!r} for one that it leaves out"
            )
    return args[:room]
