"""Pictures that wait go together; a full line says so; one that fails fails alone; whoever left is not computed for."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import pytest


def wait_until(true, seconds: float = 10):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def ask(client, picture):
    return client.post("/v1/predict/m", files={"image": picture})


def test_what_came_meanwhile_goes_together_and_each_gets_its_own_answer(serving, slow, png):
    model = slow()
    pictures = [png(seed) for seed in range(12)]
    with serving({"m": model}, batch=8) as client, ThreadPoolExecutor(12) as pool:
        model.hold.clear()
        first = pool.submit(ask, client, pictures[0])
        wait_until(lambda: model.together == [1])
        others = [pool.submit(ask, client, picture) for picture in pictures[1:]]
        wait_until(lambda: len(client.app.state.shelf["m"].batches._waiting) == 11)
        model.hold.set()
        answers = [one.result() for one in (first, *others)]
    assert model.together == [1, 8, 3]
    for answer, picture in zip(answers, pictures, strict=True):
        assert np.allclose(answer.json()["scores"], model.inner(picture).scores, atol=1e-5)


def test_a_full_line_is_a_503_at_once_with_a_time_to_come_again(serving, slow, png):
    model = slow()
    with serving({"m": model}, queue=3) as client, ThreadPoolExecutor(8) as pool:
        model.hold.clear()
        waiting = [pool.submit(ask, client, png(seed)) for seed in range(3)]
        wait_until(lambda: client.app.state.shelf["m"].batches.lane.taken == 3)
        began = time.monotonic()
        refused = ask(client, png())
        assert time.monotonic() - began < 5
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) >= 1
        assert "come again" in refused.json()["error"]
        model.hold.set()
        assert [one.result().status_code for one in waiting] == [200] * 3
        assert ask(client, png()).status_code == 200


def test_nobody_waits_longer_than_patience(serving, slow, png):
    model = slow()
    with serving({"m": model}, patience=0.3) as client:
        model.hold.clear()
        late = ask(client, png())
        model.hold.set()
        assert late.status_code == 503
        assert ask(client, png()).status_code == 200


def test_a_picture_that_breaks_the_model_breaks_no_other_answer(serving, slow, png, caplog):
    model = slow()
    pictures = [png(1), png(colour=0), png(2)]
    with serving({"m": model}) as client, ThreadPoolExecutor(4) as pool:
        model.hold.clear()
        first = pool.submit(ask, client, png(3))
        wait_until(lambda: model.together == [1])
        others = [pool.submit(ask, client, picture) for picture in pictures]
        wait_until(lambda: len(client.app.state.shelf["m"].batches._waiting) == 3)
        model.hold.set()
        answers = [one.result() for one in (first, *others)]
    assert [one.status_code for one in answers] == [200, 200, 500, 200]
    error = answers[2].json()["error"]
    assert "secret" not in answers[2].text
    assert "Traceback" not in answers[2].text
    number = error.rsplit(" ", 1)[-1]
    assert number in caplog.text
    assert "secret" in caplog.text  # for whoever runs the server


def test_who_has_left_is_not_computed_for(serving, slow, png):
    model = slow()
    with serving({"m": model}) as client, ThreadPoolExecutor(2) as pool:
        model.hold.clear()
        first = pool.submit(ask, client, png(0))
        wait_until(lambda: model.together == [1])
        with pytest.raises(httpx.ReadTimeout):
            client.post("/v1/predict/m", files={"image": png(1)}, timeout=0.3)
        wait_until(lambda: client.app.state.shelf["m"].batches.lane.taken == 1)
        model.hold.set()
        assert first.result().status_code == 200
        assert ask(client, png(2)).status_code == 200
    assert model.together == [1, 1]


def test_fields_that_differ_do_not_go_together(serving, untrained, png):
    finder = untrained("detect", ("rose", "tulip"))
    seen, hold, detect = [], threading.Event(), finder.detect

    def spied(pictures, *, at_least=None):
        seen.append((len(pictures), at_least))
        assert hold.wait(10)
        return detect(pictures, at_least=at_least)

    finder.detect = spied
    with serving({"m": finder}) as client, ThreadPoolExecutor(8) as pool:
        first = pool.submit(ask, client, png())
        wait_until(lambda: len(seen) == 1)
        fields = [{}, {"at_least": "0.5"}, {}, {"at_least": "0.5"}]
        for number, given in enumerate(fields, 1):
            pool.submit(client.post, "/v1/predict/m", files={"image": png()}, data=given)
            wait_until(lambda n=number: len(client.app.state.shelf["m"].batches._waiting) == n)
        hold.set()
        assert first.result().status_code == 200
    assert seen == [(1, None), (2, None), (2, 0.5)]


def test_many_at_once_lose_nothing(serving, png):
    pictures = [png(seed) for seed in range(16)]
    with serving({"m": "signs"}, queue=64) as client, ThreadPoolExecutor(64) as pool:
        expected = [ask(client, picture).json() for picture in pictures]
        answers = list(pool.map(lambda n: ask(client, pictures[n % 16]), range(320)))
    assert [one.status_code for one in answers] == [200] * 320
    assert all(one.json()["label"] == expected[n % 16]["label"] for n, one in enumerate(answers))


def test_what_is_decoded_and_waits_is_bounded(serving, slow, png):
    model = slow()
    pictures = [png(seed, size=(100, 100)) for seed in range(6)]
    with serving({"m": model}, decoded=25_000) as client, ThreadPoolExecutor(6) as pool:
        model.hold.clear()
        asked = [pool.submit(ask, client, picture) for picture in pictures]
        lane = client.app.state.shelf["m"].batches
        wait_until(lambda: lane.lane.taken == 6 and len(model.together) == 1)
        time.sleep(0.2)
        assert lane._room.held == 20_000  # two of them; four wait as files
        model.hold.set()
        assert [one.result().status_code for one in asked] == [200] * 6
        assert lane._room.held == 0
        assert ask(client, png(7, size=(200, 200))).status_code == 200  # one alone is let in
