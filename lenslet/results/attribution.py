"""Which places of a picture speak for what a model says of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, UInt8

from lenslet import draw
from lenslet.draw.stacked import Section, flowed, scale, stacked
from lenslet.errors import CallError, ShapeError
from lenslet.image import open_image, resize, save_image
from lenslet.results.frozen import locked, picture_of, size_of

__all__ = ["Attribution"]

SCHEMA = 1
_SIDE = 400  # pixels of a picture on the sheet


@dataclass(frozen=True, eq=False, repr=False)
class Attribution:
    """A map over a picture: how much each place speaks for one number of a model's answer.

    Two are equal when all but the picture is.

    Args:
        method: how it was found: "cam" or "occlusion".
        rule: the method by its full name, with what it depends on.
        model: what the model is called.
        target: whose number is explained: a class, a thing that was found, a point, a likeness.
        kind: what sort of number that is.
        score: the number.
        map: values on a grid over the whole picture; 0 speaks for nothing, below 0 against it.
        layer: the layer whose map it is; None where no layer was looked into.
        box: around what is explained, x1 y1 x2 y2 in pixels of the original; None where it is all of it.
        picture: where it came from, or the picture itself; for `plot`.
        size: (height, width) of the picture, pixels.
        other: the same for the second picture, where two were compared.
    """

    method: str
    rule: str
    model: str
    target: str
    kind: str
    score: int | float
    map: Float[np.ndarray, "h w"]
    layer: str | None = None
    box: tuple[int | float, ...] | None = None
    picture: Path | np.ndarray | None = field(default=None)
    size: tuple[int, int] | None = None
    other: "Attribution | None" = None

    def __post_init__(self) -> None:
        map = locked(self.map)
        if map.ndim != 2 or 0 in map.shape:
            raise ShapeError(f"a map of shape {map.shape}: give (rows, columns), a value for each place")
        if not np.isfinite(map).all() or not np.isfinite(self.score):
            raise CallError("a map and its score are finite numbers")
        box = None if self.box is None else tuple(float(side) for side in self.box)
        if box is not None and len(box) != 4:
            raise CallError(f"a box is x1 y1 x2 y2, not {self.box}")
        made = {"map": map, "score": float(self.score), "box": box, "size": size_of(self.size)}
        for name, value in made.items():
            object.__setattr__(self, name, value)

    @property
    def peak(self) -> tuple[float, float]:
        """Where it speaks loudest: x y in pixels of the original, the middle of that place of the grid."""
        row, column = np.unravel_index(int(self.map.argmax()), self.map.shape)
        height, width = self.size or self.map.shape
        return float((column + 0.5) * width / self.map.shape[1]), float((row + 0.5) * height / self.map.shape[0])

    def overlay(self) -> UInt8[np.ndarray, "h w 3"]:
        """The picture in grey with the map on it.

        Raises:
            CallError: there is no picture.
            ImageError: it is not there any more.
        """
        return draw.heat(self._opened(), np.maximum(self.map, 0))

    def drawn(self) -> UInt8[np.ndarray, "h w 3"]:
        """A sheet: the picture, the map on it, the scale, and in words what it is.

        Raises:
            CallError: there is no picture.
            ImageError: it is not there any more.
        """
        rows = [self] if self.other is None else [self, self.other]
        where = f"{self.rule}, layer {self.layer}" if self.layer else self.rule
        sections = [one.section() for one in rows]
        return stacked(f"Why “{self.target}”", f"{self.model} · {self.kind} {self.score:.3g}\n{where}", sections)

    def plot(self, path: str | Path) -> Path:
        """Write the sheet.

        Raises:
            CallError: there is no picture, or the path's suffix names no format.
            ImageError: the picture is not there any more.
        """
        return save_image(self.drawn(), path)

    def to_dict(self) -> dict[str, Any]:
        """Plain values: the answer first, then everything that `from_json` needs."""
        return {
            "schema": SCHEMA,
            "method": self.method,
            "image": str(self.picture) if isinstance(self.picture, Path) else None,
            "target": self.target,
            "kind": self.kind,
            "score": self.score,
            "peak": list(self.peak),
            "rule": self.rule,
            "model": self.model,
            "layer": self.layer,
            "box": None if self.box is None else list(self.box),
            "size": None if self.size is None else list(self.size),
            "map": self.map.tolist(),
            "other": None if self.other is None else self.other.to_dict(),
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Attribution":
        """Read what `to_json` wrote; every number comes back bit for bit.

        Raises:
            CallError: the text is something else.
        """
        try:
            return cls._from_dict(json.loads(text))
        except CallError as error:
            raise CallError(f"this is not the JSON of an attribution ({error}): {text:.80}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CallError(f"this is not the JSON of an attribution ({error}): {text:.80}") from error

    @classmethod
    def _from_dict(cls, plain: Mapping[str, Any]) -> "Attribution":
        if plain["schema"] != SCHEMA or plain["method"] not in ("cam", "occlusion"):
            raise CallError(f"it is none of schema {SCHEMA}")
        path, size = picture_of(plain)
        words = {name: plain[name] for name in ("method", "rule", "model", "target", "kind", "layer")}
        box = None if plain["box"] is None else tuple(plain["box"])
        other = None if plain["other"] is None else cls._from_dict(plain["other"])
        map = np.array(plain["map"], np.float64)
        return cls(score=plain["score"], map=map, box=box, picture=path, size=size, other=other, **words)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Attribution):
            return NotImplemented
        names = ("method", "rule", "model", "target", "kind", "score", "layer", "box", "size", "other")
        return all(getattr(self, name) == getattr(other, name) for name in names) and np.array_equal(
            self.map, other.map
        )

    def __hash__(self) -> int:
        return hash((self.method, self.target, self.score, self.map.tobytes()))

    def __repr__(self) -> str:
        return f"Attribution({self})"

    def __str__(self) -> str:
        x, y = self.peak
        return f"{self.method} of {self.target}: loudest at ({x:.0f}, {y:.0f})"

    def _opened(self) -> UInt8[np.ndarray, "h w 3"]:
        if self.picture is None:
            raise CallError("this explanation knows no picture to be drawn on; set `picture`")
        return open_image(self.picture)

    def section(self) -> Section:
        """Picture and map side by side, of a size at which small pictures can be looked at."""
        picture = self._opened()
        height, width = picture.shape[:2]
        factor = _SIDE / max(height, width)
        target = (max(round(height * factor), 1), max(round(width * factor), 1))
        whole = resize(picture, target)
        hot = draw.heat(whole, np.maximum(self.map, 0))
        if self.box is not None:
            box = np.array([self.box]) * factor
            whole, hot = draw.boxes(whole, box), draw.boxes(hot, box)
        most = max(float(self.map.max()), 0.0)
        words = "fall of the score when covered" if self.method == "occlusion" else "speaks for it"
        pair = flowed([whole, hot], ["", ""], across=2 * target[1] + 14)
        bar = scale(0, most, words, across=200)
        body = np.full((pair.shape[0] + bar.shape[0], max(pair.shape[1], bar.shape[1]), 3), 255, np.uint8)
        body[: pair.shape[0], : pair.shape[1]] = pair
        body[pair.shape[0] :, : bar.shape[1]] = bar
        name = self.picture.name if isinstance(self.picture, Path) else ""
        return Section("", name, body)
