"""From a folder to a model, as a user goes, and everything that may go wrong on the way."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import lenslet as ll
from lenslet.errors import CallError, CardError, DataError, DivergedError, WorkError

FAST = {"net": "lenet5_relu", "progress": False}


@pytest.fixture(scope="module")
def trained(digits: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that the tests below look at."""
    folder = tmp_path_factory.mktemp("trained") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LENSLET_CACHE", str(tmp_path_factory.mktemp("cache")))
        model = ll.train(digits, epochs=12, out=folder, **FAST)
    assert model.evaluation is not None
    assert model.evaluation["accuracy"] > 0.9
    return folder


def test_a_run_leaves_everything_that_is_promised(trained: Path) -> None:
    names = {p.name for p in trained.iterdir()}
    assert names == {
        "card.json", "model.safetensors", "results.csv", "args.yaml", "report.html", "curves.png", "confusion.png",
        "evaluation.json", "answers.csv",
        "reliability.png", "state.safetensors",
    }  # fmt: skip
    with (trained / "results.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    assert float(rows[-1]["train_loss"]) < float(rows[0]["train_loss"])
    card = json.loads((trained / "card.json").read_text())
    assert card["metrics"]["accuracy"] > 0.9
    assert card["recipe"]["epochs"] == 12
    assert card["data"]["trained_on"] + card["data"]["held_out"] == 180


def test_the_report_is_whole_and_fetches_nothing(trained: Path) -> None:
    page = (trained / "report.html").read_text(encoding="utf-8")
    assert "Content-Security-Policy" in page
    assert "lenslet train" in page
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_a_loaded_model_answers_as_the_trained_one(trained: Path, digits: Path) -> None:
    model = ll.load(trained)
    answer = model(digits / "1" / "3.png")
    assert answer.label == "1"
    assert [r.label for r in model.predict(sorted((digits / "1").iterdir())[:4])].count("1") >= 3
    array = np.asarray(Image.open(digits / "1" / "3.png").convert("RGB"))
    assert np.allclose(model(array).scores, answer.scores)


def test_the_same_seed_gives_the_same_model_bit_for_bit(digits: Path, tmp_path: Path) -> None:
    states = []
    for name in ("a", "b"):
        model = ll.train(digits, net="facet_tiny", size=32, epochs=2, seed=4, out=tmp_path / name, progress=False)
        states.append(model.net.state_dict())
    assert all(torch.equal(states[0][k], states[1][k]) for k in states[0])
    assert (tmp_path / "a" / "model.safetensors").stat().st_size == (
        tmp_path / "b" / "model.safetensors"
    ).stat().st_size


def test_pictures_it_was_trained_on_are_left_out_of_an_evaluation(trained: Path, digits: Path) -> None:
    card = json.loads((trained / "card.json").read_text())
    unseen = ll.evaluate(trained, digits)
    assert unseen.n == card["data"]["held_out"]
    assert "trained on are left out" in unseen.notes[0]
    everything = ll.evaluate(trained, digits, include_seen=True)
    assert everything.n == 180
    assert "flatters" in everything.notes[0]


def test_an_evaluation_of_unknown_classes_is_refused(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "seven").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "seven" / "a.png")
    with pytest.raises(DataError, match="seven is not one of the model's"):
        ll.evaluate(trained, tmp_path)


def test_a_picture_turned_by_exif_is_seen_upright(trained: Path, digits: Path, tmp_path: Path) -> None:
    model = ll.load(trained)
    upright = Image.open(digits / "1" / "5.png").convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6  # "turn me by 90 degrees to the right"
    upright.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "phone.png", exif=exif)
    assert np.allclose(model(tmp_path / "phone.png").scores, model(digits / "1" / "5.png").scores, atol=1e-6)


def test_broken_files_are_skipped_counted_and_shown(digits: Path, tmp_path: Path) -> None:
    data = shutil.copytree(digits, tmp_path / "data")
    (data / "0" / "broken.jpg").write_bytes(b"\xff\xd8\xff no more")
    (data / "1" / "empty.png").write_bytes(b"")
    model = ll.train(data, epochs=1, out=tmp_path / "run", **FAST)
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "2 files could not be read" in page
    assert "broken.jpg" in page
    evaluation = model.evaluate(data)
    assert {Path(p).name for p, _ in evaluation.skipped} == {"broken.jpg", "empty.png"}


