"""Reports: whole, safe, and legible where it counts."""

import re
from pathlib import Path

import numpy as np
import pytest

from lenslet.report import Code, Figure, Page, Pictures, Section, Table
from lenslet.report.curves import curves
from lenslet.report.training import share

EVIL = "<img src=x onerror=alert(1)>"
PICTURE = np.zeros((8, 8, 3), np.uint8)


def _page() -> Page:
    blocks = (
        EVIL,
        Code(EVIL),
        Table((EVIL, "n"), ((EVIL, "3"), ("rose", "12")), EVIL),
        Figure(PICTURE, EVIL),
        Pictures(((PICTURE, EVIL), (np.zeros((300, 200, 3), np.uint8), "large"))),
    )
    return Page(EVIL, EVIL, EVIL, (Section(EVIL, blocks),), EVIL)


def test_what_strangers_write_is_text() -> None:
    html = _page().html()
    assert "<img src=x" not in html
    assert html.count("&lt;img src=x") >= 10


def test_a_page_is_one_file_that_fetches_nothing_and_runs_nothing(tmp_path: Path) -> None:
    html = _page().write(tmp_path / "deep" / "report.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in html
    assert all(source.startswith("data:image/") for source in re.findall(r'src="([^"]*)"', html))
    assert "<script" not in html
    assert "@import" not in html


def test_numbers_are_flush_right_and_words_are_not() -> None:
    html = _page().html()
    assert '<td class="number">12</td>' in html
    assert "<td>rose</td>" in html
    mixed = Page("t", "h", "l", (Section("s", (Table(("", ""), (("seed", "0"), ("net", "facet_s"))),)),)).html()
    assert "<td>0</td>" in mixed


@pytest.mark.parametrize(
    ("value", "said"), [(1, "100 %"), (0, "0 %"), (0.9996, "over 99.9 %"), (0.5, "50.0 %"), (0.984, "98.4 %")]
)
def test_a_share_is_never_rounded_up_to_all(value: float, said: str) -> None:
    assert share(float(value)) == said


def test_curves_are_drawn_from_whatever_was_measured() -> None:
    for rows in ([], [{"epoch": 1.0, "train_loss": 2.0}], [{"epoch": 1.0, "valid_accuracy": 0.5, "valid_loss": 1.0}]):
        assert curves(rows)[:4] == b"\x89PNG"
