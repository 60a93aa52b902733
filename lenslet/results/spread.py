"""Many numbers in three."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Num

__all__ = ["Spread"]


@dataclass(frozen=True)
class Spread:
    """The least, the middle and the greatest of many numbers."""

    least: float
    middle: float
    greatest: float

    @classmethod
    def of(cls, values: Num[np.ndarray, " n"]) -> "Spread":
        """That of some values, of which there is at least one."""
        return cls(float(values.min()), float(np.median(values)), float(values.max()))

    def to_dict(self) -> dict[str, float]:
        """Plain values."""
        return {"least": self.least, "middle": self.middle, "greatest": self.greatest}
