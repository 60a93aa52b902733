"""What every model has, whatever its task: files by batches, answers beside the truth, classes by their names."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from torch import nn

from lenslet.card import Card, load
from lenslet.data import Scene
from lenslet.errors import DataError
from lenslet.image import Preprocess, save_image
from lenslet.results import Detections, Evaluation, Unreadable
from lenslet.tasks.base import BaseModel, answers, at_size, beside, numbered, readable, relabelled
from lenslet.tasks.trained import TrainedModel

PREPROCESS = Preprocess((8, 6), "stretch", 3, (0.5,) * 3, (0.25,) * 3)
CARD = Card("classify", "lenet5", {}, ("a", "b", "c", "d", "e"), PREPROCESS)


class Tiny(TrainedModel, BaseModel):
    """No task at all."""

    def __repr__(self) -> str:
        return self._in_short("accuracy", "accuracy {:.1%}")

    def _plan(self):
        pytest.fail("nothing here is exported")


def halved(asked: int) -> int | Unreadable:
    return Unreadable(Path(str(asked)), "odd") if asked % 2 else asked // 2


@pytest.mark.parametrize("batch", [1, 2, 3, 7, 100])
def test_answers_stand_in_the_order_of_what_was_asked_with_what_cannot_be_opened_in_its_place(batch):
    asked = [0, 1, 3, 5, 2, 4, 7]
    found = list(answers(asked, halved, lambda these, seen: list(zip(these, seen, strict=True)), batch=batch))
    expected = [Unreadable(Path(str(one)), "odd") if one % 2 else (one, one // 2) for one in asked]
    assert found == expected


def test_no_more_than_a_batch_is_drawn_ahead():
    drawn = []

    def names() -> Iterator[int]:
        for one in range(0, 100, 2):
            drawn.append(one)
            yield one

    found = answers(names(), halved, lambda _, seen: seen, batch=3)
    assert drawn == []
    assert [(next(found), len(drawn)) for _ in range(4)] == [(0, 3), (1, 3), (2, 3), (3, 6)]


def test_who_answers_is_asked_also_where_nothing_could_be_opened():
    calls = []
    found = list(answers([1, 3], halved, lambda these, seen: calls.append((these, seen)) or [], batch=8))
    assert [one.why for one in found] == ["odd", "odd"]
    assert calls == [([], [])]


def test_answers_stand_beside_what_was_asked_and_what_was_skipped_is_told():
    seen: list[tuple[int, int]] = []
    read, skipped = beside(["x", Unreadable(Path("b"), "torn"), "z"], [10, 20, 30], lambda *at: seen.append(at))
    assert read == [("x", 10), ("z", 30)]
    assert skipped == [("b", "torn")]
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert beside([], []) == ([], [])
    with pytest.raises(DataError, match="none of the 2 pictures can be read; the first: torn"):
        beside([Unreadable(Path("a"), "torn"), Unreadable(Path("b"), "gone")], [1, 2])
    with pytest.raises(ValueError, match="zip"):
        beside(["x"], [1, 2])


def test_a_file_is_opened_whole_or_at_the_net_s_size_or_told(tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    save_image(picture, tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"no picture")
    assert np.array_equal(readable(tmp_path / "a.png"), picture)
    assert np.array_equal(readable(tmp_path / "a.png", PREPROCESS), PREPROCESS.apply(picture)[0])
    assert np.array_equal(at_size(picture, PREPROCESS), PREPROCESS.apply(picture)[0])
    for how in (None, PREPROCESS):
        broken = readable(tmp_path / "b.png", how)
        assert isinstance(broken, Unreadable)
        assert "b.png" in broken.why


def test_classes_count_as_the_model_s_do_and_an_unknown_one_is_named():
    assert numbered(("a", "b"), ["b"], "here") == {"a": 0, "b": 1}
    said = r"^here: class x, y is not one of the model's \(a, b, c, d, e, f, g, h, ...\); rename or remove that class$"
    with pytest.raises(DataError, match=said):
        numbered(tuple("abcdefghi"), ["y", "a", "x", "y"], "here")
    boxes = np.array([[0, 0, 4, 4], [1, 1, 5, 5]], np.float64)
    scene = Scene(Path("p.png"), "p.png", Detections(boxes, np.ones(2), np.array([0, 1]), ("b", "a"), None, (9, 9)))
    [named] = relabelled(("a", "b", "c"), [scene], "here")
    assert named.truth.names == ("a", "b", "c")
    assert named.truth.labels.tolist() == [1, 0]
    assert list(named.truth.classes) == list(scene.truth.classes)
    with pytest.raises(DataError, match="class a is not one"):
        relabelled(("b",), [scene], "here")


def test_a_model_is_told_in_short():
    assert repr(Tiny(nn.Linear(2, 2), CARD)) == "Tiny(lenet5, 5 classes: a, b, c, d, ...)"
    measured = replace(CARD, labels=("a", "b"), metrics={"accuracy": 0.5})
    assert repr(Tiny(nn.Linear(2, 2), measured)) == "Tiny(lenet5, 2 classes: a, b, accuracy 50.0%)"


def test_numbers_come_onto_the_card_but_for_what_could_not_be_told(tmp_path):
    model = Tiny(nn.Linear(2, 2).train(), CARD, folder=tmp_path)
    assert not model.net.training
    found = Evaluation(
        task="classify", n=3, metrics={"accuracy": 0.5, "ece": float("nan")},
        intervals={"accuracy": (0.1, 0.9), "ece": (0.0, 1.0)},
    )  # fmt: skip
    measured = model.with_evaluation(found, "three pictures")
    assert type(measured) is Tiny
    assert (measured.net, measured.folder, measured.evaluation) == (model.net, tmp_path, found)
    assert measured.card.metrics == {"accuracy": 0.5}
    assert measured.card.intervals == {"accuracy": (0.1, 0.9)}
    assert measured.card.measured_on == "three pictures"
    assert measured.fingerprint == model.fingerprint  # the same model, measured
    assert model.card.metrics == {}


def test_what_is_saved_is_what_the_fingerprint_is_of(tmp_path):
    model = Tiny(nn.Linear(2, 2), CARD)
    assert model.save(tmp_path / "m") == model.folder == tmp_path / "m"
    card, state = load(tmp_path / "m")
    again = nn.Linear(2, 2)
    again.load_state_dict(state)
    assert card == model.card
    assert Tiny(again, card).fingerprint == model.fingerprint
    again.weight.data += 1
    assert Tiny(again, card).fingerprint != model.fingerprint
