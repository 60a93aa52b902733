"""Pictures as encodings: how far they are apart, triplets and their loss, and who is who."""

import base64
import binascii
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from jaxtyping import Float, UInt8
from pydantic import BaseModel, Field

from lenslet.errors import CallError
from lenslet.studio.learning.encode import png
from lenslet.studio.learning.photos import photo

if TYPE_CHECKING:
    from fastapi import APIRouter

    from lenslet.studio.project import Project
    from lenslet.tasks.face.embedder import Embedder

__all__ = ["Triplet", "digit", "encoded", "picture_of", "routes", "three"]

MODEL = "glyphs"  # ships with Lenslet; it has learned to compare characters of alphabets that nobody here uses
_SIDE = 105  # pixels of a drawn character, as in Omniglot
_LARGEST = 400_000  # letters of a drawn picture that is sent
DIGIT = "digit:"
DRAWN = "data:image/png;base64,"

Source = Annotated[str, Field(max_length=_LARGEST)]
"""A picture: "digit:17" is scikit-learn's 17th, "data:image/png;base64,..." was drawn, else a photo's name."""


class Many(BaseModel):
    """Pictures to compare with each other."""

    pictures: Annotated[list[Source], Field(min_length=1, max_length=12)]


class Triplet(BaseModel):
    """An anchor, a positive, a negative, and the margin."""

    anchor: Source
    positive: Source
    negative: Source
    alpha: Annotated[float, Field(ge=0, le=4)] = 0.2


def encoded(pictures: list[UInt8[np.ndarray, "h w 3"]]) -> Float[np.ndarray, "n d"]:
    """f(x) of each; what was seen before is remembered."""
    return np.stack([_encoding(one.tobytes(), one.shape) for one in pictures])


@lru_cache(maxsize=96)  # of at most 200 KB each
def _encoding(pixels: bytes, shape: tuple[int, ...]) -> Float[np.ndarray, " d"]:
    return np.asarray(_model()(np.frombuffer(pixels, np.uint8).reshape(shape)).vector)


@lru_cache(maxsize=1)
def _model() -> "Embedder":
    from lenslet.verbs.load import load

    model: Any = load(MODEL)
    return model  # type: ignore[no-any-return]


def apart(rows: Float[np.ndarray, "n d"]) -> list[list[float]]:
    """|f(a) - f(b)|^2 of all pairs.

    Source: course 4.4, 4.5.
    """
    from lenslet.tasks.face.metrics import squared

    first, second = np.indices((len(rows), len(rows))).reshape(2, -1)
    found = squared(rows[first], rows[second]).reshape(len(rows), len(rows))
    return [[float(d) for d in row] for row in found]


def three(asked: Triplet, rows: Float[np.ndarray, "3 d"]) -> dict[str, Any]:
    """The loss of one triplet, and what the binary head would say before it has learned anything.

    Source: course 4.6, 4.7.
    """
    import torch

    from lenslet.tasks.face.binary import BinaryHead
    from lenslet.tasks.face.triplet import triplet

    a, p, n = (torch.from_numpy(row)[None].float() for row in rows)
    distances = apart(rows)
    with torch.no_grad():
        head = BinaryHead(rows.shape[1])
        same = [float(head.said(a, other)) for other in (p, n)]
    near, far = distances[0][1], distances[0][2]
    kind = "easy" if far >= near + asked.alpha else "semi-hard" if far > near else "hard"
    return {
        "near": near,
        "far": far,
        "loss": float(triplet(a, p, n, alpha=asked.alpha)),
        "kind": kind,
        "same": same,
        "weight": head.weight[0].item(),
        "bias": head.bias.item(),
        "mean": [float(np.abs(rows[0] - rows[i]).mean()) for i in (1, 2)],
        "encodings": [_strip(row) for row in rows],
        "dimensions": int(rows.shape[1]),
    }


def _strip(row: Float[np.ndarray, " d"]) -> str:
    """An encoding as a strip of colours: orange above 0, blue below."""
    from lenslet import draw

    columns = 32
    table = np.zeros(-(-len(row) // columns) * columns)
    table[: len(row)] = row * np.sqrt(len(row)) / 2
    return png(draw.diverging(table.reshape(-1, columns)))


def digit(number: int) -> UInt8[np.ndarray, "s s 3"]:
    """One of scikit-learn's digits as black ink on white, enlarged from 8 x 8.

    Raises:
        CallError: there are not so many.
    """
    from lenslet.image import resize

    images = _digits()
    if not 0 <= number < len(images):
        raise CallError(f"there is no digit {number}; there are {len(images)}")
    ink = np.pad(np.rint(images[number] * (255 / 16)).astype(np.uint8), 1)
    dark = np.clip((resize(ink, (_SIDE, _SIDE)) / 255 - 0.3) / 0.3, 0, 1)
    return np.repeat((255 * (1 - dark)).astype(np.uint8)[..., None], 3, axis=2)


@lru_cache(maxsize=1)
def _digits() -> np.ndarray:
    from sklearn.datasets import load_digits

    return np.asarray(load_digits().images)


def picture_of(project: "Project", source: str) -> UInt8[np.ndarray, "h w 3"]:
    """The picture that a page means.

    Raises:
        CallError: none of that name.
        ImageError: what was sent is no picture.
    """
    from lenslet.image import open_image, resize

    if source.startswith(DIGIT):
        return digit(int(source.removeprefix(DIGIT)) if source.removeprefix(DIGIT).isdecimal() else -1)
    if source.startswith(DRAWN):
        try:
            sent = base64.b64decode(source.removeprefix(DRAWN), validate=True)
        except (ValueError, binascii.Error):
            raise CallError("what was drawn did not arrive whole; draw it again") from None
        return resize(open_image(sent), (_SIDE, _SIDE))
    return photo(project, source, 256)


def routes(router: "APIRouter", project: "Project") -> None:
    """What the pages ask."""
    from fastapi import Response

    @router.get("/learn/digit/{number}")
    def one(number: int) -> Response:
        import io

        from PIL import Image

        held = io.BytesIO()
        Image.fromarray(digit(number)).save(held, "PNG")
        return Response(held.getvalue(), media_type="image/png", headers={"Cache-Control": "private, max-age=3600"})

    @router.post("/learn/distances")
    def distances(asked: Many) -> dict[str, Any]:
        return {"distances": apart(encoded([picture_of(project, one) for one in asked.pictures]))}

    @router.post("/learn/triplet")
    def triplet(asked: Triplet) -> dict[str, Any]:
        pictures = [picture_of(project, one) for one in (asked.anchor, asked.positive, asked.negative)]
        return three(asked, encoded(pictures))
