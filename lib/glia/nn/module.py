"""Module: a layer or a whole model, which knows its parameters by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .. import watch
from ..errors import ShapeError
from ..tensor import Tensor, as_array
from .parameter import Handle, Keys, Parameter

__all__ = ["Module", "Parameter"]


class Module:
    """Base of all layers and models: set layers as attributes, write `forward`, call the module.

    Example:
        >>> class Net(Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.scale = Parameter([2.0])
        ...
        ...     def forward(self, x):
        ...         return x * self.scale
        >>> [name for name, _ in Net().named_parameters()]
        ['scale']
    """

    training: bool

    def __init__(self) -> None:
        own = self.__dict__
        own["_parameters"], own["_buffers"], own["_modules"] = {}, {}, {}
        own["_forward_hooks"], own["_forward_pre_hooks"] = [], []
        own["_transient"] = set()
        own["_name"] = None
        self.training = True

    def forward(self, *inputs: Any, **named: Any) -> Any:
        """Compute the output; every Module writes its own."""
        raise NotImplementedError(f"{type(self).__name__} needs a method forward")

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        """Run the hooks and forward; a ShapeError learns the layer's name on its way out."""
        if self._forward_pre_hooks:
            for hook in tuple(self._forward_pre_hooks):
                changed = hook(self, inputs)
                if changed is not None:
                    inputs = changed if isinstance(changed, tuple) else (changed,)
        watching = watch.active
        if watching:
            watch.enter(type(self).__name__, self._name)
        try:
            output = self.forward(*inputs, **named)
        except ShapeError as error:
            error.passed_through(type(self).__name__, self._name)
            raise
        finally:
            if watching:
                watch.leave()
        if self._forward_hooks:
            for hook in tuple(self._forward_hooks):
                changed = hook(self, inputs, output)
                output = output if changed is None else changed
        return output

    # Attributes: parameters, buffers and modules are filed as they are set

    def __setattr__(self, name: str, value: Any) -> None:
        if "_modules" not in self.__dict__:
            raise AttributeError(
                f"{type(self).__name__}: call super().__init__() before setting {name!r}"
            )
        for shelf in (self._parameters, self._buffers, self._modules):
            if name in shelf and not isinstance(value, (Tensor, Module)) and value is not None:
                raise TypeError(
                    f"{type(self).__name__}.{name}: got {type(value).__name__}; "
                    f"expected what it was: {type(shelf[name]).__name__}"
                )
        self._unfile(name, keep_buffer=isinstance(value, Tensor))
        if isinstance(value, Parameter):
            self._parameters[name] = value
        elif isinstance(value, Module):
            self._modules[name] = value
            if value._name is None:
                value.__dict__["_name"] = name
        elif name in self._buffers:
            self._buffers[name] = value
        object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __delattr__(self, name: str) -> None:
        self._unfile(name)
        object.__delattr__(self, name)

    def _unfile(self, name: str, keep_buffer: bool = False) -> None:
        self._parameters.pop(name, None)
        self._modules.pop(name, None)
        if not keep_buffer:
            self._buffers.pop(name, None)

    def register_parameter(self, name: str, parameter: Parameter | None) -> None:
        """Set a parameter, or None where this layer goes without it."""
        setattr(self, name, parameter)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Set a tensor that belongs to the state and does not learn."""
        self._buffers[name] = tensor
        if not persistent:
            self._transient.add(name)
        object.__setattr__(self, name, tensor)

    def add_module(self, name: str, module: Module | None) -> None:
        """Set a layer under a name."""
        setattr(self, name, module)

    # Walking through

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """Yield this module and all inside it, each once, with its path."""
        seen: set[int] = set()
        stack = [(prefix, self)]
        while stack:
            path, module = stack.pop()
            if id(module) in seen:
                continue
            seen.add(id(module))
            yield path, module
            inside = [(_join(path, name), child) for name, child in module._modules.items()]
            stack.extend(reversed(inside))

    def modules(self) -> Iterator[Module]:
        """Yield this module and all inside it."""
        return (module for _, module in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Yield the layers set on this module itself."""
        return iter(self._modules.items())

    def children(self) -> Iterator[Module]:
        """Yield the layers set on this module itself."""
        return iter(self._modules.values())

    def get_submodule(self, target: str) -> Module:
        """Return the module at a path such as 'features.0'."""
        for path, module in self.named_modules():
            if path == target:
                return module
        raise AttributeError(f"{type(self).__name__} has no submodule {target!r}")

    def named_parameters(
        self, prefix: str = "", recurse: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Yield every parameter once, with its path."""
        seen: set[int] = set()
        for path, module in self.named_modules(prefix) if recurse else [(prefix, self)]:
            for name, parameter in module._parameters.items():
                if id(parameter) not in seen:
                    seen.add(id(parameter))
                    yield _join(path, name), parameter

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Yield every parameter once."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Tensor]]:
        """Yield every buffer with its path."""
        for path, module in self.named_modules(prefix) if recurse else [(prefix, self)]:
            for name, buffer in module._buffers.items():
                if buffer is not None:
                    yield _join(path, name), buffer

    def buffers(self) -> Iterator[Tensor]:
        """Yield every buffer."""
        return (buffer for _, buffer in self.named_buffers())

    # State

    def state_dict(self) -> dict[str, Tensor]:
        """Return parameters and persistent buffers by path; memory is shared."""
        state = {}
        for path, module in _every_path(self):
            for name, tensor in (*module._parameters.items(), *module._buffers.items()):
                if tensor is not None and name not in module._transient:
                    state[_join(path, name)] = tensor.detach()
        return state

    def load_state_dict(self, state_dict: dict[str, Any], strict: bool = True) -> Keys:
        """Copy values from a state dict into the parameters and buffers of the same path.

        Raises:
            KeyError: with `strict`, names are missing or unexpected.
            ShapeError: a value has another shape than its parameter.
        """
        own = self.state_dict()
        missing = [name for name in own if name not in state_dict]
        unexpected = [name for name in state_dict if name not in own]
        if strict and (missing or unexpected):
            raise KeyError(
                f"{type(self).__name__}.load_state_dict: missing {missing}, unexpected {unexpected}"
            )
        for name, tensor in own.items():
            if name in state_dict:
                array = as_array(state_dict[name], tensor.dtype)
                if array.shape != tensor.shape:
                    raise ShapeError(
                        f"{name!r}: got a value of shape {array.shape}; expected {tensor.shape}"
                    )
                tensor.array[...] = array
        return Keys(missing, unexpected)

    def train(self, mode: bool = True) -> Any:
        """Switch dropout, batch norm and the like to training behaviour; return self."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Any:
        """Switch to evaluation behaviour; return self."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        """Freeze or unfreeze all parameters; return self."""
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters():
            if set_to_none or parameter.grad is None:
                parameter.grad = None
            else:
                parameter.grad.zero_()

    def apply(self, fn: Callable[[Module], Any]) -> Any:
        """Call a function on every module inside and at last on this one; return self."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def to(self, *targets: Any) -> Any:
        """Convert floating parameters and buffers to a dtype; the only device is 'cpu'."""
        for tensor in (*self.parameters(), *self.buffers()):
            new = tensor.detach().to(*targets)
            if tensor.dtype.kind == "f" and new.dtype.kind == "f":
                tensor.array = new.array
        return self

    def cuda(self, device: Any = "cuda") -> Any:
        """Raise a ValueError: glia computes on the CPU."""
        return self.to(device)

    def cpu(self) -> Any:
        """Return self: everything is there."""
        return self

    def float(self) -> Any:
        """Convert to float32."""
        return self.to(np.dtype(np.float32))

    def double(self) -> Any:
        """Convert to float64."""
        return self.to(np.dtype(np.float64))

    def register_forward_hook(self, hook: Callable) -> Handle:
        """Call hook(module, inputs, output) after each forward; what it returns replaces output."""
        self._forward_hooks.append(hook)
        return Handle(self._forward_hooks, hook)

    def register_forward_pre_hook(self, hook: Callable) -> Handle:
        """Call hook(module, inputs) before each forward; what it returns replaces the inputs."""
        self._forward_pre_hooks.append(hook)
        return Handle(self._forward_pre_hooks, hook)

    def extra_repr(self) -> str:
        """Return what `print` shows in the parentheses."""
        return ""

    def __repr__(self) -> str:
        inside = [f"({name}): {module!r}" for name, module in self._modules.items()]
        if not inside:
            return f"{type(self).__name__}({self.extra_repr()})"
        body = "\n".join(inside).replace("\n", "\n  ")
        return f"{type(self).__name__}(\n  {body}\n)"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _every_path(module: Module, path: str = "") -> Iterator[tuple[str, Module]]:
    """Yield modules as often as they occur: a shared layer stands in the state under all names."""
    yield path, module
    for name, child in module._modules.items():
        yield from _every_path(child, _join(path, name))
