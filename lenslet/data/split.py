"""A split that depends on nothing but what is in the files.

Which part a picture belongs to is a function of its own bytes: adding, removing or renaming other files moves nobody,
and two copies of a picture never stand on both sides.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Int, UInt64


def content_key(content: bytes) -> int:
    """64 bits that stand for a file's content (the head of its SHA-256)."""
    return int.from_bytes(hashlib.sha256(content).digest()[:8], "big")


def short_key(path: Path) -> str:
    """Eight hexadecimal digits that stand for a file's content on a card; empty where it cannot be read."""
    try:
        return f"{content_key(path.read_bytes()) >> 32:08x}"
    except OSError:
        return ""


def unseen(paths: Sequence[Path], seen: str) -> list[bool]:
    """Which files are not among those that a model was trained on.

    Args:
        paths: of the files.
        seen: the short keys of those, one behind the other, as a card has them.
    """
    known = {seen[i : i + 8] for i in range(0, len(seen), 8)}
    return [not known or short_key(path) not in known for path in paths]


def split_by_content(
    keys: UInt64[np.ndarray, " n"], labels: Int[np.ndarray, " n"], *, share: float = 0.15
) -> Bool[np.ndarray, " n"]:
    """Which samples are held out for validation.

    A sample is held out when its key, read as a fraction of 2^64, is below `share`. Each class keeps at least one
    distinct picture on either side where it has two: the one with the lowest (highest) key is moved there.

    Args:
        keys: `content_key` of each file.
        labels: the class of each, so that none is left without a picture to learn from.
        share: expected share of the held-out part, 0 to 1.

    Returns:
        True where the sample is held out.
    """
    held = keys < np.uint64(int(share * 2.0**64) if share < 1 else 2**64 - 1)
    for label in np.unique(labels):
        mine = labels == label
        distinct = np.unique(keys[mine])
        if len(distinct) < 2:
            held[mine] = False
        elif not held[mine].any():
            held[mine & (keys == distinct[0])] = True
        elif held[mine].all():
            held[mine & (keys == distinct[-1])] = False
    return held
