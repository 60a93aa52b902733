"""How much comes in, and how slowly: over bare sockets, where a client can misbehave."""

import socket
import time
from contextlib import contextmanager, suppress

import pytest

HEAD = b"POST /v1/predict/signs HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"


@pytest.fixture(scope="module")
def strict(serving):
    """A server that takes 20,000 bytes, 30,000 of all, and waits a moment."""
    with serving(["signs"], body=20_000, held=30_000, idle=0.4, reading=1.5) as client:
        yield client


@contextmanager
def line(client):
    with socket.create_connection((client.base_url.host, client.base_url.port), timeout=10) as made:
        yield made


def answer(made: socket.socket) -> bytes:
    found = b""
    while piece := made.recv(65536):
        found += piece
    return found


def test_too_much_is_refused_before_it_is_read(strict):
    with line(strict) as made:
        made.sendall(HEAD + b"Content-Length: 1000000000000\r\n\r\n")
        said = answer(made)
    assert said.startswith(b"HTTP/1.1 413")
    assert b'"error":"a request may have' in said


def test_a_client_that_waits_for_leave_is_told_no(strict):
    with line(strict) as made:
        made.sendall(HEAD + b"Expect: 100-continue\r\nContent-Length: 30000\r\n\r\n")
        said = answer(made)
    assert said.startswith(b"HTTP/1.1 413")
    assert b"100 Continue" not in said


def test_too_much_without_a_length_is_refused_while_it_comes(strict):
    def endless():
        for _ in range(400):
            yield bytes(1000)

    response = strict.post("/v1/predict/signs", content=endless(), headers={"Content-Type": "image/png"})
    assert response.status_code == 413
    assert response.headers["connection"] == "close"


def test_a_client_that_sends_all_of_it_still_reads_why_not(strict):
    response = strict.post("/v1/predict/signs", content=bytes(3_000_000), headers={"Content-Type": "image/png"})
    assert response.status_code == 413


@pytest.mark.parametrize("length", [b"-1", b"abc", b"1e3"])
def test_a_length_that_is_no_number_is_refused(strict, length):
    with line(strict) as made:
        made.sendall(HEAD + b"Content-Length: " + length + b"\r\n\r\n")
        assert answer(made).startswith(b"HTTP/1.1 400")


def test_a_client_that_falls_silent_is_not_waited_for(strict):
    with line(strict) as made:
        made.sendall(HEAD + b"Content-Length: 1000\r\n\r\nabc")
        assert answer(made).startswith(b"HTTP/1.1 408")


def test_a_client_that_drips_is_not_waited_for_either(strict):
    with line(strict) as made:
        made.sendall(HEAD + b"Content-Length: 1000\r\n\r\n")
        for _ in range(30):
            try:
                made.sendall(b"x")
            except OSError:
                break
            time.sleep(0.1)
        assert answer(made).startswith(b"HTTP/1.1 408")


def test_half_a_head_is_not_waited_for(strict):
    with line(strict) as made:
        made.sendall(HEAD)
        assert answer(made) == b""


def test_all_bodies_together_are_bounded(strict):
    with line(strict) as one, line(strict) as other:
        one.sendall(HEAD + b"Content-Length: 20000\r\n\r\n" + bytes(19_000))
        time.sleep(0.1)
        other.sendall(HEAD + b"Content-Length: 20000\r\n\r\n" + bytes(19_000))
        said = other.recv(65536)
    assert said.startswith(b"HTTP/1.1 503")
    assert b"retry-after" in said.lower()
    time.sleep(0.2)  # what they held is free again
    sent = strict.post("/v1/predict/signs", content=bytes(19_000), headers={"Content-Type": "image/png"})
    assert sent.status_code == 415


def test_who_takes_no_answer_is_left(serving, slow):
    with serving({"m": slow()}, idle=0.4) as client, line(client) as made:
        whole = len(client.get("/openapi.json").content)
        made.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 1000)
        time.sleep(1.5)
        found = 0
        with suppress(OSError):
            while piece := made.recv(1 << 20):
                found += len(piece)
        assert found < 900 * whole
        assert client.get("/healthz").status_code == 200
