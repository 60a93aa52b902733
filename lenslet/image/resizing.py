"""Bringing a picture to a size, by three rules, each with the Frame that leads back."""

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from lenslet.errors import CallError
from lenslet.image.frame import Frame

FILL = 114
"""The grey around a letterboxed picture, near the mean of photographs; YOLOv5's."""


def resize(image: UInt8[np.ndarray, "h w *c"], size: tuple[int, int]) -> UInt8[np.ndarray, "H W *c"]:
    """Resize to (height, width) pixels, bilinear, antialiased when shrinking.

    Args:
        image: (h, w), (h, w, 1) or (h, w, 3).
        size: (height, width), pixels.
    """
    _positive(size)
    if image.shape[:2] == size:
        return image.copy()
    flat = image[:, :, 0] if image.ndim == 3 and image.shape[2] == 1 else image
    resized = Image.fromarray(np.ascontiguousarray(flat)).resize(size[::-1], Image.Resampling.BILINEAR)
    return np.array(resized).reshape(*size, *image.shape[2:])


def stretch(image: UInt8[np.ndarray, "h w *c"], size: tuple[int, int]) -> tuple[UInt8[np.ndarray, "H W *c"], Frame]:
    """Resize to exactly `size`, whatever becomes of the aspect."""
    height, width = image.shape[:2]
    scale = (size[0] / height, size[1] / width)
    return resize(image, size), Frame((height, width), size, scale, (0.0, 0.0))


def letterbox(
    image: UInt8[np.ndarray, "h w *c"], size: tuple[int, int], fill: int = FILL
) -> tuple[UInt8[np.ndarray, "H W *c"], Frame]:
    """Resize to fit into `size`, keep the aspect, and fill what is left over on both sides equally.

    Args:
        image: the picture.
        size: (height, width), pixels.
        fill: grey value 0..255 of the border.
    """
    height, width = image.shape[:2]
    frame = letterboxed((height, width), size)
    inner = (round(height * frame.scale[0]), round(width * frame.scale[1]))
    top, left = map(int, frame.offset)
    canvas = np.full((*size, *image.shape[2:]), fill, np.uint8)
    canvas[top : top + inner[0], left : left + inner[1]] = resize(image, inner)
    return canvas, frame


def letterboxed(original: tuple[int, int], size: tuple[int, int]) -> Frame:
    """Where a picture of a size comes to lie when it is letterboxed.

    Args:
        original: (height, width) of the picture, pixels.
        size: (height, width) that it is to fit into, pixels.
    """
    _positive(size)
    height, width = original
    ratio = min(size[0] / height, size[1] / width)
    inner = (_near(height * ratio, size[0]), _near(width * ratio, size[1]))
    top, left = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    # The scale is that of the rounded size, so that the way home is exact, not half a pixel off
    return Frame(original, size, (inner[0] / height, inner[1] / width), (float(top), float(left)))


def crop(
    image: UInt8[np.ndarray, "h w *c"], size: tuple[int, int], keep: int | float = 1.0
) -> tuple[UInt8[np.ndarray, "H W *c"], Frame]:
    """Resize to cover `size`, keep the aspect, and cut what stands over on both sides equally.

    Args:
        image: the picture.
        size: (height, width), pixels.
        keep: share of the side that fits which is kept, above 0 to 1; "resize to 256, crop 224" keeps 224 / 256.
    """
    height, width = image.shape[:2]
    frame = cropped((height, width), size, keep)
    # Cutting before resizing costs less than after
    kept = [round(side / ratio) for side, ratio in zip(size, frame.scale, strict=True)]
    top, left = (round(-offset / ratio) for offset, ratio in zip(frame.offset, frame.scale, strict=True))
    return resize(image[top : top + kept[0], left : left + kept[1]], size), frame


def cropped(original: tuple[int, int], size: tuple[int, int], keep: int | float = 1.0) -> Frame:
    """Where a picture of a size comes to lie when it is cropped; what is kept of it are whole pixels.

    Args:
        original: (height, width) of the picture, pixels.
        size: (height, width) that it is to cover, pixels.
        keep: see `crop`.
    """
    _positive(size)
    height, width = original
    ratio = max(size[0] / height, size[1] / width) / keep
    kept = (_near(size[0] / ratio, height), _near(size[1] / ratio, width))
    top, left = (height - kept[0]) // 2, (width - kept[1]) // 2
    scale = (size[0] / kept[0], size[1] / kept[1])
    return Frame(original, size, scale, (-top * scale[0], -left * scale[1]))


def _near(length: float, most: int) -> int:
    """The whole number of pixels nearest to `length`, from 1 to `most`."""
    return min(max(round(length), 1), most)


def _positive(size: tuple[int, int]) -> None:
    if min(size) < 1:
        raise CallError(f"a picture cannot be made {size[0]} high and {size[1]} wide; give at least 1 x 1 pixels")
