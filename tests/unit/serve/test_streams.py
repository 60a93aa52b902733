"""Paintings that nobody waits for any more are not painted to their end; lines of slow work are bounded, too."""

import functools
import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from PIL import Image

from lenslet.serve import painting
from lenslet.verbs.progress import bar


class Studio:
    """Stands for `stylize`: tells of a thousand strokes, and whether it was stopped."""

    def __init__(self) -> None:
        self.begun, self.ended = threading.Event(), threading.Event()
        self.strokes = 0

    def __call__(self, **given):
        self.begun.set()
        try:
            with bar(shown=False) as shown:
                shown.phase("painting in /secret/place")
                for self.strokes in range(1000):
                    time.sleep(0.01)
                    shown.at(self.strokes / 1000, "a stroke")
            return
        finally:
            self.ended.set()


@pytest.fixture
def studio(monkeypatch):
    made = Studio()
    monkeypatch.setattr(painting, "stylize", functools.wraps(painting.stylize)(lambda **given: made(**given)))
    return made


def files(png):
    return [("content", png(1)), ("style", png(2))]


def test_who_hangs_up_stops_the_painting(serving, slow, png, studio):
    with serving({"m": slow()}) as client:
        with client.stream("POST", "/v1/stylize", files=files(png)) as response:
            lines = response.iter_lines()
            assert next(lines) == "event: progress"
            assert "secret" not in next(lines)
        assert studio.ended.wait(5)
        assert studio.strokes < 900
        assert client.app.state.house.painting.taken == 0 or client.get("/readyz").status_code == 200


def test_also_where_only_the_picture_was_asked_for(serving, slow, png, studio):
    with serving({"m": slow()}) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.post("/v1/stylize", files=files(png), headers={"Accept": "image/png"}, timeout=0.5)
        assert studio.ended.wait(5)
        assert studio.strokes < 900


def test_the_line_of_paintings_is_bounded(serving, slow, png, studio):
    with serving({"m": slow()}, works=1) as client, ThreadPoolExecutor(1) as pool:

        def first():
            with client.stream("POST", "/v1/stylize", files=files(png)) as response:
                assert studio.begun.wait(5)
                full = client.post("/v1/stylize", files=files(png))
                return response.status_code, full.status_code, "retry-after" in full.headers

        assert pool.submit(first).result() == (200, 503, True)


def test_a_painting_that_fails_says_why_in_the_stream(serving, slow, png):
    with serving({"m": slow()}) as client:
        response = client.post("/v1/stylize", files=files(png), data={"size": "64", "style_weights": ["1", "2"]})
    assert response.status_code == 200
    name, data = response.text.strip().split("\n\n")[-1].split("\n")
    assert name == "event: error"
    assert '"status": 409' in data
    assert "weights" in data


def test_the_server_ends_although_somebody_is_painting(serving, slow, png, studio):
    with serving({"m": slow()}, grace=1) as client:
        thread = threading.Thread(target=lambda: _read(client, png), daemon=True)
        thread.start()
        assert studio.begun.wait(5)
    assert studio.ended.wait(5)
    thread.join(5)


def _read(client, png):
    try:
        with client.stream("POST", "/v1/stylize", files=files(png)) as response:
            response.read()
    except httpx.HTTPError:
        pass


def test_a_model_that_holds_a_style_paints_by_its_name_at_once(serving, slow, png):
    with serving({"m": slow(), "night": "starry_night"}) as client:
        asked = {"files": {"content": png(1, size=(48, 64))}, "headers": {"Accept": "image/png"}}
        painted = client.post("/v1/stylize", data={"model": "night", "size": "64"}, **asked)
        assert painted.status_code == 200
        picture = Image.open(io.BytesIO(painted.content))
        assert picture.size == (64, 48)
        assert "Starry Night" in picture.text["lenslet"]
        for given, code, words in (
            ({}, 409, "give the style"),
            ({"model": "m"}, 422, "model is 'm': give night"),
            ({"model": "night", "steps": "5"}, 409, "step by step"),
        ):
            refused = client.post("/v1/stylize", data=given, **asked)
            assert refused.status_code == code
            assert words in refused.json()["error"]
        answer = client.post("/v1/predict/night", files={"image": png(1)})
        assert (answer.status_code, "POST /v1/stylize with model=night" in answer.json()["error"]) == (404, True)
        described = client.get("/openapi.json").json()["paths"]
        assert described["/v1/predict/{model}"]["post"]["parameters"][0]["schema"]["enum"] == ["m"]
        assert [one["name"] for one in client.get("/v1/models").json()["models"]] == ["m", "night"]
