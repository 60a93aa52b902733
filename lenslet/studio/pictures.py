"""Pictures of the project for the browser: whole, and as small ones for lists."""

import io
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

if TYPE_CHECKING:
    from lenslet.studio.project import Project

__all__ = ["jpeg", "routes"]

SMALL = 240  # pixels of the longest side
# What every browser draws, and turns by its EXIF mark as `lenslet.image` does; all else is sent as PNG.
_SHOWN = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".bmp": "image/bmp"}
_KEEP = {"Cache-Control": "private, max-age=0, must-revalidate"}


def routes(router: APIRouter, project: "Project") -> None:
    """`/api/picture/NAME` and `/api/thumb/NAME`; only names that the project lists are opened."""

    @router.get("/picture/{name:path}")
    def picture(name: str) -> Response:
        path = project.path(name)
        kind = _SHOWN.get(path.suffix.lower())
        if kind is not None:
            return FileResponse(path, media_type=kind, headers=_KEEP)
        return Response(_png(path, path.stat().st_mtime_ns), media_type="image/png", headers=_KEEP)

    @router.get("/thumb/{name:path}")
    def thumb(name: str) -> Response:
        path = project.path(name)
        made = _small(path, path.stat().st_mtime_ns)
        return Response(made, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=300"})


def jpeg(pixels: object, *, longest: int = SMALL, quality: int = 82) -> bytes:
    """Pixels as a JPEG of at most so many pixels a side."""
    import numpy as np
    from PIL import Image

    made = Image.fromarray(np.asarray(pixels))
    made.thumbnail((longest, longest))
    held = io.BytesIO()
    made.convert("RGB").save(held, "JPEG", quality=quality)
    return held.getvalue()


@lru_cache(maxsize=2000)
def _small(path: Path, _: int) -> bytes:
    from lenslet.image import open_image

    return jpeg(open_image(path, at_least=(SMALL // 2, SMALL // 2)))


@lru_cache(maxsize=4)
def _png(path: Path, _: int) -> bytes:
    from PIL import Image

    from lenslet.image import open_image

    held = io.BytesIO()
    Image.fromarray(open_image(path)).save(held, "PNG", compress_level=1)
    return held.getvalue()
