"""To tell who is who: train, save, load, compare, evaluate, resume, by heart; and what is refused."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import lenslet as ll
from lenslet.cli.evaluate import show as show_evaluation
from lenslet.cli.predict import show as show_answers
from lenslet.errors import CallError, CardError, DataError
from lenslet.gallery import Encodes

SMALL = {"net": "cameo_tiny", "weights": "none", "task": "face", "progress": False, "size": 48}


@pytest.fixture(scope="module")
def people(digits: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen identities of eight pictures: a coloured field each, of real digits as texture."""
    from PIL import Image

    place, dice = tmp_path_factory.mktemp("people"), np.random.default_rng(2)
    sources = sorted(digits.rglob("*.png"))
    for who in range(16):
        colour = np.array([who % 4, who // 4, (who * 7) % 5]) * 50 + 30
        (place / f"person {who}").mkdir()
        for number in range(8):
            ink = np.asarray(Image.open(sources[(who * 8 + number) % len(sources)]).resize((48, 48)))[..., None] / 4
            field = np.clip(colour + ink + dice.normal(0, 12, (48, 48, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(field).save(place / f"person {who}" / f"{number}.png")
    (place / "person 0" / "broken.png").write_bytes(b"no picture")
    return place


@pytest.fixture(scope="module")
def model(people: Path, tmp_path_factory: pytest.TempPathFactory) -> "ll.Embedder":
    made = ll.train(people, epochs=6, out=tmp_path_factory.mktemp("face") / "run", **SMALL)
    assert isinstance(made, ll.Embedder)
    return made


def test_the_run_has_its_model_its_numbers_and_its_page(model: "ll.Embedder") -> None:
    folder = model.folder
    assert folder is not None
    assert {"card.json", "model.safetensors", "results.csv", "report.html", "curves.png", "roc.png"} <= {
        path.name for path in folder.iterdir()
    }
    found = model.evaluation
    assert found is not None
    assert list(found) == ["auc", "eer", "accuracy", "tar@far=1e-2", "tar@far=1e-3", "one_shot_error"]
    assert found["auc"] > 0.75
    page = (folder / "report.html").read_text()
    assert "lenslet train" in page
    assert "Who is told worst" in page
    assert "broken.png" in page
    assert "valid_eer" in (folder / "results.csv").read_text().splitlines()[0]


def test_strangers_are_held_out_and_nobody_s_name_is_on_the_card(model: "ll.Embedder") -> None:
    assert "identities that were held out by their name" in model.card.measured_on
    assert model.card.data["identities"] < 16
    assert "person" not in json.dumps({k: v for k, v in model.card.to_dict().items() if k != "measured_on"})
    assert "chose the epoch and the threshold" in model.card.measured_on
    assert "distance" in model.card.thresholds
    assert model.card.data["held_out"] >= 3 * 8  # of sixteen people three at least, or there is nobody to tell apart


def test_a_loaded_model_says_the_same_and_is_what_a_gallery_needs(model: "ll.Embedder", people: Path) -> None:
    again = ll.load(model.folder)
    assert isinstance(again, ll.Embedder)
    assert isinstance(again, Encodes)
    assert again.fingerprint == model.fingerprint
    assert again.dimensions == 128
    one = people / "person 3" / "0.png"
    assert again(one) == model(one)
    assert again.encode(one) == [again(one)]
    assert again.distance(one, one) == pytest.approx(0, abs=1e-6)
    assert again.distance(one, people / "person 3" / "1.png") < again.distance(one, people / "person 12" / "0.png")
    assert [answer.picture for answer in again.predict([one])] == [one]


def test_evaluate_and_predict_by_command(model, people, capsys) -> None:
    found = ll.evaluate(model, people, progress=False)
    show_evaluation(found)
    said = capsys.readouterr()
    assert "Told worst" in said.out
    assert "left out" in said.err
    show_answers(ll.predict(model, [people / "person 0" / "0.png"]))
    assert "128 numbers" in capsys.readouterr().out
    with pytest.raises(CallError, match="a list of numbers"):
        ll.predict(model, [people / "person 0" / "0.png"], plot=people)


def test_an_evaluation_page_shows_both_pictures_of_a_pair(model, people, tmp_path) -> None:
    ll.evaluate(model, people, out=tmp_path, include_seen=True, progress=False)
    assert (tmp_path / "roc.png").stat().st_size > 10_000
    assert "AUC" in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize("loss", ["triplet", "contrastive", "binary"])
def test_every_loss_of_the_course_trains(people, tmp_path, loss) -> None:
    made = ll.train(people, epochs=1, loss=loss, out=tmp_path / "run", **SMALL)
    assert made.card.head["loss"] == loss
    again = ll.load(tmp_path / "run")
    one, two = people / "person 0" / "0.png", people / "person 9" / "0.png"
    assert again.distance(one, two) == pytest.approx(made.distance(one, two), abs=1e-6)
    assert (again.binary is not None) == (loss == "binary")


def test_a_binary_head_learns_on_a_net_that_stays_as_it_is(model, people, tmp_path) -> None:
    made = ll.train(
        people, task="face", weights=model.folder, freeze="all", loss="binary", epochs=1, out=tmp_path, progress=False
    )
    assert made.binary is not None
    before = model.net.state_dict()
    assert all(np.array_equal(value.numpy(), before[name].numpy()) for name, value in made.net.state_dict().items())
    with pytest.raises(CallError, match="no such head"):
        ll.train(people, task="face", weights=model.folder, freeze="all", progress=False)
    with pytest.raises(CallError, match="a net that compares already"):
        ll.train(people, loss="binary", freeze="all", **SMALL)


def test_a_run_goes_on_where_it_was(people, tmp_path) -> None:
    ll.train(people, epochs=1, loss="binary", out=tmp_path / "part", **SMALL)
    on = ll.train(resume=tmp_path / "part", epochs=2, progress=False)
    assert on.binary is not None
    rows = (tmp_path / "part" / "results.csv").read_text().splitlines()
    assert len(rows) == 3
    assert "valid_auc" in rows[0]


def test_a_few_pictures_are_learned_by_heart(people, tmp_path) -> None:
    made = ll.train(people, overfit=8, out=tmp_path / "run", **SMALL)
    assert made.evaluation is not None
    assert "the self-test passed" in made.evaluation.notes[0]


def test_what_does_not_fit_is_refused(people, digits, tmp_path) -> None:
    with pytest.raises(CallError, match="--loss is for the task face"):
        ll.train(digits, loss="triplet", progress=False)
    with pytest.raises(CallError, match="--miner picks triplets"):
        ll.train(people, miner="all", **SMALL)
    with pytest.raises(CallError, match="does not encode pictures"):
        ll.train(people, task="face", net="facet_tiny", progress=False)
    with pytest.raises(CallError, match="to compare pictures, give one of"):
        ll.train(people, augment="scene", **SMALL)
    single = tmp_path / "single"
    for name in ("ana", "bob"):
        (single / name).mkdir(parents=True)
        shutil.copy(people / "person 0" / "0.png", single / name / "1.png")
    with pytest.raises(DataError, match="fewer than two identities have two pictures"):
        ll.train(single, **SMALL)


def test_a_damaged_head_is_refused(model, tmp_path) -> None:
    shutil.copytree(model.folder, tmp_path / "model")
    card = json.loads((tmp_path / "model" / "card.json").read_text())
    card["head"]["views"] = "many"
    (tmp_path / "model" / "card.json").write_text(json.dumps(card))
    with pytest.raises(CardError, match="the head says views"):
        ll.load(tmp_path / "model")


def test_a_trained_model_is_the_embedder_of_a_gallery(
    model: "ll.Embedder", people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LENSLET_KEYS", str(tmp_path / "keys"))
    monkeypatch.delenv("LENSLET_KEY", raising=False)
    folders = sorted(people.iterdir())
    with ll.Gallery(tmp_path / "people.db", model) as gallery:
        for folder in folders:
            gallery.enrol(folder.name, sorted(folder.iterdir())[:3])
        answer = gallery.verify(folders[3].name, folders[3] / "5.png")
        assert answer.threshold == model.threshold
        assert answer.far is None
        assert "not of your people" in answer.notes[0]
        gallery.calibrate(far=0.05)
        found = [gallery.identify(folder / "6.png", threshold=4).nearest == folder.name for folder in folders]
        assert np.mean(found) > 0.4  # by chance 0.06
    with ll.Gallery(tmp_path / "people.db", model.folder) as gallery:  # by its folder, opened when it is needed
        assert gallery.audit().encodings == 48
        assert gallery.identify(folders[2] / "0.png").name == folders[2].name
