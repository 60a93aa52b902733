"""A model whose files change is opened anew, or refused whole while the one from before answers."""

import asyncio
import json
import shutil
import time

import pytest

from lenslet.card.store import shipped
from lenslet.errors import CallError
from lenslet.serve.batches import decoders
from lenslet.serve.limits import Limits
from lenslet.serve.metrics import Metrics
from lenslet.serve.shelf import Shelf, named


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(shipped()["signs"], tmp_path / "runs" / "mine")


@pytest.fixture
def shelf(folder):
    with decoders() as pool:
        yield Shelf([folder], Limits(), Metrics(), pool)


def look(shelf):
    """Two looks: a file that is the same at both is not being written."""
    for _ in range(2):
        asyncio.run(shelf.look(shelf["mine"]))


def relabel(folder, labels):
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps({**card, "labels": labels}))


def replace(folder, name):
    for file in shipped()[name].iterdir():
        shutil.copy(file, folder / file.name)


def test_nothing_happens_while_nothing_changes(shelf):
    before = shelf["mine"].model
    look(shelf)
    assert shelf["mine"].model is before


def test_a_new_model_answers(folder, shelf):
    before = shelf["mine"].model
    relabel(folder, [f"sign {digit}" for digit in range(10)])
    asyncio.run(shelf.look(shelf["mine"]))
    assert shelf["mine"].model is before  # it might still be being written
    look(shelf)
    assert shelf["mine"].model.labels[3] == "sign 3"
    assert shelf["mine"].note == ""


def damaged(folder):
    weights = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(weights[: len(weights) // 2])


def other_task(folder):
    replace(folder, "bloodcells")


def gone(folder):
    shutil.rmtree(folder)


def no_card(folder):
    (folder / "card.json").write_text("{")


@pytest.mark.parametrize("spoil", [damaged, other_task, gone, no_card])
def test_a_broken_one_is_refused_whole_and_said(folder, shelf, spoil, caplog, tmp_path):
    before = shelf["mine"].model
    spoil(folder)
    look(shelf)
    assert shelf["mine"].model is before
    said = shelf["mine"].to_dict()["note"]
    assert said.startswith("its files changed and were refused; the model from before answers: ")
    assert str(tmp_path) not in said
    assert "refused" in caplog.text
    look(shelf)
    assert len(caplog.records) == 1  # said once, not at every look
    folder.mkdir(exist_ok=True)
    replace(folder, "signs")
    look(shelf)
    assert shelf["mine"].note == ""
    assert shelf["mine"].model is not before


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (["signs", "runs/a"], ["signs", "a"]),
        (["one=runs/a", "two=runs/a"], ["one", "two"]),
        (["export/m.onnx"], ["m"]),
        ("signs", ["signs"]),
        ({"x": "signs"}, ["x"]),
    ],
)
def test_what_a_model_is_called(given, names):
    assert list(named(given)) == names


@pytest.mark.parametrize(
    ("given", "said"),
    [(["runs/a", "old/a"], "two models are called a"), (["a b=signs"], "fits no address"), (["/"], "fits no address")],
)
def test_names_that_are_none(given, said):
    with pytest.raises(CallError, match=said):
        named(given)


def test_a_server_takes_up_a_new_model_while_it_answers(serving, folder, png):
    with serving([folder], look=0.05) as client:

        def labels():
            response = client.post("/v1/predict/mine", files={"image": png()})
            assert response.status_code == 200
            return response.json()["labels"]

        def until(true):
            end = time.monotonic() + 20
            while not true():
                assert time.monotonic() < end
                time.sleep(0.02)

        assert labels()[0] == "0"
        relabel(folder, [f"sign {digit}" for digit in range(10)])
        until(lambda: labels()[0] == "sign 0")
        damaged(folder)
        until(lambda: "refused" in client.get("/v1/models").json()["models"][0]["note"])
        assert labels()[0] == "sign 0"
        text = client.get("/metrics").text
        assert 'lenslet_model_changes_total{model="mine",outcome="reloaded"} 1.0' in text
        assert 'lenslet_model_changes_total{model="mine",outcome="refused"} 1.0' in text
        client.app.state.house.ready = False
        stopping = client.get("/readyz")
        assert (stopping.status_code, "retry-after" in stopping.headers) == (503, True)
        assert client.get("/healthz").status_code == 200
