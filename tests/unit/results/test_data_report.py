"""Reports of data: values that come back from JSON as they were."""

import csv
import io

import numpy as np
import pytest

from lenslet.errors import CallError
from lenslet.results import DataReport, DataStats, Finding
from lenslet.results.data_report import KINDS
from lenslet.results.spread import Spread

WRONG = Finding("label", "a/1.jpg is filed as a, looks like b (93 %)", ("d/a/1.jpg",), "a", "b", 0.934)
COPY = Finding("copy", "a/2.jpg and a/3.jpg: equal byte for byte", ("d/a/2.jpg", "d/a/3.jpg"), "a")
EMPTY = Finding("unreadable", "a/4.jpg is empty", ("d/a/4.jpg",), "a")
REPORT = DataReport("d", 30, {"a": 20, "b": 10}, {"train": 30}, (COPY, WRONG, EMPTY), ("judged by looks",))


def test_what_matters_most_comes_first() -> None:
    assert [finding.kind for finding in REPORT] == ["unreadable", "label", "copy"]
    assert REPORT.counts == {"unreadable": 1, "label": 1, "copy": 1}
    assert REPORT.severities == {"error": 1, "warning": 2, "note": 0}
    assert REPORT.verdict == "1 error, 2 warnings"
    assert REPORT.of("label") == (WRONG,)


def test_json_there_and_back() -> None:
    assert DataReport.from_json(REPORT.to_json()) == REPORT


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": 2}', '{"schema": 1}', '{"schema": 1, "findings": 3}'])
def test_other_json_is_refused(text: str) -> None:
    with pytest.raises(CallError, match="JSON"):
        DataReport.from_json(text)
    with pytest.raises(CallError, match="JSON"):
        DataStats.from_json(text)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(CallError, match="no kind of finding"):
        Finding("odd", "x")


def test_the_table_has_a_row_for_each_file_and_groups_share_a_number() -> None:
    rows = list(csv.DictReader(io.StringIO(REPORT.to_csv())))
    assert [row["path"] for row in rows] == ["d/a/4.jpg", "d/a/1.jpg", "d/a/2.jpg", "d/a/3.jpg"]
    assert [row["number"] for row in rows] == ["1", "2", "3", "3"]
    assert (rows[1]["label"], rows[1]["suggested"], rows[1]["score"]) == ("a", "b", "0.934")


def test_as_text_it_is_short() -> None:
    many = DataReport("d", 30, {"a": 30}, {"train": 30}, (EMPTY,) * 9)
    assert "... and 4 more" in str(many)
    assert len(str(many).splitlines()) == 8


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_title_and_one_line_of_advice(kind: str) -> None:
    assert KINDS[kind].title
    assert KINDS[kind].advice.endswith(".")
    assert len(KINDS[kind].advice) < 120


def test_statistics_come_back_from_json() -> None:
    spread = Spread(1.0, 2.0, 4.0)
    stats = DataStats(
        "d", {"a": {"train": 3, "val": 1}, "b": {"train": 2, "val": 0}}, 5, 900, {"JPEG": 5}, spread, spread, spread,
        (0.1, 0.2, 0.3), (0.1, 0.1, 0.1), 0.5, 5, ("note",), np.ones((5, 2), np.int64),
    )  # fmt: skip
    again = DataStats.from_json(stats.to_json())
    assert again.to_dict() == stats.to_dict()
    assert (stats.pictures, stats.parts) == (6, {"train": 5, "val": 1})
