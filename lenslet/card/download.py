"""One file over HTTP: resumed after a cut line, checked by its hash, there whole or not at all.

Written on the standard library's urllib: one GET with a Range header is all that is asked of it, and a client package
would add a dependency to every installation for that. Nothing is printed: `progress` is told, the door draws.
"""

import errno
import hashlib
import json
import os
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import IO, Any, NoReturn
from urllib.parse import urlsplit

from lenslet.errors import DownloadError
from lenslet.files import write_whole

__all__ = ["Progress", "fetch", "sha256_of"]

Progress = Callable[[int, int | None], None]  # bytes here, bytes in all (None where the server does not say)

CHUNK = 2**18
LOCAL = {"127.0.0.1", "::1", "localhost"}
WORTH_RETRYING = {408, 425, 429, 500, 502, 503, 504}
NOT_THERE = (socket.gaierror, ConnectionRefusedError, ssl.SSLCertVerificationError)  # waiting does not help
NO_NETWORK = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN}


@dataclass(frozen=True)
class _Line:
    """What one call of `fetch` was asked."""

    url: str
    seconds: float
    limit: int
    progress: Progress | None


class _Cut(Exception):  # noqa: N818 - not an error of the user's: a reason to try once more
    """The line or the server failed in a way that may pass."""


def fetch(
    url: str,
    target: Path,
    *,
    digits: str,
    limit: int = 2**31,
    progress: Progress | None = None,
    seconds: float = 30.0,
    tries: int = 5,
    pause: float = 1.0,
) -> None:
    """Download `url` to `target`, which appears only when it is whole and its hash is right.

    What has arrived waits in `<target>.part`, with the server's ETag or date in `<target>.part.json`; the next try,
    also of a later process, asks for the rest of that very version. The caller holds the lock (`store.locked`).

    Args:
        url: https, or http to this machine.
        target: the file to make; its folder exists.
        digits: what the sha256 of the file must begin with, hexadecimal.
        limit: bytes after which it is certainly the wrong file.
        progress: called with (bytes here, bytes in all or None).
        seconds: longest wait for a connection or for the next byte.
        tries: how often the line may fail; waits `pause`, 2 `pause`, 4 `pause`, ... seconds in between.

    Raises:
        DownloadError: one sentence: no connection, refused, too long, wrong hash, disk full.
    """
    line = _Line(url, seconds, limit, progress)
    part = target.with_name(target.name + ".part")
    for attempt in range(tries):
        if attempt:
            time.sleep(pause * 2 ** (attempt - 1))
        try:
            resumed = _one_try(line, part)
        except _Cut as cut:
            reason = str(cut)
            continue
        if sha256_of(part).startswith(digits.lower()):
            _sync(part)
            part.replace(target)
            _forget(part, keep_part=True)
            return
        _forget(part)
        if not resumed:
            raise DownloadError(
                f"What {url} sent is not the published file (its sha256 does not begin with {digits}) and was removed; "
                "a proxy or login page in between is the usual reason"
            )
        reason = "the resumed file had the wrong hash and was removed"
    kept = "; what arrived is kept, and the next call goes on from there" if _known(part, url)[0] else ""
    raise DownloadError(f"{url} could not be fetched in {tries} tries: {reason}{kept}")


