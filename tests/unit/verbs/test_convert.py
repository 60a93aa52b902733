"""Labels converted, checked and repaired, as a person does it."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import lenslet as ll
from lenslet.cli import convert as door
from lenslet.cli import stats as stats_door
from lenslet.data.scenes import read_boxes
from lenslet.errors import CallError, DataError
from lenslet.results import Conversion

LINES = (
    "a/1.png,cat,1,2,30,40,train",
    "a/1.png,cat,1,2,30,40,train",  # twice
    "a/1.png,dog,50,2,99,40,train",  # outside
    "a/1.png,dog,9,9,9,40,train",  # without area
    "a/2.png,dog,40,30,10,3,train",  # swapped
    "a/2.png,dog,nan,30,10,3,train",
    "a/gone.png,dog,1,1,9,9,train",
    "a/3.png,dog,5,5,20,20,val",
    "a/3.png,bird,5,5,30,30,val",
)


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Three pictures with boxes, one without labels; nearly every line of the table has a fault."""
    home = tmp_path / "pets"
    (home / "a").mkdir(parents=True)
    dice = np.random.default_rng(0)
    for name in "1234":
        Image.fromarray(dice.integers(0, 255, (48, 64, 3), np.uint8)).save(home / "a" / f"{name}.png")
    (home / "labels.csv").write_text("image,label,xmin,ymin,xmax,ymax,part\n" + "\n".join(LINES))
    return home


