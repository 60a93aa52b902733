"""What has to lie on a GPU lies there, and comes back: shown without one, by devices that only count ("meta")."""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from lenslet.image import Preprocess
from lenslet.loops import precision
from lenslet.loops.precision import to_device
from lenslet.tasks.classify.classifier import Classifier
from lenslet.tasks.detect.training import Detect
from lenslet.tasks.landmark.training import Landmark
from lenslet.tasks.localize.training import Localize
from lenslet.verbs.chapters.looked import looked_at

META = torch.device("meta")


class Pair(NamedTuple):
    one: Tensor
    other: Tensor


@dataclass(frozen=True)
class Truth:
    boxes: Tensor
    names: tuple[str, ...]


class Elsewhere(nn.Module):
    """A net on another device: takes pictures that are there, and gives what it is told to, which can be read."""

    def __init__(self, said: Any) -> None:
        super().__init__()
        self.weight, self.said = nn.Parameter(torch.zeros(1, device=META)), said

    def forward(self, images: Tensor) -> Any:
        assert images.device == META
        return self.said


def test_targets_are_moved_whatever_holds_them() -> None:
    x = torch.zeros(2)
    moved = to_device({"a": [x, (x, "word")], "b": Pair(x, x), "c": Truth(x, ("cat",)), "d": None, "e": 3}, META)
    assert moved["a"][0].device == moved["a"][1][0].device == META
    assert moved["a"][1][1] == "word"
    assert isinstance(moved["b"], Pair)
    assert moved["b"].other.device == META
    assert (moved["c"].boxes.device, moved["c"].names) == (META, ("cat",))
    assert (moved["d"], moved["e"]) == (None, 3)
    assert to_device(x, torch.device("cpu")) is x


@pytest.mark.parametrize("kind", ["detect", "localize", "landmark"])
def test_pictures_decoded_at_the_start_go_where_the_net_is(kind: str, untrained: Callable[..., Any]) -> None:
    model = untrained(kind, ("a", "b"))
    images, size = torch.zeros(2, 3, 32, 32), (32, 32)
    with torch.no_grad():
        raw = model.net(images)
    task = {
        "detect": lambda: Detect(model.head, ("a", "b")),
        "localize": lambda: Localize(("a", "b"), size),
        "landmark": lambda: Landmark(("a", "b"), size, "picture"),
    }[kind]()
    truth = torch.tensor([[4.0, 4, 1], [20, 20, 1]]) if kind == "landmark" else torch.tensor([[0.0, 4, 4, 20, 20]])
    found = task.evaluated(Elsewhere(raw), [(images, truth.expand(2, -1, -1))])
    assert found.n == 2


def test_logits_come_back_before_they_are_calibrated(monkeypatch: pytest.MonkeyPatch, untrained) -> None:
    logits = torch.tensor([[2.0, 0.0], [0.0, 1.0]])
    far = SimpleNamespace(cpu=lambda: logits)  # it has no `numpy`, as a tensor on a GPU has not
    monkeypatch.setattr(Classifier, "_raw", lambda self, images: far)
    model = untrained("localize", ("a", "b"))
    net = Elsewhere(None)
    classifier = Classifier(net, model.card)
    calibrated, _ = classifier.calibrated([(torch.zeros(2, 3, 8, 8), torch.tensor([0, 1]))])
    assert "temperature" in calibrated.card.thresholds


def test_a_chapter_looks_where_the_net_is(monkeypatch: pytest.MonkeyPatch) -> None:
    shape = Preprocess(size=(8, 8), resize="letterbox", channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)
    boxes, scores = torch.zeros(1, 4, 4), torch.zeros(1, 4, 2)
    head = SimpleNamespace(decode=lambda maps: (boxes, scores))
    model = SimpleNamespace(net=Elsewhere(()), head=head, card=SimpleNamespace(preprocess=shape))
    monkeypatch.setattr("lenslet.verbs.chapters.looked.open_image", lambda path: np.zeros((8, 8, 3), np.uint8))
    monkeypatch.setattr("lenslet.verbs.chapters.looked.Looked", lambda *parts: parts)
    looked = looked_at.__wrapped__ if hasattr(looked_at, "__wrapped__") else looked_at
    assert looked(model, SimpleNamespace(path="x.png"))[2].shape == (4, 4)  # type: ignore[arg-type]


@pytest.mark.parametrize(("real", "chosen"), [(True, "bf16"), (False, "fp32")])
def test_a_card_that_only_emulates_bf16_computes_in_fp32(
    real: bool, chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: including_emulation or real)
    assert precision.resolve("auto", nn.Conv2d(64, 64, 3)) == chosen
