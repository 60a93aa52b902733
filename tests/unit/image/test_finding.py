"""find_images: a file, a folder with all below it, a pattern."""

import os
from pathlib import Path

import pytest

from lenslet.errors import CallError
from lenslet.image import SUFFIXES, find_images
from lenslet.image.finding import each_image, records


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (
        "b.JPG",
        "a.png",
        "c/d.webp",
        "c/e/صورة.jpeg",
        "notes.txt",
        ".hidden.png",
        ".git/x.png",
        ".part-abc.png",
        "c/.old-1/y.png",
        "[1] odd*.png",
    ):
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return tmp_path / "tree"


def _names(tree: Path, found: list[Path]) -> list[str]:
    return [str(path.relative_to(tree)) for path in found]


def test_a_folder_gives_all_pictures_below_it_sorted_and_nothing_hidden(tree: Path) -> None:
    expected = ["[1] odd*.png", "a.png", "b.JPG", "c/d.webp", "c/e/صورة.jpeg"]
    assert _names(tree, find_images(tree)) == expected
    assert find_images(str(tree)) == find_images(tree) == sorted(find_images(tree))


def test_a_file_stands_for_itself_whatever_its_suffix_or_odd_characters(tree: Path) -> None:
    assert find_images(tree / "notes.txt") == [tree / "notes.txt"]
    assert find_images(tree / "[1] odd*.png") == [tree / "[1] odd*.png"]


def test_a_pattern_finds_pictures_in_any_depth(tree: Path) -> None:
    assert _names(tree, find_images(f"{tree}/*.png")) == ["[1] odd*.png", "a.png"]
    assert _names(tree, find_images(f"{tree}/**/*.jpeg")) == ["c/e/صورة.jpeg"]
    assert len(find_images(f"{tree}/**")) == len(find_images(tree))
    assert _names(tree, find_images(tree / "c" / "?.webp")) == ["c/d.webp"]


def test_loops_of_links_end_and_a_link_to_a_folder_is_followed(tree: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "z.png").write_bytes(b"")
    (tree / "link").symlink_to(elsewhere)
    (tree / "c" / "loop").symlink_to(tree)
    (tree / "broken.png").symlink_to(tree / "gone.png")
    found = find_images(tree)
    assert tree / "link" / "z.png" in found
    assert len(found) == len(set(found)) == 6


@pytest.mark.parametrize("name", ["gone", "gone/*.png", "empty", "notes*"])
def test_nothing_found_is_a_sentence(name: str, tree: Path) -> None:
    (tree / "empty").mkdir()
    with pytest.raises(CallError, match=r"tree.*(no such file|no picture)"):
        find_images(tree / name)


@pytest.mark.parametrize(
    "content",
    [
        b"b.png\na.png\nb.png\n",
        b"b.png\r\n\r\na.png",
        b"\xef\xbb\xbfb.png\na.png\n",
        b"b.png\0a.png\0",
    ],
)
def test_a_list_gives_its_files_in_its_order_each_once(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("list.txt").write_bytes(content)
    assert find_images("@list.txt") == [Path("b.png"), Path("a.png")]
    Path("@list.txt").write_bytes(b"")
    assert find_images("@list.txt") == [Path("@list.txt")]  # a file that is called so stands for itself


def test_a_list_ended_by_nul_may_name_any_file_there_can_be(tmp_path: Path) -> None:
    names = [b"a\nb.png", b"\xff\xfe.png", "صورة.png".encode(), b" # no comment.png"]
    (tmp_path / "list").write_bytes(b"\0".join(names))
    assert [os.fsencode(path) for path in find_images(f"@{tmp_path}/list")] == names


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "cannot be read"), (b"\r\n\n", "names no file"), ("a.png\n".encode("utf-16"), "UTF-16")],
)
def test_a_list_that_is_none_is_a_sentence(content: bytes | None, said: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "list").write_bytes(content)
    with pytest.raises(CallError, match=said):
        find_images(f"@{tmp_path}/list")


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_records_are_the_same_however_the_file_is_read(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lenslet.image.finding._READ", size)
    (tmp_path / "list").write_bytes(b"ab;;c;def")
    with (tmp_path / "list").open("rb") as stream:
        assert list(records(stream, b";")) == [b"ab", b"c", b"def"]


def test_one_by_one_gives_the_same_files(tree: Path) -> None:
    assert sorted(each_image(tree)) == find_images(tree)
    assert next(each_image(tree)).parent == tree  # a folder's own files come before those below it


def test_suffixes_are_lower_case_with_a_dot() -> None:
    assert {".jpg", ".png", ".pgm", ".tiff", ".webp"} <= SUFFIXES
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in SUFFIXES)
