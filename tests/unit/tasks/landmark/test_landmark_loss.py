"""Maps to places, the loss on known points only, and the metrics of landmarks, by hand."""

import math

import numpy as np
import pytest
import torch

from lenslet.errors import CallError
from lenslet.image import Preprocess
from lenslet.results import Points
from lenslet.tasks.landmark.base import points
from lenslet.tasks.landmark.decode import places, places_and_scores
from lenslet.tasks.landmark.loss import losses
from lenslet.tasks.landmark.metrics import evaluate, unit_of
from lenslet.tasks.landmark.training import Landmark
from lenslet.tasks.landmark.views import View, cut, framed, square

SIZE = (32, 64)


def peak(row: float, column: float, shape: tuple[int, int] = (4, 8), height: float = 30.0) -> torch.Tensor:
    """A map that is a narrow hill around a place, in cells."""
    y, x = torch.arange(shape[0]) + 0.5, torch.arange(shape[1]) + 0.5
    return -height * ((y[:, None] - row) ** 2 + (x[None] - column) ** 2)


def many(
    *rows: list[list[float]], names: tuple[str, ...] = ("a", "b", "c"), size: tuple[int, int] = (100, 100)
) -> list[Points]:
    return [Points(np.array(row, float), names, size=size) for row in rows]


def test_a_single_hot_cell_means_its_middle() -> None:
    maps = torch.full((1, 1, 4, 8), -100.0)
    maps[0, 0, 1, 2] = 100
    assert places(maps, SIZE)[0, 0].tolist() == [20, 12]  # cells of 8 x 8 pixels


def test_between_two_equal_cells_lies_the_place_between_them() -> None:
    maps = torch.full((1, 1, 4, 8), -100.0)
    maps[0, 0, 1, 2:4] = 100
    assert places(maps, SIZE)[0, 0].tolist() == [24, 12]


def test_a_narrow_map_is_surer_than_a_flat_one() -> None:
    maps = torch.stack([peak(2, 4), torch.zeros(4, 8)])[None]
    sure = places_and_scores(maps, SIZE)[1][0]
    assert sure[0] > 0.99
    assert sure[1] == pytest.approx(16 / 32)  # cells within reach, of all
    assert (places_and_scores(maps, SIZE)[0] == places(maps, SIZE)).all()


def test_unknown_points_and_those_outside_teach_nothing() -> None:
    maps = torch.randn(1, 3, 4, 8, generator=torch.Generator().manual_seed(0), requires_grad=True)
    truth = torch.tensor([[[20.0, 12.0, 1.0], [float("nan"), float("nan"), 0.0], [-3.0, 12.0, 1.0]]])
    sum(losses(maps, truth, SIZE).values()).backward()
    assert maps.grad is not None
    assert (maps.grad[0, 0] != 0).any()
    assert (maps.grad[0, 1:] == 0).all()


def test_a_batch_of_nothing_known_costs_nothing() -> None:
    parts = losses(torch.zeros(2, 3, 4, 8), torch.zeros(2, 3, 3), SIZE)
    assert [part.item() for part in parts.values()] == [0, 0]


def test_the_right_place_costs_less_than_any_other() -> None:
    truth = torch.tensor([[[20.0, 12.0, 1.0]]])
    right, near, far = (losses(peak(1.5, column, height=1.0)[None, None], truth, SIZE) for column in (2.5, 3.0, 5.5))
    for name in ("place", "map"):
        assert right[name] < near[name] < far[name]


def test_points_come_home_from_a_cut_out() -> None:
    box = np.array([10.0, 20, 30, 60])
    left, top, right, bottom = square(box, 0.25)
    assert (right - left, bottom - top) == (60, 60)  # 40 and a quarter of it on either side
    assert (left + right, top + bottom) == (40, 80)
    frame = framed((100, 80), box, (64, 64), 0.25)
    maps = torch.full((1, 1, 8, 8), -100.0)
    maps[0, 0, 4, 4] = 100  # 36, 36 of 64
    told = tuple(part.double().numpy() for part in places_and_scores(maps, (64, 64)))
    answer = next(points(told, [frame], ("a",), (), [None]))
    assert answer.places[0].tolist() == pytest.approx([left + 36 * 60 / 64, top + 36 * 60 / 64])
    assert answer.size == (100, 80)


@pytest.mark.parametrize("box", [(10, 10, 30, 30), (-5, -5, 12, 12), (0, 0, 40, 50), (35, 45, 39.5, 49.5)])
def test_what_is_cut_out_lies_where_its_frame_says(box: tuple[float, ...]) -> None:
    picture = np.zeros((50, 40, 3), np.uint8)
    picture[:, :, 0], picture[:, :, 1] = np.arange(40) * 5, np.arange(50)[:, None] * 5
    shape = Preprocess(size=(64, 64), resize="letterbox", channels=3, mean=(0.5,) * 3, std=(0.5,) * 3)
    seen, frame = cut(picture, np.array(box, float), shape, 0.25)
    assert seen.shape == (64, 64, 3)
    for x, y in ((20.5, 25.5), (2.5, 3.5), (37.5, 47.5)):  # a ramp: each pixel says where it was
        there = frame.away(np.array([x, y]))
        if not (4 < there[0] < 60 and 4 < there[1] < 60):
            continue
        red, green = seen[int(there[1]), int(there[0]), :2] / 5
        assert red == pytest.approx(x, abs=1.5)
        assert green == pytest.approx(y, abs=1.5)


