"""A run of a net, watched: every basic operation with what it costs and what its output sees of the picture."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.weak import WeakTensorKeyDictionary

from lenslet.nets.cost import FREE, cost_of
from lenslet.nets.field import Axis, Field
from lenslet.nets.reach import field_after

__all__ = ["Operation", "Watch", "keeps_field", "tensors_in"]


class Operation(NamedTuple):
    """One basic operation that was done.

    Attributes:
        name: in torch's aten library, without overload and trailing underscore.
        output: its (first) output.
        macs: multiply-adds.
        flops: floating-point operations.
        allocates: whether the output is new memory, not its input again or a view of it.
    """

    name: str
    output: Tensor
    macs: int
    flops: int
    allocates: bool


class Watch(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Hands every operation done inside `with` to `report`, and follows the picture's receptive field through them.

    Below torch's modules and functions there are few basic operations (aten), and all of a net's work, however it is
    written, passes through them: no tracing, no assumption on the style of the code.

    Args:
        report: called with each operation.
    """

    def __init__(self, report: Callable[[Operation], None]):
        super().__init__()  # type: ignore[no-untyped-call]
        self.report = report
        self.unknown: set[str] = set()
        # A tensor that comes from the picture -> its field, None where not known. Others are constants: no entry.
        self._fields: Any = WeakTensorKeyDictionary()
        self._parts: Any = WeakTensorKeyDictionary()  # tensors that are views of a part of another
        self._lost = False

    def start(self, picture: Tensor) -> None:
        """Every pixel of the picture sees itself."""
        height, width = picture.shape[-2:]
        self._fields[picture] = Field(Axis(), Axis(), (2, 3), (height, width))

    def field(self, tensor: Tensor) -> Field | None:
        """What the elements of a tensor see; None where not known, or nothing."""
        found: Field | None = None if self._lost else self._fields.get(tensor)
        return found

    def set_field(self, tensor: Tensor, field: Field | None) -> None:
        """Say what a tensor sees where that is known better from the module than from its operations."""
        self._fields[tensor] = field

    def __torch_dispatch__(
        self, func: Any, types: Sequence[Any], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Do the operation, then look at it; torch calls this."""
        full = func.name().split("::")[-1].split(".")[0]
        inputs = list(tensors_in([*args, *(kwargs or {}).values()]))
        from_picture = [self._fields[x] for x in inputs if x in self._fields]
        before = self._fields.get(inputs[0]) if inputs else None
        result = func(*args, **(kwargs or {}))
        outputs = list(tensors_in(result))
        if not outputs:
            return result
        name = full.rstrip("_")
        pointwise = torch.Tag.pointwise in func.tags
        written = full.endswith("_")
        if from_picture:
            self._follow(name, pointwise, from_picture, args, outputs)
            self._check_writing(full, inputs[0], before, outputs)
        cost = cost_of(name, pointwise, args, outputs[0])
        if cost is None:
            self.unknown.add(name)
        self.report(Operation(name, outputs[0], *(cost or (0, 0)), not (written or func.is_view)))
        return result

    def _follow(
        self, name: str, pointwise: bool, fields: list[Field | None], args: Sequence[Any], outputs: list[Tensor]
    ) -> None:
        known = [field for field in fields if field is not None]
        field = field_after(name, pointwise, known, args, outputs[0]) if len(known) == len(fields) else None
        for output in outputs:
            self._fields[output] = field

    def _check_writing(self, full: str, target: Tensor, before: Field | None, outputs: list[Tensor]) -> None:
        """Writing something new into a part of a tensor changes the whole, which is not followed: say so for good."""
        name = full.rstrip("_")
        if not full.endswith("_"):
            if name in FREE and outputs[0].numel() != target.numel():
                for output in outputs:
                    self._parts[output] = True
        elif name in ("copy", "index_put", "scatter") or (
            target in self._parts and self._fields.get(outputs[0]) != before
        ):
            self._lost = True


def tensors_in(value: Any) -> Iterator[Tensor]:
    """All tensors in nested lists, tuples and dicts, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from tensors_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from tensors_in(item)


def keeps_field(module: nn.Module, seen: Field | None, x: Tensor | None) -> bool:
    """Modules whose inner operations have no rule though it is plain that each output sees what its input did."""
    if seen is None or x is None or seen.dims is None:
        return False
    if isinstance(module, nn.LocalResponseNorm):  # across channels only
        return True
    return isinstance(module, nn.Linear) and x.ndim - 1 not in seen.dims  # a 1x1 convolution with channels last
