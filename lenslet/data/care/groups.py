"""Which files show one picture: equal bytes, equal pixels, and what looks the same when laid on each other."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int
from threadpoolctl import threadpool_limits

from lenslet.data.care.alike import Prints, candidates, copies
from lenslet.data.care.prints import mirrored, waves
from lenslet.data.care.scan import Scan


@dataclass(frozen=True)
class Group:
    """Files that show one picture.

    Args:
        members: numbers of the paths, in rising order.
        how: "bytes" where all files are equal, "pixels" where the decoded pictures are, else "near".
        mirrored: some were found by their mirror image only.
    """

    members: tuple[int, ...]
    how: str
    mirrored: bool = False


def groups(scan: Scan, *, near: bool = True, progress: Callable[[float], None] | None = None) -> tuple[Group, ...]:
    """Groups of two and more files that show one picture, by their first member.

    A chain counts as one group: of three pictures of a burst the first and the last may differ.

    Args:
        scan: of all files.
        near: also look for near copies.
        progress: called with the share of the work that is done.
    """
    union = _Union(len(scan.files))
    first: dict[bytes, int] = {}
    readable = scan.readable
    for i in readable:  # equal files have equal pixels
        union.join(first.setdefault(scan.look(i).pixels, i), i)
    flipped: set[int] = set()
    if near:
        # of equal pictures one stands for all; a blank one is like any other blank one, which says nothing
        alone = [i for i in readable if union.root(i) == i and scan.look(i).spread > 0]
        for i, j, turned in _near(scan, alone, progress or _silent):
            union.join(i, j)
            if turned:
                flipped |= {i, j}
    found = []
    for members in union.sets():
        turned = any(i in flipped for i in members)
        found.append(Group(members, _how(scan, members), turned))
    return tuple(found)


def _near(scan: Scan, alone: list[int], progress: Callable[[float], None]) -> list[tuple[int, int, bool]]:
    """Pairs of near copies among the given paths, and whether the second had to be mirrored."""
    rows = np.array([scan.rows[i] for i in alone], np.int64)
    prints = Prints(scan.prints.grey[rows], scan.prints.colours[rows], scan.prints.sides[rows])
    directions = waves(prints.grey)
    found = []
    # thousands of small products: threads of our own share them out, those of BLAS would wait for each other
    with threadpool_limits(limits=1, user_api="blas"):
        for turn, others in enumerate((directions, mirrored(directions))):
            begin = turn / 2
            pairs = candidates(directions, others, progress=lambda done, of: progress(begin + done / of / 4))  # noqa: B023
            count = max(len(pairs), 1)
            done = copies(prints, pairs, mirror=turn == 1, done=lambda n: progress(begin + 0.25 + n / count / 4))  # noqa: B023
            found += [(alone[i], alone[j], turn == 1) for i, j in done]
    # a picture that is its own mirror image is found both ways
    straight = {(i, j) for i, j, turned in found if not turned}
    return [(i, j, turned) for i, j, turned in found if not turned or (i, j) not in straight]


def _silent(share: float) -> None:
    """Nobody wants to know."""


def _how(scan: Scan, members: tuple[int, ...]) -> str:
    if len({scan.look(i).content for i in members}) == 1:
        return "bytes"
    return "pixels" if len({scan.look(i).pixels for i in members}) == 1 else "near"


class _Union:
    """Sets that grow together (union-find); the smallest number stands for its set."""

    def __init__(self, count: int) -> None:
        self.parent: Int[np.ndarray, " n"] = np.arange(count)

    def root(self, i: int) -> int:
        while self.parent[i] != i:
            self.parent[i] = self.parent[self.parent[i]]
            i = int(self.parent[i])
        return i

    def join(self, i: int, j: int) -> None:
        low, high = sorted((self.root(i), self.root(j)))
        self.parent[high] = low

    def sets(self) -> list[tuple[int, ...]]:
        """Those of two and more, by their smallest number."""
        gathered: dict[int, list[int]] = {}
        for i in range(len(self.parent)):
            gathered.setdefault(self.root(i), []).append(i)
        return [tuple(members) for _, members in sorted(gathered.items()) if len(members) > 1]
