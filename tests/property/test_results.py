"""Laws of results: what is written as JSON comes back; order and probability agree."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lenslet.results import Classification, Evaluation, Miss

# File names and labels may hold anything, even a lone surrogate
texts = st.text(max_size=20)
shares = st.floats(0, 1)
numbers = st.floats(allow_infinity=False) | st.integers(-(10**9), 10**9)


# Strategies give arguments and the tests make the values: the type checker of the test run draws random numbers, which
# Hypothesis does not allow inside a strategy.


@st.composite
def _classifications(draw: st.DrawFn) -> dict[str, Any]:
    weights = np.array(draw(st.lists(st.floats(1e-6, 1), min_size=1, max_size=12)))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    labels = tuple(draw(texts) for _ in weights)
    picture = draw(st.none() | texts.map(Path))
    return {"labels": labels, "scores": (weights / weights.sum()).astype(dtype), "picture": picture}


@given(_classifications())
@settings(deadline=None)
def test_a_classification_survives_json(arguments: dict[str, Any]) -> None:
    made = Classification(**arguments)
    back = Classification.from_json(made.to_json())
    assert back == made
    assert hash(back) == hash(made)
    assert back.picture == made.picture
    assert back.to_json() == made.to_json()
    assert "\n" not in made.to_json()


@given(_classifications(), st.integers(1, 15))
@settings(deadline=None)
def test_top_is_sorted_begins_with_the_label_and_holds_all(arguments: dict[str, Any], k: int) -> None:
    made = Classification(**arguments)
    top = made.top(k)
    scores = [score for _, score in top]
    assert top[0] == (made.label, made.score)
    assert len(top) == min(k, len(made.labels))
    assert scores == sorted(made.scores.tolist(), reverse=True)[:k]


@st.composite
def _evaluations(draw: st.DrawFn) -> dict[str, Any]:
    labels = tuple(draw(st.lists(texts, max_size=5, unique=True)))
    metrics = draw(st.dictionaries(texts, numbers, max_size=4))
    with_interval = draw(st.lists(st.sampled_from(sorted(metrics)), unique=True)) if metrics else []
    misses = st.tuples(st.none() | texts.map(Path), texts, texts, shares, numbers)
    size = len(labels)
    counts = st.lists(st.integers(0, 10**6), min_size=size * size, max_size=size * size)
    confusion = draw(st.none() | counts.map(lambda c: np.array(c, np.int64).reshape(size, size)))
    return {
        "task": draw(texts),
        "n": draw(st.integers(0, 10**6)),
        "metrics": metrics,
        "intervals": {name: tuple(sorted((draw(shares), draw(shares)))) for name in with_interval},
        "labels": labels,
        "per_class": {label: draw(st.dictionaries(texts, numbers, max_size=3)) for label in labels},
        "confusion": confusion,
        "worst": draw(st.lists(misses, max_size=3)),
        "skipped": tuple(draw(st.lists(st.tuples(texts, texts), max_size=3))),
        "notes": tuple(draw(st.lists(texts, max_size=3))),
    }


@given(_evaluations())
@settings(deadline=None)
def test_an_evaluation_survives_json(arguments: dict[str, Any]) -> None:
    made = Evaluation(**arguments | {"worst": tuple(Miss(*miss) for miss in arguments["worst"])})
    back = Evaluation.from_json(made.to_json())
    assert back == made
    assert hash(back) == hash(made)
    assert back.to_dict() == made.to_dict() == json.loads(made.to_json())
    assert str(back) == str(made)