def test_labels_from_a_stranger_do_not_become_markup(digits: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(digits / "0", data / "<b>bold<")
    shutil.copytree(digits / "1", data / "قطة")
    ll.train(data, epochs=1, out=tmp_path / "run", **FAST)
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "<b>" not in page
    assert "&lt;b&gt;bold&lt;" in page
    assert "قطة" in page


def test_overfit_passes_on_good_labels_and_fails_on_contradictions(digits: Path, tmp_path: Path) -> None:
    model = ll.train(digits, overfit=8, out=tmp_path / "good", **FAST)
    assert model.evaluation is not None
    assert model.evaluation.n == 8
    assert model.evaluation["accuracy"] == 1
    assert "self-test passed" in model.evaluation.notes[0]
    data = tmp_path / "data"
    for label in ("a", "b"):
        (data / label).mkdir(parents=True)
        shutil.copy(digits / "0" / "1.png", data / label / f"{label}.png")
    with pytest.raises(WorkError, match="self-test failed"):
        ll.train(data, overfit=2, epochs=20, out=tmp_path / "bad", **FAST)


def test_a_diverging_run_stops_with_a_sentence(digits: Path, tmp_path: Path) -> None:
    with pytest.raises(DivergedError, match="try a rate below"):
        ll.train(digits, epochs=30, rate=1e30, out=tmp_path / "run", **FAST)


def test_a_run_that_diverges_late_keeps_the_last_good_model(
    digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lenslet.tasks.classify.training import Classify

    honest, steps = Classify.loss, []

    def poisoned(self: Classify, raw: object, targets: object) -> dict[str, torch.Tensor]:
        steps.append(1)
        parts = honest(self, raw, targets)  # type: ignore[arg-type]
        return {"loss": parts["loss"] * (float("nan") if len(steps) > 30 else 1)}

    monkeypatch.setattr(Classify, "loss", poisoned)
    with pytest.raises(DivergedError, match="the best model so far is in"):
        ll.train(digits, epochs=30, out=tmp_path / "run", **FAST)
    model = ll.load(tmp_path / "run")
    assert model.card.metrics["accuracy"] > 0
    assert all(torch.isfinite(v).all() for v in model.net.state_dict().values())


def test_an_interrupted_run_keeps_its_best_model(digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import lenslet.verbs.running as verb

    write = verb.row
    calls = []

    def interrupt(epoch: object, **more: float) -> dict[str, float]:
        calls.append(epoch)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return write(epoch, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(verb, "row", interrupt)
    with pytest.raises(KeyboardInterrupt, match="the best model so far is in"):
        ll.train(digits, epochs=50, out=tmp_path / "run", **FAST)
    assert ll.load(tmp_path / "run").card.metrics["accuracy"] > 0
    assert "stopped by hand" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


def test_a_run_interrupted_in_its_first_epoch_still_leaves_a_model_and_a_report(
    digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lenslet.tasks.classify.training import Classify

    honest, steps = Classify.loss, []

    def interrupted(self: Classify, raw: object, targets: object) -> dict[str, torch.Tensor]:
        steps.append(1)
        if len(steps) == 3:
            raise KeyboardInterrupt
        return honest(self, raw, targets)  # type: ignore[arg-type]

    monkeypatch.setattr(Classify, "loss", interrupted)
    with pytest.raises(KeyboardInterrupt, match="the best model so far is in"):
        ll.train(digits, minutes=1.0, out=tmp_path / "run", **FAST)
    assert ll.load(tmp_path / "run")(next((digits / "1").iterdir())).label in "012"
    assert "stopped before the first epoch ended" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"net": "resnot18"}, "did you mean"),
        ({"epochs": 1, "minutes": 1.0}, "not both"),
        ({"epochs": 0}, "epochs is 0"),
        ({"augment": "wild"}, "give one of"),
        ({"size": 8, "net": "facet_tiny"}, "at least 32"),
        ({"overfit": 1}, "at least 2 pictures"),
        ({"patience": -1}, "patience is -1"),
        ({"resume": Path("gone")}, "only --epochs or --minutes may"),
    ],
)
def test_calls_that_are_wrong_are_refused_with_a_sentence(
    digits: Path, tmp_path: Path, arguments: dict[str, object], said: str
) -> None:
    with pytest.raises(CallError, match=said):
        ll.train(digits, out=tmp_path / "run", progress=False, **arguments)
    assert not (tmp_path / "run").exists()


def test_a_folder_of_other_files_is_not_written_into(digits: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(CallError, match="holds other files"):
        ll.train(digits, epochs=1, out=tmp_path, **FAST)


def test_a_model_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(CardError, match="no such model folder"):
        ll.load(tmp_path / "gone")
    with pytest.raises(CardError, match="no official weights of that name"):
        ll.load("resnot")


def test_a_range_test_suggests_a_rate_and_trains_nothing(digits: Path, tmp_path: Path) -> None:
    found = ll.train(digits, find_lr=True, out=tmp_path / "run", **FAST)
    assert found.suggested is None or 1e-6 < found.suggested < 1
    assert {"rates.png", "rates.csv"} <= {p.name for p in (tmp_path / "run").iterdir()}
    assert not (tmp_path / "run" / "card.json").exists()


def test_a_model_carries_its_temperature_and_the_report_says_how_sure_it_is(trained: Path) -> None:
    model = ll.load(trained)
    assert 0.05 <= model.card.temperature <= 20
    assert "temperature_from" in model.card.thresholds
    assert "How sure it is" in (trained / "report.html").read_text(encoding="utf-8")
