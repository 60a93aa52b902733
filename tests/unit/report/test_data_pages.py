"""The pages of a check and of statistics: everything is on them, and nothing of a stranger's becomes markup."""

from pathlib import Path

import numpy as np

from lenslet.image import save_image
from lenslet.report.data_check import check_page
from lenslet.report.data_stats import stats_page
from lenslet.report.page import Together
from lenslet.results import DataReport, DataStats, Finding
from lenslet.results.data_report import KINDS
from lenslet.results.spread import Spread

EVIL = "<b>bold<"


def report(folder: Path, count: int = 1) -> DataReport:
    """A report with findings of every kind, on files that are there and one that is not."""
    (folder / EVIL).mkdir()
    paths = [str(save_image(np.full((9, 12, 3), 40 * n, np.uint8), folder / EVIL / f"{n}.png")) for n in range(3)]
    paths.append(str(folder / "gone\udcff.jpg"))
    findings = [Finding(kind, f"{EVIL}/0.png and more: {kind}", tuple(paths), EVIL, "b", 0.9) for kind in KINDS]
    return DataReport(str(folder), 40, {EVIL: 20, "b": 20}, {"train": 30, "val": 10}, tuple(findings * count), (EVIL,))


def test_every_kind_of_finding_is_shown(tmp_path: Path) -> None:
    page = check_page(report(tmp_path), foot="foot")
    html = page.html()
    for kind in KINDS.values():
        assert kind.title in html
        assert kind.advice in html
    assert "<b>" not in html
    assert "&lt;b&gt;bold&lt;" in html
    assert "30 train, 10 val" in html
    assert [block for section in page.sections for block in section.blocks if isinstance(block, Together)]
    html.encode("utf-8")  # a file name that is no text has been made one


def test_what_is_too_much_for_a_page_is_counted(tmp_path: Path) -> None:
    html = check_page(report(tmp_path, 80)).html()
    assert "56 more in findings.csv." in html  # groups
    assert "32 more in findings.csv." in html  # labels
    assert len(html) < 3_000_000


def test_headlines_say_how_it_stands() -> None:
    def headline(*kinds: str) -> str:
        found = tuple(Finding(kind, kind, ("x",)) for kind in kinds)
        return check_page(DataReport("d", 3, {"a": 3}, {"train": 3}, found)).headline

    assert headline() == "Nothing wrong found"
    assert headline("suffix") == "Nothing wrong, 1 thing to know"
    assert headline("suffix", "other", "leak") == "1 thing to look at"
    assert headline("copy", "leak") == "2 things to look at"


def test_statistics_are_drawn_and_tabled() -> None:
    spread = Spread(20.0, 300.0, 4000.0)
    classes = {f"{EVIL}{n} $x_1$": {"train": n + 1, "val": 1} for n in range(50)}
    sizes = np.random.default_rng(0).integers(20, 4000, (90, 2))
    stats = DataStats(
        "d", classes, 1300, 5_000_000, {"JPEG": 1300}, spread, spread, spread, (0.5,) * 3, (0.2,) * 3, 0.25, 1300,
        ("said",), sizes,
    )  # fmt: skip
    html = stats_page(stats).html()
    assert html.count("data:image/png") == 2
    assert "25 %" in html
    assert "5.0 MB" in html
    assert "25 of them cannot be read" in html
    assert "<b>" not in html
