"""The folder reader on folders as people have them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lenslet.data import is_class_folder, read_folder
from lenslet.data.folder import one_of_each
from lenslet.errors import DataError

Fill = Callable[..., Path]


@pytest.fixture
def fill(tmp_path: Path) -> Fill:
    def make(*files: str) -> Path:
        for file in files:
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file).write_bytes(b"x")
        return tmp_path

    return make


def test_classes_are_the_sorted_names_of_the_folders(fill: Fill) -> None:
    parts = read_folder(
        fill("dog/1.jpg", "cat/2.JPEG", "cat/deep/er/3.png", "cat/.hidden.jpg", "cat/notes.txt", ".git/x.jpg")
    )
    assert parts.labels == ("cat", "dog")
    assert [(s.path.name, s.label) for s in parts.train] == [("2.JPEG", 0), ("3.png", 0), ("1.jpg", 1)]
    assert parts.valid == parts.test == ()
    assert parts.measured == parts.train


def test_parts_are_found_under_their_usual_names(fill: Fill) -> None:
    parts = read_folder(
        fill("Train/a/1.png", "Train/b/2.png", "validation/a/3.png", "validation/b/6.png", "test/b/4.png")
    )
    assert [len(p) for p in (parts.train, parts.valid, parts.test)] == [2, 2, 1]
    assert parts.labels == ("a", "b")
    assert parts.measured == parts.test
    assert parts.test[0].label == 1


def test_a_class_may_be_called_test_beside_other_classes(fill: Fill) -> None:
    assert read_folder(fill("test/1.png", "control/2.png")).labels == ("control", "test")


def test_a_class_only_in_the_validation_part_is_noted(fill: Fill) -> None:
    parts = read_folder(fill("train/a/1.png", "train/b/1.png", "val/c/1.png"))
    assert any("c in the val part" in note for note in parts.notes)


def test_names_in_arabic_are_names(fill: Fill) -> None:
    assert read_folder(fill("قطة/صورة.jpg", "كلب/صورة.jpg")).labels == ("قطة", "كلب")


def test_an_empty_class_is_left_out_and_noted(fill: Fill) -> None:
    root = fill("a/1.png", "b/1.png")
    (root / "c").mkdir()
    parts = read_folder(root)
    assert parts.labels == ("a", "b")
    assert any("c: no pictures" in note for note in parts.notes)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([], "no pictures found"),
        (["1.jpg", "2.jpg"], "no class folders"),
        (["cat/1.jpg"], "one class only"),
        (["cat/notes.txt", "dog/notes.txt"], "no pictures found"),
    ],
)
def test_what_is_no_data_set_is_refused_with_a_sentence(fill: Fill, files: list[str], said: str) -> None:
    root = fill(*files)
    with pytest.raises(DataError, match=said):
        read_folder(root)


def test_missing_folders_and_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        read_folder(tmp_path / "gone")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DataError, match="is a file"):
        read_folder(tmp_path / "file")
    assert not is_class_folder(tmp_path / "gone")


def test_one_of_each_is_given_of_many_folders_of_few_pictures_only(fill: Fill) -> None:
    root = fill(*(f"{who}/{number}.png" for who in "abcd" for number in range(3)), "e/notes.txt")
    given = one_of_each(root, folders=3, most=3, wanted=9)
    assert [path.relative_to(root).as_posix() for path in given] == ["a/1.png", "b/1.png", "c/1.png", "d/1.png"]
    assert len(one_of_each(root, folders=3, most=3, wanted=3)) == 3
    assert one_of_each(root, folders=6, most=3, wanted=9) == []
    assert one_of_each(root, folders=3, most=2, wanted=9) == []
    assert one_of_each(root / "a" / "1.png", folders=1, most=9, wanted=9) == []


def test_one_of_each_is_of_the_part_to_learn_from(fill: Fill) -> None:
    root = fill("train/a/1.png", "train/b/1.png", "test/a/2.png")
    assert {path.parent.parent.name for path in one_of_each(root, folders=2, most=3, wanted=9)} == {"train"}


def test_two_names_of_one_part_are_one_part(fill: Fill) -> None:
    parts = read_folder(fill("train/a/1.png", "train/b/1.png", "val/a/2.png", "valid/a/3.png", "valid/b/4.png"))
    assert [s.path.name for s in parts.valid] == ["2.png", "3.png", "4.png"]


def test_what_stands_beside_the_parts_is_told(fill: Fill) -> None:
    parts = read_folder(fill("train/a/1.png", "train/b/1.png", "spare/a/2.png"))
    assert any("spare beside the parts" in note for note in parts.notes)
