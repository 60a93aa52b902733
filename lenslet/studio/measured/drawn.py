"""A picture with what a model said of it: right answers thin and green, mistakes broad, missed things dashed."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from lenslet.results import Answer
from lenslet.studio.pictures import jpeg

__all__ = ["drawn"]

_SIDE = 420  # pixels
_GREEN, _ORANGE, _RED = 2, 0, 6
_TAGS = 12


def drawn(path: Path, answers: Sequence[Answer]) -> bytes:
    """A JPEG of the picture with the boxes of its answers.

    Raises:
        ImageError: it cannot be opened.
    """
    boxed = tuple(one for one in sorted(answers, key=lambda one: one.cost) if one.box is not None)
    return _drawn(path, path.stat().st_mtime_ns, boxed)


@lru_cache(maxsize=400)
def _drawn(path: Path, _: int, answers: tuple[Answer, ...]) -> bytes:
    import numpy as np

    from lenslet import draw
    from lenslet.image import open_image, resize

    picture = open_image(path)
    scale = _SIDE / max(picture.shape[:2])
    picture = resize(picture, (max(1, round(picture.shape[0] * scale)), max(1, round(picture.shape[1] * scale))))
    wrong = [bool(one.kind) for one in answers]
    told = set([i for i, bad in enumerate(wrong) if bad][-_TAGS:])
    if answers:
        picture = draw.boxes(
            picture,
            np.array([one.box for one in answers], np.float64) * scale,
            [f"{one.said} {one.score:.0%}" if one.said and i in told else "" for i, one in enumerate(answers)],
            kinds=[_GREEN if not one.kind else _ORANGE if one.said else _RED for one in answers],
            dashed=[bool(one.kind) and not one.said for one in answers],
            thin=[not bad for bad in wrong],
        )
    return jpeg(picture, longest=_SIDE, quality=85)
