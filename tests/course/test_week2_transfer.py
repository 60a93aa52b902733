"""Course 2.9 and 2.10: start from what others have learned; freeze some of it, train the rest.

The real thing in small: a net learns the handwritten digits 5 to 9 and then, from four pictures each, 0 to 4.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import lenslet as ll
from lenslet.loops import features
from lenslet.loops.optimizers import optimizer_for
from lenslet.nets import build
from lenslet.nets.stages import stages
from lenslet.tasks.classify import transfer
from lenslet.tasks.classify.prepare import Prepared, prepare

KWARGS = {"net": "resnet8", "progress": False, "augment": "glyph"}


def write(place: Path, digits: range, each: int, *, skip: int = 0) -> Path:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    for digit in digits:
        (place / str(digit)).mkdir(parents=True)
        for number, picture in enumerate(bunch.images[bunch.target == digit][skip : skip + each]):
            ink = np.round(picture * (255 / 16)).astype(np.uint8)
            Image.fromarray(ink).resize((32, 32)).save(place / str(digit) / f"{number}.png")
    return place


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """few/ with a train and a test part; learned/, a model of the other digits."""
    root = tmp_path_factory.mktemp("transfer")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LENSLET_CACHE", str(root / "cache"))
        many = write(root / "many", range(5, 10), 60)
        write(root / "few" / "train", range(5), 5)
        write(root / "few" / "test", range(5), 40, skip=5)
        ll.train(many, epochs=8, out=root / "learned", **KWARGS)
    return root


@pytest.fixture(autouse=True)
def _own_cache(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LENSLET_CACHE", str(place / "cache"))


def ready(place: Path, freeze: str | int | None = None, weights: str | None = None) -> Prepared:
    return prepare(
        place / "few", net="resnet8", weights=weights or place / "learned", freeze=freeze, size=None, augment="glyph",
        budget={"epochs": 2},
    )  # fmt: skip


def test_what_is_learned_on_some_digits_helps_to_learn_others(place: Path, tmp_path: Path) -> None:
    right = {}
    for name, weights in (("learned", place / "learned"), ("scratch", "none")):
        model = ll.train(place / "few", weights=weights, epochs=12, out=tmp_path / name, **KWARGS)
        assert model.evaluation is not None
        assert model.evaluation.n == 200
        right[name] = model.evaluation["accuracy"]
    assert right["learned"] > right["scratch"] + 0.15


@pytest.mark.parametrize("freeze", [1, 3, "all"])
def test_frozen_stages_are_bit_equal_after_training_and_the_rest_is_not(
    place: Path, tmp_path: Path, freeze: int | str
) -> None:
    # several steps an epoch: the first of all has a rate of 0, and after it alone nothing has moved
    how = {"freeze": freeze, "epochs": 3, "batch": 4, **KWARGS}
    model = ll.train(place / "few", weights=place / "learned", out=tmp_path / "run", **how)
    before = {name: module.state_dict() for name, module in stages(ll.load(place / "learned").net)}
    frozen = 4 if freeze == "all" else int(freeze)
    for number, (name, module) in enumerate(stages(model.net)):
        same = [torch.equal(value, before[name][key]) for key, value in module.state_dict().items()]
        assert all(same) if number < frozen else not any(same)  # the statistics of batch norm among them
    assert model.card.started_from["frozen"] == [name for name, _ in stages(model.net)][:frozen]


def test_what_is_frozen_is_computed_once_and_not_in_every_epoch(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = ready(place, "all")
    seen: list[int] = []
    run.net.layer1.register_forward_hook(lambda _, inputs, __: seen.append(len(inputs[0])))  # type: ignore[union-attr]
    learner = transfer.begin(run)
    views = 2
    assert sum(seen) == views * len(run.train.rows) + len(run.valid.rows)  # type: ignore[union-attr]
    seen.clear()
    for _ in range(5):
        for maps, _ in learner.train:
            learner.net(maps)
    assert not seen


@pytest.mark.parametrize("freeze", [2, "all"])
def test_remembered_features_give_the_loss_of_computed_ones(
    place: Path, monkeypatch: pytest.MonkeyPatch, freeze: int | str
) -> None:
    losses = []
    for remembered in (True, False):
        run = ready(place, freeze)
        if not remembered:
            monkeypatch.setattr(features, "ON_DISK", 0)
        learner = transfer.begin(run)
        assert isinstance(learner.valid, features.Features) == remembered
        assert isinstance(learner.valid, features.Through) != remembered
        assert learner.valid is not None
        learner.net.eval()
        with torch.no_grad():  # some head, the same for both
            run.net.fc.weight.copy_(torch.linspace(-1, 1, 5 * 64).view(64, 5).T)  # type: ignore[union-attr]
            run.net.fc.bias.zero_()  # type: ignore[union-attr]
        with torch.no_grad():
            losses.append([float(run.task.loss(learner.net(x), y)["loss"]) for x, y in learner.valid])
    assert np.allclose(losses[0], losses[1], atol=5e-3)


def test_a_new_head_is_solved_before_anything_moves(place: Path) -> None:
    run = ready(place, "none")
    before = {name: [p.clone() for p in module.parameters()] for name, module in stages(run.net)}
    learner = transfer.begin(run)
    assert learner.net is run.net
    for name, module in stages(run.net):
        assert all(torch.equal(a, b) for a, b in zip(before[name], module.parameters(), strict=True))
    run.net.eval()
    assert run.valid is not None
    right = [float((run.net(x).argmax(1) == y).float().mean()) for x, y in run.valid]
    assert np.mean(right) > 0.5  # of five classes, without a single epoch


def test_earlier_stages_learn_at_lower_rates() -> None:
    net = build("facet_tiny", num_classes=2)
    groups = optimizer_for(net, ll.Recipe(epochs=1, falloff=0.5)).param_groups
    scale = {id(p): group["scale"] for group in groups for p in group["params"]}
    assert scale[id(net.fc.weight)] == 1
    assert scale[id(net.layer4[0].conv1.weight)] == 0.5
    assert scale[id(net.stem.conv.weight)] == 0.5**5
    assert len(scale) == len(list(net.parameters()))
    assert {group["scale"] for group in optimizer_for(net, ll.Recipe(epochs=1)).param_groups} == {1.0}


def test_the_card_says_what_it_started_from(place: Path, tmp_path: Path) -> None:
    model = ll.train(place / "few", weights=place / "learned", epochs=1, out=tmp_path / "run", **KWARGS)
    card = ll.load(tmp_path / "run").card
    assert card.started_from == model.card.started_from
    assert card.started_from["weights"] == "learned"
    assert card.started_from["head"] == "new"
    assert card.started_from["sha256"] == ll.load(place / "learned").card.sha256
    assert card.seen.startswith(ll.load(place / "learned").card.seen)
    assert "on top of learned" in card.licence["weights"]
