"""What a run uses where nobody has decided."""

import numpy as np
import pytest
from PIL import Image

from lenslet.data import Sample
from lenslet.nets import NETS
from lenslet.tasks.classify import defaults


def seen(folder, side: int, *, grey: bool = False) -> defaults.Look:
    dice = np.random.default_rng(side)
    samples = []
    for number in range(6):
        pixels = dice.integers(0, 256, (side, side + 3, 1 if grey else 3), np.uint8)
        Image.fromarray(np.broadcast_to(pixels, (side, side + 3, 3)).copy()).save(folder / f"{number}.png")
        samples.append(Sample(folder / f"{number}.png", 0))
    return defaults.look(samples)


@pytest.mark.parametrize(
    ("side", "net", "sees"),
    [(20, "bead_s", 32), (32, "bead_s", 32), (40, "bead_s", 32), (41, "facet_s", 48), (64, "facet_s", 64)],
)
def test_small_colour_pictures_get_a_net_of_their_own(tmp_path, side: int, net: str, sees: int) -> None:
    found = seen(tmp_path, side)
    assert (found.net(100), found.side) == (net, sees)
    assert found.net(100) in NETS
    assert found.net(20_000) == net.replace("bead_s", "bead_m")


def test_grey_pictures_keep_the_net_and_the_augmentation_of_letters(tmp_path) -> None:
    found = seen(tmp_path, 28, grey=True)
    assert (found.net(100), defaults.preset(None, grey=found.grey, small=found.small)) == ("facet_s", "glyph")


def test_small_pictures_are_changed_less_and_what_the_caller_says_goes_first() -> None:
    assert defaults.preset(None, grey=False, small=True) == "small"
    assert defaults.preset(None, grey=False) == "full"
    assert defaults.preset("full", grey=False, small=True) == "full"


def test_what_can_be_turned_learns_by_muon_unless_another_optimizer_is_asked_for() -> None:
    usual = {"glyphs": False, "usual_rate": 2e-3, "turned": True, "minutes": 1.0}
    found = defaults.recipe(50_000, **usual, small=True)
    assert (found.optimizer, found.rate, found.batch) == ("muon", 0.09, 500)
    assert defaults.recipe(500, **usual, small=True).batch == 125
    assert defaults.recipe(500, **usual, small=True).rate == 0.045
    assert defaults.recipe(500, **usual).rate == 0.16
    assert [defaults.recipe(n, **usual).batch for n in (100, 5000, 50_000)] == [32, 64, 128]
    assert defaults.recipe(5000, **usual, rate=0.1).rate == 0.1
    other = defaults.recipe(5000, **usual, optimizer="adamw")
    assert (other.optimizer, other.rate) == ("adamw", 2e-3)
    by_hand = defaults.recipe(5000, **usual | {"turned": False, "usual_rate": 5e-4}, optimizer="muon")
    assert (by_hand.optimizer, by_hand.rate) == ("muon", 0.04)
    learned = defaults.recipe(500, **usual | {"usual_rate": 5e-4}, learned=True)
    assert (learned.optimizer, learned.rate) == ("muon", 0.08)
    plain = defaults.recipe(5000, **usual | {"turned": False})
    assert (plain.optimizer, plain.rate, plain.batch) == ("adamw", 2e-3, 32)


def test_learning_by_heart_holds_nothing_back() -> None:
    by_heart = defaults.recipe(8, glyphs=False, usual_rate=2e-3, turned=True, overfit=True)
    assert (by_heart.batch, by_heart.decay, by_heart.optimizer) == (8, 0.0, "adamw")
