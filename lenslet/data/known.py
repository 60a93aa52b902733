"""The rows that earlier runs have decoded, to be found by content."""

import numpy as np

from lenslet.data import cache


class Known:
    """An index over some sets.

    Args:
        sets: of one kind, the one used last first.
    """

    def __init__(self, sets: list[cache.Kept]) -> None:
        self.sets = sets
        rows = [kept.rows["content"] for kept in sets]
        self.contents = np.concatenate(rows) if rows else np.empty(0, "V16")
        self.of_set = np.repeat(np.arange(len(sets)), [len(r) for r in rows])
        self.of_row = np.concatenate([np.arange(len(r)) for r in rows]) if rows else np.empty(0, int)
        heads = self.contents.view(">u8").reshape(-1, 2)[:, 0].astype(np.uint64)
        self.order = np.argsort(heads, kind="stable")
        self.heads = heads[self.order]

    def find(self, content: bytes) -> tuple[cache.Kept, int] | None:
        """The set used last that has this content, and the row there."""
        head = np.uint64(int.from_bytes(content[:8], "big"))
        at = int(np.searchsorted(self.heads, head))
        if at == len(self.heads) or self.heads[at] != head:
            return None
        place = self.order[at]
        if self.contents[place].tobytes() != content:  # the same 64 bits by a chance of 1 in 10^9: decode it again
            return None
        return self.sets[self.of_set[place]], int(self.of_row[place])

    def __contains__(self, content: bytes) -> bool:
        return self.find(content) is not None

    def close(self, *, without: set[bytes]) -> None:
        """Let go of all sets, and remove those whose rows are all among these contents: nobody will miss them."""
        folders = [kept.folder for kept in self.sets if without.issuperset(kept.rows["content"].tolist())]
        self.sets.clear()  # closes the maps, as far as nobody else has them
        for folder in folders:
            cache.remove(folder)
