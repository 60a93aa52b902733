"""Locks between processes that end with their holder, however it ends.

A lock belongs to an open file. A memory map keeps its file open, so a lock taken before mapping lasts exactly as long
as the map: nobody has to let go of it, and kill -9 lets go of it, too.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

if sys.platform != "win32":
    import fcntl


def share(file: IO[bytes]) -> None:
    """Say that this file is in use; many may say so at once. Waits for one who has it alone.

    Where there are no such locks (Windows, some network drives) nothing happens: Windows deletes no open file anyway,
    and elsewhere a map of a deleted file goes on to be valid.
    """
    if sys.platform != "win32":
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_SH)


def unused(file: IO[bytes]) -> bool:
    """Whether nobody else says that this file is in use; if so, it is ours alone until it is closed."""
    if sys.platform != "win32":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
    return True


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Run the block while no other process runs a block of the same `path`; without locks it just runs.

    Raises:
        OSError: the file cannot be made.
    """
    with path.open("ab") as file:
        if sys.platform != "win32":
            with suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_EX)
        yield
