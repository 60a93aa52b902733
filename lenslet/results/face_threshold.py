"""The threshold of a gallery, and how sure it is."""

import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from lenslet.errors import CallError
from lenslet.results.answered import checked_distance, checked_far

__all__ = ["FaceThreshold"]

SCHEMA = 1


@dataclass(frozen=True)
class FaceThreshold:
    """tau for a wanted share of strangers, from the gallery's own people.

    Args:
        threshold: tau: the same person up to this distance.
        wanted: the share of strangers that was asked for.
        far: expected share of strangers who would be taken for one given person at tau.
        threshold_interval: 95 % of what tau would be of other people of the same kind; None where there are too few.
        frr: share of pictures whose own person would be refused at tau; None where nobody has two pictures.
        frr_interval: 95 % of what that would be of other people; None where there are too few.
        impostor: pairs of a picture and somebody else.
        genuine: pictures compared with the other pictures of the same person.
        people: whose pictures were compared.
        curve: (far, tau), from many strangers to few, for thresholds of one's own.
        notes: what else a person should know.

    Source: course item 4.4; ISO/IEC 19795-1 (false accept, false reject); the rule of 30, Doddington 1998.
    """

    threshold: float
    wanted: float
    far: float
    threshold_interval: tuple[float, float] | None
    frr: float | None
    frr_interval: tuple[float, float] | None
    impostor: int
    genuine: int
    people: int
    curve: tuple[tuple[float, float], ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        checked_distance(self.threshold, "a threshold")
        for share in (self.wanted, self.far, self.frr):
            checked_far(share)

    def far_at(self, threshold: float | int) -> float | None:
        """Expected share of strangers at another threshold; None below all that was measured.

        Args:
            threshold: a squared distance.
        """
        if threshold == self.threshold:
            return self.far
        if not self.curve or threshold < self.curve[-1][1]:
            return None
        far, tau = np.array(self.curve[::-1]).T
        return float(np.exp(np.interp(threshold, tau, np.log(far))))

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {"schema": SCHEMA, "task": "calibrate", **asdict(self)}

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> "FaceThreshold":
        """Read what `to_dict` gave.

        Raises:
            CallError: it is something else.
        """
        try:
            said = {name: plain[name] for name in cls.__dataclass_fields__}
            pairs = {
                name: None if said[name] is None else tuple(said[name])
                for name in ("threshold_interval", "frr_interval")
            }
            curve = tuple((float(far), float(tau)) for far, tau in said["curve"])
            return cls(**{**said, **pairs, "curve": curve, "notes": tuple(said["notes"])})
        except (KeyError, TypeError, ValueError) as error:
            raise CallError(f"this is no threshold of a gallery ({error})") from error

    @classmethod
    def from_json(cls, text: str) -> "FaceThreshold":
        """Read what `to_json` wrote; every number comes back bit for bit.

        Raises:
            CallError: the text is something else.
        """
        try:
            return cls.from_dict(json.loads(text))
        except ValueError as error:
            raise CallError(f"this is not the JSON of a threshold ({error}): {text:.80}") from error
