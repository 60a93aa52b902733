"""The token: from the environment, from a file that only its owner may read, or made when it is first needed."""

import os
import secrets
import stat
import tempfile
from pathlib import Path

import platformdirs

from lenslet.errors import CallError

__all__ = ["VARIABLE", "find_token", "own_file"]

VARIABLE = "LENSLET_TOKEN"
SHORTEST = 16
"""Characters: shorter ones are guessed."""


def own_file() -> Path:
    """Where a token that was made lies: in the user's own configuration folder."""
    return Path(platformdirs.user_config_dir("lenslet", appauthor=False)) / "serve.token"


def find_token(file: str | Path | None, *, make: bool) -> tuple[str | None, Path | None]:
    """The token, and the file it is from.

    Args:
        file: that holds it; made if it is not there and `make` says so.
        make: whether one is needed; without a file it is then kept in `own_file`.

    Raises:
        CallError: too short, or others may read the file.
        OSError: the file cannot be written.
    """
    if file is None and os.environ.get(VARIABLE):
        return _good(os.environ[VARIABLE], VARIABLE), None
    if file is None and not make:
        return None, None
    path = own_file() if file is None else Path(file)
    if not path.exists():
        if file is not None and not path.parent.is_dir():
            raise CallError(f"{path.parent}: there is no such folder; make it first")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path, secrets.token_urlsafe(32))
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise CallError(f"{path}: others may read this token; say `chmod 600 {path}`, or delete it for a new one")
    return _good(path.read_text(encoding="utf-8", errors="replace"), str(path)), path


def _write(path: Path, token: str) -> None:
    """For its owner alone, at no moment for anybody else."""
    handle, name = tempfile.mkstemp(prefix=".part-", dir=path.parent)  # made with mode 0600
    with os.fdopen(handle, "w") as file:
        file.write(token + "\n")
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)


def _good(text: str, where: str) -> str:
    text = text.strip()
    if len(text) < SHORTEST or not text.isascii() or not text.isprintable() or " " in text:
        raise CallError(f"{where}: a token has {SHORTEST} characters or more, letters and digits without spaces")
    return text
