"""Whatever the pixels are, uint8 RGB comes out: the one place that knows Pillow's modes and NumPy's dtypes."""

from functools import cache

import numpy as np
from jaxtyping import Num, UInt8
from PIL import Image, ImageCms, TiffImagePlugin

from lenslet.errors import ImageError

_BITS_PER_SAMPLE, _PHOTOMETRIC = 258, 262


def rgb_of_picture(picture: Image.Image) -> UInt8[np.ndarray, "h w 3"]:
    """A decoded Pillow image of any mode as RGB; transparent parts are laid on white."""
    mode = picture.mode
    if mode.startswith("I;16"):
        return _three(_eight_bits_of_sixteen(picture))
    if mode == "I":
        values = np.asarray(picture)
        # Pillow itself has brought PNG and PGM to 16 bits; of other files the range is not known
        known = picture.format in {"PNG", "PPM"}
        return _three(_scaled(values, 65535) if known else _unknown_range(values, (255, 65535)))
    if mode == "F":
        return _three(_unknown_range(np.asarray(picture), (1, 255)))
    if mode == "LAB":
        return _from_lab(picture)
    if _is_transparent(picture):
        return _on_white(np.asarray(picture.convert("RGBA")))
    # CMYK goes by Pillow's arithmetic, r = (1 - c)(1 - k); JPEG's inverted CMYK and YCCK are put right by its decoder
    return np.array(picture.convert("RGB"))


def rgb_of_array(array: np.ndarray) -> UInt8[np.ndarray, "h w 3"]:
    """A NumPy picture as RGB, a copy.

    Raises:
        ImageError: the shape or the values are no picture's.
    """
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4) or 0 in array.shape:
        hint = (
            "; move the channels last: np.moveaxis(array, 0, -1)"
            if array.ndim == 3 and array.shape[0] in (1, 3)
            else ""
        )
        raise ImageError(
            f"an array of shape {_shape(array)} is no picture: (h, w), (h, w, 1), (h, w, 3) or (h, w, 4) is{hint}"
        )
    pixels = _eight_bits(array)
    if pixels.shape[2] == 4:
        return _on_white(pixels)
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else np.array(pixels, order="C")


def _eight_bits(array: np.ndarray) -> UInt8[np.ndarray, "h w c"]:
    """Values to 0..255, by dtype and never by guess: a dark picture must not turn bright."""
    kind = array.dtype.kind
    if array.dtype == np.uint8:
        return array
    if kind == "b":
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype == np.uint16:
        return _scaled(array, 65535)
    if kind not in "iuf":
        raise ImageError(f"an array of {array.dtype} is no picture; give uint8, uint16, bool, or floats from 0 to 1")
    low, high = float(array.min()), float(array.max())
    top, rule = (1, "floats must lie in 0..1") if kind == "f" else (255, "integers must lie in 0..255")
    if not (low >= 0 and high <= top):  # so written, NaN is refused, too
        hint = "divide them by 255" if kind == "f" and low >= 0 and high <= 255 else "scale them first"
        raise ImageError(
            f"an array of {array.dtype} with values from {low:g} to {high:g} is no picture: {rule}; {hint}"
        )
    return _scaled(array, top)


def _eight_bits_of_sixteen(picture: Image.Image) -> UInt8[np.ndarray, "h w"]:
    """16-bit grey (and TIFF's 12-bit grey) to 8 bits, of the whole range that the file's bits can hold."""
    values = np.asarray(picture)
    if not isinstance(picture, TiffImagePlugin.TiffImageFile):
        return _scaled(values, 65535)
    bits = picture.tag_v2.get(_BITS_PER_SAMPLE, (16,))
    grey = _scaled(values, 4095 if bits[0] == 12 else 65535)
    # Pillow turns "white is zero" round for 8 bits, but not for 16
    return 255 - grey if picture.tag_v2.get(_PHOTOMETRIC) == 0 else grey


def _unknown_range(values: Num[np.ndarray, "h w"], tops: tuple[int, int]) -> UInt8[np.ndarray, "h w"]:
    """32-bit grey has no agreed range: the first of `tops` that holds all values is white, else they are stretched."""
    finite = np.isfinite(values)
    values = np.where(finite, values, 0).astype(np.float64)
    seen = values[finite]
    low, high = (float(seen.min()), float(seen.max())) if seen.size else (0.0, 0.0)
    for top in tops:
        if low >= 0 and high <= top:
            return _scaled(values, top)
    return _scaled(np.clip(values - low, 0, None), high - low) if high > low else np.zeros(values.shape, np.uint8)


def _scaled(values: Num[np.ndarray, "*shape"], top: int | float) -> UInt8[np.ndarray, "*shape"]:
    """0..top -> 0..255, rounded to the nearest."""
    # 65535 * 255 is below 2^24, so that single precision, at half the memory, is exact for 16 bits
    wide: np.ndarray = values.astype(np.float32 if values.dtype == np.uint16 else np.float64)
    np.multiply(wide, 255, out=wide)
    np.divide(wide, top, out=wide)
    return np.clip(np.rint(wide, out=wide), 0, 255, out=wide).astype(np.uint8)


def _three(grey: UInt8[np.ndarray, "h w"]) -> UInt8[np.ndarray, "h w 3"]:
    return np.repeat(grey[:, :, None], 3, axis=2)


def _is_transparent(picture: Image.Image) -> bool:
    """An alpha channel, or one colour of a palette, a grey or an RGB file named as transparent."""
    return picture.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in picture.info


def _on_white(rgba: UInt8[np.ndarray, "h w 4"]) -> UInt8[np.ndarray, "h w 3"]:
    """Colour x alpha + white x (1 - alpha), in integers, rounded."""
    alpha = rgba[:, :, 3:].astype(np.uint16)
    if alpha.min() == 255:
        return np.array(rgba[:, :, :3], order="C")
    mixed = rgba[:, :, :3] * alpha + np.uint16(255) * (np.uint16(255) - alpha)  # at most 255 * 255: fits uint16
    return ((mixed.astype(np.uint32) + 127) // 255).astype(np.uint8)


def _from_lab(picture: Image.Image) -> UInt8[np.ndarray, "h w 3"]:
    """CIE L*a*b* (a TIFF from print) through the colour engine; Pillow has no shorter way."""
    return np.array(ImageCms.applyTransform(picture, _lab_to_srgb()))


@cache
def _lab_to_srgb() -> ImageCms.ImageCmsTransform:
    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    return ImageCms.buildTransform(lab, srgb, "LAB", "RGB")


def _shape(array: np.ndarray) -> str:
    return "(" + ", ".join(map(str, array.shape)) + ")"
