"""The demo's detection chapter: with almost nothing learned it still tells every step, and tells it rightly."""

from pathlib import Path

import pytest

from lenslet.data import read_boxes
from lenslet.report import Figure, Page, Pictures, Table
from lenslet.verbs.chapters import Chapter
from lenslet.verbs.chapters.detection import detection, write_scenes


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Chapter, object]:
    folder = tmp_path_factory.mktemp("demo")
    counts = {"train": 16, "valid": 3, "test": 10}
    return detection(folder, 1, False, scenes=counts, epochs=1), folder


def test_it_trains_on_files_that_any_user_could_have(told: tuple) -> None:
    scenes = read_boxes(told[1] / "scenes")
    assert [len(part) for part in (scenes.train, scenes.valid, scenes.test)] == [16, 3, 10]
    assert scenes.form == "coco"
    assert not scenes.faults
    assert (told[1] / "scenes-model" / "model.safetensors").exists()


def test_it_measures_on_scenes_it_did_not_learn_and_says_how_many(told: tuple) -> None:
    chapter = told[0]
    assert chapter.numbers["scenes_n"] == 10
    assert 0 <= chapter.numbers["scenes_map"] <= chapter.numbers["scenes_map50"] <= 1
    assert "in 10 scenes" in chapter.said


def test_every_step_has_its_figure(told: tuple) -> None:
    sections = {section.title: section.blocks for section in told[0].sections}
    steps = [blocks for title, blocks in sections.items() if title.startswith("Step by step")]
    assert len(steps) == 4
    assert all(any(isinstance(block, Figure | Pictures) for block in blocks) for blocks in steps)
    counts = [[int(cell) for cell in row[1:]] for block in steps[3] if isinstance(block, Table) for row in block.rows]
    assert all(many >= some >= left for many, some, left in counts)


def test_its_page_can_be_written(told: tuple) -> None:
    page = Page("demo", "headline", "lead", told[0].sections).write(told[1] / "report.html")
    text = page.read_text(encoding="utf-8")
    assert "lenslet data check" in text
    assert "nan" not in text.split("<main>")[1].replace("data:image", "").lower()[:2000]


def test_scenes_written_anew_replace_the_old_ones(tmp_path: Path) -> None:
    for count in (5, 2):
        write_scenes(tmp_path / "scenes", {"train": count, "valid": 1, "test": 1}, 0)
    assert len(list(tmp_path.rglob("*.png"))) == 4
    assert [path.name for path in tmp_path.iterdir()] == ["scenes"]
    assert len(read_boxes(tmp_path / "scenes").train) == 2
