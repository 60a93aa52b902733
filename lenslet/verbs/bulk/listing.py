"""The files that a call names, sorted and each once, however many: runs on the disk, merged, never all in memory."""

import hashlib
import heapq
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

from lenslet.errors import CallError

END = b"\0"  # the only byte that no path can hold
RUN = 200_000  # paths that are sorted in memory at a time, some 40 MB


def write_list(path: Path, places: Iterable[str | Path]) -> tuple[int, str]:
    """Write the list of all pictures in `places`: absolute paths in the order of their bytes, each ended by NUL.

    Args:
        path: the file to write to.
        places: files, folders, patterns, `@lists`.

    Returns:
        How many files there are, and the SHA-256 of the list.

    Raises:
        CallError: one of the places names nothing.
    """
    from lenslet.image.finding import each_image

    names = (_absolute(image) for place in places for image in each_image(place))
    files, digest = 0, hashlib.sha256()
    with path.open("wb") as stream, ExitStack() as spills:
        for name in _sorted_once(names, path.parent, spills):
            stream.write(name + END)
            digest.update(name + END)
            files += 1
    if not files:
        raise CallError("no pictures are given; name files, folders, patterns or @lists")
    return files, digest.hexdigest()


def read_list(path: Path) -> Iterator[bytes]:
    """The paths of a list, one by one."""
    from lenslet.image.finding import records

    with path.open("rb") as stream:
        yield from records(stream, END)


def _absolute(path: Path) -> bytes:
    """The path by which any process finds the file: the same for `a.jpg`, `./a.jpg` and `b/../a.jpg`."""
    if ".." in path.parts:  # where b is a link, only the system knows what b/.. is
        path = path.parent.resolve() / path.name
    return os.fsencode(path.absolute())


def _sorted_once(names: Iterator[bytes], folder: Path, spills: ExitStack) -> Iterator[bytes]:
    from lenslet.image.finding import records

    runs: list[Iterator[bytes]] = []
    while run := list(islice(names, RUN)):
        run.sort()
        # a file without a name: it is gone with its process, however that ends
        spill = spills.enter_context(tempfile.TemporaryFile(dir=folder))  # noqa: SIM115 - the stack is its context
        spill.write(END.join(run) + END)
        spill.seek(0)
        runs.append(records(spill, END))
    last = b""
    for name in heapq.merge(*runs):
        if name != last:
            yield name
        last = name