def files(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("to", ["voc", "coco", "yolo", "labelstudio"])
def test_convert_writes_labels_and_pictures_and_says_what_was_wrong(pets, tmp_path, to):
    made = ll.convert(pets, to=to, out=tmp_path / "out", progress=False)
    assert (made.form, made.to, made.linked) == ("csv", to, 0)
    assert made.pictures == {"train": 2, "val": 1}
    assert made.boxes == {"bird": 1, "cat": 1, "dog": 3}
    assert len(made.faults) == 6  # kinds
    assert json.loads(made.to_json())["lost"] == {}
    back = read_boxes(tmp_path / "out")
    assert back.faults == ()
    assert len([name for name in files(tmp_path / "out") if name.endswith(".png")]) == 3


def test_convert_takes_the_description_itself_and_links(pets, tmp_path):
    made = ll.convert(pets / "labels.csv", to="yolo", out=tmp_path / "out", link=True, progress=False)
    assert made.linked == 3
    again = ll.convert(tmp_path / "out" / "data.yaml", to="coco", out=tmp_path / "coco", link=True, progress=False)
    assert again.boxes == made.boxes
    assert (tmp_path / "coco" / "train" / "a" / "1.png").samefile(pets / "a" / "1.png")


def test_convert_refuses_a_folder_of_classes_and_a_place_that_is_taken(pets, tmp_path):
    with pytest.raises(DataError, match="no boxes and no points found"):
        ll.convert(pets / "a", to="coco", out=tmp_path / "out", progress=False)
    with pytest.raises(CallError, match="inside of each other"):
        ll.convert(pets, to="coco", out=pets / "out", progress=False)
    assert not (tmp_path / "out").exists()


def test_convert_shows_a_row_a_class_and_what_was_lost(capsys):
    made = Conversion(
        "d", "coco", Path("out"), "yolo", {"train": 3, "val": 1}, {"cat": 4, "dog": 0}, 4, {"points": 2}, ("f",), ("n",)
    )
    door.show(made)
    captured = capsys.readouterr()
    assert "3 train, 1 val pictures (hard links), coco -> yolo, in out" in captured.out
    assert captured.err.splitlines() == ["yolo cannot carry points: lost in 2 pictures", "f", "n"]


def test_check_finds_what_is_wrong_with_boxes_with_file_and_line(pets, tmp_path):
    report = ll.check(pets, out=tmp_path / "check", progress=False)
    found = report.counts
    assert {kind: found[kind] for kind in ("orphan", "nan", "empty", "outside", "swapped", "twice")} == {
        **dict.fromkeys(("orphan", "nan", "empty", "outside", "swapped", "twice"), 1)
    }
    assert report.what == "boxes"
    assert report.classes == {"bird": 1, "cat": 1, "dog": 3}
    assert report.parts == {"train": 2, "val": 1}
    assert "bird in the val part, but not in the train part: it cannot be learned" in report.of("missing")[0].sentence
    assert report.of("twice")[0].line == 3
    assert report.of("twice")[0].sentence.startswith(
        "labels.csv, line 3: cat (1, 2, 30, 40), the same box as in line 2"
    )
    page = (tmp_path / "check" / "check.html").read_text()
    assert "Boxes without area" in page
    assert "in 3 pictures and 5 boxes of 3 classes" in page
    assert "Boxes as they are read" in page
    table = (tmp_path / "check" / "findings.csv").read_text(encoding="utf-8-sig")
    rows = csv.DictReader(io.StringIO(table))
    lines = {row["kind"]: row["line"] for row in rows if row["path"].endswith("labels.csv")}
    assert (lines["outside"], lines["empty"], lines["swapped"]) == ("4", "5", "6")
    assert type(report).from_json(report.to_json()) == report


def test_check_asks_about_a_class_that_is_spelled_in_two_ways(pets):
    with (pets / "labels.csv").open("a") as file:
        file.write("\na/2.png,Dog,3,3,9,9,train\n")
    said = [finding.sentence for finding in ll.check(pets, progress=False).of("class")]
    assert "'Dog' and 'dog': one class, spelled in 2 ways?" in said


def test_check_finds_copies_among_the_pictures_of_boxes(pets):
    (pets / "a" / "3.png").write_bytes((pets / "a" / "1.png").read_bytes())
    assert ll.check(pets, progress=False).counts["leak"] == 1


def test_fix_writes_a_copy_without_faults_in_the_same_form_and_says_what_it_changed(pets, tmp_path):
    report = ll.check(pets, fix=tmp_path / "fixed", progress=False)
    said = "\n".join(report.notes)
    assert "3 pictures, 6 changes" in said
    assert "Boxes beyond the picture: 1 cut" in said
    assert "Boxes without area: 1 left out" in said
    again = ll.check(tmp_path / "fixed", progress=False)
    assert set(again.counts) <= {"class", "missing"}
    assert again.classes == report.classes
    assert (pets / "labels.csv").read_text().endswith(LINES[-1])


def test_fix_leaves_out_what_cannot_be_decoded_and_refuses_a_taken_place_at_once(pets, tmp_path):
    whole = (pets / "a" / "2.png").read_bytes()
    (pets / "a" / "2.png").write_bytes(whole[: len(whole) // 2])
    report = ll.check(pets, fix=tmp_path / "fixed", progress=False)
    assert "1 pictures that cannot be read are left out" in report.notes
    assert not (tmp_path / "fixed" / "images" / "a" / "2.png").exists()
    with pytest.raises(CallError, match="not empty"):
        ll.check(pets, fix=tmp_path / "fixed", progress=False)


def test_a_check_of_labels_that_are_all_wrong_still_reports(pets):
    (pets / "labels.csv").write_text("image,label,xmin,ymin,xmax,ymax\na/1.png,cat,5,5,5,5\n")
    report = ll.check(pets, progress=False)
    assert report.counts["empty"] == 1


def test_split_divides_boxes_in_the_form_they_have_and_keeps_copies_together(pets, tmp_path):
    dice = np.random.default_rng(1)
    lines = ["image,label,xmin,ymin,xmax,ymax"]
    for i in range(40):
        Image.fromarray(dice.integers(0, 255, (48, 64, 3), np.uint8)).save(pets / "a" / f"{i}.png")
        lines.append(f"a/{i}.png,{'cat' if i % 4 else 'dog'},1,1,20,20")
    (pets / "a" / "39.png").write_bytes((pets / "a" / "2.png").read_bytes())
    (pets / "labels.csv").write_text("\n".join(lines))
    made = ll.split(pets, out=tmp_path / "out", share=0.3, test=0.2, progress=False)
    assert {name: sum(classes.values()) for name, classes in made.parts.items()} == made.counts
    assert sum(made.counts.values()) == 40
    assert made.how == "link"
    back = read_boxes(tmp_path / "out")
    assert back.form == "csv"
    assert {part: len(own) for part, own in back.named.items()} == {
        "train": made.counts["train"],
        "valid": made.counts["val"],
        "test": made.counts["test"],
    }
    part = {scene.name: name for name, own in back.named.items() for scene in own}
    assert part["a/39.png"] == part["a/2.png"]
    with pytest.raises(DataError, match="divided already"):
        ll.split(tmp_path / "out", out=tmp_path / "again", progress=False)


@pytest.mark.parametrize("form", ["csv", "yolo"])
def test_split_of_boxes_keeps_people_whole_by_table_or_by_folder(form, tmp_path):
    home, dice = tmp_path / "people", np.random.default_rng(2)
    lines = ["image,person,label,xmin,ymin,xmax,ymax"]
    for i in range(48):
        who = f"p{i % 12}"
        place = home / "images" / (who if form == "yolo" else "all") / f"{i}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(dice.integers(0, 255, (48, 64, 3), np.uint8)).save(place)
        lines.append(f"images/all/{i}.png,{who},face,1,1,20,20")
        if form == "yolo":
            label = home / "labels" / who / f"{i}.txt"
            label.parent.mkdir(parents=True, exist_ok=True)
            label.write_text("0 0.5 0.5 0.2 0.2\n")
    if form == "csv":
        (home / "labels.csv").write_text("\n".join(lines))
    made = ll.split(home, out=tmp_path / "out", share=0.3, test=0.2, near=False, progress=False)
    assert any("12 groups of pictures" in note and "are kept whole" in note for note in made.notes), made.notes
    back = read_boxes(tmp_path / "out")
    assert back.form == form
    people = {part: {f"p{int(scene.path.stem) % 12}" for scene in own} for part, own in back.named.items()}
    assert sorted(who for own in people.values() for who in own) == sorted(f"p{i}" for i in range(12))
    assert len(people) == 3


def test_stats_of_boxes_count_boxes_and_pictures(pets, tmp_path):
    counted = ll.stats(pets, out=tmp_path / "page", progress=False)
    boxes = counted.boxes
    assert (counted.pictures, counted.parts, counted.classes) == (3, {"train": 2, "val": 1}, {})
    assert boxes.classes == {
        "bird": {"train": 0, "val": 1},
        "cat": {"train": 1, "val": 0},
        "dog": {"train": 2, "val": 1},
    }
    assert (boxes.boxes, boxes.empty) == (5, 0)
    assert boxes.sizes == {"small": 4, "medium": 1, "large": 0}  # the cat has 29 x 38 pixels
    assert (boxes.per_picture.least, boxes.per_picture.greatest) == (1, 2)
    assert (boxes.width.greatest, boxes.height.greatest) == (30, 38)
    assert boxes.share.greatest == pytest.approx((29 * 38 / (64 * 48)) ** 0.5, abs=1e-4)
    assert any("things are wrong in the label files" in note for note in counted.notes)
    again = type(counted).from_json(counted.to_json())
    assert again.to_dict() == counted.to_dict()
    html = (tmp_path / "page" / "stats.html").read_text(encoding="utf-8")
    assert html.count("data:image/png") == 2  # all pictures have one size
    assert "with 5 boxes in 3 classes" in html


def test_stats_of_pictures_without_any_box_are_counted_too(pets, capsys):
    (pets / "labels.csv").write_text("image,label,xmin,ymin,xmax,ymax\na/1.png,,,,,\na/2.png,,,,,\n")
    counted = ll.stats(pets, progress=False)
    assert (counted.boxes.boxes, counted.boxes.empty, counted.boxes.width) == (0, 2, None)
    assert type(counted).from_json(counted.to_json()).to_dict() == counted.to_dict()
    stats_door.show(counted)
    out = capsys.readouterr().out
    assert "2 pictures, 0 boxes, 0 classes" in out
    assert "2 pictures without a box" in out


def test_of_classes_there_is_nothing_to_fix(pets, tmp_path):
    (pets / "labels.csv").unlink()
    with pytest.raises(CallError, match="leave out --fix"):
        ll.check(pets, fix=tmp_path / "fixed", progress=False)
