"""Opening: a path, bytes, a Pillow image or an array -> uint8 RGB, upright; every failure is one sentence."""

import io
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from jaxtyping import UInt8
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from lenslet.errors import ImageError, KindError
from lenslet.image.guard import guarded
from lenslet.image.modes import rgb_of_array, rgb_of_picture
from lenslet.image.names import foreign_kind, spoken

MAX_PIXELS = 200_000_000
"""The largest picture that is decoded unless the caller says otherwise: a 200-megapixel phone's, 600 MB of RGB."""

# Pillow knows over forty formats. Only these are tried: well fuzzed, in use for photographs, and none of them starts
# another program (EPS would run Ghostscript). MPO, a JPEG of several frames, is found by the JPEG plugin.
_PLUGINS = (
    JpegImagePlugin.JpegImageFile,
    PngImagePlugin.PngImageFile,
    WebPImagePlugin.WebPImageFile,
    GifImagePlugin.GifImageFile,
    BmpImagePlugin.BmpImageFile,
    TiffImagePlugin.TiffImageFile,
    PpmImagePlugin.PpmImageFile,
    AvifImagePlugin.AvifImageFile,
)
_FORMATS = tuple(plugin.format for plugin in _PLUGINS)

_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Training needs a few hundred pixels of a photo of thousands. JPEG can be decoded at 1/2, 1/4 or 1/8 in a fraction of
# the time; keeping twice what is needed leaves the last, antialiased step to `resize`, and the result hardly differs.
_MARGIN = 2

Picture = str | Path | bytes | np.ndarray | Image.Image
"""What can be opened."""

T = TypeVar("T")


def open_image(
    source: Picture,
    *,
    max_pixels: int = MAX_PIXELS,
    at_least: tuple[int, int] | None = None,
) -> UInt8[np.ndarray, "h w 3"]:
    """Open a picture as uint8 RGB, turned upright by its EXIF orientation.

    Grey becomes three equal channels; 16-bit and float grey are scaled to 0..255, never clipped; transparent parts are
    laid on white; of several frames or pages the first is taken; the content decides the format, not the suffix.
    Embedded colour profiles are not applied (as in torchvision), but for Lab.

    Args:
        source: path; the bytes of a file; a Pillow image; or an array (h, w), (h, w, 1), (h, w, 3) or (h, w, 4)
            of bool, integers 0..255, uint16 0..65535, or floats 0..1.
        max_pixels: refuse pictures of more pixels than this, before decoding them.
        at_least: (height, width) in pixels that are enough: a larger JPEG may come back smaller, but not below twice
            this, and in a fraction of the time.

    Returns:
        A new array that shares no memory with the source.

    Raises:
        ImageError: no such file, no picture, broken, or too large; the sentence names the file and what to do.
    """
    if isinstance(source, np.ndarray):
        _refuse_larger(source.shape[0], source.shape[1] if source.ndim > 1 else 1, max_pixels, "the array")
        return rgb_of_array(source)
    if isinstance(source, Image.Image):
        name = "the Pillow image"
        with guarded(max_pixels):
            _refuse_larger(source.height, source.width, max_pixels, name)
            return _trying(name, lambda: _upright_rgb(source))

    def decode(picture: ImageFile.ImageFile) -> UInt8[np.ndarray, "h w 3"]:
        if at_least is not None and isinstance(picture, JpegImagePlugin.JpegImageFile):
            height, width = at_least if _orientation(picture) < 5 else at_least[::-1]
            picture.draft(None, (_MARGIN * width, _MARGIN * height))
        return _upright_rgb(picture)

    return _with_picture(source, max_pixels, decode)


class Header(NamedTuple):
    """What a file says of its picture before anything is decoded; height and width in pixels, upright."""

    kind: str
    height: int
    width: int


def image_header(source: str | Path | bytes, *, max_pixels: int = MAX_PIXELS) -> Header:
    """The kind (JPEG, MPO, PNG, WEBP, GIF, BMP, TIFF, PPM, AVIF) and size of a picture that `open_image` would give.

    Raises:
        ImageError: as for `open_image`; a file that breaks off after its header is not noticed.
    """

    def measure(picture: ImageFile.ImageFile) -> Header:
        # Pillow turns TIFF itself and states the turned size at once
        turned = picture.format != "TIFF" and _orientation(picture) >= 5
        size = picture.size if turned else picture.size[::-1]
        return Header(str(picture.format), *size)

    return _with_picture(source, max_pixels, measure)


