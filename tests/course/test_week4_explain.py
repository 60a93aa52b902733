"""Course 4.8: what ConvNets learn. Nine patches of each unit, layer after layer; and maps that tell the truth."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.stats import spearmanr
from torch import Tensor, nn

import lenslet as ll
from lenslet.image import Preprocess
from lenslet.nets import build
from lenslet.nets.features import Features, names_of
from lenslet.tasks.explain import layers as choosing
from lenslet.tasks.explain.cam import activation_map
from lenslet.tasks.explain.occlude import occlude
from lenslet.tasks.explain.target import Target, tensor_of
from lenslet.tasks.explain.top import top_patches

SHAPE = Preprocess((48, 48), "letterbox", 3, (0.5,) * 3, (0.25,) * 3)
RED = Target("red", lambda raw: raw[:, 0], "logit")


class RedFinder(nn.Module):
    """Answers with how much red there is: two units, red and blue, the mean of their maps, a dense layer."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.fc = nn.Linear(2, 2)
        with torch.no_grad():
            for unit, colour in enumerate([(1.0, -1.0, -1.0), (-1.0, -1.0, 1.0)]):
                self.conv.weight[unit] = torch.tensor(colour)[:, None, None].expand(3, 3, 3) / 9
            self.conv.bias.fill_(-2.0)
            self.fc.weight.copy_(torch.eye(2))
            self.fc.bias.zero_()

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.fc(self.relu(self.conv(x)).mean((2, 3)))
        return out


@pytest.fixture
def planted() -> np.ndarray:
    """Grey noise with a red patch at rows 8 to 19, columns 28 to 39, and a blue one elsewhere."""
    picture = np.random.default_rng(0).integers(90, 160, (48, 48, 3)).astype(np.uint8)
    picture[8:20, 28:40] = (230, 20, 20)
    picture[30:42, 4:16] = (20, 20, 230)
    return picture


def test_4_8_cam_finds_the_planted_patch_and_not_the_other(planted: np.ndarray) -> None:
    net = RedFinder()
    image = tensor_of(planted[None], SHAPE, net)
    map, score = activation_map(net, image, RED, choosing.named(net, ["relu"], 48)[0])
    assert score == pytest.approx(float(net(image)[0, 0].detach()))
    assert map[8:20, 28:40].sum() > 0.9 * map.sum() > 0
    assert map[30:42, 4:16].max() == 0, "what speaks for blue says nothing of red"


def test_4_8_occlusion_finds_the_planted_patch(planted: np.ndarray) -> None:
    net = RedFinder()
    found = occlude(net, tensor_of(planted[None], SHAPE, net), RED, window=8)
    row, column = np.unravel_index(found.map.argmax(), found.map.shape)
    assert 8 <= row < 20
    assert 28 <= column < 40
    assert found.map[30:42, 4:16].max() < 0.05 * found.map.max()
    assert 0 < found.most <= found.score


def test_4_8_a_map_of_weights_that_learned_nothing_is_another_map() -> None:
    """The sanity check of Adebayo et al. 2018: what does not change with the weights explains nothing of the model."""
    model = ll.load("natural")
    y, x = np.mgrid[:96, :96]
    wheel = np.where(abs(np.hypot(y - 48, x - 56) - 26) < 6, 30, 225).astype(np.uint8)[..., None].repeat(3, 2)
    wheel = np.clip(wheel + np.random.default_rng(1).normal(0, 12, wheel.shape), 0, 255).astype(np.uint8)
    kind = int(model.logits(wheel[None])[0].argmax())
    target = Target("it", lambda raw: raw[:, kind], "logit")
    layer = choosing.named(model.net, ["layer3"], 96)[0]

    def map_of(net: nn.Module) -> np.ndarray:
        return activation_map(net, tensor_of(wheel[None], model.card.preprocess, net), target, layer)[0].ravel()

    learned = map_of(model.net)
    likeness = []
    for seed in range(5):
        torch.manual_seed(seed)
        other = build("facet_s", num_classes=81).eval()
        for module in other.modules():  # a new net's blocks are their short cuts alone
            if isinstance(module, nn.BatchNorm2d):
                nn.init.normal_(module.weight, 1, 0.3)
        map = map_of(other)
        likeness.append(0.0 if np.ptp(map) == 0 else float(spearmanr(learned, map).statistic))
    assert float(np.mean(likeness)) < 0.4
    assert float(spearmanr(learned, map_of(model.net)).statistic) == pytest.approx(1)


