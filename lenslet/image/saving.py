"""Saving a picture, whole or not at all."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from lenslet.errors import CallError, WorkError
from lenslet.files import whole_file
from lenslet.image.names import spoken

_SAVED_AS = {
    ".png": ("PNG", {}),
    ".jpg": ("JPEG", {"quality": 92, "subsampling": 0}),
    ".jpeg": ("JPEG", {"quality": 92, "subsampling": 0}),
    ".webp": ("WEBP", {"quality": 90}),
    ".bmp": ("BMP", {}),
    ".tif": ("TIFF", {"compression": "tiff_deflate"}),
    ".tiff": ("TIFF", {"compression": "tiff_deflate"}),
    ".ppm": ("PPM", {}),
    ".pgm": ("PPM", {}),
    ".gif": ("GIF", {}),
}  # type: dict[str, tuple[str, dict[str, int | str | PngInfo]]]


def save_image(image: UInt8[np.ndarray, "h w *c"], path: str | Path, *, texts: Mapping[str, str] | None = None) -> Path:
    """Write a picture in the format of the path's suffix, whole or not at all; parent folders are made.

    Args:
        image: (h, w) or (h, w, 1) grey, (h, w, 3) RGB.
        path: ends in one of .png .jpg .jpeg .webp .bmp .tif .tiff .ppm .pgm .gif; .pgm stores grey.
        texts: what a PNG says of itself, keyword -> text; other formats leave it out.

    Returns:
        The path written.

    Raises:
        CallError: the suffix is none of these.
        WorkError: the disk is full, or the folder may not be written.
    """
    check_suffix(path)
    path, name = Path(path), spoken(str(path))
    kind, options = _SAVED_AS[path.suffix.lower()]
    flat = image[:, :, 0] if image.ndim == 3 and image.shape[2] == 1 else image
    picture = Image.fromarray(np.ascontiguousarray(flat))
    if path.suffix.lower() == ".pgm":
        picture = picture.convert("L")
    if texts and kind == "PNG":
        said = PngInfo()
        for key, text in texts.items():
            said.add_itxt(key, text)
        options = {**options, "pnginfo": said}
    try:
        with whole_file(path) as temporary:
            picture.save(temporary, format=kind, **options)
    except OSError as error:
        raise WorkError(f"{name} cannot be written ({error.strerror or error}); choose another place") from error
    return path


def check_suffix(path: str | Path) -> None:
    """See that a picture could be saved under a name.

    Raises:
        CallError: the suffix names no format.
    """
    path, name = Path(path), spoken(str(path))
    if path.suffix.lower() not in _SAVED_AS:
        what = f"the suffix {path.suffix}" if path.suffix else "a name without a suffix"
        raise CallError(f"{name}: {what} names no format a picture can be saved in; use one of {' '.join(_SAVED_AS)}")
