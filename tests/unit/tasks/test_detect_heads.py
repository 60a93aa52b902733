"""The two heads: what they say of a box they can be told, and what their losses pull at."""

import numpy as np
import pytest
import torch

from lenslet.errors import CallError, DataError
from lenslet.nets import build
from lenslet.tasks.detect import assign
from lenslet.tasks.detect.anchors import Anchors
from lenslet.tasks.detect.cells import cells, rows
from lenslet.tasks.detect.head import head_of
from lenslet.tasks.detect.points import Points
from lenslet.tasks.detect.shapes import anchor_shapes, shape_iou

SHAPES = [[8, 8], [8, 16], [16, 8], [20, 20], [20, 40], [40, 20], [50, 50], [40, 60], [60, 40]]
HEADS = {
    "points": Points(2),
    "points, centre": Points(2, rule="centre"),
    "anchors": Anchors(2, SHAPES),
    "anchors, aligned": Anchors(2, SHAPES, rule="aligned"),
}
TRUTH = torch.tensor([[[0, 4, 8, 20, 26], [1, 30, 6, 60, 40], [-1, 0, 0, 0, 0]], [[-1.0, 0, 0, 0, 0]] * 3])


def net_for(head):
    torch.manual_seed(0)
    net = build("argus_tiny", num_classes=2, box_outputs=head.box_outputs, anchors=head.per_cell)
    head.begin(net)
    return net


@pytest.mark.parametrize("name", HEADS)
def test_a_head_reads_its_net_and_its_loss_is_finite_also_without_a_thing(name):
    head = HEADS[name]
    maps = net_for(head)(torch.randn(2, 3, 64, 64))
    boxes, scores = head.decode(maps)
    places = 84 * head.per_cell
    assert boxes.shape == (2, places, 4)
    assert scores.shape == (2, places, 2)
    assert 0 <= scores.min() < scores.max() < 0.1  # nearly everything is nothing at first
    for truth in (TRUTH, torch.full((2, 1, 5), -1.0)):
        assert torch.isfinite(sum(head.loss(maps, truth).values()))


@pytest.mark.parametrize("name", HEADS)
def test_a_picture_is_learned_by_heart(name):
    head = HEADS[name]
    net = net_for(head)
    optimizer = torch.optim.AdamW(net.parameters(), 0.01)
    picture = torch.zeros(2, 3, 64, 64)
    picture[0, 0, 8:26, 4:20] = 2
    picture[0, 1, 6:40, 30:60] = 2
    for _ in range(60):
        optimizer.zero_grad()
        sum(head.loss(net(picture), TRUTH).values()).backward()
        optimizer.step()
    with torch.no_grad():
        boxes, scores = head.decode(net(picture))
    for kind in (0, 1):
        best = scores[0, :, kind].argmax()
        assert scores[0, best, kind] > 0.4
        assert (boxes[0, best] - TRUTH[0, kind, 1:]).abs().max() < 4
    assert scores[1].max() < 0.2


@pytest.mark.parametrize("name", HEADS)
def test_a_head_comes_back_from_its_card(name):
    head = HEADS[name]
    again = head_of(head.to_dict(), 2)
    maps = net_for(head)(torch.randn(1, 3, 64, 64))
    assert all(torch.equal(a, b) for a, b in zip(head.decode(maps), again.decode(maps), strict=True))


@pytest.mark.parametrize(
    "plain",
    [
        {}, {"kind": "circles"}, {"kind": "points"}, {"kind": "points", "bins": 1, "strides": [8, 16, 32]},
        {"kind": "points", "bins": 16, "strides": [8]}, {"kind": "points", "bins": True, "strides": [8, 16, 32]},
        {"kind": "points", "bins": 16, "strides": [8, 16, 32], "rule": "luck"},
        {"kind": "anchors", "strides": [8, 16, 32]},
        {"kind": "anchors", "shapes": [[1, 2]], "strides": [8, 16, 32]},
        {"kind": "anchors", "shapes": [[1, -2]] * 9, "strides": [8, 16, 32]},
    ],
)  # fmt: skip
def test_a_card_with_another_head_is_refused(plain):
    with pytest.raises(CallError):
        head_of(plain, 2)


