"""Who may ask: pages of this computer only, whatever name or page a request comes by."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HOSTS = frozenset({"127.0.0.1", "localhost"})
# The browser itself fetches nothing from elsewhere. (NiceGUI writes its page into the document and compiles templates.)
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' ws://127.0.0.1:* ws://localhost:*; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(self), microphone=(), geolocation=()"),
]


class LocalOnly:
    """An ASGI layer that answers 403 to a request which names another host, or comes from another site's page.

    A page of a stranger may make a browser ask 127.0.0.1 under a name of its own (DNS rebinding), or send a form or
    open a socket from its own origin: such requests carry the stranger's Host or Origin.
    """

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may ask, with the policy on every answer."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if not _may(headers.get(b"host", ""), headers.get(b"origin")):
            await _refuse(scope, receive, send)
            return

        async def with_policy(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_HEADERS]
            await send(message)

        await self.app(scope, receive, with_policy)


def _may(host: str, origin: str | None) -> bool:
    """Whether the name asked for is this computer's, and the page that asks is ours."""
    if host.rpartition(":")[0] not in HOSTS and host not in HOSTS:
        return False
    return origin is None or origin == f"http://{host}"


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    text = b"The studio answers to its own pages at http://127.0.0.1 only."
    await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": text})
