"""A weights server on 127.0.0.1 that behaves as badly as it is told to."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

PAGE = b"<html>please log in</html>"


class WeightsServer(ThreadingHTTPServer):
    """Serves `content` at any path; each request takes the next word of `script`, or "serve" when it is used up."""

    daemon_threads = False  # joined at the end, so that no socket outlives its test

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = bytes(range(256)) * 4096  # 1 MiB
        self.etag = '"one"'
        self.script: list[str] = []
        self.seen: list[dict[str, str]] = []  # headers of each request
        self.sent = 0  # bytes of bodies
        self.end = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def handle_error(self, request, client_address) -> None:
        """A client that hangs up is part of the tests."""


class Handler(BaseHTTPRequestHandler):
    server: WeightsServer

    def log_message(self, *_) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self.server.seen.append(dict(self.headers))
        word = self.server.script.pop(0) if self.server.script else "serve"
        if word.isdigit():
            self.head(int(word), PAGE)
            self.body(PAGE)
        else:
            getattr(self, word)(self.server.content)

    def head(self, status: int, body: bytes | None, **headers: str) -> None:
        self.send_response(status)
        if body is not None:
            self.send_header("Content-Length", str(len(body)))
        if self.server.etag:
            self.send_header("ETag", self.server.etag)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def body(self, body: bytes) -> None:
        self.server.sent += len(body)  # first: whoever has got it may ask at once
        self.wfile.write(body)

    def serve(self, content: bytes) -> None:
        begin = int(self.headers.get("Range", "bytes=0-")[6:-1])
        if begin >= len(content):
            self.head(416, b"")
        elif begin and self.headers.get("If-Range") == self.server.etag:
            self.head(206, content[begin:], Content_Range=f"bytes {begin}-{len(content) - 1}/{len(content)}")
            self.body(content[begin:])
        else:
            self.ignore(content)

    def ignore(self, content: bytes) -> None:
        """All of it, whatever range was asked for."""
        self.head(200, content)
        self.body(content)

    def cut(self, content: bytes) -> None:
        self.head(200, content)
        self.body(content[: len(content) // 2])

    def hang(self, content: bytes) -> None:
        self.cut(content)
        self.wfile.flush()
        self.end.wait()

    @property
    def end(self) -> threading.Event:
        return self.server.end

    def silent(self, content: bytes) -> None:
        """Not even a status line."""
        self.end.wait()

    def page(self, content: bytes) -> None:
        self.ignore(PAGE)

    def longer(self, content: bytes) -> None:
        """More bytes than the file has, and no word of how many."""
        self.head(200, None)
        self.body(content + PAGE)

    def endless(self, content: bytes) -> None:
        self.head(200, None)
        for _ in range(64):
            self.body(content)

    def huge(self, content: bytes) -> None:
        self.head(200, None, Content_Length=str(2**40))

    def shorter(self, content: bytes) -> None:
        self.ignore(content[:-1000])

    def misplaced(self, content: bytes) -> None:
        """Resumes, but somewhere else."""
        self.head(206, content[7:], Content_Range=f"bytes 7-{len(content) - 1}/{len(content)}")
        self.body(content[7:])

    def elsewhere(self, content: bytes) -> None:
        self.head(302, b"", Location="http://weights.invalid/file")

    def next_door(self, content: bytes) -> None:
        self.head(302, b"", Location=self.server.url + "moved")


@pytest.fixture
def weights_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[WeightsServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = WeightsServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.end.set()
        server.shutdown()
        thread.join()
        server.server_close()
