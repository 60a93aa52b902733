"""What is written in a form and read again is the same, as far as the form can carry it."""

import os
import sys
from dataclasses import replace

import numpy as np
import pytest

from lenslet.data.scenes import FORMS, form_of, read_boxes, write_boxes
from lenslet.errors import CallError, DataError
from lenslet.image import open_image

CARRIED = {
    "voc": ("difficult",),
    "coco": ("crowd", "difficult", "areas", "ids"),
    "yolo": (),
    "labelstudio": ("ids",),
    "csv": ("crowd", "difficult", "areas"),
}


@pytest.mark.parametrize("form", FORMS)
def test_boxes_classes_parts_and_pictures_come_back(form, pets, tmp_path):
    written = write_boxes(pets, form, tmp_path / "out")
    assert (written.copied, written.linked) == (4, 0)
    assert form_of(tmp_path / "out") == form
    back = read_boxes(tmp_path / "out", whole=True)
    assert back.faults == ()
    assert back.names == pets.names
    assert set(back.named) == {"train", "valid"}
    for part, made in pets.named.items():
        found = {scene.name: scene for scene in back.named[part]}
        assert set(found) == {scene.name for scene in made}
        for scene in made:
            truth = found[scene.name].truth
            assert np.array_equal(truth.boxes, scene.truth.boxes)
            assert np.array_equal(truth.labels, scene.truth.labels)
            assert truth.size == scene.truth.size
            assert np.array_equal(open_image(found[scene.name].path), open_image(scene.path))
            for name in CARRIED[form]:
                column = getattr(truth, name)
                wanted = getattr(scene.truth, name)
                assert column is not None or not len(truth)
                if column is not None:
                    assert list(map(str, column)) == list(map(str, wanted))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("through", FORMS)
def test_boxes_survive_two_forms(form, through, pets, tmp_path):
    write_boxes(pets, through, tmp_path / "one")
    write_boxes(read_boxes(tmp_path / "one", whole=True), form, tmp_path / "two")
    back = read_boxes(tmp_path / "two", whole=True)
    found = {scene.name: scene.truth.boxes.tolist() for made in back.named.values() for scene in made}
    assert found == {scene.name: scene.truth.boxes.tolist() for made in pets.named.values() for scene in made}


@pytest.mark.parametrize("form", ["coco", "yolo", "labelstudio", "csv"])
def test_points_come_back_with_what_is_seen_of_them(form, faces, tmp_path):
    write_boxes(faces, form, tmp_path / "out")
    back = read_boxes(tmp_path / "out", whole=True)
    assert back.joints.names == faces.joints.names
    for one, other in zip(back.train, faces.train, strict=True):
        assert np.array_equal(one.truth.boxes, other.truth.boxes)
        assert np.array_equal(one.points[0].places, other.points[0].places, equal_nan=True)
        assert one.points[0].visible.tolist() == other.points[0].visible.tolist()
    if form in ("coco", "yolo"):
        assert back.joints.lines == faces.joints.lines
    if form == "yolo":
        assert back.joints.flip == faces.joints.flip


