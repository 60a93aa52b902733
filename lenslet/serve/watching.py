"""Slow work with its progress as server-sent events; it ends when whoever asked for it is gone."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from lenslet.serve.lanes import Gone, Lane, unless_gone
from lenslet.serve.problems import SCHEMA, public, refused
from lenslet.verbs.progress import watched

__all__ = ["Events", "Stopped", "Watcher", "event"]

_LOG = logging.getLogger("lenslet.serve")
_BEAT = 10.0  # seconds after which something is sent, so that nothing on the way takes the stream for dead


class Stopped(BaseException):
    """Nobody waits for this work any more; no error, so that no verb takes it for one."""


class Watcher:
    """What a verb tells of its work, the latest of it, from its thread to the server's loop.

    Args:
        loop: the server's.
    """

    def __init__(self, loop: Any) -> None:
        self._loop, self._news = loop, asyncio.Event()
        self._said: dict[str, Any] = {"phase": "waiting", "share": 0.0, "said": ""}
        self.stopped = False

    def phase(self, text: str) -> None:
        """A new part of the work begins."""
        self._tell(phase=public(text), share=0.0, said="")

    def at(self, fraction: float, text: str = "") -> None:
        """So much of it is done."""
        self._tell(share=round(min(max(float(fraction), 0.0), 1.0), 4), **({"said": public(text)} if text else {}))

    def say(self, text: str) -> None:
        """A sentence."""
        self._tell(said=public(text))

    def stop(self) -> None:
        """The work ends at its next step."""
        self.stopped = True

    async def news(self) -> dict[str, Any]:
        """The latest, when there is something new."""
        await self._news.wait()
        self._news.clear()
        return {"schema": SCHEMA, **self._said}

    def _tell(self, **news: Any) -> None:
        if self.stopped:
            raise Stopped
        self._said = {**self._said, **news}
        with suppress(RuntimeError):  # the loop is closed: the server has ended
            self._loop.call_soon_threadsafe(self._news.set)

    def __call__(self, work: Callable[[], Any]) -> Callable[[], Any]:
        """The work, told to this watcher."""

        def told() -> Any:
            if self.stopped:
                raise Stopped
            with watched(self):
                return work()

        return told


class Events(Response):
    """A stream of progress, and the result at its end.

    Args:
        lane: whose turn it is.
        work: what is done, in a thread.
        result: its value as an event.
    """

    media_type = "text/event-stream"

    def __init__(self, lane: Lane, work: Callable[[], Any], result: Callable[[Any], bytes]) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._lane, self._work, self._result = lane, work, result

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what is told, until the result is there or the client is gone."""
        del scope
        loop = asyncio.get_running_loop()
        watcher = Watcher(loop)
        with self._lane.place():  # refused before anything is sent
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            doing = loop.run_in_executor(self._lane.pool, self._lane.timed, watcher(self._work))

            async def sending() -> None:
                async for piece in _pieces(watcher, doing, self._result):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                await send({"type": "http.response.body", "body": b""})

            try:
                await unless_gone(receive, sending())
            except Gone:
                _LOG.info("%s: the client has left; stopped", self._lane.name)
            finally:
                watcher.stop()
                with suppress(BaseException):
                    await asyncio.shield(doing)


async def _pieces(watcher: Watcher, doing: Any, result: Callable[[Any], bytes]) -> AsyncIterator[bytes]:
    while not doing.done():
        news = asyncio.ensure_future(watcher.news())
        try:
            done, _ = await asyncio.wait({news, doing}, timeout=_BEAT, return_when=asyncio.FIRST_COMPLETED)
            if news in done:
                yield event("progress", news.result())
            elif not done:
                yield b": still there\n\n"
        finally:
            news.cancel()
    error = doing.exception()
    if error is None:
        yield await asyncio.to_thread(result, doing.result())
    elif not isinstance(error, Stopped):
        yield event("error", json.loads(bytes(refused(error).body)))


def event(name: str, data: Mapping[str, Any]) -> bytes:
    """One event."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False, allow_nan=False)}\n\n".encode()
