"""How fit a face is to be compared: as fit as the weakest of what makes it so."""

from dataclasses import asdict, dataclass

import numpy as np
from jaxtyping import Float, Num, UInt8
from scipy.ndimage import laplace

from lenslet.image import resize
from lenslet.tasks.face.align import SIDE

__all__ = ["Quality", "quality"]

Number = int | float

# Each part is 0 at the first value, 1 at the second, and straight in between; measured in docs/face-pipeline.md.
_EYES = (8.0, 24.0)  # pixels between the eyes: a face of 20 pixels has 8, one of 60, as those learned from, 24
_SHARP = (-2.3, -1.3)  # decimal logarithm of the variance of the Laplacian over that of the grey values
_ASIDE = (0.55, 0.12)  # how far the nose is from the middle between the eyes, in distances of the eyes
_SCORE = (0.1, 0.6)  # of the finder

_FACE = (slice(36, 100), slice(28, 84))  # rows and columns of an aligned face of 112 pixels, without hair and ground
_TAKEN_UP = 1e-4  # of the squared range: flat faces have no sharpness


@dataclass(frozen=True)
class Quality:
    """Four shares from 0, useless, to 1, as good as one can wish.

    Args:
        size: by the pixels between the eyes.
        sharp: by the finest detail, against the coarse.
        frontal: by where the nose is between the eyes.
        score: by how sure the finder is; None where no finder was asked.
    """

    size: Number
    sharp: Number
    frontal: Number
    score: Number | None

    @property
    def value(self) -> float:
        """The least of them."""
        return float(min(self._known().values()))

    @property
    def weakest(self) -> str:
        """Which of the four that is."""
        parts = self._known()
        return min(parts, key=lambda name: parts[name])

    def _known(self) -> dict[str, float]:
        return {name: float(share) for name, share in asdict(self).items() if share is not None}


def quality(crop: UInt8[np.ndarray, "h w 3"], points: Num[np.ndarray, "5 2"], score: Number | None = None) -> Quality:
    """Of a face.

    Args:
        crop: aligned by `TEMPLATE`.
        points: eyes, tip of the nose, corners of the mouth in the original, pixels.
        score: of the finder, 0 to 1; None: no finder was asked.
    """
    eyes = np.asarray(points, np.float64)[:2]
    between = float(np.linalg.norm(eyes[1] - eyes[0]))
    return Quality(
        size=_share(between, _EYES),
        sharp=_share(sharpness(crop), _SHARP),
        frontal=_share(aside(points), _ASIDE),
        score=None if score is None else _share(float(score), _SCORE),
    )


def sharpness(crop: UInt8[np.ndarray, "h w 3"]) -> float:
    """Decimal logarithm of the variance of the Laplacian over that of the grey values, on an aligned face.

    The second variance makes it blind to light and contrast. The crop has one size for all faces, so that a small face,
    enlarged, counts as blurred, which it is. Noise counts as detail.

    Source: Pech-Pacheco et al. 2000 (variance of the Laplacian).
    """
    grey = resize(crop, (SIDE, SIDE)).astype(np.float64).mean(2)[_FACE] / 255
    return float(np.log10((laplace(grey).var() + 1e-9) / (grey.var() + _TAKEN_UP)))


def aside(points: Num[np.ndarray, "5 2"]) -> float:
    """How far the tip of the nose is from the middle between the eyes, along their line, in distances of the eyes.

    0 from the front, about 0.3 in a three-quarter view; upright or not.
    """
    places: Float[np.ndarray, "5 2"] = np.asarray(points, np.float64)
    line = places[1] - places[0]
    length = float(np.linalg.norm(line))
    if not (np.isfinite(places[:3]).all() and length > 0):
        return float("inf")
    return abs(float((places[2] - (places[0] + places[1]) / 2) @ line)) / length**2


def _share(value: float, ends: tuple[float, float]) -> float:
    """Where a value is between two, 0 to 1; 0 where it is not known."""
    low, high = ends
    share = (value - low) / (high - low)
    return float(min(max(share, 0.0), 1.0)) if np.isfinite(share) else 0.0
