"""The outermost: counts every request, and lets nothing out that nobody foresaw."""

import logging
from time import monotonic

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lenslet.serve.lanes import Gone
from lenslet.serve.metrics import Metrics
from lenslet.serve.problems import refused

__all__ = ["Guard"]

_LOG = logging.getLogger("lenslet.serve")
_LEFT = 499  # as nginx counts clients that hung up


class Guard:
    """Counts, and answers for what failed.

    Args:
        app: what is behind.
        metrics: that are told.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = monotonic(), 0

        async def counting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], (b"x-content-type-options", b"nosniff")]}
            await send(message)

        try:
            await self._app(scope, receive, counting)
        except Gone:
            status = _LEFT
        except Exception as error:
            if status:
                _LOG.exception("after the answer had begun")
            else:
                await refused(error)(scope, receive, counting)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.answered(route, scope["method"], status or _LEFT, monotonic() - began)
