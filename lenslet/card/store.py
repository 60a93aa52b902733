"""The folder where downloaded weights are kept, and the lock that lets one process at a time write a file there."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from lenslet.card.registry import Entry, find
from lenslet.errors import DownloadError
from lenslet.files import cache_folder

__all__ = [
    "find_shipped",
    "is_stored",
    "locked",
    "offline",
    "published_file",
    "shipped",
    "stored_file",
    "weights_folder",
]

SHIPPED = Path(__file__).resolve().parents[1] / "shipped"

BUSY_PAUSE = 0.1  # seconds between two looks at a lock that another process holds


def weights_folder() -> Path:
    """Where downloaded weights are kept: `weights` in the cache folder (`$LENSLET_CACHE`, else the system's)."""
    return cache_folder() / "weights"


def offline() -> bool:
    """Whether `LENSLET_OFFLINE` forbids every use of the network."""
    return os.environ.get("LENSLET_OFFLINE", "").strip().lower() not in {"", "0", "false", "no", "off"}


def stored_file(entry: Entry) -> Path:
    """Where the converted weights (safetensors) of a row are kept."""
    return weights_folder() / Path(entry.file).with_suffix(".safetensors").name


def published_file(entry: Entry) -> Path:
    """Where the file as published (.pth) is looked for: a finished download, or a copy put there by hand."""
    return weights_folder() / entry.file


def is_stored(name: str) -> bool:
    """Whether the weights of a net are here, so that no network is needed; nothing is read."""
    entry = find(name)
    return stored_file(entry).exists() or published_file(entry).exists()


def shipped() -> dict[str, Path]:
    """The model folders that come with Lenslet, by name."""
    return {card.parent.name: card.parent for card in sorted(SHIPPED.glob("*/card.json"))}


def find_shipped(model: str | Path) -> Path | None:
    """The folder of the shipped model of this name; None where there is none, or where a model folder is called so.

    A folder of pictures that happens to be called `signs` does not hide the model `signs`.
    """
    here = Path(model)
    if here.is_file() or any((here / name).exists() for name in ("card.json", "model.safetensors")):
        return None
    return shipped().get(str(model))


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file beside `path`; waits for another process that holds it.

    The lock is the operating system's and ends with the process, so a killed download leaves none behind; the empty
    file stays, because removing it would let two processes lock two files of one name.

    Raises:
        DownloadError: the folder cannot be written or its file system knows no locks.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = (path.parent / f".{path.name}.lock").open("ab")
    except OSError as error:
        raise DownloadError(
            f"The cache folder {path.parent} cannot be written ({error.strerror}); set LENSLET_CACHE to one that can"
        ) from error
    with handle:
        while not _try_lock(handle):
            time.sleep(BUSY_PAUSE)
        yield  # closing the file ends the lock


if sys.platform == "win32":  # pragma: no cover - the tests run on POSIX
    import msvcrt

    def _try_lock(handle: BinaryIO) -> bool:
        """Lock the first byte; false while another process has it."""
        try:
            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(handle: BinaryIO) -> bool:
        """Lock the file; false while another process has it."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            raise DownloadError(
                f"The file system of {handle.name} knows no locks ({error.strerror}); "
                "set LENSLET_CACHE to a folder on a local disk"
            ) from error
        return True
