"""Maps over a picture: occlusion by hand, CAM by hand, the way home, the layers chosen, pictures painted."""

import numpy as np
import pytest
import torch
from torch import nn

from lenslet.errors import CallError
from lenslet.image import Preprocess
from lenslet.nets import build
from lenslet.tasks.explain import layers as choosing
from lenslet.tasks.explain.cam import activation_map
from lenslet.tasks.explain.maps import activations, filters
from lenslet.tasks.explain.occlude import occlude
from lenslet.tasks.explain.place import from_cells, from_pixels
from lenslet.tasks.explain.target import Target
from lenslet.tasks.explain.visualise import visualise

SUM = Target("sum", lambda raw: raw.flatten(1).sum(1), "sum")


def test_what_is_covered_falls_by_what_it_was_worth():
    net = nn.Sequential(nn.Identity())
    image = torch.zeros(1, 1, 8, 8)
    image[0, 0, 2:4, 4:6] = 1
    found = occlude(net, image, SUM, window=2)
    assert found.score == 4
    assert found.most == 4
    assert found.map.argmax() in (2 * 8 + 4, 2 * 8 + 5, 3 * 8 + 4, 3 * 8 + 5)
    assert found.map[6:, :].max() == 0
    with pytest.raises(CallError, match=r"window is 8 and the net sees 8 x 8 pixels: give 1 to 7"):
        occlude(net, image, SUM, window=8)


def test_cam_by_hand_with_the_mean_and_place_by_place():
    net = nn.Sequential(nn.Conv2d(1, 2, 1, bias=False), nn.Flatten())
    with torch.no_grad():
        net[0].weight.copy_(torch.tensor([1.0, 2.0]).view(2, 1, 1, 1))
    image = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    layer = choosing.named(net, ["0"], 2)[0]
    # y = the first unit at the first place, less half the second one at the last
    placed = Target("y", lambda raw: raw[:, 0] - 0.5 * raw[:, 7], "y", placed=True)
    map, score = activation_map(net, image, placed, layer)
    assert score == 1 - 0.5 * 8
    np.testing.assert_allclose(map, [[1, 0], [0, 0]])  # 1 x 1; at the last place -0.5 x 8, which the ReLU cuts
    whole = Target("y", placed.score, "y")
    map, _ = activation_map(net, image, whole, layer)
    # weights are means over the map: 1/4 and -1/8; relu(a/4 - 2a/8) = 0
    np.testing.assert_allclose(map, 0)


def test_a_map_that_the_score_does_not_hang_on_is_refused():
    net = build("facet_tiny", num_classes=3).eval()
    image = torch.rand(1, 3, 64, 64)
    with pytest.raises(CallError, match=r"the layer fc answers with no map"):
        activation_map(net, image, Target("a", lambda raw: raw[:, 0], "logit"), choosing.named(net, ["fc"], 64)[0])


def test_a_cell_goes_home_to_the_middle_of_what_it_sees():
    net = build("facet_tiny").eval()
    layer = choosing.named(net, ["layer2"], 64)[0]
    frame = Preprocess((64, 64), "letterbox", 3, (0.5,) * 3, (0.25,) * 3).frame((100, 200))
    map = np.zeros((8, 8))
    map[4, 6] = 1
    home = from_cells(map, layer, frame)
    assert home.shape == (32, 64)
    row, column = np.unravel_index(home.argmax(), home.shape)
    x1, y1, x2, y2 = frame.home_boxes(np.array(layer.sees(4, 6), np.float64))
    assert abs((column + 0.5) * 200 / 64 - (x1 + x2) / 2) < 2
    assert abs((row + 0.5) * 100 / 32 - (y1 + y2) / 2) < 2


def test_what_a_crop_cut_off_says_nothing():
    frame = Preprocess((32, 32), "crop", 3, (0.5,) * 3, (0.25,) * 3).frame((32, 64))
    home = from_pixels(np.ones((32, 32)), frame)
    assert home.shape == (32, 64)
    assert (home[:, :16] == 0).all()
    assert (home[:, 16:48] == 1).all()
    assert (home[:, 48:] == 0).all()


@pytest.mark.parametrize("rule", ["letterbox", "stretch", "crop"])
@pytest.mark.parametrize("size", [(50, 80), (80, 51), (7, 200)])
def test_a_frame_without_the_picture_is_the_one_with_it(rule, size):
    shape = Preprocess((48, 40), rule, 3, (0.5,) * 3, (0.25,) * 3, keep=0.8)
    assert shape.frame(size) == shape.apply(np.zeros((*size, 3), np.uint8))[1]


@pytest.mark.parametrize(
    ("name", "size", "expected"),
    [
        ("facet_s", 96, ["stem", "layer1", "layer2", "layer3", "layer4"]),
        ("argus_tiny", 96, ["stem", "layer1", "layer2", "layer3", "layer4"]),
        ("stylus_tiny", 96, ["stem", "layer1", "layer2", "layer3", "layer4"]),
        ("locus_tiny", 96, ["stem", "layer1", "layer2", "layer3", "layer4"]),
        ("resnet18", 96, ["relu", "layer1", "layer2", "layer3", "layer4"]),
        ("vgg16", 96, ["relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3"]),
        ("googlenet", 96, ["conv1", "norm2", "inception3b", "inception4e", "inception5b"]),
        ("squeezenet1_1", 96, ["features.1", "features.4", "features.7", "features.12"]),
        ("resnet20", 32, ["layer1", "layer2", "layer3"]),
    ],
)
def test_the_stages_of_a_net(name, size, expected):
    with torch.device("meta"):
        net = build(name)
    assert [one.name for one in choosing.stages(net, size)] == expected


def test_a_net_without_convolutions_is_refused():
    net = nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 2))
    with pytest.raises(CallError, match=r"this Sequential has no convolution"):
        choosing.stages(net, 8)
    with pytest.raises(CallError, match=r"no convolution, and so no filters"):
        choosing.convolutions(net, None)


def test_filters_and_activations_are_those_of_the_net():
    net = build("facet_tiny").eval()
    [first] = filters(choosing.convolutions(net, None), [2, 5])
    assert first.name == "stem.conv"
    np.testing.assert_array_equal(first.units[1].array, net.stem.conv.weight[5].detach().numpy())
    image = torch.rand(1, 3, 64, 64)
    [found] = activations(net, image, choosing.named(net, ["layer1"], 64), [3])
    assert found.map == (16, 16)
    assert found.units[0].array.shape == (16, 16)
    assert found.units[0].value == pytest.approx(float(found.units[0].array.max()))
    with pytest.raises(CallError, match=r"layer1 has the units 0 to 7, not 8"):
        activations(net, image, choosing.named(net, ["layer1"], 64), [8])


def test_a_painted_picture_makes_its_unit_answer_more_than_noise_does():
    torch.manual_seed(0)
    net = build("facet_tiny").eval()
    shape = Preprocess((48, 48), "letterbox", 3, (0.5,) * 3, (0.25,) * 3)
    layer = choosing.named(net, ["layer1"], 48)[0]
    first = visualise(net, shape, layer, [0, 3], steps=1, seed=0)
    later = visualise(net, shape, layer, [0, 3], steps=24, seed=0)
    assert all(after[1] > before[1] for before, after in zip(first, later, strict=True))
    again = visualise(net, shape, layer, [0, 3], steps=24, seed=0)
    np.testing.assert_array_equal(later[0][0], again[0][0])
    with pytest.raises(CallError, match=r"has the units 0 to 7, not 99"):
        visualise(net, shape, layer, [99])
