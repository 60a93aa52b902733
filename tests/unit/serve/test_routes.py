"""Every route answers, with what Python would say; every refusal is one sentence with the right status."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from lenslet.image import open_image
from lenslet.results import Attribution, Classification


def events(text: str) -> list[tuple[str, dict]]:
    blocks = [block.split("\n") for block in text.strip().split("\n\n") if block.startswith("event: ")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


@pytest.mark.parametrize("model", ["signs", "finder", "placer", "pointer"])
@pytest.mark.parametrize("raw", [False, True])
def test_a_prediction_is_what_the_model_says_in_python(home, png, model, raw):
    body = {"content": png(), "headers": {"Content-Type": "image/png"}} if raw else {"files": {"image": png()}}
    response = home.post(f"/v1/predict/{model}", **body)
    assert response.status_code == 200
    held = home.app.state.shelf[model].model
    expected = held(png()).to_dict()
    assert response.json() == json.loads(json.dumps(expected))
    assert response.json()["image"] is None


def test_fields_of_a_form_reach_a_model_that_finds_things(home, png):
    everything = home.post("/v1/predict/finder", files={"image": png()}, data={"at_least": "0"}).json()["objects"]
    nothing = home.post("/v1/predict/finder", files={"image": png()}, data={"at_least": "1"}).json()["objects"]
    assert len(everything) > len(nothing)
    tiled = home.post("/v1/predict/finder", files={"image": png(size=(90, 90))}, data={"tile_side": "64"})
    assert tiled.status_code == 200


def test_an_explanation_as_json_and_as_a_picture(home, png):
    found = home.post("/v1/explain/signs", files={"image": png()})
    assert Attribution.from_json(found.text).method == "cam"
    drawn = home.post("/v1/explain/signs", files={"image": png()}, headers={"Accept": "image/png"})
    assert drawn.headers["content-type"] == "image/png"
    assert open_image(drawn.content).ndim == 3
    covered = home.post(
        "/v1/explain/signs", files={"image": png()}, data={"method": "occlusion", "label": "3", "window": "32"}
    )
    assert covered.json()["target"] == "3"


def test_a_painting_tells_its_progress_and_comes_at_the_end(home, png):
    files = [("content", png(1, size=(80, 90))), ("style", png(2)), ("style", png(3))]
    given = {"size": "64", "steps": "2", "style_weights": ["1", "2"]}
    response = home.post("/v1/stylize", files=files, data=given)
    assert response.headers["content-type"].startswith("text/event-stream")
    *progress, (last, painting) = events(response.text)
    assert {name for name, _ in progress} == {"progress"}
    assert last == "painting"
    assert painting["out"] is None
    picture = open_image(base64.b64decode(painting["picture"]))
    assert picture.shape == (painting["height"], painting["width"], 3)
    alone = home.post("/v1/stylize", files=files, data=given, headers={"Accept": "image/png"})
    recipe = json.loads(Image.open(io.BytesIO(alone.content)).text["lenslet"])
    assert recipe["steps"] == 2


def test_people_join_are_known_and_are_forgotten(home, png, known):
    def post(what: str, **given):
        response = home.post(f"/v1/face/{what}", headers=known, **given)
        assert response.status_code == 200, response.text
        return response.json()

    images = [("images", png(seed)) for seed in (1, 2)]
    assert post("enrol", files=images, data={"name": "Ana", "note": "a/b"})["added"] == 2
    post("enrol", files={"images": png(5)}, data={"name": "Bo", "until": "2099-01-01"})
    listed = home.get("/v1/face/list", headers=known).json()
    assert [one["name"] for one in listed["people"]] == ["Ana", "Bo"]
    assert listed["people"][0]["note"] == "a/b"
    assert listed["gallery"] == "people.db"
    assert post("calibrate", data={"far": "0.1"})["people"] == 2
    assert post("verify", files={"image": png(1)}, data={"name": "Ana"})["same"] is True
    assert post("verify", files={"image": png(1)}, data={"name": "Bo", "threshold": "0.01"})["same"] is False
    assert post("identify", files={"image": png(2)})["name"] == "Ana"
    every = post("identify", files={"image": png(5)}, data={"all": "true"})
    assert [face["name"] for face in every["faces"]] == ["Bo"]
    assert home.get("/v1/face/audit", headers=known).json()["whole"] is True
    taken = home.post("/v1/face/export", headers=known, data={"names": "Ana"})
    assert post("delete", data={"names": ["Ana"], "yes": "true"})["names"] == ["Ana"]
    brought = post("import", files={"file": taken.content})
    assert (brought["names"], brought["file"]) == (["Ana"], "people.json")
    assert home.post("/v1/face/delete", headers=known, data={"names": ["Ana"]}).status_code == 422


def test_what_is_served_says_no_place(home):
    models = home.get("/v1/models").json()["models"]
    assert [one["name"] for one in models] == ["signs", "finder", "placer", "pointer"]
    assert models[0]["labels"] == [str(digit) for digit in range(10)]
    assert "/" + "work" not in json.dumps(models)
    assert home.get("/healthz").json() == home.get("/readyz").json() == {"schema": 1, "ok": True}


def test_metrics_count_what_was_asked_and_name_nobody(home, png):
    home.post("/v1/predict/signs", files={"image": png()})
    home.get("/v1/face/list")
    text = home.get("/metrics").text
    assert 'lenslet_requests_total{method="POST",route="/v1/predict/{model}",status="200"}' in text
    assert 'lenslet_requests_total{method="GET",route="/v1/face/list",status="401"}' in text
    assert 'lenslet_batch_size_bucket{le="1.0",model="signs"}' in text
    assert "process_resident_memory_bytes" in text
    assert "Ana" not in text


def bomb() -> bytes:
    """A PNG of 900 megapixels in a few bytes."""
    head = io.BytesIO()
    Image.new("1", (8, 8)).save(head, "PNG")
    import struct
    import zlib

    block = b"IHDR" + struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    content = head.getvalue()
    return content[:12] + block + struct.pack(">I", zlib.crc32(block)) + content[33:]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"files": {"image": b"%PDF-1.7 and more"}}, 415, "PDF document"),
        ({"files": {"image": b"<html>"}}, 415, "web page"),
        ({"json": {"image": 1}}, 415, "send a form"),
        ({"content": b"x", "headers": {"Content-Type": "video/mp4"}}, 415, "video/mp4"),
        ({}, 415, "send a form"),
        ({"files": {"image": b""}}, 422, "empty"),
        ({"files": {"image": bomb()}}, 422, "pixels"),
        ({"files": {"picture": b"x"}}, 422, "no field 'picture'; there are image, at_least"),
        ({"files": {"image": b"x"}, "data": {"at_least": "2"}}, 422, "at_least is '2': give 0 to 1"),
        ({"files": {"image": b"x"}, "data": {"at_least": "nan"}}, 422, "give a number"),
        ({"files": {"image": b"x"}, "data": {"tiles": "maybe"}}, 422, "give true or false"),
        ({"files": {"at_least": b"x"}, "data": {"image": "rose.jpg"}}, 422, "send it as"),
        ({"data": {"at_least": "0.5"}, "files": {}}, 415, "send a form"),
        ({"files": [("image", b"x"), ("image", b"y")]}, 422, "image is given 2 times"),
        ({"content": b"junk", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}, 400, "cannot be read"),
        ({"content": b"junk", "headers": {"Content-Type": "multipart/form-data"}}, 400, "cannot be read"),
    ],
)
def test_a_refusal_is_one_sentence(home, body, status, said):
    response = home.post("/v1/predict/finder", **body)
    assert response.status_code == status, response.text
    found = response.json()
    assert set(found) == {"schema", "status", "error"}
    assert said in found["error"]


def test_a_picture_that_breaks_off_is_damaged_not_unknown(home, png):
    response = home.post("/v1/predict/signs", files={"image": png(size=(200, 200))[:900]})
    assert response.status_code == 422
    assert "breaks off" in response.json()["error"]


@pytest.mark.parametrize(
    ("model", "status"), [("nobody", 404), ("signs", 409)], ids=["no such model", "a field that does not go with it"]
)
def test_the_wrong_model(home, png, model, status):
    response = home.post(f"/v1/predict/{model}", files={"image": png()}, data={"at_least": "0.5"})
    assert response.status_code == status


def test_unknown_addresses_and_methods(home):
    assert home.get("/v2").status_code == 404
    wrong = home.get("/v1/predict/signs")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    assert home.get("/docs").status_code == home.get("/redoc").status_code == 404


def test_of_a_big_photo_no_more_is_decoded_than_python_would(home):
    stream = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    Image.fromarray(pixels).resize((1500, 1000)).save(stream, "JPEG")
    found = home.post("/v1/predict/signs", content=stream.getvalue(), headers={"Content-Type": "image/jpeg"})
    held = home.app.state.shelf["signs"].model
    assert Classification.from_json(found.text) == held(stream.getvalue())
