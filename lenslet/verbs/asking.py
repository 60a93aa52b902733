"""A model asked about files: the same way whether the answers are shown or go into a folder, on whatever machine."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from lenslet.errors import CallError

if TYPE_CHECKING:
    from lenslet.results import Classification, Detections, Encoding, Encodings, Localization, Points, Unreadable
    from lenslet.tasks.detect.detector import Detector
    from lenslet.verbs.job import Model

    Answer: TypeAlias = Classification | Detections | Encoding | Encodings | Localization | Points | Unreadable

_LEAST_SIDE = 32  # pixels


@dataclass(frozen=True)
class How:
    """What a model that finds things is told beside the pictures.

    Args:
        at_least: the lowest score that counts; None: the model's own threshold.
        tiles: look at large pictures in overlapping tiles, too.
        tile_side: of them, pixels; None: as large as the pictures were that the model learned from.
    """

    at_least: float | None = None
    tiles: bool = False
    tile_side: int | None = None

    def __post_init__(self) -> None:
        if self.at_least is not None and not 0 <= self.at_least <= 1:
            raise CallError(f"at-least is {self.at_least}: give a score from 0 to 1")
        if self.tile_side is not None and self.tile_side < _LEAST_SIDE:
            raise CallError(f"tile-side is {self.tile_side}: give at least {_LEAST_SIDE} pixels")

    def to_dict(self) -> dict[str, Any]:
        """Plain values of what was asked for; empty where nothing was."""
        return {name: value for name, value in asdict(self).items() if value is not None and value is not False}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "How":
        """Read what `to_dict` wrote."""
        return cls(plain.get("at_least"), bool(plain.get("tiles", False)), plain.get("tile_side"))

    def __str__(self) -> str:
        said = [] if self.at_least is None else [f"scores of at least {self.at_least:g}"]
        if self.tiles:
            said.append(f"tiles of {self.tile_side} pixels" if self.tile_side else "tiles")
        return " and ".join(said) or "neither --at-least nor --tiles"


def ask(model: "Model", paths: Sequence[Path], *, batch: int, how: How) -> "Iterator[Answer]":
    """One answer a file, in their order; one that cannot be opened gets a sentence in its place.

    Args:
        model: who answers.
        paths: files.
        batch: pictures that go through the net together.
        how: for models that find things; see `How`.
    """
    if how.tiles:
        return cast("Detector", model).predict_tiles(paths, side=how.tile_side, at_least=how.at_least)
    if how.at_least is not None:
        return cast("Detector", model).predict(paths, batch=batch, at_least=how.at_least)
    return cast("Iterator[Answer]", model.predict(paths, batch=batch))
