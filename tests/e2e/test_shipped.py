"""Models that come with Lenslet: opened by name, started from without being asked, and said so."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import lenslet as ll
from lenslet.card import Card, save, store
from lenslet.card.foreign import halved
from lenslet.errors import CallError
from lenslet.image import Preprocess
from lenslet.nets import build

COLOURS = {"rose": (200, 30, 60), "tulip": (230, 180, 30), "violet": (90, 40, 160)}
LABELS = ("leaf", "stone")


@pytest.fixture(autouse=True)
def natural(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `natural` as it is shipped: half precision, 48 px, two classes of its own."""
    folder = tmp_path / "shipped" / "natural"
    monkeypatch.setattr(store, "SHIPPED", folder.parent)
    torch.manual_seed(0)
    shape = Preprocess(size=(48, 48), resize="letterbox", channels=3, mean=(0.4, 0.5, 0.6), std=(0.2, 0.2, 0.2))
    arguments = {"num_classes": 2, "in_channels": 3}
    card = Card("classify", "facet_tiny", arguments, LABELS, shape, licence={"weights": "CC0-1.0"}, seen="0" * 16)
    save(folder, card, halved(build("facet_tiny", **arguments).state_dict()))
    return folder


@pytest.fixture
def flowers(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    for name, colour in COLOURS.items():
        (tmp_path / "flowers" / name).mkdir(parents=True)
        for number in range(12):
            pixels = np.clip(np.array(colour) + random.normal(0, 25, (40, 48, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "flowers" / name / f"{number}.png")
    return tmp_path / "flowers"


def test_a_shipped_model_is_opened_by_its_name_by_every_verb(
    flowers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = ll.load("natural")
    assert model.labels == LABELS
    assert next(model.net.parameters()).dtype == torch.float32
    picture = flowers / "rose" / "1.png"
    monkeypatch.chdir(tmp_path)
    shutil.copytree(flowers, tmp_path / "natural")  # pictures in a folder that is called as the model
    [answer] = ll.predict("natural", [picture])
    assert answer.label == model(picture).label
    assert ll.describe("natural").net == "facet_tiny of natural"
    assert [row.name for row in ll.models().shipped] == ["natural"]


def test_colour_photos_start_from_it_without_being_asked(flowers: Path, tmp_path: Path) -> None:
    model = ll.train(flowers, epochs=2, out=tmp_path / "run", progress=False)
    card = model.card
    assert (card.net, card.preprocess.size, card.preprocess.mean) == ("facet_tiny", (48, 48), (0.4, 0.5, 0.6))
    assert card.started_from["weights"] == "natural"
    assert card.started_from["licence"] == "CC0-1.0"
    assert card.licence["weights"] == "yours, on top of natural: CC0-1.0"
    assert "0" * 8 in {card.seen[i : i + 8] for i in range(0, len(card.seen), 8)}
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "What it started from" in page
    assert "CC0-1.0" in page


@pytest.mark.parametrize(
    "arguments", [{"weights": "none", "net": "facet_tiny"}, {"net": "resnet8"}, {"overfit": 4, "net": "facet_tiny"}]
)
def test_noise_is_taken_where_it_is_asked_for_or_another_net_is(
    flowers: Path, tmp_path: Path, arguments: dict[str, object]
) -> None:
    model = ll.train(
        flowers, epochs=60 if "overfit" in arguments else 1, out=tmp_path / "run", progress=False, **arguments
    )
    assert model.card.started_from == {}
    assert "from scratch" in model.card.licence["weights"]


def test_grey_pictures_start_from_noise(digits: Path, tmp_path: Path) -> None:
    model = ll.train(digits, net="facet_tiny", epochs=1, out=tmp_path / "run", progress=False)
    assert model.card.started_from == {}


def test_many_pictures_start_from_noise(flowers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lenslet.tasks.classify import usual

    monkeypatch.setattr(usual, "FEW", 5)
    model = ll.train(flowers, net="facet_tiny", epochs=1, out=tmp_path / "run", progress=False)
    assert model.card.started_from == {}
    asked = ll.train(flowers, freeze="all", epochs=1, out=tmp_path / "frozen", progress=False)
    assert asked.card.started_from["weights"] == "natural"


def test_only_the_head_learns_in_few_epochs_when_all_is_frozen(flowers: Path, tmp_path: Path) -> None:
    model = ll.train(flowers, freeze="all", out=tmp_path / "run", progress=False)
    assert model.card.recipe["epochs"] == 10
    assert model.evaluation is not None
    assert model.evaluation["accuracy"] > 0.5
    start = ll.load("natural").net.state_dict()
    ours = model.net.state_dict()
    assert all(torch.equal(ours[key], start[key]) for key in ours if not key.startswith("fc."))


def test_against_scratch_shows_both_in_the_report_and_on_the_card(flowers: Path, tmp_path: Path) -> None:
    model = ll.train(flowers, weights="natural", against_scratch=True, epochs=3, out=tmp_path / "run", progress=False)
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "What the start brought" in page
    assert "From scratch:" in page
    assert "--against-scratch" in page  # the command that repeats it
    noted = ll.load(tmp_path / "run").card.started_from["scratch"]
    assert model.evaluation is not None
    assert noted["n"] == model.evaluation.n
    assert 0 <= noted["interval"][0] <= noted["accuracy"] <= noted["interval"][1] <= 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"freeze": 6}, "how many of the net's 5 stages"),
        ({"freeze": "most"}, "give all, none, or how many"),
        ({"freeze": "all", "weights": "none", "net": "facet_tiny"}, "name weights to start from"),
        ({"freeze": 2, "net": "resnet8"}, "name weights to start from"),
        (
            {"against_scratch": True, "weights": "none", "net": "facet_tiny"},
            "a run that starts from noise itself has nothing to compare",
        ),
        ({"against_scratch": True, "weights": "natural", "overfit": 4}, "a self-test has nothing to compare"),
        ({"weights": "natural", "net": "resnet8"}, "natural is a facet_tiny, not a resnet8"),
        ({"weights": "naturel"}, "'natural', 'imagenet', 'none'"),
    ],
)
def test_wrong_calls_are_refused_before_anything_is_made(
    flowers: Path, tmp_path: Path, arguments: dict[str, object], said: str
) -> None:
    with pytest.raises(CallError, match=said):
        ll.train(flowers, epochs=1, out=tmp_path / "run", progress=False, **arguments)
    assert not (tmp_path / "run").exists()
