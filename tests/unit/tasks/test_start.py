"""Where a run's weights come from."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from lenslet.card import store
from lenslet.card.registry import IMAGENET_MEAN
from lenslet.card.start import Start, start
from lenslet.nets import build
from lenslet.tasks.classify.usual import usual_weights


def file(folder: Path, net: str, *, prefix: str = "", **arguments: object) -> Path:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        state = build(net, num_classes=6, **arguments).state_dict()
    save_file({prefix + key: value for key, value in state.items()}, folder / "w.safetensors")
    return folder / "w.safetensors"


def test_a_file_for_a_net_with_official_weights_gets_their_mean(tmp_path: Path) -> None:
    found = start(file(tmp_path, "squeezenet1_1", prefix="module."), "squeezenet1_1")
    assert found.mean == IMAGENET_MEAN
    assert found.channels == 3
    assert start(file(tmp_path, "facet_tiny"), "facet_tiny").mean is None


def test_a_googlenet_in_torchvisions_layout_is_recognised_and_its_old_heads_are_left(tmp_path: Path) -> None:
    path = file(tmp_path, "googlenet", prefix="module.", layout="torchvision", heads=True)
    found = start(path, "googlenet")
    assert found.arguments == {"layout": "torchvision"}
    net = found.build("googlenet", ("a", "b"), 3)
    assert found.state is not None
    assert torch.equal(net.conv1.conv.weight, found.state["module.conv1.conv.weight"])  # type: ignore[union-attr]
    assert start(file(tmp_path, "googlenet"), "googlenet").arguments == {}


def test_grey_weights_are_known_by_their_first_kernel(tmp_path: Path) -> None:
    assert start(file(tmp_path, "facet_tiny", in_channels=1), "facet_tiny").channels == 1


def test_the_head_is_taken_over_only_for_the_very_same_labels() -> None:
    state = build("facet_tiny", num_classes=2).state_dict()
    for labels, same in ((("a", "b"), True), (("a", "c"), False), (("b", "a"), False)):
        net = Start("facet_tiny", state, labels=("a", "b")).build("facet_tiny", labels, 3)
        assert torch.equal(net.fc.weight, state["fc.weight"]) == same  # type: ignore[union-attr,arg-type]


@pytest.mark.parametrize("grey", [True, False])
def test_without_a_shipped_model_everything_starts_from_noise(
    grey: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "SHIPPED", tmp_path)
    assert usual_weights(None, grey=grey, glyphs=False, rarest=5, freeze="all") == "none"


@pytest.mark.parametrize(("rarest", "found"), [(50, "natural"), (51, "none")])
def test_many_pictures_start_from_noise(rarest: int, found: str) -> None:
    assert usual_weights(None, grey=False, glyphs=False, rarest=rarest) == found