def test_points_say_the_distances_to_the_four_sides():
    maps = [torch.zeros(1, 64 + 2, 64 // s, 64 // s) for s in (8, 16, 32)]
    for side, distance in enumerate((1, 2, 3, 4)):
        maps[0][0, 16 * side + distance, 2, 3] = 100.0
    boxes, _ = Points(2).decode(tuple(maps))
    assert boxes[0, 2 * 8 + 3].tolist() == [28 - 8, 20 - 16, 28 + 24, 20 + 32]


def test_an_anchor_says_its_own_shape_about_the_middle_of_its_cell_where_the_net_is_silent():
    maps = [torch.zeros(1, 3 * 7, 64 // s, 64 // s) for s in (8, 16, 32)]
    boxes, scores = Anchors(2, SHAPES).decode(tuple(maps))
    assert boxes[0, 1].tolist() == [4 - 4, 4 - 8, 4 + 4, 4 + 8]
    assert boxes[0, -1].tolist() == [48 - 30, 48 - 20, 48 + 30, 48 + 20]
    assert scores[0, 0].tolist() == [0.25, 0.25]  # objectness times class


def test_two_things_with_their_centres_in_one_cell_both_have_an_owner():
    head = Anchors(1, SHAPES)
    maps = [torch.zeros(1, 3 * 6, 64 // s, 64 // s) for s in (8, 16, 32)]
    grid, _ = head._grid(tuple(maps))
    both = torch.tensor([[[0, 0, 8, 16.0], [0, 4, 8, 12]]])
    given = head.owners(grid, both, torch.tensor([[0, 0]]))
    assert {0, 1} <= set(given.truth.tolist())
    assert len(set(given.place.tolist())) == len(given.place)


def test_a_loss_without_a_thing_pulls_at_no_box():
    head = HEADS["points"]
    net = net_for(head)
    loss = head.loss(net(torch.randn(1, 3, 64, 64)), torch.full((1, 1, 5), -1.0))
    sum(loss.values()).backward()
    assert all(where.weight.grad is None or not where.weight.grad.any() for where, _ in net.outputs())


def test_rows_are_in_the_order_of_the_cells():
    maps = [torch.arange(64 * 2.0).view(1, 2, 8, 8), torch.zeros(1, 2, 4, 4), torch.zeros(1, 2, 2, 2)]
    table = rows(maps)
    assert table[0, 9].tolist() == [9, 64 + 9]
    assert len(cells(maps, (8, 16, 32)).centres) == table.shape[1]


def test_anchors_are_the_shapes_that_boxes_gather_around():
    dice = np.random.default_rng(0)
    shapes = np.array([[10.0, 10], [12, 40], [50, 30]])
    sizes = shapes[dice.integers(3, size=300)] * np.exp(dice.normal(0, 0.03, (300, 2)))
    found = anchor_shapes(sizes, 3)
    assert np.abs(found / shapes - 1).max() < 0.05
    assert (anchor_shapes(sizes, 3) == found).all()


def test_anchors_of_few_boxes_are_filled_up_and_of_none_refused():
    assert anchor_shapes(np.array([[10.0, 20]]), 9).shape == (9, 2)
    assert len(np.unique(anchor_shapes(np.array([[10.0, 20]]), 9), axis=0)) == 9
    with pytest.raises(DataError, match="no boxes"):
        anchor_shapes(np.empty((0, 2)))


def test_the_iou_of_shapes_is_that_of_boxes_about_one_centre():
    assert shape_iou(np.array([[2.0, 2]]), np.array([[1.0, 2], [2, 2], [4, 4]])).tolist() == [[0.5, 1, 0.25]]


@pytest.mark.parametrize("name", HEADS)
def test_two_processes_learn_what_one_would_from_the_whole_batch(name, monkeypatch):
    head = HEADS[name]
    net = net_for(head).eval()
    pictures = torch.randn(2, 3, 64, 64)
    truth = torch.cat([TRUTH[:1], TRUTH[:1] + torch.tensor([0.0, 2, 2, 2, 2])])
    with torch.no_grad():
        whole = head.loss(net(pictures), truth)
        totals: list[float] = []

        class Two:
            size = 2

            def summed(self, values):
                totals.append(values[0])
                return [sum(totals)] if len(totals) == 1 else [known]

        monkeypatch.setattr(assign, "world", Two)
        known = 0.0
        for _ in range(2):  # each process alone, to know the totals
            head.loss(net(pictures[len(totals) : len(totals) + 1]), truth[len(totals) : len(totals) + 1])
        known = sum(totals)
        halves = [head.loss(net(pictures[i : i + 1]), truth[i : i + 1]) for i in range(2)]
    for part, value in whole.items():
        assert torch.allclose(value, (halves[0][part] + halves[1][part]) / 2, rtol=1e-4), part