def sha256_of(path: Path) -> str:
    """The sha256 of a file, hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _one_try(line: _Line, part: Path) -> bool:
    """Bring `part` to its full length; tells whether any of it came from an earlier try."""
    here, mark, total = _known(part, line.url)
    if here and here == total:
        return True  # whole already, only the check was never made
    request = urllib.request.Request(line.url, headers={"User-Agent": "lenslet", "Accept-Encoding": "identity"})  # noqa: S310 - _check_address follows
    if here:
        request.add_header("Range", f"bytes={here}-")
        request.add_header("If-Range", mark)
    try:
        with _open(request, line.seconds) as response:
            begin = _begin(response, here)
            total = _length(response, begin)
            if total is not None and total > line.limit:
                _too_long(line, part)
            if not begin:
                _remember(part, line.url, response.headers, total)
            _pour(response, part, begin, total, line)
    except urllib.error.HTTPError as error:
        with error:  # it holds the connection
            _refused(error, line.url, part)
    except urllib.error.URLError as error:
        if isinstance(error.reason, NOT_THERE) or getattr(error.reason, "errno", None) in NO_NETWORK:
            raise DownloadError(f"{line.url} cannot be reached ({_why(error.reason)})") from error
        raise _Cut(f"no connection ({_why(error.reason)})") from error
    except TimeoutError as error:
        raise _Cut(f"no byte came for {line.seconds:g} s") from error
    except (HTTPException, OSError) as error:
        raise _Cut(f"the line was cut ({_why(error)})") from error
    return begin > 0


def _pour(response: HTTPResponse, part: Path, begin: int, total: int | None, line: _Line) -> None:
    """Append the body to `part`, from byte `begin` on."""
    here = begin
    with _disk(part, "r+b" if begin else "wb") as handle:
        handle.seek(begin)
        handle.truncate()
        if line.progress:
            line.progress(here, total)
        # read1 gives what is there: nothing that has arrived is lost when the next byte never comes
        while chunk := response.read1(CHUNK if total is None else min(CHUNK, total - here)):
            here += len(chunk)
            if here > line.limit:
                _too_long(line, part)
            try:
                handle.write(chunk)
            except OSError as error:
                raise DownloadError(f"{part} could not be written ({error.strerror})") from error
            if line.progress:
                line.progress(here, total)
    if total is not None and here < total:
        raise _Cut(f"the line was cut at {here} of {total} bytes")


def _disk(part: Path, mode: str) -> IO[bytes]:
    """Open the part file; a disk that refuses is no reason to try the network again."""
    try:
        return part.open(mode, buffering=0)  # unbuffered, so that a full disk is told where it is handled
    except OSError as error:
        raise DownloadError(f"{part} could not be written ({error.strerror})") from error


def _begin(response: HTTPResponse, here: int) -> int:
    """The byte at which the body begins: `here` if the server resumed, 0 if it sends all of it."""
    if response.status != 206:
        return 0  # the server knows no ranges, or the file is another version now
    span = response.headers.get("Content-Range", "")
    if not span.startswith(f"bytes {here}-"):
        raise _Cut(f"the server resumed at the wrong place ({span or 'no Content-Range'})")
    return here


def _length(response: HTTPResponse, begin: int) -> int | None:
    """Bytes of the whole file, if the server says."""
    rest = response.headers.get("Content-Length")
    return begin + int(rest) if rest and rest.isdigit() else None


def _too_long(line: _Line, part: Path) -> NoReturn:
    _forget(part)
    raise DownloadError(f"{line.url} sends more than the {line.limit} bytes that the file can have; nothing was kept")


def _refused(error: urllib.error.HTTPError, url: str, part: Path) -> NoReturn:
    """Turn an HTTP status into another try or into the last word."""
    if error.code == 416:  # the part is longer than the file: it is of no use
        _forget(part)
        raise _Cut("the file on the server is shorter than what had arrived") from error
    if error.code in WORTH_RETRYING:
        raise _Cut(f"the server answered {error.code} {error.reason}") from error
    raise DownloadError(f"{url} could not be fetched: the server answered {error.code} {error.reason}") from error


def _remember(part: Path, url: str, headers: Message, total: int | None) -> None:
    """Note which version of the file the part belongs to; without a strong mark it cannot be resumed."""
    tag = headers.get("ETag", "")
    mark = headers.get("Last-Modified", "") if not tag or tag.startswith("W/") else tag
    try:
        # The old bytes go before the new notes come: a crash in between must not leave bytes under another's mark.
        part.unlink(missing_ok=True)
        write_whole(_notes(part), json.dumps({"url": url, "mark": mark, "total": total}))
    except OSError as error:
        raise DownloadError(f"{part.parent} could not be written ({error.strerror})") from error


def _known(part: Path, url: str) -> tuple[int, str, int | None]:
    """Usable bytes of the part, the mark of its version, its full length if known; (0, "", None) to start anew."""
    try:
        notes = json.loads(_notes(part).read_text())
        if notes["url"] == url and notes["mark"]:
            return part.stat().st_size, notes["mark"], notes["total"]
    except (OSError, ValueError, KeyError, TypeError):
        pass  # no part, or notes that a crash or a hand left unreadable: then all of it is fetched again
    return 0, "", None


def _notes(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _forget(part: Path, *, keep_part: bool = False) -> None:
    """Remove the notes, and the part unless it has just become the target."""
    _notes(part).unlink(missing_ok=True)
    if not keep_part:
        part.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    with path.open("rb+") as handle:
        os.fsync(handle.fileno())


def _why(reason: object) -> str:
    """The system's words for a failure, without Python's wrapping."""
    return (getattr(reason, "strerror", None) or str(reason) or type(reason).__name__).strip()


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to an address that may be asked itself, and never from https down to http."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        """The next request, or an error that names both addresses."""
        try:
            _check_address(newurl, came_from=req.full_url)
        except DownloadError:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def _check_address(url: str, *, came_from: str = "") -> None:
    """Only https, or http to and from this machine (tests, a mirror behind a tunnel)."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in LOCAL and not came_from.startswith("https:")
    ):
        return
    sent = f"{came_from} leads to {url}, which" if came_from else url
    raise DownloadError(f"{sent} was not asked: weights are fetched over https only")


def _open(request: urllib.request.Request, seconds: float) -> HTTPResponse:
    """Send the request; proxies are those of the environment."""
    _check_address(request.full_url)
    opener = urllib.request.build_opener(_SafeRedirects)
    response: HTTPResponse = opener.open(request, timeout=seconds)
    return response
