"""A face finder from elsewhere: boxes, and the five points of each face."""

import hashlib
from dataclasses import asdict
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8

from lenslet.errors import CardError
from lenslet.image import Picture, open_image, resize
from lenslet.results import Detections
from lenslet.runtime.card import OnnxCard, read_card
from lenslet.runtime.session import Session, prepared

__all__ = ["OnnxFinder"]

NAMES = ("face",)
_STRIDES = (8, 16, 32)

Faces = tuple[Float[np.ndarray, "n 4"], Float[np.ndarray, " n"], Float[np.ndarray, "n 5 2"]]


class OnnxFinder:
    """Finds faces by an ONNX file; called as a `Detector` is.

    Args:
        path: an .onnx file, with its card beside it.
        card: instead of the one beside it.
        threads: see `Session`.

    Raises:
        CardError: the card is missing or of no finder, or the net has other outputs than its `decode` means.
    """

    def __init__(self, path: str | Path, card: OnnxCard | None = None, *, threads: int = 0) -> None:
        self.card = card or read_card(Path(path))
        if self.card.kind != "finder":
            raise CardError(f"{path}: its card says {self.card.kind}, and a finder is needed")
        self._session = Session(path, threads=threads)
        missing = [name for name in _outputs() if name not in self._session.outputs]
        if missing:
            raise CardError(f"{path} has no output {', '.join(missing[:3])}: it is not decoded as {self.card.decode}")
        self.labels = NAMES

    @property
    def name(self) -> str:
        """For people."""
        return self.card.name or self._session.path.stem

    @property
    def fingerprint(self) -> str:
        """Of the weights and the card."""
        said = {name: value for name, value in asdict(self.card).items() if name not in ("name", "licence")}
        return hashlib.sha256(repr((self._session.sha256, sorted(said.items()))).encode()).hexdigest()

    def __call__(self, picture: Picture, *, at_least: int | float | None = None) -> Detections:
        """The faces on a picture.

        Args:
            picture: a path, bytes, an array (h, w, 3) of uint8, or a Pillow image.
            at_least: lowest score of a face; None: the card's.

        Raises:
            ImageError: it cannot be opened.
        """
        return self.find(picture, at_least=at_least)[0]

    def find(
        self, picture: Picture, *, at_least: int | float | None = None
    ) -> tuple[Detections, Float[np.ndarray, "n 5 2"]]:
        """The faces on a picture, best first, and of each the eyes, the tip of the nose and the corners of the mouth.

        Args:
            picture: see above.
            at_least: see above.

        Returns:
            Faces; and their points x y in pixels of the picture, the left in the picture first.
        """
        opened = open_image(picture)
        kept = Path(picture) if isinstance(picture, str | Path) else opened
        least = self.card.score if at_least is None else at_least
        canvas, scale = _fitted(opened, self.card.size)
        maps = self._session.run(prepared(canvas[None], self.card))
        boxes, scores, points = yunet(maps, canvas.shape[:2])
        sure = np.flatnonzero(scores >= least)
        sure = sure[np.argsort(-scores[sure], kind="stable")]
        sure = sure[suppressed(boxes[sure], self.card.overlap)]
        high, wide = opened.shape[:2]
        found = np.clip(boxes[sure] / np.tile(scale[::-1], 2), 0, np.array([wide, high, wide, high], np.float64))
        real = (found[:, 2:] > found[:, :2]).all(1)
        places = points[sure][real] / scale[::-1]
        labels = np.zeros(int(real.sum()), np.int64)
        return Detections(found[real], scores[sure][real].clip(0, 1), labels, NAMES, kept, (high, wide)), places


def yunet(maps: dict[str, np.ndarray], size: tuple[int, int]) -> Faces:
    """Every cell's face: corners, score, five points, in pixels of the input.

    Args:
        maps: cls, obj, bbox and kps of the strides 8, 16 and 32, a row a cell.
        size: (height, width) of the input, pixels.

    Source: Wu, Peng, Yu 2023 (YuNet), as OpenCV's FaceDetectorYN decodes it.
    """
    boxes, scores, points = [], [], []
    for stride in _STRIDES:
        high, wide = size[0] // stride, size[1] // stride
        row, column = np.divmod(np.arange(high * wide), wide)
        corner = np.stack([column, row], 1) * float(stride)
        kind, thing, box, five = (
            maps[f"{part}_{stride}"][0].astype(np.float64) for part in ("cls", "obj", "bbox", "kps")
        )
        scores.append(np.sqrt(kind[:, 0].clip(0, 1) * thing[:, 0].clip(0, 1)))
        centre, half = corner + box[:, :2] * stride, np.exp(box[:, 2:].clip(-20, 20)) * stride / 2
        boxes.append(np.concatenate([centre - half, centre + half], 1))
        points.append(corner[:, None] + five.reshape(-1, 5, 2) * stride)
    return np.concatenate(boxes), np.concatenate(scores), np.concatenate(points)


def suppressed(boxes: Float[np.ndarray, "n 4"], overlap: int | float) -> list[int]:
    """Of boxes, best first, the numbers of those that no better one which is kept overlaps.

    `boxes.nms` does it for tensors; here torch may not be there, and faces are few.

    Source: course item 3.6.
    """
    kept: list[int] = []
    areas = (boxes[:, 2:] - boxes[:, :2]).clip(0).prod(1)
    for i, box in enumerate(boxes):
        best = boxes[kept]
        both = (np.minimum(best[:, 2:], box[2:]) - np.maximum(best[:, :2], box[:2])).clip(0).prod(1)
        if not (both > overlap * (areas[kept] + areas[i] - both)).any():
            kept.append(i)
    return kept


def _fitted(picture: UInt8[np.ndarray, "h w 3"], most: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """The picture within the largest size, at the upper left of a canvas whose sides are multiples of 32; its scale."""
    high, wide = picture.shape[:2]
    ratio = min(most[0] / high, most[1] / wide, 1.0)
    inner = (max(round(high * ratio), 1), max(round(wide * ratio), 1))
    last = _STRIDES[-1]
    canvas = np.zeros((-(-inner[0] // last) * last, -(-inner[1] // last) * last, 3), np.uint8)
    canvas[: inner[0], : inner[1]] = resize(picture, inner)
    return canvas, np.array([inner[0] / high, inner[1] / wide])


def _outputs() -> list[str]:
    return [f"{part}_{stride}" for part in ("cls", "obj", "bbox", "kps") for stride in _STRIDES]
