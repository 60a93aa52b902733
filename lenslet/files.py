"""Files and folders that are written whole or not at all: a temporary neighbour, fsync, rename."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

__all__ = ["cache_folder", "publish", "whole_file", "whole_folder", "write_whole"]


def cache_folder() -> Path:
    """Where downloads and decoded pictures are kept: $LENSLET_CACHE, else the user's cache folder of this system."""
    chosen = os.environ.get("LENSLET_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("lenslet", appauthor=False))


def write_whole(path: Path, content: bytes | str) -> None:
    """Write `content` (text as UTF-8) to `path`, whole or not at all; parent folders are made.

    Raises:
        OSError: the disk is full or the folder cannot be written; an existing file is then as it was.
    """
    with whole_file(path) as temporary:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` to write to; it becomes `path` when the block ends well, and is gone otherwise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # The suffix stays at the end: savers that choose the format by it (Pillow, Matplotlib) must still see it.
    handle, name = tempfile.mkstemp(prefix=".part-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        _sync(temporary)
        temporary.replace(path)
        _sync(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A temporary folder beside `path` to fill; it becomes `path` (replacing an older one) when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".part-", dir=path.parent))
    try:
        yield temporary
        publish(temporary, path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def publish(temporary: Path, path: Path) -> None:
    """Give a filled folder its name beside it, replacing an older one, once all of it is on the disk.

    Raises:
        OSError: it cannot be; an older folder is then as it was.
    """
    temporary.chmod(0o777 & ~_umask())
    for file in temporary.rglob("*"):
        _sync(file)
    _sync(temporary)
    if path.exists():
        # rename cannot replace a folder that has content, so the old one steps aside first and is removed last
        old = Path(tempfile.mkdtemp(prefix=".old-", dir=path.parent))
        path.rename(old / path.name)
        try:
            temporary.rename(path)
        except BaseException:
            (old / path.name).rename(path)
            raise
        finally:
            shutil.rmtree(old, ignore_errors=True)
    else:
        temporary.rename(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    """Flush to the disk; folders too, where the system lets one open them."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except (PermissionError, IsADirectoryError):  # Windows opens no folders
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    """The process's umask; reading it means setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
