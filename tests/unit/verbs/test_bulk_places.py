"""`predict(..., out=...)` of models that find, place, or point: the rows are their own, counted as what they are."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import lenslet as ll
from lenslet.errors import CallError
from lenslet.results import Detections, Encoding, Encodings, Localization, Unreadable
from lenslet.tasks.detect.detector import Detector
from lenslet.tasks.landmark.landmarker import Landmarker
from lenslet.tasks.localize.localizer import Localizer
from lenslet.verbs.bulk import Bulk, answers, on_ray
from lenslet.verbs.bulk.rows import Tally, read_row

FILES, ROWS = 10, 4  # three parts
NAMES = ("a", '", "label": "ج')
Model = Detector | Localizer | Landmarker
Made = Callable[[str, tuple[str, ...]], Model]


@pytest.fixture(scope="module", params=["detect", "localize", "landmark"])
def model(request: pytest.FixtureRequest, untrained: Made) -> Model:
    return untrained(request.param, NAMES)


@pytest.fixture(scope="module")
def finder(untrained: Made) -> Model:
    return untrained("detect", NAMES)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, dice = tmp_path_factory.mktemp("photos"), np.random.default_rng(0)
    for number in range(FILES - 1):
        Image.fromarray(dice.integers(0, 256, (24, 30 + number, 3), np.uint8)).save(folder / f"{number}.png")
    (folder / "broken.png").write_bytes(b"\x89PNG no more")
    return folder


@pytest.fixture
def predict(model: Model, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Bulk]:
    monkeypatch.setattr(answers, "FEWEST", ROWS)

    def call(**options: object) -> Bulk:
        bulk = ll.predict(model, [photos], out=tmp_path / "out", batch=ROWS, progress=False, **options)  # type: ignore[arg-type]
        assert isinstance(bulk, Bulk)
        return bulk

    return call


def rows(folder: Path) -> list[dict[str, object]]:
    lines = [line for part in sorted(folder.glob("part-*.jsonl")) for line in part.read_text("utf-8").splitlines()]
    return [json.loads(line) for line in lines]


def stop(model: Model, after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    honest, answered = type(model).predict, []

    def stopping(self: Model, *args: object, **options: object) -> Iterator[object]:
        for answer in honest(self, *args, **options):  # type: ignore[arg-type]
            answered.append(1)
            if len(answered) > after:
                raise KeyboardInterrupt
            yield answer

    monkeypatch.setattr(type(model), "predict", stopping)


def test_the_rows_are_the_answers_own_lines_and_come_back_as_they_were(model, photos, predict) -> None:
    bulk = predict()
    expected = {str(answer.picture): answer for answer in ll.predict(model, [photos], batch=ROWS)}
    found = {row["image"]: row for row in rows(bulk.folder)}
    assert len(found) == len(rows(bulk.folder)) == len(bulk) == FILES
    for answer in bulk:
        assert answer == expected[str(answer.picture)]
        assert found[str(answer.picture)] == json.loads(expected[str(answer.picture)].to_json())
    assert sum(isinstance(answer, Unreadable) for answer in bulk) == bulk.unreadable == 1


@pytest.mark.parametrize("after", [0, 5, 9])
def test_stopped_anywhere_it_goes_on_and_what_was_done_stays(after, model, predict, tmp_path, monkeypatch) -> None:
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt, match=r"stopped; \d of 10 files"):
        stop(model, after, patch)
        predict()
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("part-*")}
    assert len(before) == after // ROWS
    bulk = predict()
    assert bulk.predicted == FILES - ROWS * (after // ROWS)
    assert all(path.stat().st_mtime_ns == when for path, when in before.items())
    assert len({row["image"] for row in rows(bulk.folder)}) == len(rows(bulk.folder)) == FILES
    assert predict().predicted == 0


def test_a_damaged_part_is_made_again_and_counted_as_before(predict) -> None:
    first = predict()
    part = first.folder / "part-00001.jsonl"
    whole = part.read_text("utf-8")
    part.write_text(whole[:-9], "utf-8")
    again = predict()
    assert again.predicted == ROWS
    assert (again.labels, again.nothing, again.unreadable) == (first.labels, first.nothing, first.unreadable)
    assert part.read_text("utf-8") == whole


def test_what_is_counted_is_what_the_rows_say(model, predict) -> None:
    bulk = predict()
    plain = json.loads((bulk.folder / "summary.json").read_text("utf-8"))
    assert plain == {"schema": 1, **bulk.to_dict()}
    assert plain["task"] == model.card.task
    said = []
    for answer in bulk:
        if isinstance(answer, Detections):
            said.append(list(answer.classes))
        elif isinstance(answer, Localization):
            said.append([answer.label] * answer.found)
    assert dict(bulk.labels) == dict(Counter(label for labels in said for label in labels))
    assert bulk.nothing == sum(not labels for labels in said)
    assert ("nothing" in plain) == (model.card.task != "landmark")
    assert bool(bulk.labels) == (model.card.task != "landmark")


def test_a_worker_of_ray_answers_as_this_process_does(model, predict) -> None:
    bulk = predict()
    folder = answers.Answers(bulk.folder, FILES, ROWS)
    part = list(folder.parts())[1]
    before, tally = rows(bulk.folder), folder.tally(part)
    folder.file(1).unlink()
    row = {name: np.array([getattr(part, name)]) for name in ("number", "files", "start", "length")}
    [said] = on_ray.Worker(str(bulk.folder), FILES, ROWS, ROWS)(row)["said"]
    plain = json.loads(said)
    assert Tally(**(plain | {"labels": Counter(plain["labels"])})) == tally
    assert rows(bulk.folder) == before


def test_a_detector_is_asked_with_its_score_and_the_folder_keeps_to_it(finder, photos, tmp_path) -> None:
    model, out = finder, tmp_path / "out"
    few = ll.predict(model, [photos], out=out, at_least=0.9, progress=False)
    assert isinstance(few, Bulk)
    assert (few.labels, few.nothing) == ({}, FILES - 1)
    with pytest.raises(CallError, match=r"begun with scores of at least 0\.9, and this call has neither"):
        ll.predict(model, [photos], out=out, progress=False)
    with pytest.raises(CallError, match=r"this call has scores of at least 0\.9 and tiles of 32 pixels"):
        ll.predict(model, [photos], out=out, at_least=0.9, tile_side=32, progress=False)
    many = ll.predict(model, [photos], out=tmp_path / "many", at_least=0.0, tile_side=32, progress=False)
    assert isinstance(many, Bulk)
    assert many.labels.keys() == set(NAMES)
    assert many.nothing == 0
    plain = [json.loads(a.to_json()) for a in ll.predict(model, [photos], at_least=0.0, tile_side=32)]
    assert sorted(plain, key=lambda row: row["image"]) == rows(tmp_path / "many")
    manifest = json.loads((out / "manifest.json").read_text())
    assert (manifest["task"], manifest["how"]) == ("detect", {"at_least": 0.9})


def test_a_worker_is_told_how_the_folder_was_begun(finder, photos, tmp_path) -> None:
    model, out = finder, tmp_path / "out"
    ll.predict(model, [photos], out=out, at_least=0.9, progress=False)
    worker = on_ray.Worker(str(out), FILES, 64, 32, {"at_least": 0.9})
    (out / "part-00000.jsonl").unlink()
    tally = worker._answer(next(worker.answers.parts()))
    assert (tally.answered, tally.nothing, tally.unreadable) == (FILES - 1, FILES - 1, 1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"crops": Path("c"), "out": "x"}, "give --crops or --out, not both"),
        ({"at_least": 1.5, "out": "x"}, "at-least is 1.5"),
        ({"tile_side": 0, "out": "x"}, "tile-side is 0"),
    ],
)
def test_calls_that_are_wrong_are_refused(options, said, finder, photos, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CallError, match=said):
        ll.predict(finder, [photos], **options)
    assert not list(tmp_path.iterdir())


def test_encodings_are_counted_without_classes_and_come_back() -> None:
    one = Encoding(np.array([0.6, 0.8]), None, 0.5, Path("ana.jpg"))
    tally = Tally()
    tally.count(one.to_json().encode())
    assert (tally.answered, tally.nothing, tally.unreadable, dict(tally.labels)) == (1, 0, 0, {})
    assert read_row(one.to_json()) == one


def test_faces_that_are_found_first_are_one_row_a_picture_and_nobody_is_counted() -> None:
    one = Encoding(np.array([0.6, 0.8]), np.array([1.0, 2.0, 3.0, 4.0]), 0.5)
    several, nobody = Encodings((one, one), Path("group.jpg")), Encodings((), Path('"faces": [].jpg'))
    tally = Tally()
    for answer in (several, nobody):
        tally.count(answer.to_json().encode())
        assert read_row(answer.to_json()) == answer
    assert (tally.answered, tally.nothing, tally.unreadable, dict(tally.labels)) == (2, 1, 0, {})
