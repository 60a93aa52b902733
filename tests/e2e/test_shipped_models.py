"""The models that come with Lenslet: they open by name, are small, say their terms, and answer."""

from pathlib import Path

import numpy as np
import pytest

import lenslet as ll
from lenslet.card.store import SHIPPED

NAMES = sorted(path.parent.name for path in SHIPPED.glob("*/card.json"))


def test_the_promised_models_are_there() -> None:
    assert {"natural", "signs"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_model_says_its_terms_and_numbers_and_answers(name: str) -> None:
    model = ll.load(name)
    card = model.card
    assert (SHIPPED / name / "model.safetensors").stat().st_size < 3 * 2**20
    assert all("not stated" not in card.licence[part] for part in ("weights", "data"))
    assert 0 < card.intervals["accuracy"][0] <= card.metrics["accuracy"] <= card.intervals["accuracy"][1] <= 1
    assert card.measured_on
    assert card.recipe["made by"].startswith("benchmarks/shipped/")
    assert (Path(__file__).parents[2] / card.recipe["made by"]).is_file()
    picture = np.random.default_rng(0).integers(0, 256, (120, 90, 3), np.uint8)
    assert model(picture).scores.sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.data
def test_signs_knows_hands_it_never_saw(shared: Path) -> None:
    assert ll.evaluate("signs", shared / "data" / "sign_digits", progress=False)["accuracy"] > 0.97
