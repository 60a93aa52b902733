"""stats: what is in a data set, from the headers of all files and the pixels of some."""

import os
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from lenslet.data.care.scan import Look, scan
from lenslet.data.care.survey import Watch
from lenslet.data.samples import PART_SPOKEN, Parts
from lenslet.errors import DataError, ImageError
from lenslet.image import Header, image_header
from lenslet.results.data_stats import DataStats
from lenslet.results.spread import Spread

_OPENED = 2000  # pictures whose pixels are looked at: mean and spread of more differ in the third digit
_CHUNK = 1024


def stats(parts: Parts, *, watch: Watch | None = None) -> DataStats:
    """Count what is in a data set: pictures, sizes, colours, formats.

    Args:
        parts: the data set.
        watch: told what is being done, and which share of it is done.

    Raises:
        DataError: none of the pictures can be read.
    """
    samples = [sample for part in parts.named.values() for sample in part]
    headers, size = _headers([sample.path for sample in samples], watch)
    good = [i for i, header in enumerate(headers) if header is not None]
    chosen = good[:: max(1, len(good) // _OPENED)][:_OPENED]
    tell = None if watch is None else (lambda done, of: watch("looking at their colours", done / of))
    opened = scan([samples[i].path for i in chosen], describe=False, progress=tell)
    looks = [file for file in opened.files if isinstance(file, Look)]
    if not looks:
        raise DataError(f"{parts.root}: none of the {len(samples)} pictures can be read; see `lenslet data check`")
    known = [header for header in headers if header is not None]
    sizes = np.array([(header.width, header.height) for header in known])
    mean = np.mean([look.mean for look in looks], axis=0)
    square = np.mean([look.square for look in looks], axis=0)
    std = np.sqrt(np.maximum(square - mean**2, 0))
    classes: dict[str, dict[str, int]] = {
        label: {PART_SPOKEN[name]: 0 for name in parts.named} for label in parts.labels
    }
    for name, part in parts.named.items():
        for sample in part:
            classes[parts.labels[sample.label]][PART_SPOKEN[name]] += 1
    return DataStats(
        data=str(parts.root),
        classes=classes,
        readable=len(known),
        bytes=size,
        kinds=dict(Counter(header.kind for header in known).most_common()),
        width=Spread.of(sizes[:, 0]),
        height=Spread.of(sizes[:, 1]),
        aspect=Spread.of(np.round(sizes[:, 0] / sizes[:, 1], 4)),
        mean=_rounded(mean),
        std=_rounded(std),
        grey=round(sum(look.grey for look in looks) / len(looks), 4),
        opened=len(looks),
        notes=parts.notes,
        sizes=sizes,
    )


def _headers(paths: Sequence[Path], watch: Watch | None) -> tuple[list[Header | None], int]:
    """The header of each file, None where there is none that can be read; and the bytes of all."""
    found: list[Header | None] = []
    size = 0
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for start in range(0, len(paths), _CHUNK):
            for header, length in pool.map(_header, paths[start : start + _CHUNK]):
                found.append(header)
                size += length
            if watch is not None:
                watch("reading the headers", len(found) / len(paths))
    return found, size


def _header(path: Path) -> tuple[Header | None, int]:
    try:
        length = path.stat().st_size
    except OSError:
        return None, 0
    try:
        return image_header(path), length
    except ImageError:
        return None, length


def _rounded(values: np.ndarray) -> tuple[float, float, float]:
    red, green, blue = (round(float(value), 4) for value in values)
    return red, green, blue
