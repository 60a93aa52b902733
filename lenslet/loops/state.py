"""Everything a run needs to go on as if it had never stopped, as one file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from lenslet.errors import CardError
from lenslet.files import whole_file

_FORMAT = 1


@dataclass(frozen=True)
class State:
    """A run between two steps.

    Args:
        tensors: weights in training, their average, the best so far, the optimizer's own, and the dice, by name.
        facts: counters, sums and the budget; plain values that JSON can hold.
    """

    tensors: Mapping[str, Tensor]
    facts: dict[str, Any] = field(default_factory=dict)

    def part(self, name: str) -> dict[str, Tensor]:
        """The tensors whose names begin with `name` and a slash, without it; empty where there are none."""
        return {key[len(name) + 1 :]: value for key, value in self.tensors.items() if key.startswith(f"{name}/")}

    def is_over(self, epochs: int | None, minutes: int | float | None) -> bool:
        """Whether this run has spent its budget, and is not asked for more now."""
        return bool(self.facts["over"]) and self.facts["budget"] == [epochs, minutes]

    def save(self, path: Path) -> None:
        """Write to `path`, whole or not at all: safetensors, with the facts as JSON in its header.

        Raises:
            OSError: the disk is full or the folder is gone; an older file is then as it was.
        """
        header = {"format": "pt", "lenslet_state": json.dumps({"format": _FORMAT, **self.facts}, allow_nan=False)}
        contiguous = {key: value.detach().cpu().contiguous() for key, value in self.tensors.items()}
        with whole_file(path) as temporary:
            try:
                save_file(contiguous, temporary, metadata=header)
            except SafetensorError as error:  # its own kind of error for a full disk
                raise OSError(None, str(error), str(path)) from error

    @classmethod
    def load(cls, path: Path) -> "State":
        """Read what `save` wrote; nothing in the file is executed.

        Raises:
            CardError: damaged, or of a newer format.
        """
        try:
            with safe_open(path, framework="pt") as opened:
                facts = json.loads((opened.metadata() or {})["lenslet_state"])
                tensors = {key: opened.get_tensor(key) for key in opened.keys()}  # noqa: SIM118 - no mapping
        except (SafetensorError, OSError, ValueError, KeyError) as error:
            raise CardError(
                f"{path} is damaged ({error}): the run cannot go on; train again, or from its model"
            ) from error
        if not isinstance(facts, dict) or facts.pop("format", None) != _FORMAT:
            raise CardError(f"{path} was written by another version of Lenslet, which alone can go on with this run")
        return cls(tensors, facts)


def named(name: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors with `name` and a slash before each of their names; `State.part` is the way back."""
    return {f"{name}/{key}": value for key, value in tensors.items()}


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Moments and counters of an optimizer, by the number of the parameter."""
    state = optimizer.state_dict()["state"]
    return {
        f"{number}/{key}": torch.as_tensor(value)
        for number, values in state.items()
        for key, value in values.items()
        if value is not None
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Put back what `optimizer_tensors` took.

    Each moment gets the memory order of its parameter: the fused kernels walk both side by side, and would pair wrong
    elements of a channels_last weight with those of a moment that came back contiguous.
    """
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    for name, value in tensors.items():
        number, key = name.split("/")
        parameter = parameters[int(number)]
        if value.shape == parameter.shape:
            value = torch.empty_like(parameter, requires_grad=False).copy_(value)
        else:
            value = value.to(parameter.device, copy=True)
        optimizer.state[parameter][key] = value


def copy_into(net: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Load weights; they must fit exactly.

    Raises:
        CardError: they are of another net.
    """
    try:
        net.load_state_dict(dict(tensors))
    except RuntimeError as error:
        raise CardError(f"the saved state is of another net: {str(error).splitlines()[-1].strip()}") from error
