"""Identities: folders, groups of folders, tables of pairs."""

from pathlib import Path

import pytest
from PIL import Image

from lenslet.data.identities import read_identities
from lenslet.data.pairs import is_pairs, read_pairs
from lenslet.errors import DataError


def put(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8), 128).save(path)
    return root


def test_a_folder_per_identity(tmp_path):
    people = read_identities(put(tmp_path, "ana/1.png", "ana/2.png", "bob/1.png"))
    assert people.names == ("ana", "bob")
    assert not people.grouped
    assert [sample.label for sample in people.train] == [0, 0, 1]


def test_folders_within_folders_are_groups(tmp_path):
    people = read_identities(put(tmp_path, "Greek/c1/1.png", "Greek/c2/1.png", "Latin/c1/1.png", "Latin/c1/2.png"))
    assert people.names == ("Greek/c1", "Greek/c2", "Latin/c1")
    assert people.groups == ("Greek", "Greek", "Latin")
    assert any("folders within folders" in note for note in people.notes)


def test_one_picture_beside_the_folders_makes_all_of_them_folders_of_one(tmp_path):
    people = read_identities(put(tmp_path, "ana/2019/1.png", "ana/2.png", "bob/1.png"))
    assert people.names == ("ana", "bob")


def test_parts_are_kept_apart(tmp_path):
    people = read_identities(put(tmp_path, "train/ana/1.png", "train/bob/1.png", "test/cy/1.png", "test/cy/2.png"))
    assert people.names == ("ana", "bob", "cy")
    assert [sample.label for sample in people.measured] == [2, 2]


def test_one_identity_is_refused(tmp_path):
    with pytest.raises(DataError, match="holds 1 identity"):
        read_identities(put(tmp_path, "ana/1.png"))


def table(root: Path, *lines: str) -> Path:
    path = root / "pairs.csv"
    path.write_text("\n".join(("first,second,same", *lines)) + "\n")
    return path


def test_pairs_of_the_same_are_joined_however_far(tmp_path):
    put(tmp_path, *(f"{name}.png" for name in "abcde"))
    path = table(tmp_path, "a.png,b.png,1", "b.png,c.png,yes", "c.png,d.png,no", "d.png,e.png,TRUE")
    assert is_pairs(path)
    people = read_identities(path)
    assert len(people.names) == 2
    assert [sample.label for sample in people.train] == [0, 0, 0, 1, 1]
    assert len(people.pairs) == 4


def test_lines_that_cannot_be_used_are_told_with_their_numbers(tmp_path):
    put(tmp_path, "a.png", "b.png")
    pairs, notes = read_pairs(table(tmp_path, "a.png,b.png,1", "a.png,gone.png,0", "a.png", "a.png,b.png,perhaps"))
    assert len(pairs) == 1
    assert [note.split(":")[0] for note in notes] == [f"pairs.csv, line {n}" for n in (3, 4, 5)]


def test_pairs_that_contradict_each_other_are_refused(tmp_path):
    put(tmp_path, "a.png", "b.png", "c.png")
    with pytest.raises(DataError, match="correct the column same"):
        read_identities(table(tmp_path, "a.png,b.png,1", "b.png,c.png,1", "a.png,c.png,0"))


def test_a_table_of_classes_is_no_table_of_pairs(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("path,label\na.png,ana\n")
    assert not is_pairs(path)
    assert not is_pairs(tmp_path / "none.csv")
