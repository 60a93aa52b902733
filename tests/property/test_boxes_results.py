"""What detections, points and localizations are written as comes back."""

from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lenslet.results import Detections, Localization, Points

texts = st.text(max_size=12)
numbers = st.floats(-1e6, 1e6)
shares = st.floats(0, 1)
sizes = st.none() | st.tuples(st.integers(1, 9999), st.integers(1, 9999))


@st.composite
def _detections(draw: st.DrawFn) -> dict[str, Any]:
    names = tuple(draw(st.lists(texts, min_size=1, max_size=4)))  # equal names, too
    count = draw(st.integers(0, 5))

    def column(values: st.SearchStrategy) -> list:
        return draw(st.lists(values, min_size=count, max_size=count))

    corner = np.array(column(st.tuples(numbers, numbers)), np.float64).reshape(-1, 2)
    side = np.array(column(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6))), np.float64).reshape(-1, 2)
    made: dict[str, Any] = {
        "boxes": np.concatenate([corner, corner + side], 1),
        "scores": np.array(column(shares), np.float64),
        "labels": np.array(column(st.integers(0, len(names) - 1)), np.int64),
        "names": names,
        "picture": draw(st.none() | texts.map(Path)),
        "size": draw(sizes),
    }
    for name in ("crowd", "difficult"):
        made[name] = draw(st.none() | st.just(np.array(column(st.booleans()), bool)))
    made["areas"] = draw(st.none() | st.just(np.array(column(st.floats(0, 1e9)), np.float64)))
    made["ids"] = draw(st.none() | st.just(tuple(column(st.integers() | texts))))
    return made


@st.composite
def _points(draw: st.DrawFn) -> dict[str, Any]:
    rows = draw(st.lists(st.tuples(numbers, numbers, texts, st.integers(0, 2), shares), max_size=6))
    end = st.integers(0, len(rows) - 1) if rows else st.nothing()
    return {
        "places": np.array([row[:2] for row in rows], np.float64).reshape(-1, 2),
        "names": tuple(row[2] for row in rows),
        "visible": np.array([row[3] for row in rows], np.int64),
        "scores": np.array([row[4] for row in rows], np.float64) if rows and draw(st.booleans()) else None,
        "lines": tuple(draw(st.lists(st.tuples(end, end), max_size=3))) if rows else (),
        "picture": draw(st.none() | texts.map(Path)),
        "size": draw(sizes),
    }


@settings(deadline=None)
@given(_detections())
def test_detections_survive_json(arguments):
    made = Detections(**arguments)
    back = Detections.from_json(made.to_json())
    assert back == made
    assert hash(back) == hash(made)
    assert back.picture == made.picture
    assert back.to_json() == made.to_json()
    assert "\n" not in made.to_json()


@settings(deadline=None)
@given(_points())
def test_points_survive_json(arguments):
    made = Points(**arguments)
    back = Points.from_json(made.to_json())
    assert back == made
    assert hash(back) == hash(made)
    assert back.to_json() == made.to_json()


@settings(deadline=None)
@given(shares, st.lists(st.tuples(shares, texts), min_size=1, max_size=5), sizes)
def test_localizations_survive_json(presence, classes, size):
    scores, names = np.array([score for score, _ in classes]), tuple(name for _, name in classes)
    made = Localization(presence, np.array([1.5, 2, 3, 4]), scores, names, size=size)
    back = Localization.from_json(made.to_json())
    assert back == made
    assert hash(back) == hash(made)


@settings(deadline=None)
@given(_detections())
def test_a_mask_and_its_opposite_are_all(arguments):
    made = Detections(**arguments)
    chosen = made.scores > 0.5
    assert len(made[chosen]) + len(made[~chosen]) == len(made)
    assert made[np.arange(len(made))] == made
