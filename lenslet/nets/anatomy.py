"""A net taken apart: one row a layer, with its cost, its memory and its receptive field."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor, nn

from lenslet.errors import LensletError, ShapeError
from lenslet.nets.catalogue import sizes_of
from lenslet.nets.evaluating import channels_of, evaluating, on_shapes
from lenslet.nets.field import Field
from lenslet.nets.watch import Operation, Watch, keeps_field, tensors_in
from lenslet.results.anatomy import Anatomy, Layer

__all__ = ["anatomy"]

CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)
SILENT = (nn.Identity,)
DEFAULT_SIZE = 224


def anatomy(
    net: nn.Module, *, size: int | tuple[int, int] | None = None, channels: int | None = None, name: str | None = None
) -> Anatomy:
    """Describe a net layer by layer, for one picture.

    The net runs once in evaluation mode, on tensors that have a shape but no numbers where that is possible, so that
    neither time nor memory depends on its size. It comes back as it was.

    Args:
        net: any module that maps (n, c, h, w) to something.
        size: side of the square picture, or height and width, in pixels; None: the net's usual one, or 224.
        channels: of the picture; None: what the net's first convolution reads, or 3.
        name: to call the net by; None: its class.

    Raises:
        ShapeError: the net cannot read such a picture; the sentence gives the reason, and the smallest size if known.
    """
    sizes = sizes_of(net)
    if size is None:
        size = sizes.usual if sizes else DEFAULT_SIZE
    height, width = (size, size) if isinstance(size, int) else size
    called = name or type(net).__name__
    if height < 1 or width < 1:
        raise ShapeError(f"a picture of {height}x{width} pixels has no pixel; give {called} a size of 1 or more")
    depth = channels_of(net) if channels is None else channels
    hint = f"; its smallest picture is {sizes.smallest}x{sizes.smallest}" if sizes and not sizes.fixed else ""
    shape = (1, depth, height, width)
    try:
        with _taken_apart(net):
            rows, notes = _watched(net, shape)
    except LensletError:
        raise
    except Exception as error:  # whatever a stranger's forward may raise
        reason = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
        picture = f"a picture of {depth}x{height}x{width} (channels, height, width)"
        raise ShapeError(f"{called} cannot run on {picture}{hint}; torch says: {reason}") from error
    stored = [*net.parameters(), *net.buffers()]
    return Anatomy(
        net=called,
        input=(depth, height, width),
        rows=tuple(rows),
        parameters=sum(parameter.numel() for parameter in net.parameters()),
        weight_bytes=sum(tensor.numel() * tensor.element_size() for tensor in stored),
        notes=tuple(notes),
    )


@dataclass
class _Record:
    """A row in the making."""

    name: str
    kind: str
    parameters: int = 0
    macs: int = 0
    flops: int = 0
    allocates: bool = False
    output: tuple[int, ...] = ()
    bytes: int = 0
    field: Field | None = None

    def row(self) -> Layer:
        seen = self.field
        jumps = (seen.high.jump, seen.wide.jump) if seen and not seen.everywhere_same else None
        return Layer(
            name=self.name,
            kind=self.kind,
            output=self.output,
            parameters=self.parameters,
            macs=self.macs,
            flops=self.flops,
            memory_bytes=self.bytes if self.allocates else 0,
            receptive_field=(seen.high.size, seen.wide.size) if seen else None,
            stride=(_plain(jumps[0]), _plain(jumps[1])) if jumps else None,
        )


@dataclass
class _Run:
    """What is known in the middle of a run: the layer at work, or the module whose own code is."""

    records: list[_Record] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)
    layer: _Record | None = None
    within: list[tuple[nn.Module, Field | None]] = field(default_factory=list)
    counted: set[int] = field(default_factory=set)

    def watch(self) -> Watch:
        """A watch that writes into this."""
        self.eye = Watch(self.operation)
        return self.eye

    def enter(self, module: nn.Module, path: str, inputs: Any) -> None:
        """A module is called."""
        first = next(tensors_in(inputs), None)
        self.within.append((module, None if first is None else self.eye.field(first)))
        if self.layer is None and _is_layer(module):
            self.layer = _Record(path, type(module).__name__, parameters=self.count(module))
            self.scopes.append("")
        else:
            self.scopes.append(path if self.layer is None else "")

    def leave(self, module: nn.Module, inputs: Any, outputs: Any) -> None:
        """It is done."""
        _, seen = self.within.pop()
        self.scopes.pop()
        output = next(tensors_in(outputs), None)
        if output is not None and keeps_field(module, seen, next(tensors_in(inputs), None)):
            self.eye.set_field(output, seen)
        if self.layer is not None and _is_layer(module) and not any(_is_layer(m) for m, _ in self.within):
            if not isinstance(module, SILENT):
                self.close(self.layer, output)
            self.layer = None

    def operation(self, done: Operation) -> None:
        """Something was computed."""
        record = self.layer
        if record is None:
            if not done.flops and done.name != "cat":
                return
            path = self.scopes[-1] if self.scopes else ""
            kind = done.name.strip("_")
            record = _Record(f"{path}.{kind}" if path else kind, kind)
        record.macs += done.macs
        record.flops += done.flops
        record.allocates |= done.allocates
        if self.layer is None:
            self.close(record, done.output)

    def close(self, record: _Record, output: Tensor | None) -> None:
        """The row is complete."""
        if output is not None:
            record.output = tuple(output.shape[1:])
            record.bytes = output.numel() * output.element_size()
            record.field = self.eye.field(output)
        self.records.append(record)

    def count(self, module: nn.Module, recurse: bool = True) -> int:
        """Parameters of a module that no row has yet."""
        new = [p for p in module.parameters(recurse) if id(p) not in self.counted]
        self.counted.update(map(id, new))
        return sum(p.numel() for p in new)


def _watched(net: nn.Module, shape: tuple[int, ...]) -> tuple[list[Layer], list[str]]:
    """Rows and notes: on shapes alone if the net allows it, else (it looks at the numbers) on a picture of zeros."""
    return on_shapes(net, shape, lambda picture: _rows(net, picture))


def _rows(net: nn.Module, picture: Tensor) -> tuple[list[Layer], list[str]]:
    run = _Run()
    watch = run.watch()
    names = {module: path or type(net).__name__ for path, module in net.named_modules()}
    names[net] = "" if not _is_layer(net) else type(net).__name__
    called: set[nn.Module] = set()

    def before(module: nn.Module, inputs: Any) -> None:
        called.add(module)
        run.enter(module, names[module], inputs)

    def after(module: nn.Module, inputs: Any, outputs: Any) -> None:
        run.leave(module, inputs, outputs)

    hooks = [hook for m in names for hook in (m.register_forward_pre_hook(before), m.register_forward_hook(after))]
    try:
        with torch.no_grad(), watch:
            watch.start(picture)
            net(picture)
    finally:
        for hook in hooks:
            hook.remove()
    notes = []
    for module, path in names.items():  # what has parameters and did no work, or did it in a function of its parent
        own = run.count(module, recurse=False)
        if own:
            kind = type(module).__name__ + ("" if module in called else " (not called)")
            run.records.append(_Record(path or type(net).__name__, kind, parameters=own))
    if watch.unknown:
        notes.append(f"Not counted: what {', '.join(sorted(watch.unknown))} costs.")
    if any(record.field is None for record in run.records if record.output):
        notes.append('A receptive field of "?" is not known: an operation before it has no rule here.')
    return [record.row() for record in run.records], notes


def _is_layer(module: nn.Module) -> bool:
    """One row: a module without children, or one of torch's own that is no mere container."""
    own = type(module).__module__.startswith("torch.nn.modules") and not isinstance(module, CONTAINERS)
    return own or next(module.children(), None) is None


@contextmanager
def _taken_apart(net: nn.Module) -> Iterator[None]:
    """The net in evaluation mode, and attention taken apart; afterwards everything as it was."""
    fused = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # attention as one operation hides what it is made of
    try:
        with evaluating(net):
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fused)


def _plain(number: Fraction) -> int | float:
    return number.numerator if number.denominator == 1 else float(number)
