"""What a report says of a start."""

import numpy as np
import pytest

from lenslet.report.page import Figure, Page, Table
from lenslet.report.start import start_section, verdict
from lenslet.results import Classification, Evaluation
from lenslet.tasks.classify.metrics import evaluate

CARD = {"weights": "<natural>", "licence": "CC BY 4.0", "head": "new", "frozen": ["stem", "layer1"]}


def measured(right: int, of: int) -> Evaluation:
    answers = [Classification(("a", "b"), np.array([0.9, 0.1], np.float32))] * of
    return evaluate(answers, np.array([0] * right + [1] * (of - right)), ("a", "b"))


@pytest.mark.parametrize(
    ("ours", "scratch", "said"),
    [
        (90, 50, "That is 40.0 points more. The intervals do not overlap."),
        (52, 50, "That is 2.0 points more. The intervals overlap"),
        (40, 50, "That is 10.0 points fewer. The intervals overlap"),
        (10, 90, "That is 80.0 points fewer. The intervals do not overlap."),
    ],
)
def test_the_verdict_gives_points_and_whether_they_may_be_chance(ours: int, scratch: int, said: str) -> None:
    assert said in verdict("natural", measured(ours, 100), measured(scratch, 100))


def test_without_a_comparison_it_says_that_nothing_was_measured() -> None:
    section = start_section(CARD, ours=measured(5, 10))
    text = " ".join(block for block in section.blocks if isinstance(block, str))
    assert "stem, layer1" in text
    assert "CC BY 4.0" in text
    assert "not measured here" in text
    assert section.title == "What it started from"


def test_a_comparison_is_a_sentence_a_table_and_a_figure_and_strangers_names_are_text() -> None:
    curve = [(1.0, 0.5), (2.0, 0.8)]
    compared = {"scratch": measured(5, 10), "scratch_curve": curve[:1], "scratch_seconds": 3.0}
    section = start_section(CARD, ours=measured(9, 10), curve=curve, seconds=2.0, **compared)  # type: ignore[arg-type]
    [table] = [block for block in section.blocks if isinstance(block, Table)]
    assert [row[0] for row in table.rows] == ["<natural>", "from scratch"]
    assert table.rows[1][1] == "50.0 %"
    assert any(isinstance(block, Figure) for block in section.blocks)
    assert "<natural>" not in Page("t", "h", "l", (section,)).html()


def test_a_run_that_measured_no_epoch_has_no_figure() -> None:
    section = start_section(CARD, ours=measured(9, 10), scratch=measured(5, 10))
    assert not any(isinstance(block, Figure) for block in section.blocks)
