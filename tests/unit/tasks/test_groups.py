"""Whole people are held out while training, whatever is learned of them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lenslet.card.start import Start, start
from lenslet.tasks.classify.prepare import prepare as classify
from lenslet.tasks.detect.prepare import prepare as detect
from lenslet.tasks.localize.prepare import prepare as localize

PEOPLE, PICTURES = 8, 24


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place, dice = tmp_path_factory.mktemp("people"), np.random.default_rng(0)
    boxes, labels = ["image,person,label,xmin,ymin,xmax,ymax"], ["path,label,person"]
    for i in range(PICTURES):
        Image.fromarray(dice.integers(0, 255, (32, 32, 3), np.uint8)).save(place / f"{i}.png")
        boxes.append(f"{i}.png,p{i % PEOPLE},{'ab'[i // 12]},1,1,20,20")
        labels.append(f"{i}.png,{'ab'[i // 12]},p{i % PEOPLE}")
    (place / "boxes.csv").write_text("\n".join(boxes))
    (place / "labels.csv").write_text("\n".join(labels))
    return place


@pytest.fixture
def noise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    monkeypatch.setenv("LENSLET_CACHE", str(tmp_path))
    return start("none", None)


@pytest.mark.parametrize("task", ["classify", "detect", "localize"])
def test_no_person_is_learned_from_and_measured_on(task: str, people: Path, noise: Start) -> None:
    budget = {"epochs": 1}
    if task == "classify":
        run = classify(people / "labels.csv", net="lenet5_relu", size=None, augment=None, budget=budget)
    else:
        prepare, net = {"detect": (detect, "argus_tiny"), "localize": (localize, "locus_tiny")}[task]
        run = prepare(people / "boxes.csv", start=noise, net=net, budget=budget)
    held = {int(one.path.stem) % PEOPLE for one in run.held_out}
    assert held
    assert len(run.held_out) == 3 * len(held)
    assert run.card.data["trained_on"] == PICTURES - len(run.held_out)
    assert run.measured_on.startswith(f"{len(held)} whole groups of pictures (as the table says)")
