"""Which pictures must not be torn apart when some are held out: those of one person, or of one film.

Two frames of a film are nearly one picture. With one to learn from and the other to measure on, the numbers would say
how well a model remembers.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Int, UInt64

from lenslet.data.samples import Sample
from lenslet.data.scenes import Scene
from lenslet.data.split import split_by_content

_FOLDERS = 5  # folders from which on they are taken for groups, and not for the way somebody keeps house
_EACH = 2  # pictures that a folder has, usually
_TABLE = "as the table says"


@dataclass(frozen=True)
class Groups:
    """Which pictures belong together.

    Args:
        of: the group of each picture, by name; empty where no groups are known.
        whence: where that comes from, in words.
    """

    of: tuple[str, ...] = ()
    whence: str = ""

    def __bool__(self) -> bool:
        return bool(self.of)

    def __len__(self) -> int:
        return len(set(self.of))


def groups_of(scenes: Sequence[Scene]) -> Groups:
    """The groups of pictures with boxes or points.

    Args:
        scenes: pictures; a table may name their groups, else pictures of one folder belong together where there are at
            least five folders of two pictures and more, unless each folder is that of a class.
    """
    if any(scene.group for scene in scenes):
        return Groups(tuple(scene.group or scene.name for scene in scenes), _TABLE)
    folders = tuple(scene.name.rpartition("/")[0] for scene in scenes)
    _, counts = np.unique(folders, return_counts=True) if folders else ((), np.zeros(0))
    if len(counts) >= _FOLDERS and np.median(counts) >= _EACH and not _by_class(scenes, folders):
        return Groups(folders, "those of one folder")
    return Groups()


def groups_of_samples(samples: Sequence[Sample]) -> Groups:
    """The groups of pictures with classes: as a table names them."""
    if any(sample.group for sample in samples):
        return Groups(tuple(sample.group or str(sample.path) for sample in samples), _TABLE)
    return Groups()


def _by_class(scenes: Sequence[Scene], folders: Sequence[str]) -> bool:
    """Whether the folders are those of the classes: several classes, and never two in one folder."""
    pairs = {(folder, int(k)) for scene, folder in zip(scenes, folders, strict=True) for k in scene.truth.labels}
    return len({k for _, k in pairs}) > 1 and len({folder for folder, _ in pairs}) == len(pairs)


def group_key(name: str) -> int:
    """64 bits that stand for a group (the head of the SHA-256 of its name)."""
    return int.from_bytes(hashlib.sha256(name.encode("utf-8", "replace")).digest()[:8], "big")


def split_by_group(
    groups: Sequence[str], labels: Int[np.ndarray, " n"] | None = None, *, share: float = 0.15, least: int = 1
) -> Bool[np.ndarray, " n"]:
    """Which samples are held out: whole groups, by what their names hash to.

    As with `split_by_content`, what is added or removed elsewhere moves nobody; each side has at least one group, and
    a class that would have nothing to learn from keeps one.

    Args:
        groups: of each sample.
        labels: the class of each.
        share: expected share of the groups that are held out, 0 to 1.
        least: groups that are held out at the least, where one more is left to learn from.
    """
    keys = {name: group_key(name) for name in set(groups)}
    order = sorted(keys, key=keys.__getitem__)
    if len(order) < 2:
        return np.zeros(len(groups), bool)
    held = {name for name in order if keys[name] < share * 2.0**64} | set(order[: min(least, len(order) - 1)])
    has: dict[int, set[str]] = {0: set(order)}
    for label, name in () if labels is None else zip(labels.tolist(), groups, strict=True):
        has.setdefault(label + 1, set()).add(name)
    for _, names in sorted(has.items()):
        if names <= held:
            held = held - {max(names, key=keys.__getitem__)}
    return np.array([group in held for group in groups], bool)


def halves(
    readable: Bool[np.ndarray, " n"],
    keys: UInt64[np.ndarray, " m"],
    labels: Int[np.ndarray, " n"],
    *,
    is_valid: Bool[np.ndarray, " n"],
    groups: Groups,
    data: str | Path,
    called: str = "pictures",
) -> tuple[Int[np.ndarray, " l"], Int[np.ndarray, " h"], str]:
    """What to learn from and what to hold out: the validation part where the data has one; else whole groups; else by
    content.

    Args:
        readable: which of all can be opened.
        keys: `content_key` of the readable ones.
        labels: the class of each, so that none is left without a picture to learn from.
        is_valid: which stand in the validation part.
        groups: of all.
        data: where they come from.
        called: what they are, in the plural.

    Returns:
        Numbers of those to learn from, of those held out, and in words where the latter came from.
    """
    index = np.arange(len(readable))
    if is_valid.any():
        how = f"the validation part of {Path(data).name}, by which the best epoch was chosen"
        return index[readable & ~is_valid], index[readable & is_valid], how
    held = np.zeros(len(readable), bool)
    if groups:
        held[readable] = split_by_group([groups.of[i] for i in index[readable]], labels[readable])
        count = len({groups.of[i] for i in index[held]})
        how = f"{count} whole groups of pictures ({groups.whence}) that were held out by their name, never trained on"
    else:
        held[readable] = split_by_content(keys, labels[readable])
        how = "held out by content hash, never trained on"
    if not held.any():
        how = f"the very {called} it learned, because there are too few to hold any out: expect less on new ones"
    return index[readable & ~held], index[readable & held], how
