"""uvicorn around the app: an address, signals, and an end that finishes what was taken."""

import logging
import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI

from lenslet.errors import WorkError
from lenslet.serve.app import create_app
from lenslet.serve.gate import local
from lenslet.serve.limits import Limits
from lenslet.serve.patience import patient
from lenslet.serve.token import find_token

__all__ = ["Server", "listening", "run", "server_of"]

_LOG = logging.getLogger("lenslet.serve")
_ALL = ("0.0.0.0", "::", "")  # noqa: S104
_KEPT = 30  # seconds that a connection without a request stays open


def run(
    models: Sequence[str | Path],
    *,
    gallery: str | Path | None,
    embedder: str,
    host: str,
    port: int,
    token_file: Path | None,
    names: list[str],
    limits: Limits,
    backend: str,
) -> tuple[str, int, float]:
    """Serve until a signal comes; the address, the requests that were answered, and the seconds.

    Raises:
        WorkError: the address cannot be had.
    """
    host = host.strip("[]").lower()
    reachable = not local(host)
    given, file = find_token(token_file, make=False)
    found: list[Path | None] = [file]

    def token() -> str | None:
        made, place = find_token(token_file, make=True)
        found[0] = place
        return made

    closed = reachable or given is not None
    allowed = [*names, *([host] if reachable and host not in _ALL else [])]
    with listening(host, port) as heard:  # first: nothing is loaded for an address that is taken
        app = create_app(
            models,
            gallery=gallery,
            embedder=embedder,
            token=given or token,
            closed=closed,
            hosts=allowed,
            limits=limits,
            backend=backend,
        )
        server, began = server_of(app, limits), monotonic()
        address = _address(host, heard)
        _tell(app, address, found[0], closed=closed)
        server.run(sockets=[heard])
    return address, app.state.house.metrics.total, round(monotonic() - began, 3)


class Server(uvicorn.Server):
    """uvicorn's, which ends well by SIGTERM and Ctrl-C instead of dying of them once more at its end."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first asks to end; a second Ctrl-C does not wait for clients."""
        app: Any = self.config.app
        app.state.house.ready = False
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Listen to them for as long as the server runs."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {sig: signal.signal(sig, self.handle_exit) for sig in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for sig, handler in before.items():
                signal.signal(sig, handler)


def server_of(app: FastAPI, limits: Limits) -> Server:
    """A server of an app, within its limits."""
    settings: dict[str, Any] = {
        "timeout_graceful_shutdown": max(round(limits.grace), 1),
        "timeout_keep_alive": _KEPT,
        "limit_concurrency": limits.connections,
        "log_config": None,
        "access_log": False,  # no record of who asked what
        "server_header": False,
        "proxy_headers": False,  # whoever asks could say that they are somebody else
        "lifespan": "on",
    }
    config = uvicorn.Config(app, **settings)
    config.load()
    config.http_protocol_class = patient(config.http_protocol_class, idle=limits.idle)
    return Server(config)


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens.

    Raises:
        WorkError: the address is taken, or is none of this machine's.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        heard = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise WorkError(
            f"{host}:{port} cannot be listened on ({error.strerror or error}); choose another --port, or end the "
            "program that is there"
        ) from error
    with heard:
        yield heard


def _address(host: str, heard: socket.socket) -> str:
    name = f"[{host}]" if ":" in host else host or "0.0.0.0"  # noqa: S104
    return f"http://{name}:{heard.getsockname()[1]}"


def _tell(app: FastAPI, address: str, file: Path | None, *, closed: bool) -> None:
    """What somebody needs to know who has just started it."""
    for one in app.state.shelf.values():
        if one.task == "style":
            _LOG.info("%s: style, POST /v1/stylize with model=%s", one.name, one.name)
            continue
        _LOG.info("%s: %s, %d labels, POST /v1/predict/%s", one.name, one.task, len(one.model.card.labels), one.name)
    if app.state.people is not None:
        _LOG.info("people: %d enrolled, /v1/face/*", len(app.state.people))
    if file is not None:
        _LOG.info("the token lies in %s; %s demands it", file, "every route" if closed else "whoever asks about people")
    elif closed:
        _LOG.info("every route demands the token")
    _LOG.info("listening on %s, what there is: %s/openapi.json", address, address)