def test_a_box_as_large_as_a_panorama_needs_no_such_memory() -> None:
    picture = np.full((2, 9000, 3), 200, np.uint8)
    shape = Preprocess(size=(32, 32), resize="letterbox", channels=3, mean=(0.5,) * 3, std=(0.5,) * 3)
    seen, frame = cut(picture, np.array([0.0, 0, 9000, 2]), shape, 0.25)
    assert seen.shape == (32, 32, 3)
    assert frame.home(frame.away(np.array([[4500.0, 1.0]])))[0].tolist() == pytest.approx([4500, 1])
    assert frame.away(np.array([4500.0, 1.0])).tolist() == pytest.approx([16, 16], abs=0.1)


def test_nme_by_hand_in_units_of_the_box() -> None:
    real = many([[0, 0], [40, 0], [0, 10]], [[0, 0], [40, 0], [0, 10]])
    said = many([[0, 2], [40, 2], [0, 12]], [[0, 0], [40, 0], [3, 6]])
    found = evaluate(said, real)  # sqrt(40 * 10) = 20
    assert found["nme"] == pytest.approx((2 / 20 + 5 / 20 / 3) / 2)
    assert found["failure@0.08"] == pytest.approx(1 / 2 + 1 / 2)  # 0.1 and 0.0833
    assert found["auc@0.08"] == 0
    assert found.per_class["c"]["nme"] == pytest.approx((2 / 20 + 5 / 20) / 2)
    assert [miss.loss for miss in found.worst] == pytest.approx([0.1, 0.25 / 3])


def test_the_area_is_one_for_exact_answers_and_half_for_half_the_error() -> None:
    real = many([[0, 0], [40, 0], [0, 10]])
    assert evaluate(real, real)["auc@0.08"] == 1
    half = many([[0, 0.8], [40, 0.8], [0, 10.8]])  # 0.04 of 20 pixels
    assert evaluate(half, real)["auc@0.08"] == pytest.approx(0.5)


def test_only_known_points_are_measured() -> None:
    names = ("a", "b", "c")
    real = [Points(np.array([[0.0, 0], [40, 0], [np.nan, np.nan]]), names, size=(100, 100))]
    said = many([[0, 0], [40, 4], [77, 77]])
    found = evaluate(said, real, boxes=[np.array([0.0, 0, 40, 10])])
    assert found["nme"] == pytest.approx(4 / 20 / 2)
    assert found.per_class["c"]["n"] == 0


def test_faces_of_68_points_are_told_by_the_distance_of_the_eyes() -> None:
    names = tuple(str(i) for i in range(68))
    places_ = np.random.default_rng(0).uniform(0, 100, (68, 2))
    places_[36], places_[45] = (30, 40), (70, 40)
    real = [Points(places_, names, size=(100, 100))]
    found = evaluate([Points(places_ + np.array([3.0, 4.0]), names)], real)
    assert found["nme"] == pytest.approx(5 / 40)
    assert "eyes" in found.notes[-1]


def test_two_points_are_told_by_the_picture() -> None:
    assert unit_of(("a", "b"), [np.array([0.0, 0, 10, 0])]) == "picture"
    assert unit_of(("a", "b", "c"), [np.array([0.0, 0, 10, 10])]) == "box"
    assert unit_of(("a", "b", "c"), [np.array([0.0, 0, 10, 0])]) == "picture"


def test_intervals_draw_the_pictures_of_one_person_together() -> None:
    random = np.random.default_rng(0)
    real = many(*[[[0, 0], [40, 0], [0, 10]]] * 60)
    off = np.repeat(random.uniform(0, 4, 6), 10)  # six people; all pictures of one are equally hard
    said = many(*[[[0, d], [40, d], [0, 10 + d]] for d in off])
    alone, together = evaluate(said, real), evaluate(said, real, groups=[str(i // 10) for i in range(60)])
    widths = [high - low for low, high in (found.intervals["nme"] for found in (alone, together))]
    assert widths[1] > 2 * widths[0]
    assert "6 groups" in together.notes[-1] + together.notes[-2]


def test_nothing_cannot_be_measured() -> None:
    with pytest.raises(CallError, match="at least one"):
        evaluate([], [])
    unknown = [Points(np.full((3, 2), np.nan), ("a", "b", "c"), size=(9, 9))]
    with pytest.raises(CallError, match="nothing can be measured"):
        evaluate(unknown, unknown)


def test_an_answer_that_leaves_a_point_out_pays_for_it() -> None:
    real = many([[0, 0], [40, 0], [0, 10]])
    said = [Points(np.array([[0.0, 0], [40, 0], [np.nan, np.nan]]), ("a", "b", "c"))]
    assert evaluate(said, real)["nme"] == pytest.approx(100 / 20 / 3)


def test_epochs_are_compared_by_closeness() -> None:
    task = Landmark(("a", "b", "c"), (32, 64), "picture")
    maps = torch.stack([peak(1.5, 2.5), peak(2.5, 4.5), peak(0.5, 1.5)])[None]
    exact = torch.cat([places(maps, SIZE), torch.ones(1, 3, 1)], 2)
    measured = task.measure([(maps, exact)])
    assert measured["nme"] == pytest.approx(0, abs=1e-6)
    assert measured[task.goal] == pytest.approx(1, abs=1e-6)
    moved = exact + torch.tensor([0.0, math.sqrt(32 * 64) / 10, 0.0])
    assert task.measure([(maps, moved)])["nme"] == pytest.approx(0.1, abs=1e-6)


@pytest.mark.parametrize(
    "wrong",
    [{"view": "sideways"}, {"looks": 3}, {"lines": [[0, 9]]}, {"unit": "feet"}, {"margin": "x"}, {"flip": None}],
)
def test_a_damaged_head_is_refused(wrong: dict[str, object]) -> None:
    good = View("whole", 2, 0.25, "box", ((0, 1),), (1, 0, 2))
    assert View.from_dict(good.to_dict(), 3) == good
    with pytest.raises(CallError, match="head"):
        View.from_dict(good.to_dict() | wrong, 3)
