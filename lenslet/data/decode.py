"""Decoding, once: files -> one uint8 array at training size, kept as a memory-mapped file between runs."""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8, UInt64

from lenslet.data.samples import Skipped
from lenslet.data.split import content_key
from lenslet.errors import DataError, ImageError
from lenslet.files import cache_folder, whole_folder
from lenslet.image import Preprocess, open_image

_VERSION = 1  # of the layout below and of the decoding rules: a change of either must not meet an old cache


@dataclass(frozen=True)
class Pictures:
    """Decoded pictures. `rows[i]` is the row of the i-th path asked for, or -1 where that file was skipped."""

    pixels: UInt8[np.ndarray, "n h w c"]
    keys: UInt64[np.ndarray, " n"]
    rows: tuple[int, ...]
    skipped: tuple[Skipped, ...]


def decode(
    paths: Sequence[Path],
    preprocess: Preprocess,
    *,
    progress: Callable[[int, int], None] | None = None,
    too_many: float = 0.5,
) -> Pictures:
    """Decode `paths` at the size of `preprocess`, or open what an earlier run has decoded.

    A file that cannot be read is skipped and listed; the cache is keyed by every file's path, size and time of change
    and by the preprocessing, and is written whole or not at all, so two processes may decode the same folder.

    Args:
        paths: the files.
        preprocess: size, resize rule and channels (mean and standard deviation do not matter here).
        progress: called with (done, of) pictures, often.
        too_many: the share of unreadable files at which the folder is refused.

    Raises:
        DataError: more than `too_many` of the files cannot be read.
    """
    place = cache_folder() / "pictures" / _key(paths, preprocess)
    if not (place / "index.json").exists():
        try:
            with whole_folder(place) as temporary:
                _decode_into(temporary, paths, preprocess, progress)
        except OSError as error:
            raise DataError(
                f"{place}: the decoded pictures could not be written ({error.strerror or error}); "
                "free some space, or point LENSLET_CACHE at a folder with more"
            ) from error
    index = json.loads((place / "index.json").read_text(encoding="utf-8"))
    skipped = tuple(Skipped(paths[i], why) for i, why in index["skipped"])
    if paths and len(skipped) > too_many * len(paths):
        first = skipped[0]
        raise DataError(
            f"{len(skipped)} of {len(paths)} pictures cannot be read, too many to train on; the first: {first.why}"
        )
    gone = {i for i, _ in index["skipped"]}
    kept = iter(range(len(paths) - len(gone)))
    rows = tuple(-1 if i in gone else next(kept) for i in range(len(paths)))
    keys = np.load(place / "keys.npy")
    pixels = np.load(place / "pixels.npy", mmap_mode="r")[: len(keys)]
    return Pictures(pixels, keys, rows, skipped)


def _decode_into(
    folder: Path, paths: Sequence[Path], preprocess: Preprocess, progress: Callable[[int, int], None] | None
) -> None:
    """Fill a cache folder: pixels.npy, keys.npy and index.json."""
    height, width = preprocess.size
    shape = (len(paths), height, width, preprocess.channels)
    # np.memmap cannot be empty; an empty folder is refused by the readers, and all-broken ones by `too_many`
    pixels = np.lib.format.open_memmap(
        folder / "pixels.npy", mode="w+", dtype=np.uint8, shape=(max(shape[0], 1), *shape[1:])
    )
    keys = np.zeros(len(paths), np.uint64)
    skipped: list[tuple[int, str]] = []

    def one(i: int) -> tuple[int, int, UInt8[np.ndarray, "h w c"] | str]:
        try:
            content = paths[i].read_bytes()
        except OSError as error:
            return i, 0, f"{paths[i]}: cannot be read ({error.strerror})"
        try:
            picture = open_image(content, at_least=preprocess.size)
        except ImageError:
            return i, 0, _why(paths[i])
        return i, content_key(content), preprocess.apply(picture)[0]

    # Pillow and the hashes leave the interpreter lock, so threads are enough, and cheaper than processes to start.
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for done, (i, key, result) in enumerate(pool.map(one, range(len(paths))), start=1):
            if isinstance(result, str):
                skipped.append((i, result))
            else:
                pixels[i - len(skipped)] = result  # results come in order, so rows close up over skipped files
                keys[i - len(skipped)] = key
            if progress is not None:
                progress(done, len(paths))
    count = len(paths) - len(skipped)
    pixels.flush()
    np.save(folder / "keys.npy", keys[:count])
    (folder / "index.json").write_text(json.dumps({"skipped": skipped}), encoding="utf-8")


def _why(path: Path) -> str:
    """What is wrong with a file, in a sentence that names it: the bytes alone did not know what they are called."""
    try:
        open_image(path)
    except ImageError as error:
        return str(error)
    return f"{path} changed while it was read"


def _key(paths: Sequence[Path], preprocess: Preprocess) -> str:
    """A name for these files, as they are now, at this size."""
    digest = hashlib.sha256(
        json.dumps(
            [_VERSION, preprocess.size, preprocess.resize, preprocess.channels, preprocess.fill, preprocess.keep]
        ).encode()
    )
    for path in paths:
        try:
            stat = path.stat()
            line = f"{path.resolve()}\0{stat.st_size}\0{stat.st_mtime_ns}\n"
        except OSError:
            line = f"{path}\0gone\n"
        digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:32]
