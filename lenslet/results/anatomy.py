"""What `describe` returns: a net, layer by layer, with what each layer costs and how far it sees."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from lenslet.errors import CallError

__all__ = ["Anatomy", "Comparison", "Layer"]

HEADER = ("layer", "kind", "output", "parameters", "multiply-adds", "FLOPs", "memory", "sees", "stride")
NUMBERS = {
    "parameters": "parameters",
    "macs": "multiply-adds",
    "flops": "FLOPs",
    "memory_bytes": "activation memory, bytes",
    "weight_bytes": "weight memory, bytes",
}


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer, for one picture.

    Attributes:
        name: the module's path in the net; a function called inside a module is named module.function.
        kind: class of the module, or name of the function.
        output: shape of the output without the batch, (c, h, w) for a map.
        parameters: learnable numbers, biases included; a layer that is used twice has them the first time only.
        macs: multiply-adds of convolutions, dense layers and matrix products; nothing else has any.
        flops: floating-point operations: 2 for a multiply-add (a bias takes the place of the first addition); for each
            output 1 of a sum, product or activation, 2 of a batch norm, 5 of a norm that takes its own mean and
            variance, 3 of a softmax, the window's size of a pool; moving numbers is free.
        memory_bytes: of the output; 0 where it is written over the input or is another view of it.
        receptive_field: (height, width) in input pixels that can influence one output of any channel, beyond the
            picture's border too; None where it is not known.
        stride: (height, width) in input pixels between the fields of neighbouring outputs; None where there are no
            neighbours, or where it is not known.
    """

    name: str
    kind: str
    output: tuple[int, ...]
    parameters: int
    macs: int
    flops: int
    memory_bytes: int
    receptive_field: tuple[int, int] | None = None
    stride: tuple[int | float, int | float] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}

    def cells(self) -> tuple[str, ...]:
        """The row as text, in the order of `HEADER`."""
        return (
            self.name,
            self.kind,
            "x".join(map(str, self.output)),
            _number(self.parameters),
            _number(self.macs),
            _number(self.flops),
            _bytes(self.memory_bytes),
            _pair(self.receptive_field) if self.receptive_field else "?",
            _pair(self.stride) if self.stride else "",
        )


@dataclass(frozen=True, kw_only=True)
class Anatomy:
    """A net, layer by layer in the order of its work, for one picture.

    Attributes:
        net: name of the net, or of its class.
        input: shape (c, h, w) of the picture.
        rows: the layers.
        parameters: learnable numbers of the whole net, each counted once.
        weight_bytes: memory of parameters and buffers.
        notes: what the numbers leave out, in sentences.
    """

    net: str
    input: tuple[int, int, int]
    rows: tuple[Layer, ...]
    parameters: int
    weight_bytes: int
    notes: tuple[str, ...] = ()

    @property
    def macs(self) -> int:
        """Multiply-adds of all layers."""
        return sum(row.macs for row in self.rows)

    @property
    def flops(self) -> int:
        """Floating-point operations of all layers."""
        return sum(row.flops for row in self.rows)

    @property
    def memory_bytes(self) -> int:
        """Bytes of all outputs together, which training keeps; prediction frees them on the way."""
        return sum(row.memory_bytes for row in self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, name: str) -> Layer:
        """The first layer of that name.

        Raises:
            KeyError: there is none.
        """
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(name)

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "net": self.net,
            "input": list(self.input),
            "rows": [row.to_dict() for row in self.rows],
            "total": {key: getattr(self, key) for key in NUMBERS},
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """One JSON object."""
        return json.dumps({"schema": 1, **self.to_dict()})

    @classmethod
    def from_json(cls, text: str) -> "Anatomy":
        """The inverse of `to_json`.

        Raises:
            CallError: not such an object.
        """
        try:
            plain = json.loads(text)
            return cls(
                net=plain["net"],
                input=tuple(plain["input"]),
                rows=tuple(_layer(row) for row in plain["rows"]),
                parameters=plain["total"]["parameters"],
                weight_bytes=plain["total"]["weight_bytes"],
                notes=tuple(plain["notes"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise CallError(f"this is not the JSON of a described net: {error!r}") from error

    def table(self) -> tuple[tuple[str, ...], ...]:
        """Rows of text: the header, a row for each layer, the totals."""
        totals = (
            "total",
            "",
            "",
            _number(self.parameters),
            _number(self.macs),
            _number(self.flops),
            _bytes(self.memory_bytes),
            "",
            "",
        )
        return (HEADER, *(row.cells() for row in self.rows), totals)

    def __str__(self) -> str:
        title = f"{self.net} on one picture of {'x'.join(map(str, self.input))}"
        return "\n".join([title, *_aligned(self.table(), left=3), *self.notes])


@dataclass(frozen=True)
class Comparison:
    """Two nets side by side.

    Attributes:
        first: the net that was asked for.
        second: the one it is compared with.
    """

    first: Anatomy
    second: Anatomy

    def to_dict(self) -> dict[str, Any]:
        """Plain values: the first as it is; under `compare` the second, and the first in multiples of it."""
        ratios = {key: _ratio(getattr(self.first, key), getattr(self.second, key)) for key in NUMBERS}
        return {**self.first.to_dict(), "compare": {**self.second.to_dict(), "first_to_second": ratios}}

    def to_json(self) -> str:
        """One JSON object."""
        return json.dumps({"schema": 1, **self.to_dict()})

    def table(self) -> tuple[tuple[str, ...], ...]:
        """Rows of text: the header, a row for each total, both sizes and depths."""
        rows: list[tuple[str, ...]] = [("", self.first.net, self.second.net, "ratio")]
        rows.append(("input", *("x".join(map(str, one.input)) for one in (self.first, self.second)), ""))
        for key, words in NUMBERS.items():
            a, b = getattr(self.first, key), getattr(self.second, key)
            ratio = _ratio(a, b)
            rows.append((words, _number(a), _number(b), "" if ratio is None else f"{ratio:.3g}"))
        layers = [sum(1 for row in one.rows if row.macs) for one in (self.first, self.second)]
        rows.append(("layers that multiply", str(layers[0]), str(layers[1]), ""))
        return tuple(rows)

    def __str__(self) -> str:
        return "\n".join(_aligned(self.table(), left=1))


def _layer(plain: Mapping[str, Any]) -> Layer:
    known: dict[str, Any] = {}
    for field in fields(Layer):
        value = plain[field.name]
        known[field.name] = tuple(value) if isinstance(value, list) else value
    return Layer(**known)


def _number(value: int) -> str:
    return f"{value:,}" if value else "-"


def _bytes(value: int) -> str:
    """Bytes in the unit a person reads, of 1024."""
    if not value:
        return "-"
    size = float(value)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


def _pair(value: tuple[int | float, int | float]) -> str:
    """One number for a square, two otherwise."""
    high, wide = value
    return f"{high:g}" if high == wide else f"{high:g}x{wide:g}"


def _ratio(first: int, second: int) -> float | None:
    return first / second if second else None


def _aligned(rows: tuple[tuple[str, ...], ...], *, left: int) -> list[str]:
    """Lines of text in columns; the first `left` columns stand at the left, the numbers at the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
