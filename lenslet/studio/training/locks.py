"""Who is at work: a lock that ends with the process that holds it, however it ends.

A lock belongs to an open file. The studio opens and locks it and hands the open file to the process that trains, so
there is no moment in which nobody holds it; a number of a process, which the system gives to others later, decides
nothing.
"""

import os
import sys
from pathlib import Path
from typing import IO

LOCK = "worker.lock"


def taken(folder: Path) -> IO[bytes] | None:
    """The lock of a run's folder, for as long as the file is open; None where another process has it.

    Raises:
        OSError: the folder is gone or cannot be written.
    """
    file = (folder / LOCK).open("ab")
    if _lock(file):
        return file
    file.close()
    return None


def is_held(folder: Path) -> bool:
    """Whether a process works on this run."""
    try:
        file = os.open(folder / LOCK, os.O_RDWR)
    except OSError:
        return False
    with os.fdopen(file, "ab") as opened:
        return not _lock(opened, shared=True)  # many may look at once; closing lets go of it again


def at_work(runs: Path) -> list[str]:
    """Names of the runs below a folder that a process works on."""
    return sorted(path.parent.name for path in runs.glob(f"*/{LOCK}") if is_held(path.parent))


def _lock(file: IO[bytes], *, shared: bool = False) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
