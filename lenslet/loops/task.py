"""What a task must be able to do so that `fit` can train for it."""

from collections.abc import Iterable
from typing import Any, Protocol, runtime_checkable

from torch import Tensor


@runtime_checkable
class Task(Protocol):
    """Loss and measure of a task; raw outputs are whatever its nets return, targets whatever its batches carry."""

    goal: str
    """The name in `measure`'s answer by which epochs are compared; higher is better."""

    def loss(self, raw: Any, targets: Any) -> dict[str, Tensor]:
        """Named scalars whose sum is minimised."""

    def measure(self, outputs: Iterable[tuple[Any, Any]]) -> dict[str, float]:
        """Numbers about the validation part, from (raw outputs, targets) of each of its batches."""
