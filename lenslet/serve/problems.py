"""Errors -> one sentence and a status, and nothing of this machine in it."""

import logging
import re
import secrets
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse

from lenslet.errors import CallError, ImageError, KindError, LensletError, MissingError

__all__ = ["SCHEMA", "Refused", "as_fields", "plain", "problem", "public", "refused"]

SCHEMA = 1
_LOG = logging.getLogger("lenslet.serve")
_PATH = re.compile(r"(?<![\w:/.])(?:[A-Za-z]:[\\/]|~?/|\.{1,2}/)[^\s'\",;:()]*")
_ADDRESS = re.compile(r"postgres(?:ql)?://[^\s'\",;()]+")
_FLAG = re.compile(r"--([a-z][a-z-]*)")


class Refused(Exception):  # noqa: N818 - it is no mistake of anybody's
    """A request that is not answered: a status, a sentence, and headers."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status, self.headers = status, dict(headers or {})


def problem(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer that says why there is none."""
    return JSONResponse({"schema": SCHEMA, "status": status, "error": sentence}, status, dict(headers or {}))


def refused(error: BaseException) -> JSONResponse:
    """The answer to an error; what nobody foresaw goes to the log, and a number that finds it there to the client."""
    if isinstance(error, Refused):
        return problem(error.status, str(error), error.headers)
    if isinstance(error, LensletError):
        return problem(_status(error), public(str(error)))
    if isinstance(error, ModuleNotFoundError):
        return problem(501, f"this needs {error.name}, which is not installed on this server")
    if isinstance(error, MemoryError):
        return problem(503, "there is not enough memory for this now; come again, or send less", {"Retry-After": "10"})
    number = secrets.token_hex(4)
    _LOG.error("unforeseen, %s", number, exc_info=error)
    return problem(500, f"something went wrong that we did not foresee; the server's log says more under {number}")


def public(text: str) -> str:
    """A sentence without the folders of this machine: of a path its last part stays; flags become fields."""
    text = _ADDRESS.sub("the database", " ".join(text.split()))
    text = _PATH.sub(lambda found: re.split(r"[\\/]", found[0].rstrip("\\/"))[-1] or "a folder", text)
    return as_fields(text)


def as_fields(text: str) -> str:
    """A sentence that speaks of options of the command line, about fields."""
    return _FLAG.sub(lambda found: found[1].replace("-", "_"), text)


def plain(value: Any) -> Any:
    """What a result says, without the folders of this machine."""
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return public(value) if isinstance(value, str) and ("/" in value or "\\" in value or "--" in value) else value


def _status(error: LensletError) -> int:
    if isinstance(error, KindError):
        return 415
    if isinstance(error, MissingError):
        return 501
    if isinstance(error, ImageError):
        return 422
    return 409 if isinstance(error, CallError) else 500  # the form was checked before: it does not go with what is here
