"""Features before the last layer, of nets of every build."""

import numpy as np
import pytest
import torch
from torch import nn

from lenslet.data.care import Describer
from lenslet.errors import CallError
from lenslet.image import Preprocess
from lenslet.nets import build
from lenslet.tasks.classify.penultimate import Penultimate

SHAPE = Preprocess(size=(64, 64), resize="letterbox", channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)
PICTURES = np.random.default_rng(0).integers(0, 256, (3, 50, 70, 3), np.uint8)


@pytest.mark.parametrize("name", ["facet_tiny", "squeezenet1_1", "resnet20"])
def test_features_are_what_the_head_is_given(name: str) -> None:
    torch.manual_seed(0)
    net = build(name, num_classes=7, in_channels=3)
    seen = Penultimate(net, SHAPE, 7)
    assert isinstance(seen, Describer)
    prepared = np.stack([seen.prepare(picture) for picture in PICTURES])
    features = seen.describe(prepared)
    assert features.shape[0] == 3
    assert features.dtype == np.float32
    assert not np.allclose(features[0], features[1])
    assert np.allclose(features[:2], seen.describe(prepared[:2]), atol=1e-2)
    if isinstance(seen.heads[-1], nn.Linear) and seen.precision == "fp32":
        with torch.inference_mode():
            logits = net(torch.from_numpy(SHAPE.normalised(prepared)))
            again = seen.heads[-1](torch.from_numpy(features))
        assert torch.allclose(logits, again, atol=1e-3)


def test_very_wide_features_are_mixed_down_and_keep_their_distances() -> None:
    class Wide(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(3 * 64 * 64, 5)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.fc(x.flatten(1))

    seen = Penultimate(Wide(), SHAPE, 5)
    prepared = np.stack([seen.prepare(picture) for picture in PICTURES])
    features = seen.describe(prepared)
    assert features.shape == (3, 1024)
    whole = SHAPE.normalised(prepared).reshape(3, -1)
    assert np.linalg.norm(features[0] - features[1]) == pytest.approx(np.linalg.norm(whole[0] - whole[1]), rel=0.1)
    assert np.array_equal(features, Penultimate(seen.net, SHAPE, 5).describe(prepared))


def test_a_net_without_such_a_head_is_refused() -> None:
    with pytest.raises(CallError, match="no last layer of 9 outputs"):
        Penultimate(build("facet_tiny", num_classes=7, in_channels=3), SHAPE, 9)
