"""Every rule on a folder that breaks it; and a good folder, on which none speaks."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lenslet.data import read
from lenslet.data.care import check, stats
from lenslet.errors import DataError
from lenslet.results import DataReport

from .conftest import Make, encoded

Fill = Callable[[dict[str, object]], Path]


@pytest.fixture
def good(make_photo: Make) -> dict[str, object]:
    """Two classes of twelve pictures each, none like another."""
    names = [f"{label}/{number}.jpg" for label in ("cat", "dog") for number in range(12)]
    return {name: make_photo(seed) for seed, name in enumerate(names)}


def look(root: Path, *, labels: bool = False) -> DataReport:
    return check(read(root, at_least=1), labels=labels)


def sentences(report: DataReport, kind: str) -> list[str]:
    return [finding.sentence for finding in report.of(kind)]


def test_a_good_folder_is_said_to_be_good(fill: Fill, good: dict[str, object]) -> None:
    report = look(fill(good))
    assert report.findings == ()
    assert report.verdict == "nothing found"
    assert report.classes == {"cat": 12, "dog": 12}
    assert report.parts == {"train": 24}


def test_broken_files_are_told_by_their_short_names(fill: Fill, good: dict[str, object]) -> None:
    root = fill(good | {"cat/empty.jpg": b"", "dog/page.jpg": b"<html>"})
    report = look(root)
    assert sentences(report, "unreadable") == [
        "cat/empty.jpg is empty (0 bytes); copy or download it again",
        "dog/page.jpg is a web page, not a picture: the download went wrong; download it again",
    ]
    assert report.of("unreadable")[0].paths == (str(root / "cat/empty.jpg"),)


def test_copies_in_one_class_in_two_classes_and_in_two_parts(fill: Fill, make_photo: Make) -> None:
    files: dict[str, object] = {
        f"{part}/{label}/{n}.jpg": make_photo(100 * p + 10 * k + n)
        for p, part in enumerate(("train", "val")) for k, label in enumerate("ab") for n in range(10)
    }  # fmt: skip
    files |= {
        "train/a/again.jpg": encoded(make_photo(1)),
        "train/a/again.bmp": encoded(make_photo(500), "BMP"),
        "train/a/again.png": make_photo(500),
        "train/b/torn.jpg": encoded(make_photo(2)),
        "val/a/leak.jpg": encoded(make_photo(3), quality=50),
        "train/b/near.jpg": encoded(make_photo(15)[:, ::-1], quality=60),
    }
    report = look(fill(files))
    assert sentences(report, "copy") == [
        "train/a/1.jpg and train/a/again.jpg: equal byte for byte",
        "train/a/again.bmp and train/a/again.png: the same pixels",
    ]
    assert sentences(report, "contradiction") == ["train/a/2.jpg (a) and train/b/torn.jpg (b): equal byte for byte"]
    assert sentences(report, "leak") == ["train/a/3.jpg (train) and val/a/leak.jpg (val): nearly the same picture"]
    assert sentences(report, "near") == ["train/b/5.jpg and train/b/near.jpg: the same picture, mirrored"]


def test_a_large_group_names_some_and_counts_the_rest(fill: Fill, good: dict[str, object], make_photo: Make) -> None:
    good |= {f"cat/copy{n}.jpg": encoded(make_photo(0)) for n in range(5)}
    [sentence] = sentences(look(fill(good)), "copy")
    assert sentence == "cat/0.jpg, cat/copy0.jpg, cat/copy1.jpg and 3 more: equal byte for byte"


def test_small_missing_empty_and_uneven_classes(fill: Fill, make_photo: Make) -> None:
    files: dict[str, object] = {f"train/a/{n}.jpg": make_photo(n) for n in range(30)}
    files |= {"train/b/1.jpg": make_photo(50), "train/b/2.jpg": encoded(make_photo(50)), "train/c/1.jpg": b""}
    files |= {"val/a/1.jpg": make_photo(60), "val/d/1.jpg": make_photo(61)}
    root = fill(files)
    (root / "train" / "e").mkdir()
    report = look(root)
    assert sentences(report, "missing") == [
        "d in the val part, but not in the train part: it cannot be learned",
        "c: none of its pictures can be read",
    ]
    assert sentences(report, "class") == [
        "b, c: not in the val part, so nothing is measured on it",
        "train/e: no pictures in this class folder",
        "b has one picture to learn from",
        "a has 30 pictures and b 1: 30 times as many",
    ]
    assert report.of("reading") == ()


def test_blank_pictures_and_odd_sizes(fill: Fill, good: dict[str, object], make_photo: Make) -> None:
    good |= {
        "cat/black.png": np.zeros((96, 128, 3), np.uint8),
        "cat/green.png": np.full((96, 128, 3), (0, 200, 0), np.uint8),
        "dog/tiny.png": make_photo(90, 12, 14),
        "dog/long.png": make_photo(91, 60, 500),
    }
    report = look(fill(good))
    assert sentences(report, "blank") == ["cat/black.png is black all over", "cat/green.png is of one colour all over"]
    assert sentences(report, "size") == [
        "dog/long.png is 500 x 60 pixels: 8.3 times as long as wide",
        "dog/tiny.png is 14 x 12 pixels: tiny beside the usual 96",
    ]


def test_lying_suffixes_and_files_that_are_not_looked_at(fill: Fill, good: dict[str, object], make_photo: Make) -> None:
    good |= {"cat/p1.jpg": encoded(make_photo(70), "PNG"), "cat/p2.jpg": encoded(make_photo(71), "PNG")}
    good |= {"cat/IMG_1.HEIC": b"x", "cat/IMG_2.heic": b"x", "cat/notes.txt": b"x", "dog/film.mp4": b"x"}
    report = look(fill(good))
    assert sentences(report, "suffix") == ["2 files end in .jpg, but are PNG, for instance cat/p1.jpg"]
    assert sentences(report, "other") == [
        "2 files end in .heic, which is not looked at: cat/IMG_1.HEIC",
        "one file ends in .mp4, which is not looked at: dog/film.mp4",
    ]


def test_a_table_is_checked_like_a_folder_and_its_notes_are_told(fill: Fill, good: dict[str, object]) -> None:
    root = fill(good | {"cat/empty.jpg": b""})
    lines = [f"{path.relative_to(root)},{path.parent.name}" for path in sorted(root.rglob("*.jpg"))]
    (root / "t.csv").write_text("\n".join(["path,label", *lines, "gone.jpg,cat"]))
    report = look(root / "t.csv")
    assert sentences(report, "unreadable") == ["cat/empty.jpg is empty (0 bytes); copy or download it again"]
    assert sentences(report, "reading") == ["t.csv, line 27: no such file (gone.jpg)"]


def test_wrong_labels_are_told_and_contradictions_are_not_told_twice(fill: Fill, make_photo: Make) -> None:
    def tinted(seed: int, colour: tuple[int, int, int]) -> np.ndarray:
        return np.clip(make_photo(seed) * 0.3 + np.array(colour), 0, 255).astype(np.uint8)

    colours = {"red": (150, 20, 20), "green": (20, 150, 20), "blue": (20, 20, 150)}
    files: dict[str, object] = {
        f"{name}/{n}.jpg": tinted(40 * k + n, colour)
        for k, (name, colour) in enumerate(colours.items())
        for n in range(20)
    }
    files |= {"red/moved.jpg": tinted(300, colours["blue"]), "green/torn.jpg": encoded(tinted(1, colours["red"]))}
    report = look(fill(files), labels=True)
    [found] = report.of("label")
    assert found.sentence.startswith("red/moved.jpg is filed as red, looks like blue (")
    assert (found.label, found.suggested) == ("red", "blue")
    assert found.score is not None
    assert found.score > 0.9
    assert len(report.of("contradiction")) == 1
    assert report.notes == ("labels were judged by edges and colours",)


def test_too_few_pictures_to_judge_labels_by_are_said_to_be(fill: Fill, make_photo: Make) -> None:
    report = look(fill({f"{label}/{n}.jpg": make_photo(n) for label in "ab" for n in range(3)}), labels=True)
    assert report.of("label") == ()
    assert "not judged" in report.notes[0]


def test_nothing_that_can_be_read_is_no_reason_to_stop(fill: Fill) -> None:
    report = look(fill({f"{label}/{n}.jpg": b"no" for label in "ab" for n in range(3)}), labels=True)
    assert len(report.of("unreadable")) == 6
    assert sentences(report, "missing") == [
        "a: none of its pictures can be read",
        "b: none of its pictures can be read",
    ]


def test_what_is_done_is_told_with_its_share(fill: Fill, good: dict[str, object]) -> None:
    told: list[tuple[str, float]] = []
    check(read(fill(good)), watch=lambda phase, share: told.append((phase, share)))
    assert list(dict(told)) == ["looking at the pictures", "comparing them", "judging the labels"]
    assert all(0 <= share <= 1 for _, share in told)


def test_statistics_count_everything_and_open_some(fill: Fill, good: dict[str, object], make_photo: Make) -> None:
    grey = np.repeat(make_photo(80, 50, 200)[..., :1], 3, axis=2)
    counted = stats(read(fill(good | {"cat/wide.png": grey, "cat/empty.jpg": b""})))
    assert (counted.pictures, counted.readable, counted.opened) == (26, 25, 25)
    assert counted.classes == {"cat": {"train": 14}, "dog": {"train": 12}}
    assert counted.kinds == {"JPEG": 24, "PNG": 1}
    assert counted.width.greatest == 200
    assert counted.height.least == 50
    assert counted.aspect.greatest == 4
    assert counted.grey == pytest.approx(1 / 25)
    assert all(0.3 < mean < 0.7 for mean in counted.mean)
    assert all(0.05 < std < 0.3 for std in counted.std)
    with pytest.raises(DataError, match="none of the 2 pictures can be read"):
        stats(read(fill({"x/a/1.jpg": b"", "x/b/1.jpg": b""}) / "x"))
