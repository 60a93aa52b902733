"""Who comes in: names of this host, pages of ours, holders of the token."""

import re

import pytest

from lenslet.errors import CallError
from lenslet.serve.app import create_app
from lenslet.serve.gate import Gate, local


@pytest.fixture(scope="module")
def shut(serving):
    """A server that demands its token, under a name of its own."""
    with serving(["signs"], closed=True, hosts=["cam.example"]) as client:
        yield client


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:8000", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:8000", 200),
        ("LOCALHOST", 200),
        ("app.localhost", 200),
        ("evil.example", 403),
        ("localhost.evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("192.168.0.7", 403),
        ("", 403),
    ],
)
def test_only_names_of_this_machine_are_answered(home, host, status):
    response = home.get("/v1/models", headers={"Host": host})
    assert response.status_code == status
    assert "signs" not in response.text or status == 200


def test_a_name_that_was_allowed_is_answered(shut):
    assert shut.get("/healthz", headers={"Host": "cam.example"}).status_code == 200
    assert shut.get("/healthz", headers={"Host": "other.example"}).status_code == 403
    for number in ("192.168.0.7:8000", "[fe80::1]"):  # the token guards it, and no name leads there
        assert shut.get("/healthz", headers={"Host": number}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_somebody_else_starts_nothing(home, png, headers):
    response = home.post("/v1/predict/signs", files={"image": png()}, headers=headers)
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers


def test_a_page_of_its_own_may_ask(home, png):
    own = {"Origin": str(home.base_url), "Sec-Fetch-Site": "same-origin"}
    assert home.post("/v1/predict/signs", files={"image": png()}, headers=own).status_code == 200


def test_routes_about_people_demand_the_token_also_here(home, known):
    routes = [path for path in home.get("/openapi.json").json()["paths"] if path.startswith("/v1/face/")]
    assert len(routes) == 9
    for path in routes:
        for method in ("GET", "POST"):
            response = home.request(method, path)
            assert response.status_code in (401, 405)
            assert home.request(method, path, headers={"Authorization": "Bearer wrong"}).status_code in (401, 405)
    refusal = home.get("/v1/face/list")
    assert refusal.headers["www-authenticate"].startswith("Bearer")
    assert home.get("/v1/face/list", headers=known).status_code == 200


@pytest.mark.parametrize("path", ["/v1/models", "/metrics", "/openapi.json", "/v1/nothing", "/"])
def test_where_all_is_closed_nothing_is_said_without_the_token(shut, known, path):
    assert shut.get(path).status_code == 401
    assert shut.get(path, headers=known).status_code in (200, 404)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": "Bearer a-token-of-the-tests"}, 200),
        ({"Authorization": "bearer  a-token-of-the-tests"}, 200),
        ({"Cookie": "lenslet_token=a-token-of-the-tests"}, 200),
        ({"Cookie": "lenslet_token=other"}, 401),
        ({"Authorization": "Basic a-token-of-the-tests"}, 401),
        ({"Authorization": "Bearer a-token-of-the-test"}, 401),
        ({"Authorization": "Bearer"}, 401),
        ({"Authorization": "Bearer \u00e4".encode("latin-1")}, 401),
    ],
)
def test_the_token_comes_as_a_header_or_as_a_cookie(shut, headers, status):
    assert shut.get("/v1/models", headers=headers).status_code == status


def test_those_who_watch_need_no_token(shut):
    assert shut.get("/healthz").status_code == shut.get("/readyz").status_code == 200


def test_people_without_a_token_are_not_served(tmp_path, looks, monkeypatch):
    from lenslet.verbs.gallery import Gallery

    monkeypatch.setenv("LENSLET_KEYS", str(tmp_path / "keys"))
    with Gallery(tmp_path / "people.db", looks()) as people, pytest.raises(CallError, match="token"):
        create_app([], gallery=people)


@pytest.mark.parametrize(
    ("name", "is_local"),
    [("localhost", True), ("127.0.0.1", True), ("127.8.0.1", True), ("::1", True), ("0.0.0.0", False), ("a", False)],
)
def test_what_is_local(name, is_local):
    assert local(name) is is_local


def test_the_token_is_compared_in_constant_time():
    import inspect

    from lenslet.serve import gate

    source = inspect.getsource(gate)
    assert "hmac.compare_digest" in source
    assert not re.search(r"==\s*self\._token|self\._token\s*==", source)


@pytest.mark.parametrize(
    ("headers", "passed"),
    [
        ({"host": "localhost", "origin": "http://localhost"}, True),
        ({"host": "localhost", "origin": "https://evil.example"}, False),
        ({"host": "evil.example"}, False),
    ],
)
def test_websockets_come_through_the_same_gate(headers, passed):
    import asyncio

    reached, sent = [], []

    async def app(scope, receive, send):
        reached.append(scope)

    async def send(message):
        sent.append(message)

    gate = Gate(app, token=None, closed=False, hosts=())
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    asyncio.run(gate({"type": "websocket", "path": "/", "headers": raw}, None, send))
    assert bool(reached) is passed
    assert [message["type"] for message in sent] == ([] if passed else ["websocket.close"])