def image_size(source: str | Path | bytes, *, max_pixels: int = MAX_PIXELS) -> tuple[int, int]:
    """(height, width) in pixels that `open_image` would give, from the header alone.

    Raises:
        ImageError: as for `image_header`.
    """
    return image_header(source, max_pixels=max_pixels)[1:]


def _with_picture(source: str | Path | bytes, max_pixels: int, use: Callable[[ImageFile.ImageFile], T]) -> T:
    """Open the file and its header, check the size, hand the still undecoded picture to `use`; close everything."""
    name = spoken(source)
    with guarded(max_pixels), _stream(source, name) as stream:
        start = _trying(name, lambda: stream.read(512))
        if not start:
            raise ImageError(f"{name} is empty (0 bytes); copy or download it again")
        with _trying(name, lambda: Image.open(stream, formats=_FORMATS), start) as picture:
            _refuse_larger(picture.height, picture.width, max_pixels, name)
            return _trying(name, lambda: use(picture))


def _stream(source: str | Path | bytes, name: str) -> io.BufferedReader | io.BytesIO:
    """An open binary file; of folders, pipes and devices nothing is read, for a pipe might never answer."""
    if isinstance(source, bytes):
        return io.BytesIO(source)
    try:
        path = Path(source)
        if path.is_dir():
            raise ImageError(f"{name} is a folder, not a picture; give one of the files in it")
        if path.exists() and not path.is_file():
            raise ImageError(f"{name} is a pipe or a device, not a picture; give a file")
        return path.open("rb")
    except ImageError:
        raise
    except FileNotFoundError as error:
        raise ImageError(f"{name}: there is no such file; check the path") from error
    except PermissionError as error:
        raise ImageError(f"{name} may not be read by this user; change its permissions") from error
    except (OSError, ValueError, TypeError) as error:  # a null byte in the path; not a path at all
        reason = getattr(error, "strerror", None) or error
        raise ImageError(f"{name} cannot be opened ({reason}); check the path") from error


def _trying(name: str, step: Callable[[], T], start: bytes = b"") -> T:
    """Run one step of Pillow; whatever it throws at broken bytes becomes an ImageError."""
    try:
        return step()
    except ImageError:
        raise
    except Image.DecompressionBombError as error:  # far too large by its header, which is all that has been read
        found = re.search(r"\d{4,}", str(error))
        size = f" ({int(found[0]) / 1e6:,.0f} megapixels)" if found else ""
        raise ImageError(f"{name} has too many pixels{size}; shrink it, or raise max_pixels") from error
    except UnidentifiedImageError as error:
        raise KindError(f"{name} is {foreign_kind(start)}") from error
    except MemoryError as error:
        raise ImageError(f"{name} does not fit into memory; shrink it first") from error
    except Exception as error:  # noqa: BLE001, RUF100 - a fuzzer finds struct, index, key, zero-division ... errors in any decoder
        if isinstance(error, struct.error | EOFError) or "truncated" in str(error).lower():
            raise ImageError(f"{name} breaks off before its end; copy or download it again") from error
        reason = str(error).strip().rstrip(".").splitlines()
        said = f" ({reason[0]:.120})" if reason else ""
        raise ImageError(f"{name} is damaged and cannot be decoded{said}; copy or download it again") from error


def _upright_rgb(picture: Image.Image) -> UInt8[np.ndarray, "h w 3"]:
    """Decode, turn, convert."""
    picture.load()  # before asking for the orientation: a PNG may tell it after its pixels
    rgb = rgb_of_picture(picture)
    # Pillow turns TIFF itself
    turn = None if isinstance(picture, TiffImagePlugin.TiffImageFile) else _UPRIGHT.get(_orientation(picture))
    return rgb if turn is None else np.array(Image.fromarray(rgb).transpose(turn))


def _orientation(picture: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 where there is none or the EXIF block is broken, which spoils no pixel."""
    try:
        # The base class's method: PNG's own would decode the picture to look behind the pixels
        value = Image.Image.getexif(picture).get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001, RUF100 - broken EXIF raises anything
        return 1
    return value if isinstance(value, int) and value in range(1, 9) else 1


def _refuse_larger(height: int, width: int, max_pixels: int, name: str) -> None:
    if height * width > max_pixels:
        raise ImageError(
            f"{name} is {width} x {height} pixels, {height * width / 1e6:,.1f} million, more than the limit of "
            f"{max_pixels / 1e6:,.1f} million; shrink it, or raise max_pixels"
        )