@pytest.mark.parametrize("form", FORMS)
def test_writing_what_was_written_changes_no_label_file(form, pets, tmp_path):
    write_boxes(pets, form, tmp_path / "one")
    write_boxes(read_boxes(tmp_path / "one", whole=True), form, tmp_path / "two")
    for path in sorted((tmp_path / "one").rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes(), path


def test_what_other_programs_wrote_is_carried_where_it_can_be(pets, tmp_path):
    write_boxes(pets, "voc", tmp_path / "voc")
    assert "<pose>Left</pose>" in (tmp_path / "voc" / "Annotations" / "2.xml").read_text()
    write_boxes(read_boxes(tmp_path / "voc", whole=True), "coco", tmp_path / "coco")
    write_boxes(read_boxes(tmp_path / "coco", whole=True), "voc", tmp_path / "again")
    assert "<pose>Left</pose>" in (tmp_path / "again" / "Annotations" / "2.xml").read_text()


def test_what_a_form_cannot_carry_is_said(pets, faces, tmp_path):
    lost = write_boxes(pets, "yolo", tmp_path / "yolo").lost
    assert set(lost.values()) == {3}
    assert any("crowd" in what for what in lost)
    assert any("area" in what for what in lost)
    assert write_boxes(pets, "coco", tmp_path / "coco").lost == {}
    assert write_boxes(faces, "csv", tmp_path / "csv").lost == {}


def test_links_are_links_and_the_original_stays(pets, tmp_path):
    written = write_boxes(pets, "yolo", tmp_path / "out", link=True)
    assert (written.copied, written.linked) == (0, 4)
    assert (tmp_path / "out" / "images" / "train" / "2.png").samefile(pets.train[0].path)


def test_pictures_of_one_name_in_two_parts_and_of_two_suffixes_stay_two(pets, tmp_path):
    twins = replace(pets, valid=(replace(pets.valid[0], name="2.png"),))
    for form in FORMS:
        write_boxes(twins, form, tmp_path / form)
        back = read_boxes(tmp_path / form)
        assert [len(part) for part in back.named.values()] == [3, 1]


def test_whole_or_not_at_all_and_never_over_or_into_something(pets, tmp_path, monkeypatch):
    out = tmp_path / "out"
    pets.train[0].path.unlink()
    with pytest.raises(DataError, match="is gone since its labels were read"):
        write_boxes(pets, "coco", out)
    assert [path.name for path in tmp_path.iterdir()] == ["pictures"]
    with pytest.raises(CallError, match="inside of each other"):
        write_boxes(pets, "coco", pets.root / "inside")
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    with pytest.raises(CallError, match="not empty"):
        write_boxes(pets, "coco", out)
    with pytest.raises(CallError, match="no form"):
        write_boxes(pets, "tfrecord", tmp_path / "other")


@pytest.mark.parametrize("boxless", [False, True])
def test_points_lie_in_an_element_of_their_own_in_pascal_voc(faces, tmp_path, boxless):
    assert write_boxes(replace(faces, boxless=boxless), "voc", tmp_path / "voc").lost == {}
    back = read_boxes(tmp_path / "voc")
    assert back.joints.names == faces.joints.names
    assert back.boxless == boxless
    for one, other in zip(faces.train, back.train, strict=True):
        for old, new in zip(one.points, other.points, strict=True):
            np.testing.assert_allclose(old.places, new.places)
            assert old.known.tolist() == new.known.tolist()
    assert back.faults == ()


def test_names_in_any_script_come_back(pets, tmp_path):
    names = ("قطة", 'a "dog" & <b>, 犬')
    parts = {}
    for part in ("train", "valid"):
        parts[part] = tuple(
            replace(s, truth=replace(s.truth, names=names), name=f"صورة/{s.name}") for s in getattr(pets, part)
        )
    for form in FORMS:
        write_boxes(replace(pets, names=names, **parts), form, tmp_path / form)
        back = read_boxes(tmp_path / form)
        assert set(back.names) == set(names)
        assert {scene.name for scene in back.train} == {scene.name for scene in parts["train"]}


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names there are always text")
@pytest.mark.parametrize("form", FORMS)
def test_names_that_are_no_text_become_names_that_are(form, pets, tmp_path):
    odd = pets.train[0].path.with_name(os.fsdecode(b"br\xffken.png"))
    pets.train[0].path.rename(odd)
    first = replace(pets.train[0], path=odd, name=odd.name)
    write_boxes(replace(pets, train=(first, *pets.train[1:])), form, tmp_path / "out")
    back = read_boxes(tmp_path / "out")
    assert back.faults == ()
    assert {scene.name for scene in back.train} == {"br_ken.png", "a/1.png", "no.png"}
