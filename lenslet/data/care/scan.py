"""One look at every file: read once, hashed, decoded small, described. A bad file is a sentence and stops nothing."""

import hashlib
import os
import stat
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float16, Float32, UInt8

from lenslet.data.care.alike import Prints
from lenslet.data.care.looks import LENGTH, Describer, looks
from lenslet.data.care.prints import COLOURS, SIDE, print_of
from lenslet.data.split import content_key
from lenslet.errors import ImageError
from lenslet.image import image_header, open_image, resize

_CHUNK = 256  # files under way at once: what is decoded and not yet described stays bounded
_LARGEST = 1 << 30  # bytes: no picture that can be opened here is larger, and a film under a wrong name is not read
_VIEW = 192  # pixels, a whole multiple of a print's side
_FLAT, _NOISE = 2.0, 8 / 255  # a photo of a lens cap has some noise: levels of 255, and of 1
_EMPTY_TAIL = 64  # zero bytes at the end of a JPEG that has lost its end


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of a file that is a picture.

    Args:
        content: of its bytes: SHA-256.
        key: `content_key` of its bytes, which a split goes by.
        pixels: hash of its decoded pixels and their size.
        size: bytes.
        kind: see `image_header`.
        height, width: pixels, upright.
        grey: it has no colour.
        spread: standard deviation of its brightness, levels, when it is small.
        mean, square: of each channel and of its square, 0 to 1.
        lost: bytes at its end that are nothing but zeros, where a JPEG should end otherwise.
    """

    content: bytes
    key: int
    pixels: bytes
    size: int
    kind: str
    height: int
    width: int
    grey: bool
    spread: float
    mean: tuple[float, float, float]
    square: tuple[float, float, float]
    lost: int = 0

    @property
    def blank(self) -> bool:
        """Whether it is of one colour: flat when it is small, and no more than noisy when it is large."""
        noise = max(square - mean * mean for square, mean in zip(self.square, self.mean, strict=True))
        return self.spread < _FLAT and noise < _NOISE**2


@dataclass(frozen=True, slots=True)
class Broken:
    """A file that is no readable picture, and why, in one sentence; `size` in bytes."""

    why: str
    size: int


@dataclass(frozen=True)
class Scan:
    """All files of a data set, looked at once.

    Args:
        files: of each path asked for, in that order.
        rows: of each path, its row in what follows; -1 where it is broken.
        prints: small copies of the readable ones.
        looks: edges and colours of the readable ones; empty where they were not asked for.
        features: what a describer said of the readable ones, None where there was none.
    """

    files: tuple[Look | Broken, ...]
    rows: tuple[int, ...]
    prints: Prints
    looks: Float16[np.ndarray, "_ d"]
    features: Float32[np.ndarray, "_ f"] | None = None

    @property
    def readable(self) -> list[int]:
        """Numbers of the paths that are pictures: the row of each is its place in this list."""
        return [i for i, row in enumerate(self.rows) if row >= 0]

    def look(self, i: int) -> Look:
        """What is known of the i-th path, which is readable."""
        found = self.files[i]
        assert isinstance(found, Look)
        return found


def scan(
    paths: Sequence[Path],
    *,
    describe: bool = True,
    describer: Describer | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Scan:
    """Look at every file once; some 4 KB a picture are kept, and the features.

    Args:
        paths: the files; only regular ones are opened.
        describe: take edges and colours, too.
        describer: gives features in addition.
        progress: called with (done, of) files.
    """
    at_least = (SIDE, SIDE) if describer is None else tuple(max(SIDE, side) for side in describer.at_least)
    gathered = _Gathered(len(paths), describe)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for start in range(0, len(paths), _CHUNK):
            part = paths[start : start + _CHUNK]
            views = list(pool.map(lambda path: _view(path, at_least, describe, describer), part))
            gathered.take(views, describer)
            if progress is not None:
                progress(start + len(part), len(paths))
    return gathered.whole()


@dataclass(frozen=True)
class _View:
    """A file and what is taken of its pixels."""

    file: Look | Broken
    grey: np.ndarray | None = None
    colours: np.ndarray | None = None
    looks: np.ndarray | None = None
    prepared: np.ndarray | None = None


class _Gathered:
    """Chunks on their way to arrays, which are as long as there are files; the system gives what is written only."""

    def __init__(self, count: int, describe: bool) -> None:
        self.files: list[Look | Broken] = []
        self.grey = np.empty((count, SIDE, SIDE), np.uint8)
        self.colours = np.empty((count, *COLOURS), np.uint8)
        self.looks = np.empty((count if describe else 0, LENGTH), np.float16)
        self.features: np.ndarray | None = None
        self.filled = 0

    def take(self, views: Sequence[_View], describer: Describer | None) -> None:
        """Keep what is small of a chunk; the prepared pictures go through the describer and are dropped."""
        self.files += [view.file for view in views]
        good = [view for view in views if view.grey is not None]
        for row, view in enumerate(good, start=self.filled):
            assert view.grey is not None
            assert view.colours is not None
            self.grey[row], self.colours[row] = view.grey, view.colours
            if view.looks is not None:
                self.looks[row] = view.looks
        if describer is not None and good:
            found = describer.describe(np.stack([view.prepared for view in good]))  # type: ignore[misc]
            if self.features is None:
                self.features = np.empty((len(self.grey), found.shape[1]), np.float32)
            self.features[self.filled : self.filled + len(good)] = found
        self.filled += len(good)

    def whole(self) -> Scan:
        """Everything together."""
        end = self.filled
        good = [file for file in self.files if isinstance(file, Look)]
        count = iter(range(len(good)))
        sides = np.array([min(file.height, file.width) for file in good], np.int64)
        return Scan(
            tuple(self.files),
            tuple(next(count) if isinstance(file, Look) else -1 for file in self.files),
            Prints(self.grey[:end], self.colours[:end], sides),
            self.looks[:end],
            None if self.features is None else self.features[:end],
        )


def _view(path: Path, at_least: tuple[int, ...], describe: bool, describer: Describer | None) -> _View:
    """Read, hash and decode one file."""
    size = 0
    try:
        facts = path.stat()
        size = facts.st_size
        if stat.S_ISREG(facts.st_mode) and size > _LARGEST:
            return _View(Broken(f"{path} has {size / 1e9:.1f} GB, more than any picture; remove it", size))
        content = path.read_bytes() if stat.S_ISREG(facts.st_mode) else b""
        header = image_header(content)
        picture = open_image(content, at_least=(at_least[0], at_least[1]))
    except (OSError, ValueError):  # ImageError is one
        return _View(Broken(_why(path), size))
    # of a large picture the print and the looks are taken from a smaller one: twice from all its pixels would be slow
    view = resize(picture, (_VIEW, _VIEW)) if min(picture.shape[:2]) > 2 * _VIEW else picture
    small = print_of(view)
    step = max(1, max(picture.shape[:2]) // 64)
    pixels = picture[::step, ::step].astype(np.float32) / 255
    file = Look(
        content=hashlib.sha256(content).digest(),
        key=content_key(content),
        pixels=_hash(picture, header.height, header.width),
        size=size,
        kind=header.kind,
        height=header.height,
        width=header.width,
        grey=bool(np.abs(small.colours.astype(np.int16) - 128).max() <= 2),
        spread=float(small.grey.std()),
        mean=_three(pixels.mean((0, 1), dtype=np.float64)),
        square=_three((pixels * pixels).mean((0, 1), dtype=np.float64)),
        lost=_lost(content) if header.kind in ("JPEG", "MPO") else 0,
    )
    return _View(
        file,
        small.grey,
        small.colours,
        looks(view) if describe else None,
        describer.prepare(picture) if describer is not None else None,
    )


def _why(path: Path) -> str:
    """What is wrong with a file, in a sentence that names it: the bytes alone did not know what they are called."""
    try:
        open_image(path)
    except ImageError as error:
        return str(error)
    return f"{path} changed while it was read"


def _lost(content: bytes) -> int:
    """Zero bytes at the end of a JPEG that does not end as a JPEG does before them: a copy that was broken off."""
    kept = content.rstrip(b"\0")
    lost = len(content) - len(kept)
    return lost if lost >= _EMPTY_TAIL and not kept.endswith(b"\xff\xd9") else 0


def _hash(picture: UInt8[np.ndarray, "h w 3"], height: int, width: int) -> bytes:
    """Of the pixels as decoded, and the size: equal for copies that differ in what stands beside the pixels."""
    digest = hashlib.blake2b(f"{height} {width} {picture.shape}".encode(), digest_size=16)
    digest.update(np.ascontiguousarray(picture).data)
    return digest.digest()


def _three(values: np.ndarray) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
