"""Two arrays of pictures as one, without copying either."""

import numpy as np
from jaxtyping import Int, UInt8

__all__ = ["Joined"]


class Joined:
    """Two arrays of pictures, read as if they lay behind each other: the first may be memory-mapped."""

    def __init__(self, first: UInt8[np.ndarray, "n h w c"], second: UInt8[np.ndarray, "m h w c"]) -> None:
        self.first, self.second = first, second

    def __getitem__(self, rows: Int[np.ndarray, " b"]) -> UInt8[np.ndarray, "b h w c"]:
        out = np.empty((len(rows), *self.first.shape[1:]), np.uint8)
        behind = rows >= len(self.first)
        out[~behind] = self.first[rows[~behind]]
        out[behind] = self.second[rows[behind] - len(self.first)]
        return out