def test_4_8_the_nine_patches_of_an_edge_filter_are_edges_of_its_direction(tmp_path: Path) -> None:
    net = nn.Sequential(nn.Conv2d(3, 2, 3, padding=1, bias=False), nn.ReLU())
    edge = torch.tensor([[1.0, 0, -1]]).expand(3, 3)
    with torch.no_grad():
        net[0].weight[0] = edge / 9  # light on the left, dark on the right
        net[0].weight[1] = edge.T / 9  # light above, dark below
    random = np.random.default_rng(0)
    pictures = random.integers(100, 130, (30, 24, 24, 3)).astype(np.uint8)
    place = random.integers(6, 18, 30)
    for number in range(10):  # ten stand, ten lie, ten are noise
        pictures[number, :, : place[number]] = 255
        pictures[10 + number, : place[10 + number], :] = 255
    paths = {number: tmp_path / f"{number}.png" for number in range(30)}
    for number, path in paths.items():
        Image.fromarray(pictures[number]).save(path)
    shape = Preprocess((24, 24), "letterbox", 3, (0.5,) * 3, (0.25,) * 3)
    [layer] = top_patches(net, shape, pictures, paths, choosing.named(net, ["1"], 24))
    assert layer.field == (3, 3)
    standing, lying = layer.units
    for unit, kind, axis in ((standing, 0, 0), (lying, 1, 1)):
        assert len(unit.patches) == 9
        for patch in unit.patches:
            assert patch.picture is not None
            number = int(patch.picture.stem)
            assert number // 10 == kind, "an edge of that direction"
            assert patch.box[axis] <= place[number] <= patch.box[axis + 2], "cut out where the edge is"
            assert patch.pixels is not None
            assert patch.pixels.shape == (3, 3, 3)
            np.testing.assert_allclose(patch.pixels.mean(2).std(axis=axis), 0, atol=12)


NETS = [
    ("facet_tiny", 64, "layer2"),
    ("argus_tiny", 96, "layer3"),
    ("stylus_tiny", 64, "layer2"),
    ("cameo_tiny", 64, "layer2"),
    ("vgg_tiny", 64, "relu2_1"),
    ("resnet_tiny", 96, "layer2"),
]


@pytest.mark.parametrize(("name", "size", "layer"), NETS)
def test_4_8_the_receptive_field_is_the_one_that_gradients_measure(name: str, size: int, layer: str) -> None:
    net = build(name).eval().double()
    for parameter in net.parameters():  # all weights positive: nothing cancels, no ReLU is closed
        nn.init.uniform_(parameter, 0.5, 1.0)
    [found] = choosing.named(net, [layer], size)
    for module in list(net.modules()):  # a maximum passes a slope to one pixel only; a mean of the same window to all
        for child, pool in module.named_children():
            if isinstance(pool, nn.MaxPool2d):
                setattr(module, child, nn.AvgPool2d(pool.kernel_size, pool.stride, pool.padding))
    picture = torch.ones(1, 3, size, size, dtype=torch.float64, requires_grad=True)
    maps = Features(net, [layer])(picture)[layer]
    for row, column in ((0, 0), (maps.shape[2] // 2, maps.shape[3] // 2), (maps.shape[2] - 1, 1)):
        (slope,) = torch.autograd.grad(maps[0, 0, row, column], picture, retain_graph=True)
        y, x = (slope[0].abs().sum(0) > 0).nonzero(as_tuple=True)
        x1, y1, x2, y2 = found.sees(row, column) or (0, 0, 0, 0)
        inside = (max(x1, 0), max(y1, 0), min(x2, size), min(y2, size))
        assert inside == (int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1)


def test_4_8_deeper_units_see_more() -> None:
    fields = [one.receptive_field for one in choosing.stages(build("facet_s"), 96)]
    assert [field for field in fields if field] == [(3, 3), (15, 15), (39, 39), (87, 87), (183, 183)]
    assert len(names_of(build("facet_tiny"), size=64)) > 5
