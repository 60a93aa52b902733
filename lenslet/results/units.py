"""What the units of a net's layers answer to, layer after layer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lenslet.errors import CallError
from lenslet.image import save_image
from lenslet.results.units_sheet import Drawn, cell, drawn

__all__ = ["Patch", "Unit", "UnitLayer", "Units"]

SCHEMA = 1
METHODS = ("top-patches", "filters", "activations", "visualise")


@dataclass(frozen=True, eq=False)
class Patch:
    """What one output saw: a part of a picture. Two are equal when all but the pixels is.

    Args:
        value: of the unit there.
        picture: the file; None where there is none.
        box: the receptive field, x1 y1 x2 y2 in pixels of the original; it may reach beyond the border.
        pixels: as the net saw it, uint8 (h, w, 3), grey beyond the border; None after `from_json`.
        view: which of those pixels the unit answers to, uint8 (h, w, 3) around grey; None where it was not asked for.
    """

    value: int | float
    picture: Path | None
    box: tuple[int | float, int | float, int | float, int | float]
    pixels: np.ndarray | None = None
    view: np.ndarray | None = None

    def to_dict(self) -> dict[str, Any]:
        """All but the pixels."""
        return {
            "value": self.value,
            "image": None if self.picture is None else str(self.picture),
            "box": list(self.box),
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Patch) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.value, self.picture, self.box))


@dataclass(frozen=True, eq=False)
class Unit:
    """One channel of a layer. Two are equal when all but the arrays is.

    Args:
        number: of the channel, from 0.
        value: its largest answer; of a filter its largest weight, by size.
        patches: where it answers most, the most first.
        array: of `activations` the map (h, w), of `filters` the weights (c, h, w), of `visualise` the picture, uint8
            (h, w, 3); None otherwise, and after `from_json`.
    """

    number: int
    value: int | float
    patches: tuple[Patch, ...] = ()
    array: np.ndarray | None = None

    def to_dict(self) -> dict[str, Any]:
        """All but the arrays."""
        return {"unit": self.number, "value": self.value, "patches": [patch.to_dict() for patch in self.patches]}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unit) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.number, self.value, self.patches))


@dataclass(frozen=True)
class UnitLayer:
    """Some units of one layer.

    Args:
        name: of the layer.
        channels: how many units it has.
        units: those that are told of.
        map: (height, width) in cells of what it answers; None for filters.
        field: (height, width) of what one output sees, pixels of the net's input, of filters their own size; None where
            not known.
        stride: pixels of the net's input between neighbours; None where there are none.
    """

    name: str
    channels: int
    units: tuple[Unit, ...]
    map: tuple[int, int] | None = None
    field: tuple[int, int] | None = None
    stride: int | float | None = None

    @property
    def says(self) -> str:
        """Channels, map, receptive field and stride in words."""
        if self.map is None and self.field is not None:  # filters, of which the size is all that they see
            return f"{self.channels} filters of {self.field[1]} × {self.field[0]} · stride {self.stride or 1:g}"
        parts = [f"{self.channels} units"]
        if self.map is not None:
            parts.append(f"map {self.map[1]} × {self.map[0]}")
        if self.field is not None:
            parts.append(f"each sees {self.field[1]} × {self.field[0]} px")
        if self.stride is not None:
            parts.append(f"stride {self.stride:g}")
        return " · ".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        pairs = {
            name: None if pair is None else list(pair) for name, pair in (("map", self.map), ("field", self.field))
        }
        units = [unit.to_dict() for unit in self.units]
        return {"layer": self.name, "channels": self.channels, "stride": self.stride, **pairs, "units": units}


@dataclass(frozen=True)
class Units:
    """Units of layers, from the picture inwards.

    Args:
        method: "top-patches", "filters", "activations" or "visualise".
        model: what the model is called.
        layers: in the order in which they are done.
        source: the picture, or the folder of pictures; empty where none was needed.
        note: how it was done.
        pictures: how many were looked at.
    """

    method: str
    model: str
    layers: tuple[UnitLayer, ...]
    source: str = ""
    note: str = ""
    pictures: int = 0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise CallError(f"a method is one of {', '.join(METHODS)}, not {self.method!r:.40}")

    def __getitem__(self, layer: str) -> UnitLayer:
        """The layer of that name.

        Raises:
            CallError: it is not one of these.
        """
        for one in self.layers:
            if one.name == layer:
                return one
        raise CallError(f"there is no layer {layer!r} here; there are {', '.join(one.name for one in self.layers)}")

    def drawn(self) -> np.ndarray:
        """A sheet: a section a layer, with its size and what it sees.

        Raises:
            CallError: it was read from JSON, which holds no pixels, and the pictures are not there any more.
        """
        parts = [
            Drawn(one.name, one.says, [cell(self.method, unit) for unit in one.units], [u.number for u in one.units],
                  [u.value for u in one.units])
            for one in self.layers
        ]  # fmt: skip
        return drawn(self.method, self.model, self.source, self.note, self.pictures, parts)

    def plot(self, path: str | Path) -> Path:
        """Write the sheet.

        Raises:
            CallError: as `drawn`, or the path's suffix names no format.
        """
        return save_image(self.drawn(), path)

    def to_dict(self) -> dict[str, Any]:
        """Plain values: all but the pixels."""
        return {
            "schema": SCHEMA,
            "method": self.method,
            "model": self.model,
            "source": self.source,
            "note": self.note,
            "pictures": self.pictures,
            "layers": [one.to_dict() for one in self.layers],
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Units":
        """Read what `to_json` wrote; every number comes back bit for bit, the pixels do not.

        Raises:
            CallError: the text is something else.
        """
        try:
            plain = json.loads(text)
            if plain["schema"] != SCHEMA:
                raise CallError(f"this JSON is not of schema {SCHEMA}: {text:.80}")
            words = {name: plain[name] for name in ("method", "model", "source", "note", "pictures")}
            return cls(layers=tuple(_layer(one) for one in plain["layers"]), **words)
        except CallError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CallError(f"this is not the JSON of units ({error}): {text:.80}") from error

    def __str__(self) -> str:
        return f"{self.method} of {self.model}: {', '.join(one.name for one in self.layers)}"


def _layer(plain: Mapping[str, Any]) -> UnitLayer:
    map, field = (None if plain[name] is None else (plain[name][0], plain[name][1]) for name in ("map", "field"))
    units = tuple(_unit(one) for one in plain["units"])
    return UnitLayer(plain["layer"], plain["channels"], units, map, field, plain["stride"])


def _unit(plain: Mapping[str, Any]) -> Unit:
    patches = []
    for one in plain["patches"]:
        x1, y1, x2, y2 = one["box"]
        patches.append(Patch(one["value"], None if one["image"] is None else Path(one["image"]), (x1, y1, x2, y2)))
    return Unit(plain["unit"], plain["value"], tuple(patches))
