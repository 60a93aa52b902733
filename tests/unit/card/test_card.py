"""Model folders: whole, honest, and safe to open."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lenslet.card import CARD, WEIGHTS, Card, fingerprint, load, save
from lenslet.errors import CardError
from lenslet.image import Preprocess

STATE = {"fc.weight": torch.arange(6.0).reshape(2, 3), "fc.bias": torch.zeros(2), "steps": torch.tensor(7)}
PLAIN = Card(
    task="classify",
    net="lenet5",
    net_arguments={"num_classes": 2, "in_channels": 1},
    labels=("قطة", "dog"),
    preprocess=Preprocess(size=(32, 32), resize="letterbox", channels=1, mean=(0.5,), std=(0.2,)),
    metrics={"accuracy": 0.5},
    intervals={"accuracy": (0.1, 0.9)},
    seen="00ff00ff",
)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    written = save(tmp_path / "m", PLAIN, STATE)
    card, state = load(tmp_path / "m")
    assert card == written
    assert card.labels == PLAIN.labels
    assert card.intervals == PLAIN.intervals
    assert all(torch.equal(state[k], v) for k, v in STATE.items())
    assert sorted(p.name for p in (tmp_path / "m").iterdir()) == [CARD, WEIGHTS]


def test_the_card_is_readable_json(tmp_path: Path) -> None:
    save(tmp_path, PLAIN, STATE)
    plain = json.loads((tmp_path / CARD).read_text(encoding="utf-8"))
    assert plain["labels"] == ["قطة", "dog"]
    assert plain["format"] == 1
    assert len(plain["sha256"]) == 64


def test_a_crash_between_the_two_files_leaves_a_model_that_loads(tmp_path: Path) -> None:
    save(tmp_path, PLAIN, STATE)
    old = (tmp_path / CARD).read_bytes()
    new = save(tmp_path, PLAIN, {**STATE, "fc.bias": torch.ones(2)})
    (tmp_path / CARD).write_bytes(old)  # as if killed before the card was renamed
    card, state = load(tmp_path)
    assert card == new
    assert state["fc.bias"].sum() == 2
    (tmp_path / CARD).unlink()
    assert load(tmp_path)[0] == new


def test_a_fingerprint_is_of_what_decides_the_answers_and_of_nothing_else(tmp_path: Path) -> None:
    mark = fingerprint(PLAIN, STATE)
    save(tmp_path, replace(PLAIN, metrics={"accuracy": 0.7}, seen="", measured_on="others"), STATE)
    assert fingerprint(*load(tmp_path)) == mark
    assert fingerprint(replace(PLAIN, labels=("cat", "dog")), STATE) != mark
    assert fingerprint(replace(PLAIN, thresholds={"cat": 0.5}), STATE) != mark
    assert fingerprint(replace(PLAIN, preprocess=replace(PLAIN.preprocess, mean=(0.4,))), STATE) != mark
    assert fingerprint(PLAIN, {**STATE, "fc.bias": torch.ones(2)}) != mark


def test_weights_of_another_model_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save(tmp_path, PLAIN, STATE)
    save_file({"fc.bias": torch.ones(2)}, tmp_path / WEIGHTS)
    with pytest.raises(CardError, match="SHA-256 differs"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c.update(format=99), "format 99"),
        (lambda c: c.pop("format"), "'format' is missing"),
        (lambda c: c.pop("labels"), "labels missing"),
        (lambda c: c.update(labels=["a", "a"]), "different names"),
        (lambda c: c.update(labels="ab"), "labels should be a list"),
        (lambda c: c.update(net=3), "net should be a str"),
        (lambda c: c["preprocess"].update(size=[0, 1]), "preprocess"),
        (lambda c: c.update(metrics={"accuracy": "high"}), "accuracy should be a number"),
    ],
)
def test_a_damaged_card_is_refused_with_a_sentence(tmp_path: Path, change: object, said: str) -> None:
    save(tmp_path, PLAIN, STATE)
    plain = json.loads((tmp_path / CARD).read_text(encoding="utf-8"))
    change(plain)  # type: ignore[operator]
    (tmp_path / CARD).write_text(json.dumps(plain), encoding="utf-8")
    with pytest.raises(CardError, match=said):
        load(tmp_path)


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CardError, match="no such model folder"):
        load(tmp_path / "gone")
    with pytest.raises(CardError, match="cannot be read"):
        load(tmp_path)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_mutated_files_load_the_same_or_are_refused(tmp_path: Path, data: st.DataObject) -> None:
    written = save(tmp_path, PLAIN, STATE)
    name = data.draw(st.sampled_from([CARD, WEIGHTS]))
    content = bytearray((tmp_path / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        if data.draw(st.booleans()):
            content[place] = data.draw(st.integers(0, 255))
        else:
            del content[place:]
            content.append(0)
    (tmp_path / name).write_bytes(bytes(content))
    try:
        card, state = load(tmp_path)
    except CardError:
        return
    assert card.sha256 == written.sha256
    assert all(torch.equal(state[k], v) for k, v in STATE.items())
