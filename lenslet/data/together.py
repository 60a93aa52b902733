"""Which pictures must not be torn apart when some are held out: those of one person, or of one film.

Two frames of a film are nearly one picture. With one to learn from and the other to measure on, the numbers would say
how well a model remembers.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool

from lenslet.data.scenes import Scene

_FOLDERS = 5  # folders from which on they are taken for groups, and not for the way somebody keeps house
_EACH = 2  # pictures that a folder has, usually


def groups_of(scenes: Sequence[Scene]) -> tuple[tuple[str, ...], str]:
    """The group of each picture, and where it comes from, in words; both empty where no groups are known.

    Args:
        scenes: pictures; a table may name their groups, else pictures of one folder belong together where there are at
            least five folders of two pictures and more.
    """
    if any(scene.group for scene in scenes):
        return tuple(scene.group or scene.name for scene in scenes), "as the table says"
    folders = tuple(scene.name.rpartition("/")[0] for scene in scenes)
    _, counts = np.unique(folders, return_counts=True) if folders else ((), np.zeros(0))
    if len(counts) >= _FOLDERS and np.median(counts) >= _EACH:
        return folders, "those of one folder"
    return (), ""


def split_by_group(groups: Sequence[str], *, share: float = 0.15) -> Bool[np.ndarray, " n"]:
    """Which samples are held out for validation: whole groups, by what their names hash to.

    As with `split_by_content`, what is added or removed elsewhere moves nobody; each side has at least one group.

    Args:
        groups: of each sample.
        share: expected share of the groups that are held out, 0 to 1.
    """
    names = sorted(set(groups))
    keys = {name: int.from_bytes(hashlib.sha256(name.encode("utf-8", "replace")).digest()[:8], "big") for name in names}
    order = sorted(names, key=keys.__getitem__)
    held = {name for name in names if keys[name] < share * 2.0**64}
    if len(order) > 1:
        held = held or {order[0]}
        held = held if len(held) < len(order) else held - {order[-1]}
    else:
        held = set()
    return np.array([group in held for group in groups], bool)
