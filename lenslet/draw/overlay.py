"""A map of values laid over a picture."""

import numpy as np
from jaxtyping import Num, UInt8
from PIL import Image

from lenslet.draw.colours import heat_colours


def heat(
    image: UInt8[np.ndarray, "h w 3"], map: Num[np.ndarray, "H W"], *, opacity: int | float = 0.75
) -> UInt8[np.ndarray, "h w 3"]:
    """Lay a map over a picture: its smallest value leaves the picture (greyed) to be seen, its largest glows.

    Args:
        image: the picture; it is shown in grey, so that every colour is the map's.
        map: values on any scale and of any size, stretched over the picture; NaN counts as the smallest.
        opacity: of the largest value, 0..1.
    """
    large = _stretched(map, image.shape[:2])[:, :, None]
    grey = np.array(Image.fromarray(image).convert("L").convert("RGB"), np.float32)
    share = np.float32(opacity) * np.sqrt(large)  # the root lifts the middle values out of the grey
    mixed: np.ndarray = np.rint(grey * (1 - share) + heat_colours(large[:, :, 0]) * share).astype(np.uint8)
    return mixed


def heat_layer(map: Num[np.ndarray, "H W"], size: tuple[int, int]) -> UInt8[np.ndarray, "h w 4"]:
    """The map of `heat` as a layer of its own, RGBA, for whoever lays it over a picture and chooses the opacity.

    Args:
        map: values on any scale; the smallest is transparent, the largest covers. NaN counts as the smallest.
        size: (height, width) of the layer, pixels.
    """
    large = _stretched(map, size)
    alpha = np.rint(255 * np.sqrt(large)).astype(np.uint8)  # the root, as in `heat`
    layer: np.ndarray = np.dstack([heat_colours(large), alpha])
    return layer


def _stretched(map: Num[np.ndarray, "H W"], size: tuple[int, ...]) -> Num[np.ndarray, "h w"]:
    """A map from 0 to 1, as large as (height, width)."""
    values = np.array(map, np.float32)
    finite = np.isfinite(values)
    low, high = (float(values[finite].min()), float(values[finite].max())) if finite.any() else (0.0, 0.0)
    values = np.where(finite, values, low)
    unit = (values - low) / (high - low) if high > low else np.zeros_like(values)
    large = Image.fromarray(unit.astype(np.float32)).resize((size[1], size[0]), Image.Resampling.BICUBIC)
    inside: np.ndarray = np.clip(np.array(large), 0, 1)
    return inside
