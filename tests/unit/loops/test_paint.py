"""The loop that moves pixels: it falls, it stops where it is told, and it survives a cost that breaks."""

from itertools import islice

import pytest
import torch
from torch import Tensor

from lenslet.errors import CallError, DivergedError
from lenslet.loops import Stroke, noise, paint


def bowl(picture: Tensor) -> dict[str, Tensor]:
    """Steep one way and flat another; lowest, 0, at 0.3."""
    away = picture - 0.3
    steep = torch.linspace(1, 200, away.numel()).reshape(away.shape)
    return {"far": (steep * away.square()).sum(), "even": away.diff(dim=-1).square().sum()}


def rosenbrock(picture: Tensor) -> dict[str, Tensor]:
    x, y = picture[..., 0], picture[..., 1]
    return {"valley": (100 * (y - x * x).square() + (1 - x).square()).sum()}


@pytest.mark.parametrize("method", ["lbfgs", "adam"])
def test_the_cost_falls_to_the_bottom(method: str) -> None:
    strokes = list(paint(noise((1, 3, 4, 4)), bowl, steps=60 if method == "lbfgs" else 300, method=method))
    assert strokes[0].step == 0
    assert strokes[-1].cost < 1e-3 * strokes[0].cost
    torch.testing.assert_close(strokes[-1].image(), torch.full((1, 3, 4, 4), 0.3), atol=0.02, rtol=0)


def test_lbfgs_finds_its_way_along_a_bent_valley() -> None:
    """As fast as SciPy's, within a few steps."""
    last = list(paint(torch.tensor([[-1.2, 1.0]], dtype=torch.float64), rosenbrock, steps=80))[-1]
    torch.testing.assert_close(last.image(), torch.ones(1, 2, dtype=torch.float64), atol=1e-3, rtol=0)


def test_a_quadratic_is_solved_in_few_passes() -> None:
    last = list(paint(noise((8,)).double(), bowl, steps=40))[-1]
    assert last.cost < 1e-8
    assert last.passes < 60


def test_costs_are_told_by_part_and_add_up() -> None:
    first = next(paint(noise((4, 4)), bowl))
    assert first.costs == {name: pytest.approx(float(value)) for name, value in bowl(noise((4, 4))).items()}
    assert first.cost == pytest.approx(sum(first.costs.values()))
    assert str(first).startswith("0/300  cost ")


@pytest.mark.parametrize("method", ["lbfgs", "adam"])
def test_the_same_start_paints_the_same_picture(method: str) -> None:
    one, two = (list(paint(noise((3, 5, 5), seed=4), bowl, steps=9, method=method))[-1].image() for _ in range(2))
    assert torch.equal(one, two)
    assert not torch.equal(noise((3,), seed=1), noise((3,), seed=2))


def test_breaking_off_keeps_the_picture_so_far() -> None:
    start = noise((4, 4))
    kept = start.clone()
    painting = paint(start, bowl, steps=100)
    strokes = list(islice(painting, 6))
    painting.close()
    assert strokes[-1].step == 5
    picture = strokes[-1].image()
    assert float(sum(bowl(picture).values())) == pytest.approx(strokes[-1].cost)
    assert torch.equal(start, kept)
    picture.zero_()
    assert strokes[-1].image().any()  # what is handed out is a copy


def test_no_steps_give_the_start() -> None:
    assert [stroke.step for stroke in paint(noise((2,)), bowl, steps=0)] == [0]


@pytest.mark.parametrize("method", ["lbfgs", "adam"])
def test_a_nan_is_taken_back_told_and_survived(method: str) -> None:
    passes = 0

    def breaks(picture: Tensor) -> dict[str, Tensor]:
        nonlocal passes
        passes += 1
        parts = bowl(picture)
        return {**parts, "far": parts["far"] * float("nan")} if passes in (3, 4, 8) else parts

    strokes: list[Stroke] = list(paint(noise((3, 4)), breaks, steps=30, method=method))
    told = [stroke.said for stroke in strokes if stroke.said]
    assert told[0].endswith("far was nan; taken back, and gone on with smaller steps")
    assert len(told) == 2
    assert all(stroke.cost == stroke.cost for stroke in strokes)
    assert strokes[-1].cost < 0.5 * strokes[0].cost
    assert len(strokes) > 20
    if method == "adam":  # L-BFGS has its bottom before
        assert len(strokes) == 31
        assert strokes[-1].passes == 31 + 3


def test_a_region_without_numbers_is_gone_around() -> None:
    """The square root has no value below 0.25, and the bottom lies close above."""

    def edge(picture: Tensor) -> dict[str, Tensor]:
        return {"edge": ((picture - 0.25).sqrt() - 0.1).square().sum()}

    last = list(paint(noise((6,)) * 0.5 + 0.4, edge, steps=60))[-1]
    torch.testing.assert_close(last.image(), torch.full((6,), 0.26), atol=1e-3, rtol=0)


def test_a_start_without_a_cost_is_refused() -> None:
    with pytest.raises(DivergedError, match="the start cannot be painted on: far was nan"):
        next(paint(torch.full((2,), float("nan")), bowl))


def test_a_cost_that_never_comes_back_ends_the_painting() -> None:
    passes = 0

    def breaks(picture: Tensor) -> dict[str, Tensor]:
        nonlocal passes
        passes += 1
        return {"all": picture.square().sum() * (1 if passes < 3 else float("inf"))}

    with pytest.raises(DivergedError, match="all was inf after every step, however small"):
        list(paint(noise((2,)), breaks, steps=9))


def test_the_bottom_ends_the_painting() -> None:
    strokes = list(paint(torch.full((4,), 0.3), lambda x: {"flat": (0 * x).sum() + 1.0}, steps=50))
    assert len(strokes) == 1


def test_wrong_calls() -> None:
    with pytest.raises(CallError, match="steps is 0 or more"):
        next(paint(noise((2,)), bowl, steps=-1))
