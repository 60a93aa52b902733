"""A split that depends on nothing but what is in the files.

Which part a picture belongs to is a function of its own bytes: adding, removing or renaming other files moves nobody,
and two copies of a picture never stand on both sides.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from jaxtyping import Bool, Int, UInt64

T = TypeVar("T")


def content_key(content: bytes) -> int:
    """64 bits that stand for a file's content (the head of its SHA-256)."""
    return int.from_bytes(hashlib.sha256(content).digest()[:8], "big")


def mark_of(keys: UInt64[np.ndarray, " n"]) -> str:
    """For a card: 32 hexadecimal digits that stand for a data set, whatever its files are called and in what order."""
    return hashlib.sha256(np.sort(keys).tobytes()).hexdigest()[:32]


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


def seen_keys(before: str, keys: UInt64[np.ndarray, " n"]) -> str:
    """For a card: what its start had learned from (see `unseen`), and what is learned from now; each picture once."""
    now = [f"{int(key) >> 32:08x}" for key in keys]
    return "".join(dict.fromkeys([*(before[i : i + 8] for i in range(0, len(before), 8)), *now]))


def without_seen(
    chosen: Sequence[T], paths: Sequence[Path], seen: str, *, include_seen: bool, called: str = "pictures"
) -> tuple[list[T], list[str]]:
    """What to measure a model on, and what a reader of the numbers must know: a model is good at what it has seen.

    Args:
        chosen: everything that there is.
        paths: of the picture of each.
        seen: of the model's card.
        include_seen: measure on what it was trained on, too.
        called: what they are, in the plural.
    """
    new = unseen(paths, seen)
    known = len(new) - sum(new)
    if known and known == len(new):
        return list(chosen), [
            f"all {known} {called} were trained on: these numbers say how well it remembers, not how good it is"
        ]
    if known and include_seen:
        return list(chosen), [f"{known} of the {len(new)} {called} were trained on, which flatters these numbers"]
    kept = [one for one, is_new in zip(chosen, new, strict=True) if is_new]
    return kept, [f"{known} {called} that it was trained on are left out"] if known else []


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
