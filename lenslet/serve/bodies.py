"""How much may come in, and how slowly: a body too large is refused before it is read, and no client is waited for."""

import asyncio
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lenslet.serve.limits import Limits
from lenslet.serve.problems import Refused, problem, refused

__all__ = ["Bodies"]

_LINGER = 2.0  # seconds in which what a refused client still sends is thrown away, so that it reads the answer
_CLOSE = {"Connection": "close"}


class Bodies:
    """Counts the bytes of requests below `/v1/` while they come.

    Args:
        app: what is behind.
        limits: of one request, and of all together.
    """

    def __init__(self, app: ASGIApp, *, limits: Limits) -> None:
        self._app, self._limits, self._held = app, limits, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count."""
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        said = Headers(scope=scope).get("content-length")
        if said is not None and (not said.isascii() or not said.isdecimal()):
            await problem(400, "Content-Length is no number", _CLOSE)(scope, receive, send)
            return
        if said is not None and int(said) > self._limits.body:
            await refused(_too_large(self._limits.body))(scope, receive, _lingering(receive, send))
            return
        body = _Body(self, receive)
        try:
            await self._app(scope, body.receive, _lingering(receive, send, when=body))
        finally:
            self._held -= body.bytes

    def take(self, more: int) -> None:
        """Room for so many bytes.

        Raises:
            Refused: there is none now.
        """
        if self._held + more > self._limits.held:
            raise Refused(503, "too much is being sent to this server at once; come again", {"Retry-After": "2"})
        self._held += more

    @property
    def limits(self) -> Limits:
        """Of this server."""
        return self._limits


class _Body:
    """One request as it comes."""

    def __init__(self, counted: Bodies, receive: Receive) -> None:
        self.bytes, self.over = 0, False
        self._of, self._receive = counted, receive
        self._whole = False
        self._until = asyncio.get_running_loop().time() + counted.limits.reading

    async def receive(self) -> Message:
        """The next piece; when all is here, whatever comes, in its own time."""
        if self._whole:
            return await self._receive()
        limits = self._of.limits
        left = self._until - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(max(min(limits.idle, left), 0)):
                message = await self._receive()
        except TimeoutError as error:
            raise Refused(408, "this request came too slowly; send it again", _CLOSE) from error
        if message["type"] == "http.request":
            self._whole = not message.get("more_body", False)
            more = len(message.get("body", b""))
            if self.bytes + more > limits.body:
                self.over = True
                raise _too_large(limits.body)
            self._of.take(more)
            self.bytes += more
        return message


def _too_large(most: int) -> Refused:
    return Refused(413, f"a request may have {most / 2**20:,.0f} MB; send smaller pictures, or fewer at once", _CLOSE)


def _lingering(receive: Receive, send: Send, *, when: _Body | None = None) -> Send:
    """Before a refusal ends, let the client finish for a moment: while it sends it does not read."""

    async def lingering(message: Message) -> None:
        ends = message["type"] == "http.response.body" and not message.get("more_body", False)
        if ends and (when is None or when.over):
            await send({**message, "more_body": True})
            with suppress(TimeoutError):
                async with asyncio.timeout(_LINGER):
                    while (piece := await receive())["type"] == "http.request" and piece.get("more_body", False):
                        pass
            message = {"type": "http.response.body", "body": b""}
        await send(message)

    return lingering
