"""The key of a gallery: from LENSLET_KEY, or from a file of its own that only its owner may read."""

import contextlib
import hashlib
import os
import re
import secrets
import stat
import tempfile
from pathlib import Path

import platformdirs

from lenslet.errors import GalleryError

__all__ = ["VARIABLE", "drop_next", "find_key", "key_file", "key_from_text", "keys_folder", "make_key", "write_private"]

VARIABLE = "LENSLET_KEY"
BYTES = 32
SHORTEST = 16
"""Characters of a passphrase: shorter ones are guessed."""
_HEX = re.compile(r"[0-9a-fA-F]{64}")


def keys_folder() -> Path:
    """Where key files lie: $LENSLET_KEYS, else the user's own configuration folder; never beside the gallery.

    Who copies a folder with the gallery in it should not copy the key with it.
    """
    chosen = os.environ.get("LENSLET_KEYS")
    return Path(chosen) if chosen else Path(platformdirs.user_config_dir("lenslet", appauthor=False)) / "keys"


def key_file(gallery: str) -> Path:
    """Of the gallery with that id; the id stays when the gallery is moved."""
    return keys_folder() / f"{gallery}.key"


def key_from_text(text: str, gallery: str) -> bytes:
    """64 hexadecimal digits are the key; any other text is a passphrase, stretched by scrypt.

    Raises:
        GalleryError: too short to be safe.

    Source: RFC 7914.
    """
    text = text.strip()
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    if len(text) < SHORTEST:
        raise GalleryError(
            f"the key of a gallery is 64 hexadecimal digits, or a passphrase of {SHORTEST} characters or more; "
            f"{VARIABLE} has {len(text)}"
        )
    return hashlib.scrypt(text.encode(), salt=gallery.encode(), n=2**15, r=8, p=1, maxmem=2**26, dklen=BYTES)


def find_key(gallery: str, given: str | None, where: str) -> list[tuple[bytes, Path | None]]:
    """The keys that may open a gallery, the likeliest first, each with the file it is from.

    There are two only where a change of the key was stopped half way: the old one, and the next one beside it.

    Raises:
        GalleryError: there is none, or others may read its file.
    """
    text = given if given is not None else os.environ.get(VARIABLE)
    if text:
        return [(key_from_text(text, gallery), None)]
    path = key_file(gallery)
    files = (path, path.with_suffix(".next"))
    found: list[tuple[bytes, Path | None]] = [(_read(one), one) for one in files if one.exists()]
    if not found:
        raise GalleryError(
            f"{where}: its key is not here: set {VARIABLE}, or bring the file {path}; without the key nobody can read "
            "this gallery, we neither"
        )
    return found


def make_key(gallery: str, given: str | None, *, following: bool = False) -> tuple[bytes, Path | None]:
    """The key of a gallery that is being made, or that is to follow the present one; a file is written unless one is
    given.

    Raises:
        OSError: the file cannot be written.
    """
    text = given if given is not None else (None if following else os.environ.get(VARIABLE))
    if text:
        return key_from_text(text, gallery), None
    key = secrets.token_bytes(BYTES)
    path = key_file(gallery)
    path = path.with_suffix(".next") if following else path
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(path, (key.hex() + "\n").encode())
    return key, path


def drop_next(gallery: str, *, keep: bool) -> None:
    """End a change of the key file: the next one takes the place of the old one, or is dropped."""
    path = key_file(gallery)
    following = path.with_suffix(".next")
    if keep:
        with contextlib.suppress(FileNotFoundError):  # another program was quicker
            following.replace(path)
    following.unlink(missing_ok=True)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, at no moment anybody else; whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    handle, name = tempfile.mkstemp(prefix=".part-", dir=path.parent)  # made with mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _read(path: Path) -> bytes:
    mode = path.stat().st_mode
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise GalleryError(f"{path}: others may read this key; say `chmod 600 {path}`, then change it (face rekey)")
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if not _HEX.fullmatch(text):
        raise GalleryError(f"{path}: this is no key: a key file holds 64 hexadecimal digits")
    return bytes.fromhex(text)
