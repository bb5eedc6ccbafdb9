"""Optimizer: the parameters in groups, each with its settings, and one update rule for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ..aligned import aligned
from ..gradmode import enable_grad
from ..ops.memory import Memory
from ..tensor import Tensor

Group = dict[str, Any]
State = dict[str, Any]


class Optimizer:
    """Base of the optimizers: they differ only in `update`.

    Args:
        params: parameters, or dicts with 'params' and settings of their own.
        defaults: the settings of the groups that name none.

    Attributes:
        param_groups: dicts with 'params' and settings such as 'lr', which may be changed.
        state: what the update rule remembers of each parameter.

    Raises:
        ValueError: there are no parameters, or a setting is out of range.
    """

    def __init__(self, params: Iterable[Any], defaults: Group) -> None:
        for name in ("lr", "weight_decay", "momentum", "eps"):
            if defaults.get(name, 0) < 0:
                raise ValueError(
                    f"{type(self).__name__}: got {name} = {defaults[name]}; expected at least 0"
                )
        self.defaults = defaults
        self.param_groups: list[Group] = []
        self.state: dict[Tensor, State] = {}
        self._notes: dict[int, Memory] = {}
        if not isinstance(params, (Tensor, Iterable)):
            kind = type(params).__name__
            raise TypeError(
                f"{type(self).__name__}: got {kind}; expected parameters, as model.parameters()"
            )
        given: list[Any] = [params] if isinstance(params, Tensor) else list(params)
        if not given:
            raise ValueError(
                f"{type(self).__name__}: got no parameters; expected at least one (a generator "
                "such as model.parameters() can be walked through only once)"
            )
        for group in given if isinstance(given[0], dict) else [{"params": given}]:
            self.add_param_group(group)

    def add_param_group(self, group: Group) -> None:
        """Add parameters with settings of their own."""
        params = group["params"]
        params = [params] if isinstance(params, Tensor) else list(params)
        for parameter in params:
            if not isinstance(parameter, Tensor) or parameter.grad_fn is not None:
                raise TypeError(f"{type(self).__name__}: expected leaf tensors as parameters")
        self.param_groups.append({**self.defaults, **group, "params": params})

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients: otherwise the next backward adds to them."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if set_to_none or parameter.grad is None:
                    parameter.grad = None
                else:
                    parameter.grad.array[...] = 0

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient.

        Args:
            closure: computes the loss and its gradients first, if given.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for number, group in enumerate(self.param_groups):
            params = [p for p in group["params"] if p.grad is not None]
            if not params:
                continue
            weights, grads = [p.array for p in params], [p.grad.array for p in params]
            if group.get("maximize"):
                grads = [-grad for grad in grads]
            decay = 0 if self.decoupled else group.get("weight_decay")
            if decay:
                grads = [grad + decay * w for grad, w in zip(grads, weights, strict=True)]
            states = [self.state.get(p) or self._begin(p) for p in params]
            for state in states:
                state["step"] += 1
            notes = self._notes.get(number)
            if notes is None:
                notes = self._notes[number] = Memory()
            self.update_all(weights, grads, states, group, notes)
        return loss

    def _begin(self, parameter: Tensor) -> State:
        """Return a parameter's memory of no step yet."""
        state = self.state[parameter] = {"step": 0}
        return state

    def update_all(
        self, weights: list, grads: list, states: list[State], group: Group, notes: Memory
    ) -> None:
        """Change all weights of a group in place; `notes` are for a kernel that takes several."""
        for w, grad, state in zip(weights, grads, states, strict=True):
            self.update(w, grad, state, group)

    decoupled = False  # whether the rule itself takes care of weight decay

    def update(self, w: np.ndarray, grad: np.ndarray, state: State, group: Group) -> None:
        """Change w in place; `state` is this parameter's memory."""
        raise NotImplementedError(f"{type(self).__name__} needs a method update")

    def state_dict(self) -> dict[str, Any]:
        """Return settings and memory, parameters by number, for a checkpoint."""
        numbers = {id(p): i for i, p in enumerate(self._parameters())}
        groups = [
            {**group, "params": [numbers[id(p)] for p in group["params"]]}
            for group in self.param_groups
        ]
        return {
            "state": {numbers[id(p)]: dict(state) for p, state in self.state.items()},
            "param_groups": groups,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up settings and memory from a checkpoint.

        Raises:
            ValueError: the groups hold other numbers of parameters.
        """
        parameters = self._parameters()
        sizes = [len(group["params"]) for group in state_dict["param_groups"]]
        own = [len(group["params"]) for group in self.param_groups]
        if sizes != own:
            raise ValueError(f"got groups of {sizes} parameters; expected {own}")
        for group, saved in zip(self.param_groups, state_dict["param_groups"], strict=True):
            group.update({key: value for key, value in saved.items() if key != "params"})
        self.state = {
            parameters[int(number)]: {
                key: value.copy() if isinstance(value, np.ndarray) else value
                for key, value in state.items()
            }
            for number, state in state_dict["state"].items()
        }

    def _parameters(self) -> list[Tensor]:
        return [p for group in self.param_groups for p in group["params"]]

    def __repr__(self) -> str:
        lines = [
            ", ".join(f"{key}={value}" for key, value in group.items() if key != "params")
            for group in self.param_groups
        ]
        return f"{type(self).__name__}({'; '.join(lines)})"


def kept(state: State, name: str, like: np.ndarray, start: float = 0.0) -> np.ndarray:
    """Return the remembered array of this name, made on first use."""
    if name not in state:
        state[name] = aligned(np.full_like(like, start))
    return state[name]
