"""What is kept of a picture to know it again: a small grey copy, smaller colours, and 63 numbers to search by.

The grey copy is stretched to a square, so that size and aspect do not matter; some 2.6 KB a picture.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, UInt8

from lenslet.image import resize

SIDE = 48
"""Pixels of the grey copy's side."""
COLOURS = (12, 12, 2)
"""Of the colours: the eye, too, sees them coarsely."""
_WAVES = 8  # lowest waves across and down that make the 63 numbers: what survives shrinking and recompression


@dataclass(frozen=True)
class Print:
    """One picture, small."""

    grey: UInt8[np.ndarray, "48 48"]
    colours: UInt8[np.ndarray, "12 12 2"]


def print_of(picture: UInt8[np.ndarray, "h w 3"]) -> Print:
    """Shrink a picture to what is kept of it."""
    small = resize(picture, (SIDE, SIDE)).astype(np.float32)
    # luma and chroma of JPEG (ITU-R 601): grey is then (128, 128) in colour
    luma = small @ np.array([0.299, 0.587, 0.114], np.float32)
    chroma = (small[..., [2, 0]] - luma[..., None]) * np.array([0.564, 0.713], np.float32) + 128
    side = COLOURS[0]
    coarse = chroma.reshape(side, SIDE // side, side, SIDE // side, 2).mean((1, 3))
    return Print(_bytes(luma), _bytes(coarse))


def waves(greys: UInt8[np.ndarray, "n 48 48"], *, block: int = 4096) -> Float32[np.ndarray, "n 64"]:
    """Directions to compare pictures by: the inner product of two is 1 for copies and near 0 for strangers.

    The lowest 8 x 8 waves of the discrete cosine transform, each times its frequency, since photographs hold the less
    of a wave the finer it is; brightness (wave 0) is left out, and contrast falls out with the length. A picture of one
    colour has no direction and gets zeros.

    Args:
        greys: small grey copies.
        block: pictures computed at once.
    """
    basis, frequency = _basis()
    found = np.empty((len(greys), _WAVES * _WAVES), np.float32)
    for start in range(0, len(greys), block):
        part = greys[start : start + block].astype(np.float32)
        spectrum = (basis @ part @ basis.T) * frequency
        flat = spectrum.reshape(len(part), -1)
        length = np.linalg.norm(flat, axis=1, keepdims=True)
        # below a fiftieth of a grey level of contrast all is rounding
        found[start : start + block] = np.where(length > SIDE / 50, flat / np.maximum(length, 1e-9), 0)
    return found


def mirrored(directions: Float32[np.ndarray, "n 64"]) -> Float32[np.ndarray, "n 64"]:
    """The directions of the mirrored pictures: waves that are odd from left to right change their sign."""
    sign = np.where(np.arange(_WAVES) % 2, -1, 1).astype(np.float32)
    return directions * np.tile(sign, _WAVES)


def _basis() -> tuple[Float32[np.ndarray, "8 48"], Float32[np.ndarray, "8 8"]]:
    """Rows of the orthonormal DCT-II, and the weight of each pair of waves."""
    wave = np.arange(_WAVES)
    place = (np.arange(SIDE) + 0.5) * np.pi / SIDE
    rows = np.cos(wave[:, None] * place) * np.sqrt(np.where(wave == 0, 1, 2) / SIDE)[:, None]
    return rows.astype(np.float32), np.hypot(wave[:, None], wave).astype(np.float32)


def _bytes(values: Float32[np.ndarray, "*shape"]) -> UInt8[np.ndarray, "*shape"]:
    whole: UInt8[np.ndarray, "*shape"] = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return whole
