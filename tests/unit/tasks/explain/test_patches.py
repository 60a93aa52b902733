"""Top patches: the streaming search, the parts that go back through the net, and the way back itself."""

import numpy as np
import pytest
import torch
from torch import nn

from lenslet.nets import build
from lenslet.nets.features import Features
from lenslet.tasks.explain import layers as choosing
from lenslet.tasks.explain.part import part_of
from lenslet.tasks.explain.patches import strongest
from lenslet.tasks.explain.top import cut_out, seen_window
from lenslet.tasks.explain.views import GREY, around_grey, going_back, views


@pytest.mark.parametrize("units", [None, [3, 0, 5]])
def test_what_is_kept_is_what_a_sort_of_everything_gives(units):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.ReLU()).eval()
    pictures = torch.rand(40, 3, 10, 12)
    feed = ((list(range(at, min(at + 7, 40))), pictures[at : at + 7]) for at in range(0, 40, 7))
    kept = strongest(Features(net, ["1"]), feed, {"1": units})["1"]
    with torch.no_grad():
        maps = net(pictures)[:, units or list(range(6))]
    peaks, places = maps.flatten(2).max(2)
    values, rows = peaks.T.topk(9, 1)
    torch.testing.assert_close(kept.values, values)
    assert (kept.rows == rows).all()
    for unit in range(len(rows)):
        for rank, row in enumerate(rows[unit].tolist()):
            place = int(places[row, unit])
            assert kept.cells[unit, rank].tolist() == [place // 12, place % 12]
    mean, spread = peaks.double().mean(0), peaks.double().std(0, correction=0)
    expected = ((values.double().mean(1) - mean) / spread).numpy()
    np.testing.assert_allclose(kept.stands_out, expected, rtol=1e-5)


def test_fewer_pictures_than_nine_leave_places_empty():
    net = nn.Sequential(nn.Conv2d(3, 2, 1))
    kept = strongest(Features(net, ["0"]), [([4, 7], torch.rand(2, 3, 5, 5))], {"0": None})["0"]
    assert sorted(kept.rows[0, :2].tolist()) == [4, 7]
    assert (kept.rows[:, 2:] == -1).all()


@pytest.mark.parametrize(("name", "layer"), [("facet_tiny", "layer2"), ("facet_tiny", "stem"), ("vgg_tiny", "relu3_1")])
@pytest.mark.parametrize("rule", ["guided", "deconv"])
def test_a_part_gives_the_same_answer_and_slope_as_the_whole(name, layer, rule):
    torch.manual_seed(1)
    net = build(name).eval()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1, 0.2)
    [where] = choosing.named(net, [layer], 96)
    picture = torch.rand(1, 3, 96, 112)
    features, back = Features(net, [layer]), Features(going_back(net, rule), [layer])
    with torch.no_grad():
        maps = features(picture)[layer]
    high, wide = maps.shape[2:]
    for cell in ((0, 0), (high // 2, wide // 2), (high - 1, wide - 1), (0, wide // 3), (high // 2 + 1, wide - 2)):
        part = part_of(where, cell, (96, 112))
        seen = picture[:, :, part.top : part.bottom, part.left : part.right]
        with torch.no_grad():
            here = features(seen)[layer][0, 2, part.cell[0], part.cell[1]]
        torch.testing.assert_close(here, maps[0, 2, cell[0], cell[1]])
        whole = views(back, picture, layer, [2], [cell])[0]
        cut = views(back, seen, layer, [2], [part.cell])[0]
        np.testing.assert_allclose(cut, whole[:, part.top : part.bottom, part.left : part.right], atol=1e-5)
        outside = whole.copy()
        outside[:, part.top : part.bottom, part.left : part.right] = 0
        assert not outside.any()


def test_the_ways_back_differ_where_they_should():
    net = nn.Sequential(nn.Conv2d(1, 2, 1, bias=False), nn.ReLU(inplace=True), nn.Conv2d(2, 1, 1, bias=False))
    with torch.no_grad():
        net[0].weight.copy_(torch.tensor([1.0, -1.0]).view(2, 1, 1, 1))
        net[2].weight.copy_(torch.tensor([2.0, 3.0]).view(1, 2, 1, 1))
    picture = torch.tensor([[[[5.0]]]])
    slopes = {
        rule: float(views(Features(going_back(net, rule), ["2"]), picture, "2", [0], [(0, 0)]).sum())
        for rule in ("guided", "deconv")
    }
    assert slopes["guided"] == 2  # the second unit is closed
    assert slopes["deconv"] == 2 - 3  # its slope is above 0, which is all that counts
    assert isinstance(net[1], nn.ReLU), "the net itself is as it was"
    assert going_back(net, "guided")[0].weight is net[0].weight, "weights are shared"
    with torch.no_grad():
        net[2].weight.copy_(torch.tensor([-2.0, 3.0]).view(1, 2, 1, 1))
    guided = views(Features(going_back(net, "guided"), ["2"]), picture, "2", [0], [(0, 0)])
    assert not guided.any(), "a slope below 0 does not pass"


def test_beyond_the_border_is_grey_and_a_field_larger_than_the_picture_shows_all_of_it():
    [stem, *_, deep] = choosing.stages(build("facet_tiny"), 64)
    window = seen_window(stem, np.array([0, 0]), (64, 64))
    assert window == (-1, -1, 2, 2)
    tile = cut_out(np.full((64, 64, 3), 200, np.uint8), window, 114)
    assert (tile[0] == 114).all()
    assert (tile[1:, 1:] == 200).all()
    assert seen_window(deep, np.array([1, 0]), (64, 64)) == (0, 0, 64, 64)


def test_no_slope_is_grey():
    assert (around_grey(np.zeros((3, 4, 4), np.float32)) == GREY).all()
    slope = np.zeros((1, 3, 3), np.float32)
    slope[0, 1, 1], slope[0, 0, 0] = 2, -2
    shown = around_grey(slope)
    assert shown.shape == (3, 3, 3)
    assert shown[1, 1, 0] > 250
    assert shown[0, 0, 0] < 5
