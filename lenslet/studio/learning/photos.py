"""The pictures of the lessons: two photos that arrive with scikit-learn, and the project's own."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, UInt8

from lenslet.errors import CallError

if TYPE_CHECKING:
    from fastapi import APIRouter

    from lenslet.studio.project import Project

__all__ = ["COMING", "OWN", "coming", "grey", "photo", "routes"]

COMING = {"china": "a temple (photo)", "flower": "a dahlia (photo)"}
OWN = "own:"  # before the name of a picture of the project
OFFERED = 60  # pictures of the project in a list; more could not be looked through
LARGEST = 1024


def photo(project: "Project", name: str, longest: int) -> UInt8[np.ndarray, "h w 3"]:
    """A picture of at most so many pixels a side.

    Raises:
        CallError: there is none of that name.
        ImageError: it cannot be opened.
    """
    if name in COMING:
        return coming(name, longest)
    if name.startswith(OWN):
        path = project.path(name.removeprefix(OWN))
        return _own(path, longest, path.stat().st_mtime_ns)
    raise CallError(f"{name}: no such picture here; there are {', '.join(COMING)}, and those of the project")


def grey(pixels: UInt8[np.ndarray, "h w 3"]) -> Float[np.ndarray, "h w"]:
    """Its brightness, 0 to 255, in whole numbers."""
    from lenslet.foundations.edges import GREY

    found: np.ndarray = np.rint(pixels.astype(np.float64) @ np.array(GREY))
    return found


def routes(router: "APIRouter", project: "Project") -> None:
    """`/api/learn/photos` lists them, `/api/learn/photo?name=&longest=` is one."""
    from fastapi import Response

    from lenslet.studio.pictures import jpeg

    @router.get("/learn/photos")
    def photos() -> list[dict[str, str]]:
        own = [{"value": OWN + name, "label": name} for name in project.pictures[:OFFERED]]
        return [{"value": name, "label": label} for name, label in COMING.items()] + own

    @router.get("/learn/photo")
    def one(name: str, longest: int = 640) -> Response:
        longest = min(max(longest, 16), LARGEST)
        made = jpeg(photo(project, name, longest), longest=longest, quality=92)
        return Response(made, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=300"})


@lru_cache(maxsize=16)
def coming(name: str, longest: int) -> UInt8[np.ndarray, "h w 3"]:
    """One of the two photos, of at most so many pixels a side."""
    from sklearn.datasets import load_sample_image

    return _at_most(load_sample_image(f"{name}.jpg"), longest)


@lru_cache(maxsize=16)
def _own(path: Path, longest: int, _: int) -> UInt8[np.ndarray, "h w 3"]:
    from lenslet.image import open_image

    return _at_most(open_image(path), longest)


def _at_most(pixels: UInt8[np.ndarray, "h w 3"], longest: int) -> UInt8[np.ndarray, "h w 3"]:
    from lenslet.image import resize

    height, width = pixels.shape[:2]
    share = longest / max(height, width)
    if share >= 1:
        return pixels
    return resize(pixels, (max(round(height * share), 1), max(round(width * share), 1)))
