"""Who may come in: requests to a name of this host, from no page of somebody else, with the token where it is asked."""

import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from lenslet.serve.problems import Refused, problem

__all__ = ["COOKIE", "OPEN", "Gate", "known", "local"]

COOKIE = "lenslet_token"
OPEN = ("/healthz", "/readyz")
"""Asked by those who watch over a server; they say nothing of it."""
_SAFE = ("GET", "HEAD", "OPTIONS")
_WHO = {"WWW-Authenticate": 'Bearer realm="lenslet"'}


class Gate:
    """Stands before everything, pages and websockets, too.

    A page that somebody opens in a browser on this machine can send requests to it. It is not to read answers under a
    name of its own (DNS rebinding: the Host header is looked at), nor to start anything (its Origin is looked at).

    Args:
        app: what is behind.
        token: what opens; None where there is none.
        closed: whether everything demands it.
        hosts: names beside those of this very machine; "*" for any. Where all is closed, numbers are names, too: nobody
            can make a number lead elsewhere.
    """

    def __init__(self, app: ASGIApp, *, token: str | None, closed: bool, hosts: Sequence[str]) -> None:
        self._app, self._closed = app, closed
        self._token = None if token is None else _hash(token)
        self._hosts = {host.lower().rstrip(".") for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it through, or say why not."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        no = self._foreign(scope, headers)
        if no is None:
            scope.setdefault("state", {})["known"] = self._knows(headers)
            if self._closed and scope["path"] not in OPEN and not scope["state"]["known"]:
                no = (401, "this server demands its token: send the header Authorization: Bearer TOKEN")
        if no is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": no[1][:120]})
        else:
            await problem(*no, _WHO if no[0] == 401 else None)(scope, receive, send)

    def _foreign(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if not self._named(_name(host)):
            return 403, "this is not the name of this server; whoever runs it can allow it with --allow-host"
        if scope["type"] == "http" and scope["method"] in _SAFE:
            return None
        origin = headers.get("origin")
        elsewhere = origin is not None and urlsplit(origin).netloc.lower() != host.lower()
        if elsewhere or headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            return 403, "a page of another server may not ask this one"
        return None

    def _named(self, name: str) -> bool:
        return "*" in self._hosts or name in self._hosts or local(name) or (self._closed and _number(name))

    def _knows(self, headers: Headers) -> bool:
        """Whether the token is there, in a time that says nothing of it."""
        if self._token is None:
            return False
        way, _, given = headers.get("authorization", "").partition(" ")
        if way.lower() != "bearer":
            try:
                morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
            except CookieError:
                morsel = None
            given = morsel.value if morsel else ""
        return hmac.compare_digest(_hash(given.strip()), self._token)


def known(request: Request) -> None:
    """What routes about faces depend on, whoever asks from wherever.

    Raises:
        Refused: the token is missing, or another.
    """
    if not request.scope.get("state", {}).get("known", False):
        raise Refused(401, "routes about people demand the token: send the header Authorization: Bearer TOKEN", _WHO)


def local(name: str) -> bool:
    """Whether only this very machine is called so."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _name(host: str) -> str:
    """Of `name:port` or `[::1]:port` the name."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].rstrip(".")


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
