"""Labels of single pictures: what is written is what the whole is read as; nobody's work is written over."""

from pathlib import Path

import numpy as np
import pytest

from lenslet.data import read_boxes
from lenslet.data.scenes.annotations import Annotations, Thing
from lenslet.errors import CallError, StaleError
from lenslet.image import save_image

NAMES = ("1.png", "2.png", "sub/1.png")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        save_image(np.full((40, 60, 3), 200, np.uint8), tmp_path / name)
    return tmp_path


def test_what_is_drawn_is_what_training_reads(folder):
    drawn = Annotations(folder, NAMES)
    assert drawn.read("1.png").things is None
    version = drawn.write(
        "1.png", [Thing("cell", (1, 2, 30.5, 20)), Thing("a & b", (0, 0, 60, 40), difficult=True)], "new"
    )
    drawn.write("sub/1.png", [], None)
    assert drawn.labelled == {"1.png", "sub/1.png"}
    scenes = read_boxes(folder)
    assert [(scene.name, list(scene.truth.classes)) for scene in scenes.train] == [
        ("1.png", ["cell", "a & b"]),
        ("sub/1.png", []),
    ]
    assert scenes.train[0].truth.boxes.tolist() == [[1, 2, 30.5, 20], [0, 0, 60, 40]]
    assert [fault.kind for fault in scenes.faults] == ["unlabelled"]  # 2.png is no picture of nothing
    back = Annotations(folder, NAMES).read("1.png")
    assert (back.version, back.size) == (version, (40, 60))
    assert [thing.difficult for thing in back.things] == [False, True]
    assert drawn.names() == (("cell", "a & b"), ())


def test_points_with_and_without_boxes(folder):
    drawn = Annotations(folder, NAMES)
    drawn.write("1.png", [Thing("face", None, {"nose": (10, 12, 2)})], None, joints=("eye", "nose"))
    drawn.write("2.png", [Thing("face", None, {"eye": (3, 4, 1), "nose": (5, 6, 2)})], None, joints=("eye", "nose"))
    scenes = read_boxes(folder)
    assert scenes.boxless
    assert scenes.joints.names == ("eye", "nose")
    assert drawn.names() == (("face",), ("eye", "nose"))
    assert [points.visible.tolist() for scene in scenes.train for points in scene.points] == [[0, 2], [1, 2]]
    assert drawn.read("2.png").things[0].points == {"eye": (3, 4, 1), "nose": (5, 6, 2)}
    drawn.write("1.png", [Thing("face", (1, 1, 20, 20), {"nose": (10, 12, 2)})], None, joints=("eye", "nose"))
    assert drawn.read("1.png").things[0].box == (1, 1, 20, 20)
    assert not read_boxes(folder).boxless


def test_a_change_of_somebody_else_is_not_written_over(folder):
    one, two = Annotations(folder, NAMES), Annotations(folder, NAMES)
    first = one.write("1.png", [Thing("a", (0, 0, 9, 9))], "new")
    with pytest.raises(StaleError, match=r"1\.png were changed elsewhere"):
        two.write("1.png", [Thing("b", (0, 0, 9, 9))], "new")
    second = two.write("1.png", [Thing("b", (0, 0, 9, 9))], first)
    with pytest.raises(StaleError):
        one.write("1.png", None, first)
    assert one.write("1.png", None, second) == "new"
    assert one.read("1.png").things is None


def test_what_other_programs_wrote_stays(folder):
    (folder / "2.xml").write_text(
        "<annotation><source><database>mine</database></source><size><width>60</width><height>40</height></size>"
        "<object><name>cell</name><pose>Left</pose><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax>"
        "</bndbox></object><object><name>cell</name><bndbox><xmin>5</xmin><ymin>1</ymin><xmax>5</xmax><ymax>9</ymax>"
        "</bndbox></object></annotation>"
    )
    drawn = Annotations(folder, NAMES)
    found = drawn.read("2.png")
    assert len(found.faults) == 1
    assert "no area" in found.faults[0]
    drawn.write("2.png", [*found.things, Thing("new", (2, 2, 8, 8))], found.version)
    text = (folder / "2.xml").read_text()  # where it was, not in Annotations
    assert "<pose>Left</pose>" in text
    assert "<database>mine</database>" in text
    assert not (folder / "Annotations").exists()


def test_a_damaged_file_is_told_and_can_be_replaced(folder):
    (folder / "1.xml").write_text("<annotation><object>")
    drawn = Annotations(folder, NAMES)
    found = drawn.read("1.png")
    assert found.things is None
    assert "no well-formed XML" in found.faults[0]
    drawn.write("1.png", [Thing("a", (0, 0, 9, 9))], found.version)
    assert drawn.read("1.png").faults == ()


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (Thing("", (0, 0, 9, 9)), "without a class"),
        (Thing("a", (5, 5, 5, 9)), "no area"),
        (Thing("a", (70, 5, 90, 9)), "no area within the picture"),
        (Thing("a", (0, 0, float("nan"), 9)), "is no box"),
        (Thing("a"), "neither box nor points"),
        (Thing("a", None, {"p": (float("inf"), 0, 2)}), "is no place"),
    ],
)
def test_what_is_no_thing_is_refused_and_nothing_is_written(folder, thing, words):
    with pytest.raises(CallError, match=words):
        Annotations(folder, NAMES).write("1.png", [thing], None)
    assert not (folder / "Annotations").exists()


def test_pictures_of_one_name_have_labels_of_their_own(folder):
    save_image(np.full((40, 60, 3), 90, np.uint8), folder / "1.jpg")
    names = (*NAMES, "1.jpg")
    drawn = Annotations(folder, names)
    drawn.write("1.jpg", [Thing("jpg", (0, 0, 9, 9))], None)
    drawn.write("1.png", [Thing("png", (0, 0, 9, 9))], None)
    found = {scene.path.name: list(scene.truth.classes) for scene in read_boxes(folder).train}
    assert found == {"1.jpg": ["jpg"], "1.png": ["png"]}
    twins = Annotations(folder, ("images/1.png", "photos/1.png", "photos/1.jpg", "imgs/1.png"))
    with pytest.raises(CallError, match="rename one of them"):
        twins.write("photos/1.png", [], None)


def test_lists_of_parts_get_what_is_labelled_anew(folder):
    (folder / "ImageSets" / "Main").mkdir(parents=True)
    (folder / "ImageSets" / "Main" / "train.txt").write_text("1\n")
    (folder / "ImageSets" / "Main" / "val.txt").write_text("sub/1\n")
    drawn = Annotations(folder, NAMES)
    for name in NAMES:
        drawn.write(name, [Thing("a", (0, 0, 9, 9))], None)
    scenes = read_boxes(folder)
    assert [scene.name for scene in scenes.train] == ["1.png", "2.png"]
    assert [scene.name for scene in scenes.valid] == ["sub/1.png"]


def test_points_alone_are_for_the_task_landmark(folder):
    from lenslet.verbs.preparing import task_of

    drawn = Annotations(folder, NAMES)
    drawn.write("1.png", [Thing("face", None, {"nose": (10, 12, 2)})], None)
    assert task_of(folder, None) == "landmark"
    drawn.write("2.png", [Thing("face", (1, 1, 20, 20), {"nose": (10, 12, 2)})], None)
    assert task_of(folder, None) == "detect"
