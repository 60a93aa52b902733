"""What a learning curve says, and when it says that it cannot."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lenslet.errors import CallError
from lenslet.results.learning_curve import CurvePoint, LearningCurve, percent

SHARES = ((1 / 8, 3), (1 / 4, 2), (1 / 2, 1), (1, 1))


def curve(
    *, scale: float = 2.0, exponent: float = 0.6, floor: float = 0.01, top: int = 1320, of: int = 1000, seed: int = 0
) -> LearningCurve:
    """Runs whose errors follow a power law, with the luck of being measured on `of` pictures."""
    dice = np.random.default_rng(seed)
    points = []
    for share, repeats in SHARES:
        n = round(top * share)
        for repeat in range(repeats):
            wrong = int(dice.binomial(of, floor + scale * n**-exponent))
            points.append(CurvePoint(n, share, repeat, of - wrong, of, 60.0))
    return LearningCurve(tuple(points), "3 minutes")


def test_it_says_what_twice_the_pictures_would_bring_and_how_sure_that_is() -> None:
    made = curve()
    expected = made.predict(2640)
    assert expected is not None
    truth = 1 - (0.01 + 2.0 * 2640**-0.6)
    assert expected.low < truth < expected.high
    assert expected.high - expected.low < 0.05
    assert made.said.startswith("with 2,640 pictures to learn from instead of 1,320 expect ")
    assert f"{percent(expected.low)} to {percent(expected.high)} % right; now" in made.said


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    inside = 0
    for seed in range(30):
        expected = curve(of=330, seed=seed).predict(2640)
        assert expected is not None
        inside += expected.low <= 1 - (0.01 + 2.0 * 2640**-0.6) <= expected.high
    assert inside >= 27


def test_more_held_out_pictures_make_it_surer_and_a_measurement_is_less_sure_than_the_truth() -> None:
    wide, narrow = curve(of=150).predict(2640), curve(of=5000).predict(2640)
    measured = curve(of=5000).predict(2640, measured_on=100)
    assert wide is not None
    assert narrow is not None
    assert measured is not None
    assert wide.high - wide.low > narrow.high - narrow.low
    assert measured.high - measured.low > narrow.high - narrow.low


def test_what_cannot_be_said_is_said() -> None:
    flat = LearningCurve(
        tuple(
            CurvePoint(round(1320 * share), share, repeat, 700 + repeat, 1000)
            for share, repeats in SHARES
            for repeat in range(repeats)
        )
    )
    assert "no gain from 165 to 1,320 is to be seen" in flat.said
    assert "cannot be said" in flat.said
    assert flat.to_dict()["twice"] is None
    two = LearningCurve((CurvePoint(50, 0.5, 0, 40, 50), CurvePoint(100, 1.0, 0, 45, 50)))
    assert "too few pictures to learn from parts" in two.said
    assert two.predict(200) is two.fit is None
    perfect = LearningCurve(tuple(CurvePoint(n, n / 400, 0, min(50, n // 4), 50) for n in (100, 200, 400)))
    assert "all 50 held-out pictures are right already" in perfect.said
    vague = LearningCurve(
        (CurvePoint(10, 0.25, 0, 1, 12), CurvePoint(20, 0.5, 0, 6, 12), CurvePoint(40, 1.0, 0, 8, 12))
    )
    assert "scatters too much" in vague.said


def test_a_gain_that_may_be_none_is_called_so() -> None:
    made = curve(of=200, seed=2)
    expected = made.predict(2640)
    assert expected is not None
    assert ("may be none" in made.said) == (expected.low <= made.now.accuracy)


def test_runs_of_one_size_that_scatter_widen_it() -> None:
    def spread(by: int) -> float:
        rising = ((100, 700), (200, 780), (400, 840), (800, 880))
        points = [CurvePoint(n, n / 800, 0, right, 1000) for n, right in rising]
        points += [CurvePoint(100, 1 / 8, 1, 700 - by, 1000), CurvePoint(100, 1 / 8, 2, 700 + by, 1000)]
        expected = LearningCurve(tuple(points)).predict(1600)
        assert expected is not None
        return expected.high - expected.low

    assert spread(80) > 1.2 * spread(5)


def test_json_and_csv_hold_every_run() -> None:
    made = curve()
    back = LearningCurve.from_json(made.to_json())
    assert back.points == made.points
    assert back.to_json() == made.to_json()
    lines = made.csv().splitlines()
    assert lines[0].startswith("n,share,repeat,right,of,accuracy,low,high")
    assert len(lines) == 8
    for wrong in ("[]", '{"schema": 1}', '{"schema": 1, "each": "", "points": [{"n": 1}]}'):
        with pytest.raises(CallError, match="not the JSON of a learning curve"):
            LearningCurve.from_json(wrong)
    with pytest.raises(CallError, match="schema"):
        LearningCurve.from_json('{"schema": 7}')


def test_the_figure_is_written_for_any_curve(tmp_path: Path) -> None:
    for number, made in enumerate((curve(), LearningCurve((CurvePoint(5, 1.0, 0, 1, 2),)))):
        with Image.open(made.plot(tmp_path / f"{number}.png")) as picture:
            assert picture.width > 800
    with pytest.raises(CallError, match=r"\.png, \.pdf or \.svg"):
        curve().plot(tmp_path / "curve.gif")


@pytest.mark.parametrize("wrong", [{"n": 0}, {"right": 9}, {"of": 0}, {"share": 0.0}, {"share": 1.5}])
def test_points_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(CallError, match="no point of a learning curve"):
        CurvePoint(**({"n": 10, "share": 1.0, "repeat": 0, "right": 3, "of": 8} | wrong))
    with pytest.raises(CallError, match="at least one run"):
        LearningCurve(())
