"""Augmentations of pictures in which places matter, by name."""

from dataclasses import replace

import pytest

from lenslet.data.augment import PRESETS as OF_CLASSES
from lenslet.errors import CallError
from lenslet.tasks.detect import defaults as detect
from lenslet.tasks.landmark import defaults as landmark
from lenslet.tasks.localize import defaults as localize

TASKS = {"detect": (detect, "scene"), "localize": (localize, "places"), "landmark": (landmark, "places")}


@pytest.mark.parametrize("task", TASKS)
def test_a_glyph_is_changed_as_usual_and_never_mirrored(task: str) -> None:
    defaults, usual = TASKS[task]
    whole, glyph = defaults.PRESETS[usual], defaults.PRESETS["glyph"]
    assert whole.mirror
    assert not glyph.mirror
    assert not glyph.turn
    assert replace(glyph, mirror=True) == whole
    assert defaults.preset("glyph") == "glyph"


def test_the_word_means_the_same_to_every_task() -> None:
    assert not OF_CLASSES["glyph"].mirror
    assert all("glyph" in defaults.PRESETS for defaults, _ in TASKS.values())


@pytest.mark.parametrize("task", TASKS)
def test_what_is_turned_is_changed_as_usual_too(task: str) -> None:
    defaults, usual = TASKS[task]
    assert replace(defaults.PRESETS["turned"], turn=False) == defaults.PRESETS[usual]
    assert replace(defaults.PRESETS["turned-only"], turn=False) == defaults.PRESETS["glyph"]
    assert defaults.PRESETS["turned-only"].turn
    assert defaults.preset(None) == usual


@pytest.mark.parametrize("task", TASKS)
def test_an_unknown_name_gets_the_known_ones(task: str) -> None:
    with pytest.raises(CallError, match=r"augment is 'upright'.*none, light, \w+, glyph, turned"):
        TASKS[task][0].preset("upright")
