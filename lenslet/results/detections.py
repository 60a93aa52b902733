"""Which things a picture shows, and where: boxes with classes. Truth and prediction are the same type."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from lenslet import draw
from lenslet.errors import CallError
from lenslet.image import open_image, save_image
from lenslet.results.crops import cut_out, save_cut_out
from lenslet.results.frozen import corners, locked, one_a_row, picture_of, shares, size_of

__all__ = ["Detection", "Detections"]

SCHEMA = 1
_EXTRA = ("crowd", "difficult", "areas", "ids")  # one a box where they are known


class Detection(NamedTuple):
    """One of them: its class by name, its score, its corners x1 y1 x2 y2 in pixels."""

    label: str
    score: float
    box: tuple[float, float, float, float]


@dataclass(frozen=True, eq=False, repr=False)
class Detections:
    """The boxes of one picture, in pixels of the original; two are equal when all but the picture is.

    `d[d.scores > 0.6]` are those that a mask, a slice, a number or a list of numbers chooses; iterating gives a
    `Detection` for each.

    Args:
        boxes: corners x1 y1 x2 y2, pixels.
        scores: 0 to 1; of a truth all 1.
        labels: numbers of the classes.
        names: of all classes, also of those that are not seen.
        picture: where it came from, or the picture itself; for `plot`.
        size: (height, width) of the picture, pixels.
        crowd: a box around many that were not drawn one by one; predictions in it count neither way.
        difficult: so hard to see that missing it does not count (Pascal VOC).
        areas: of the thing itself, pixels, where it is known and not that of its box.
        ids: what the boxes are called in the file they came from.
    """

    boxes: Float[np.ndarray, "n 4"]
    scores: Float[np.ndarray, " n"]
    labels: Int[np.ndarray, " n"]
    names: tuple[str, ...]
    picture: Path | np.ndarray | None = field(default=None)
    size: tuple[int, int] | None = None
    crowd: Bool[np.ndarray, " n"] | None = None
    difficult: Bool[np.ndarray, " n"] | None = None
    areas: Float[np.ndarray, " n"] | None = None
    ids: tuple[int | str, ...] | None = None

    def __post_init__(self) -> None:
        boxes = corners(self.boxes)
        one_a_row(len(boxes), scores=self.scores, labels=self.labels, **{name: getattr(self, name) for name in _EXTRA})
        if not all(isinstance(name, str) for name in self.names):
            raise CallError("names of classes are strings, one a class")
        labels = locked(self.labels, np.int64)
        if len(labels) and not (labels.min() >= 0 and labels.max() < len(self.names)):
            raise CallError(f"labels from {labels.min()} to {labels.max()}: there are {len(self.names)} names")
        made: dict[str, Any] = {
            "boxes": boxes,
            "scores": shares(self.scores, "scores"),
            "labels": labels,
            "names": tuple(self.names),
        }
        made["size"] = size_of(self.size)
        for name, kind in (("crowd", bool), ("difficult", bool), ("areas", float)):
            column = getattr(self, name)
            made[name] = None if column is None or not len(boxes) else locked(column, kind)
        made["ids"] = tuple(self.ids) if self.ids else None
        if made["areas"] is not None and not (made["areas"] >= 0).all():
            raise CallError("areas are numbers of pixels, 0 or more")
        for name, value in made.items():
            object.__setattr__(self, name, value)

    @classmethod
    def none(
        cls, names: tuple[str, ...], picture: Path | np.ndarray | None = None, size: tuple[int, int] | None = None
    ) -> "Detections":
        """A picture that shows nothing."""
        return cls(np.empty((0, 4)), np.empty(0), np.empty(0, np.int64), names, picture, size)

    @classmethod
    def truth(
        cls,
        boxes: Float[np.ndarray, "n 4"],
        labels: Int[np.ndarray, " n"],
        names: tuple[str, ...],
        **rest: Any,
    ) -> "Detections":
        """What is known to be there: all scores are 1; `rest` as for the class itself."""
        return cls(boxes, np.ones(len(boxes)), labels, names, **rest)

    def __len__(self) -> int:
        return len(self.boxes)

    def __iter__(self) -> Iterator[Detection]:
        for box, score, label in zip(self.boxes.tolist(), self.scores.tolist(), self.labels.tolist(), strict=True):
            yield Detection(self.names[label], score, tuple(box))

    def __getitem__(self, chosen: Any) -> "Detections":
        """Those that a mask, a slice, a number or several numbers choose."""
        rows = np.atleast_1d(np.arange(len(self))[chosen])
        columns = {name: getattr(self, name) for name in ("boxes", "scores", "labels", *_EXTRA[:3])}
        made: dict[str, Any] = {name: None if column is None else column[rows] for name, column in columns.items()}
        return replace(self, **made, ids=None if self.ids is None else tuple(self.ids[i] for i in rows))

    @property
    def classes(self) -> tuple[str, ...]:
        """The class of each box, by name."""
        return tuple(self.names[label] for label in self.labels)

    @property
    def area(self) -> Float[np.ndarray, " n"]:
        """Of each thing, pixels: as stated, else that of its box."""
        if self.areas is not None:
            return self.areas
        made: np.ndarray = (self.boxes[:, 2] - self.boxes[:, 0]) * (self.boxes[:, 3] - self.boxes[:, 1])
        return made

    def drawn(self) -> np.ndarray:
        """The picture with the boxes on it, the best on top; a truth has no percentages.

        A picture of less than 320 pixels is enlarged by a whole number, so that names can be read. Where not all
        names have room, a legend stands below it.

        Raises:
            CallError: there is no picture.
            ImageError: it is not there any more.
        """
        if self.picture is None:
            raise CallError("these boxes know no picture to be drawn on; set `picture`")
        order = np.argsort(self.scores, kind="stable")
        ranked = self[order]
        image, times = draw.enlarged(open_image(self.picture))
        return draw.boxes(
            image,
            ranked.boxes * times,
            list(ranked.classes),
            ranked.scores if (self.scores < 1).any() else None,
            kinds=ranked.labels.tolist(),
            legend=True,
        )

    def plot(self, path: str | Path) -> Path:
        """Write the picture with the boxes on it.

        Raises:
            CallError: there is no picture, or the path's suffix names no format.
            ImageError: the picture is not there any more.
        """
        return save_image(self.drawn(), path)

    def crops(self, margin: int | float = 0.0) -> list[np.ndarray]:
        """Each thing cut out of the picture at full resolution; boxes outside or of less than a pixel are left out.

        Args:
            margin: around each box, as a share of its sides.

        Raises:
            CallError: there is no picture, or the margin is none.
            ImageError: the picture is not there any more.
        """
        return [pixels for _, pixels in cut_out(self.picture, self.boxes, margin)]

    def save_crops(self, folder: str | Path, margin: int | float = 0.0) -> list[Path]:
        """Write each crop as `<picture>-<number>-<label>.png` into a folder; the number is that of the box, from 0.

        Args:
            folder: is made if it is not there.
            margin: around each box, as a share of its sides.

        Returns:
            The files, in the order of the boxes.

        Raises:
            CallError: there is no picture, or the margin is none.
            ImageError: the picture is not there any more.
            WorkError: the folder cannot be written.
        """
        stem = self.picture.stem if isinstance(self.picture, Path) else "picture"
        return save_cut_out(cut_out(self.picture, self.boxes, margin), self.classes, stem, Path(folder))

    def to_dict(self) -> dict[str, Any]:
        """Plain values: a dictionary for each box, and everything that `from_json` needs."""
        objects: list[dict[str, Any]] = [
            {"label": one.label, "score": one.score, "box": list(one.box), "class": number}
            for one, number in zip(self, self.labels.tolist(), strict=True)
        ]
        for name in _EXTRA:
            column = getattr(self, name)
            if column is not None:
                values = column.tolist() if isinstance(column, np.ndarray) else column
                for one, value in zip(objects, values, strict=True):
                    one[_SINGULAR[name]] = value
        return {
            "schema": SCHEMA,
            "task": "detect",
            "image": str(self.picture) if isinstance(self.picture, Path) else None,
            "size": None if self.size is None else list(self.size),
            "objects": objects,
            "names": list(self.names),
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Detections":
        """Read what `to_json` wrote; every number comes back bit for bit.

        Raises:
            CallError: the text is something else.
        """
        try:
            plain = json.loads(text)
            if plain["schema"] != SCHEMA or plain["task"] != "detect":
                raise CallError(f"this JSON is no detections of schema {SCHEMA}: {text:.80}")
            objects, names = plain["objects"], tuple(plain["names"])
            path, size = picture_of(plain)
            extra: dict[str, Any] = {
                name: [one[_SINGULAR[name]] for one in objects]
                for name in _EXTRA
                if objects and all(_SINGULAR[name] in one for one in objects)
            }
            return cls(
                np.array([one["box"] for one in objects], np.float64).reshape(-1, 4),
                np.array([one["score"] for one in objects], np.float64),
                np.array([one["class"] for one in objects], np.int64),
                names,
                path,
                size,
                **{name: np.array(column, _KINDS[name]) for name, column in extra.items() if name in _KINDS},
                ids=tuple(extra["ids"]) if "ids" in extra else None,
            )
        except CallError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CallError(f"this is not the JSON of detections ({error}): {text:.80}") from error

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Detections):
            return NotImplemented
        columns = [f.name for f in fields(self) if f.name != "picture"]
        return all(_same(getattr(self, name), getattr(other, name)) for name in columns)

    def __hash__(self) -> int:
        return hash((self.names, self.boxes.tobytes(), self.labels.tobytes()))

    def __repr__(self) -> str:
        return f"Detections({self}, {len(self.names)} classes)"

    def __str__(self) -> str:
        seen = self.classes
        counts = [f"{seen.count(name)} {name}" for name in dict.fromkeys(seen)]
        return ", ".join(counts) or "nothing"


_SINGULAR = {"crowd": "crowd", "difficult": "difficult", "areas": "area", "ids": "id"}
_KINDS: dict[str, type] = {"crowd": bool, "difficult": bool, "areas": float}


def _same(one: Any, other: Any) -> bool:
    """Equal, and None only to None."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return np.array_equal(one, other)
    return type(one) is type(other) and bool(one == other)
