"""Where a detector errs: every mistake by its kind, what each kind costs, and the pictures that cost most."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from lenslet.errors import CallError
from lenslet.results.detections import Detections

__all__ = ["KINDS", "Box", "Erring", "Kind", "Mistake", "Mistakes"]

Box = tuple[int | float, int | float, int | float, int | float]

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "missed": "a thing that was overlooked: not found, not called something else, not badly placed",
        "background": "an answer where there is nothing",
        "wrong class": "an answer in the right place that calls the thing something else",
        "badly placed": "an answer of the right class whose box fits the thing too loosely",
        "both": "an answer of the wrong class and badly placed",
        "duplicate": "a second answer for a thing that was found already",
    }
)
"""Every kind of mistake, in the order in which they are shown, and what it means."""


@dataclass(frozen=True)
class Mistake:
    """One wrong answer, or one thing that was not found.

    Args:
        kind: a name in `KINDS`.
        box: corners x1 y1 x2 y2 of the answer, pixels; of the thing itself where it was missed.
        said: the class that was answered; "" where the thing was missed.
        score: how sure the answer was, 0..1; of a missed thing, that of the surest fitting answer below the threshold.
        thing: the class of the thing concerned; "" where there is none.
        there: its corners; None where there is none.
        overlap: IoU of the answer with that thing, 0..1.
        lost: the thing is found by no other answer, and would be if this one were right.
        cost: the score that a wrong answer should not have had, and for a lost thing what its score lacks to 1.
    """

    kind: str
    box: Box
    said: str
    score: int | float
    thing: str = ""
    there: Box | None = None
    overlap: int | float = 0.0
    lost: bool = False
    cost: int | float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise CallError(f"{self.kind!r} is no kind of mistake; these are: {', '.join(KINDS)}")

    def __str__(self) -> str:
        sure = f"{100 * self.score:.0f} %"
        return {
            "missed": f"missed {self.thing}",
            "background": f"{self.said} {sure}, nothing there",
            "wrong class": f"{self.said} {sure}, is {self.thing}",
            "badly placed": f"{self.said} {sure}, badly placed",
            "both": f"{self.said} {sure}, badly placed, is {self.thing}",
            "duplicate": f"{self.said} {sure}, found twice",
        }[self.kind]

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        there = None if self.there is None else list(self.there)
        return {**self.__dict__, "box": list(self.box), "there": there}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Mistake":
        """Read what `to_dict` wrote."""
        there = None if plain["there"] is None else tuple(plain["there"])
        return cls(**{**plain, "box": tuple(plain["box"]), "there": there})


@dataclass(frozen=True)
class Kind:
    """What one kind of mistake costs.

    Args:
        count: mistakes at the threshold.
        f1: by how much F1 at the threshold would rise without them.
        map50: by how much mAP50 would rise, over all answers however unsure (Bolya et al. 2020).
    """

    count: int
    f1: int | float
    map50: int | float


@dataclass(frozen=True)
class Erring:
    """A picture with mistakes.

    Args:
        truth: what it shows.
        predicted: what was answered at or above the threshold, right and wrong.
        mistakes: the costliest first.
        number: of the picture, in the order in which they were given.
    """

    truth: Detections
    predicted: Detections
    mistakes: tuple[Mistake, ...]
    number: int

    @property
    def picture(self) -> Any:
        """Its file, or the picture itself, where one of the two sides knows it."""
        return self.truth.picture if self.truth.picture is not None else self.predicted.picture

    @property
    def cost(self) -> float:
        """Of all its mistakes together."""
        return float(sum(mistake.cost for mistake in self.mistakes))

    def to_dict(self, *, files: bool = True) -> dict[str, Any]:
        """Plain values; without the names of files where asked for."""
        sides = {"truth": self.truth.to_dict(), "predicted": self.predicted.to_dict()}
        if not files:
            sides = {name: {**side, "image": None} for name, side in sides.items()}
        return {**sides, "mistakes": [mistake.to_dict() for mistake in self.mistakes], "number": self.number}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Erring":
        """Read what `to_dict` wrote."""
        truth, predicted = (Detections.from_json(json.dumps(plain[side])) for side in ("truth", "predicted"))
        return cls(
            truth, predicted, tuple(Mistake.from_dict(mistake) for mistake in plain["mistakes"]), plain["number"]
        )


@dataclass(frozen=True)
class Mistakes:
    """All mistakes at one threshold.

    Args:
        threshold: answers count from this score on.
        right: answers that found a thing.
        spared: answers on crowds and on what is difficult, which count neither way.
        things: how many there are to be found.
        kinds: every name in `KINDS`, and what it costs.
        pictures: those that cost most, the costliest first.
        erring: how many pictures have a mistake.
    """

    threshold: int | float
    right: int
    spared: int
    things: int
    kinds: Mapping[str, Kind]
    pictures: tuple[Erring, ...] = field(default=())
    erring: int = 0

    def __post_init__(self) -> None:
        if list(self.kinds) != list(KINDS):
            raise CallError(f"mistakes are of these kinds, each once: {', '.join(KINDS)}")
        object.__setattr__(self, "kinds", MappingProxyType(dict(self.kinds)))

    def __len__(self) -> int:
        return sum(kind.count for kind in self.kinds.values())

    def __str__(self) -> str:
        counts = ", ".join(f"{kind.count} {name}" for name, kind in self.kinds.items() if kind.count)
        return counts or "none"

    def to_dict(self, *, files: bool = True) -> dict[str, Any]:
        """Plain values; NaN becomes null."""
        kinds = {
            name: {"count": kind.count, "f1": _plain(kind.f1), "map50": _plain(kind.map50)}
            for name, kind in self.kinds.items()
        }
        return {
            "threshold": float(self.threshold),
            "right": self.right,
            "spared": self.spared,
            "things": self.things,
            "kinds": kinds,
            "pictures": [erring.to_dict(files=files) for erring in self.pictures],
            "erring": self.erring,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Mistakes":
        """Read what `to_dict` wrote.

        Raises:
            CallError: it is something else.
        """
        try:
            kinds = {
                name: Kind(values["count"], *(math.nan if values[k] is None else values[k] for k in ("f1", "map50")))
                for name, values in plain["kinds"].items()
            }
            return cls(
                plain["threshold"],
                plain["right"],
                plain["spared"],
                plain["things"],
                kinds,
                tuple(Erring.from_dict(one) for one in plain["pictures"]),
                plain["erring"],
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CallError(f"these are not the mistakes of a detector ({error}): {plain!s:.80}") from error


def _plain(value: int | float | np.floating[Any]) -> float | None:
    return float(value) if math.isfinite(value) else None
