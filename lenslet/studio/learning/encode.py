"""Arrays as text that a page reads: pictures as PNG addresses, numbers as bytes of float32."""

import base64
import io
from typing import Any

import numpy as np
from jaxtyping import Num, UInt8

__all__ = ["numbers", "png"]


def png(pixels: UInt8[np.ndarray, "h w *c"]) -> str:
    """A picture as an address that holds it."""
    from PIL import Image

    held = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(held, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(held.getvalue()).decode()


def numbers(values: Num[np.ndarray, "h w"]) -> dict[str, Any]:
    """A table of numbers: its shape, and float32 in Base64, rows one after the other."""
    rows, columns = values.shape
    held = np.ascontiguousarray(values, np.dtype("<f4")).tobytes()
    return {"rows": rows, "columns": columns, "float32": base64.b64encode(held).decode()}
