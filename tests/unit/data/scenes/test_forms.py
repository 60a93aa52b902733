"""What strangers' folders look like, form by form."""

import json
import shutil

import numpy as np
import pytest

from lenslet.data.scenes import form_of, read_boxes, write_boxes
from lenslet.errors import DataError

from .conftest import boxes_of, edit, picture, told  # type: ignore[import-not-found]


def xml(name: str = "1.png", box: str = "<xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax>") -> str:
    thing = f"<object>\n<name>cat</name>\n<bndbox>{box}</bndbox>\n</object>"
    return f"<annotation>\n<filename>{name}</filename>\n{thing}\n</annotation>\n"


def lay(root, files):
    for name, text in files.items():
        if text is None:
            picture(root / name)
        else:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)


# Pascal VOC ---------------------------------------------------------------------------------------------------------


def test_voc_beside_the_pictures_in_parts(tmp_path):
    lay(tmp_path, {"train/1.png": None, "train/1.xml": xml(), "valid/1.png": None, "valid/1.xml": xml()})
    read = read_boxes(tmp_path)
    assert (len(read.train), len(read.valid), read.faults) == (1, 1, ())


def test_voc_in_two_folders_without_lists(tmp_path):
    lay(tmp_path, {"images/1.png": None, "annotations/1.xml": xml()})
    assert boxes_of(tmp_path) == {"1.png": [[1, 2, 30, 40]]}


def test_voc_the_annotation_belongs_to_the_picture_of_its_own_name_else_to_the_one_it_names(tmp_path):
    lay(tmp_path, {"1.png": None, "2.png": None, "1.xml": xml("2.png"), "x.xml": xml("C:\\photos\\2.png")})
    assert set(boxes_of(tmp_path)) == {"1.png", "2.png"}


def test_voc_pictures_without_labels_and_labels_without_pictures_are_told(tmp_path):
    lay(tmp_path, {"1.png": None, "2.png": None, "1.xml": xml(), "3.xml": xml("3.png")})
    assert [kind for kind, _ in told(read_boxes(tmp_path))] == ["unlabelled", "orphan"]


def test_voc_trainval_is_train_and_what_no_list_names_is_left_out(tmp_path):
    lay(tmp_path, {"JPEGImages/a b.png": None, "Annotations/a b.xml": xml("a b.png")})
    lay(tmp_path, {"JPEGImages/c.png": None, "Annotations/c.xml": xml("c.png"), "ImageSets/Main/trainval.txt": "a b\n"})
    read = read_boxes(tmp_path)
    assert [scene.name for scene in read.train] == ["a b.png"]
    assert "1 annotations are in no list" in read.notes[0]


def test_voc_a_broken_file_among_good_ones_is_told_with_its_line(tmp_path):
    lay(tmp_path, {"1.png": None, "2.png": None, "1.xml": xml(), "2.xml": xml("2.png")[:60]})
    [(kind, sentence)] = told(read_boxes(tmp_path))
    assert kind == "syntax"
    assert "2.xml, line 4: this is no well-formed XML" in sentence


def test_voc_an_object_without_a_box_is_told(tmp_path):
    lay(
        tmp_path,
        {"1.png": None, "1.xml": xml().replace("</annotation>", "<object><name>dog</name></object></annotation>")},
    )
    assert told(read_boxes(tmp_path)) == [("syntax", "1.xml, line 7: dog has no bndbox: left out")]


BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<annotation><filename>&c;</filename></annotation>"""
FILE = (
    '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><annotation><object><name>&a;</name></object></annotation>'
)


@pytest.mark.parametrize("evil", [BOMB, FILE, '<!DOCTYPE x SYSTEM "http://example.org/x.dtd"><annotation/>'])
def test_voc_an_entity_bomb_is_refused_at_its_first_sign(tmp_path, evil):
    lay(tmp_path, {"1.png": None, "1.xml": xml(), "2.png": None, "2.xml": evil})
    read = read_boxes(tmp_path)
    [(kind, sentence)] = told(read)
    assert kind == "syntax"
    assert "declares a document type or entities" in sentence
    assert len(read.train) == 1


@pytest.mark.parametrize("encoding", ["gb2312", "utf-8", "utf-16", "iso-8859-5"])
def test_voc_in_the_encoding_that_it_names(tmp_path, encoding):
    name = "кошка" if encoding == "iso-8859-5" else "猫"
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n' + xml().replace("cat", name)
    picture(tmp_path / "1.png")
    (tmp_path / "1.xml").write_bytes(text.encode(encoding))
    assert read_boxes(tmp_path).names == (name,)


def test_voc_nested_a_million_deep_is_refused(tmp_path):
    lay(tmp_path, {"1.png": None, "1.xml": "<annotation>" + "<a>" * 100_000})
    with pytest.raises(DataError, match="nested too deeply"):
        read_boxes(tmp_path)


# COCO ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def coco(written):
    return written("coco")


def test_coco_faults_have_lines_and_numbers(coco):
    def spoil(plain):
        first = plain["annotations"][0]
        plain["annotations"] = [
            first,
            first | {"id": 50, "bbox": [1, 2, 3]},
            first | {"id": 51, "category_id": 99, "bbox": [5, 5, 5, 5]},
            first | {"id": 52, "image_id": 77},
            first | {"id": 53, "bbox": [50, 5, 500, 5]},
            "nonsense",
            {"id": 54},
        ]
        plain["images"].append({"file_name": "3.png"})

    edit(coco / "annotations" / "instances_train.json", spoil)
    found = told(read_boxes(coco))
    assert [kind for kind, _ in found] == ["syntax"] * 4 + ["orphan", "unknown", "outside"]
    said = "\n".join(sentence for _, sentence in found)
    assert "annotation 50 has bbox [1, 2, 3] is not four numbers" in said
    assert "class 'category_id 99' is not known (there are 2: cat, dog)" in said
    assert "annotation 52 is of image 77, which is not in images" in said
    assert "annotation 53: dog (50, 5, 550, 10) reaches beyond the picture of 64 x 48: cut" in said
    assert all(" line " in sentence for _, sentence in found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"images": [{"id": 1}, ', "breaks off before its end"),
        ('{"images": [{"id": 1},\n nonsense]}', r"line 2: this is no JSON"),
        ('{"images": [' + "[" * 100_000, "nested too deeply"),
        ('{"images": [' + "9" * 5000 + "]}", "number that is too long"),
        ('{"images": [], "annotations": []} more', "more after its end"),
        ('{"images": [], "annotations": []}', "no images and annotations"),
        ('{"images": [], "categories": [{"id": 1, "keypoints": ["a"], "skeleton": 7}]}', "no box of it can be used"),
        ('{"images": [1], "annotations": [2]}', "no box of it can be used"),
    ],
)
def test_coco_a_broken_file_is_refused_with_a_sentence(tmp_path, text, words):
    picture(tmp_path / "1.png")
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(DataError, match=words) as caught:
        read_boxes(tmp_path)
    assert "x.json" in str(caught.value) or "\n" not in str(caught.value)


def test_coco_as_roboflow_lays_it(coco, tmp_path):
    other = tmp_path / "other"
    for part in ("train", "val"):
        shutil.copytree(coco / part, other / part)
        shutil.copy(coco / "annotations" / f"instances_{part}.json", other / part / "_annotations.coco.json")
    assert boxes_of(other) == boxes_of(coco)


def test_coco_paths_that_lead_out_are_never_followed(coco):
    picture(coco.parent / "secret.png")
    edit(
        coco / "annotations" / "instances_train.json",
        lambda plain: plain["images"][0].update(file_name="../../secret.png"),
    )
    read = read_boxes(coco)
    assert all(scene.path.is_relative_to(coco) for part in read.named.values() for scene in part)
    assert "leads out of the data folder" in told(read)[0][1] or "unlabelled" in told(read)[0][0]


def test_coco_one_file_for_all_parts_leaves_each_picture_in_the_part_it_lies_in(coco):
    plain = json.loads((coco / "annotations" / "instances_val.json").read_text())
    plain["images"][0]["file_name"] = "val/3.png"
    shutil.rmtree(coco / "annotations")
    (coco / "all.json").write_text(json.dumps(plain))
    read = read_boxes(coco)
    assert (len(read.train), len(read.valid)) == (0, 1)


def test_coco_pictures_that_lie_deeper_are_found_if_only_one_has_the_name(coco):
    deep = coco / "train" / "site" / "one"
    deep.mkdir(parents=True)
    (coco / "train" / "2.png").rename(deep / "2.png")
    assert boxes_of(coco)["2.png"]
    picture(coco / "train" / "site" / "2.png")
    assert "there is no picture 2.png" in "".join(sentence for _, sentence in told(read_boxes(coco)))


def test_coco_a_picture_that_the_file_does_not_name_is_told(coco):
    picture(coco / "train" / "new.png")
    assert told(read_boxes(coco))[0][0] == "unlabelled"


def test_coco_files_that_do_not_say_their_part_are_refused(coco):
    (coco / "annotations" / "instances_train.json").rename(coco / "annotations" / "a.json")
    (coco / "annotations" / "instances_val.json").rename(coco / "annotations" / "b.json")
    with pytest.raises(DataError, match="does not say which part"):
        read_boxes(coco)


def test_coco_classes_keep_their_numbers(coco, tmp_path):
    def renumber(plain):
        for category in plain["categories"]:
            category["id"] += 16
        for annotation in plain["annotations"]:
            annotation["category_id"] += 16

    for name in ("train", "val"):
        edit(coco / "annotations" / f"instances_{name}.json", renumber)
    write_boxes(read_boxes(coco, whole=True), "coco", tmp_path / "again")
    plain = json.loads((tmp_path / "again" / "annotations" / "instances_val.json").read_text())
    assert [category["id"] for category in plain["categories"]] == [17, 18]
    assert {annotation["category_id"] for annotation in plain["annotations"]} == {17, 18}


def test_coco_two_classes_with_other_points_are_refused(faces, tmp_path):
    write_boxes(faces, "coco", tmp_path / "coco")
    edit(
        tmp_path / "coco" / "annotations" / "instances_train.json",
        lambda plain: plain["categories"].append({"id": 2, "name": "hand", "keypoints": ["thumb"]}),
    )
    with pytest.raises(DataError, match="two classes have different keypoints"):
        read_boxes(tmp_path / "coco")


# Label Studio -------------------------------------------------------------------------------------------------------


def task(name: str = "/data/upload/3/0123abcd-1.png", **value) -> dict:
    value = {"x": 10, "y": 25, "width": 50, "height": 50, "rotation": 0, "rectanglelabels": ["cat"]} | value
    result = {"id": "r1", "type": "rectanglelabels", "value": value, "original_width": 64, "original_height": 48}
    return {"id": 1, "data": {"image": name}, "annotations": [{"result": [result]}]}


@pytest.mark.parametrize(
    "name",
    [
        "/data/upload/3/0123abcd-1.png",
        "/data/local-files/?d=images/1.png",
        "s3://bucket/x/1.png",
        "1.png",
        "images/1.png",
    ],
)
def test_labelstudio_finds_the_picture_of_an_upload(tmp_path, name):
    lay(tmp_path, {"images/1.png": None, "export.json": json.dumps([task(name)])})
    assert form_of(tmp_path) == "labelstudio"
    assert boxes_of(tmp_path) == {"1.png": [[6.4, 12, 38.4, 36]]}


def test_labelstudio_nobody_looked_is_not_nothing_there(tmp_path):
    tasks = [task("1.png"), task("2.png") | {"annotations": []}, task("3.png") | {"annotations": [{"result": []}]}]
    tasks.append(task("4.png") | {"annotations": [{"result": [], "was_cancelled": True}]})
    lay(tmp_path, {f"images/{i}.png": None for i in (1, 2, 3, 4)} | {"export.json": json.dumps(tasks)})
    read = read_boxes(tmp_path)
    assert {scene.name: len(scene.truth) for scene in read.train} == {"1.png": 1, "3.png": 0}
    assert [kind for kind, _ in told(read)] == ["unlabelled"] * 2


def test_labelstudio_min_turned_and_drawn_otherwise(tmp_path):
    box = {"x": 10, "y": 25, "width": 50, "height": 50, "rotation": 0, "rectanglelabels": ["cat"]}
    small = [{"image": "1.png", "label": [box | {"original_width": 64, "original_height": 48}], "annotator": 1}]
    lay(tmp_path, {"images/1.png": None, "export.json": json.dumps(small)})
    assert boxes_of(tmp_path) == {"1.png": [[6.4, 12, 38.4, 36]]}
    turned = task("1.png", rotation=90, x=90)
    polygon = {"type": "polygonlabels", "value": {"points": [[1, 1], [9, 1], [9, 9]], "polygonlabels": ["dog"]}}
    turned["annotations"][0]["result"].append(polygon)
    lay(tmp_path, {"export.json": json.dumps([turned])})
    read = read_boxes(tmp_path)
    assert np.allclose(read.train[0].truth.boxes[0], [57.6 - 24, 12, 57.6, 12 + 32])
    assert len(read.train[0].truth) == 2
    assert [kind for kind, _ in told(read)] == ["syntax"] * 2


# Tables -------------------------------------------------------------------------------------------------------------


def test_a_table_of_points_by_number_and_by_name(tmp_path):
    picture(tmp_path / "1.png")
    for head in ("image,x0,y0,x1,y1,x2,y2", "image;eye_x;eye_y;nose_x;nose_y;chin_x;chin_y"):
        mark = ";" if ";" in head else ","
        (tmp_path / "points.csv").write_text(head + "\n" + mark.join(["1.png", "1", "2", "30", "40", "", ""]) + "\n")
        read = read_boxes(tmp_path)
        assert read.boxless
        assert read.train[0].points[0].visible.tolist() == [2, 2, 0]
        assert read.train[0].truth.boxes.tolist() == [[1, 2, 30, 40]]
    assert read.joints.names == ("eye", "nose", "chin")


def test_points_that_lie_outside_have_a_box_on_the_edge(tmp_path):
    picture(tmp_path / "1.png")
    (tmp_path / "points.csv").write_text("image,x0,y0,x1,y1\n1.png,203,5,,\n")
    assert boxes_of(tmp_path) == {"1.png": [[64, 5, 64, 5]]}


def test_a_table_of_classes_is_none_of_boxes(tmp_path):
    (tmp_path / "labels.csv").write_text("path,label\n1.png,cat\n")
    assert form_of(tmp_path) is None
    assert form_of(tmp_path / "labels.csv") is None


# All of them --------------------------------------------------------------------------------------------------------


def test_two_forms_at_once_are_refused_and_one_can_be_named(written):
    root = written("coco")
    (root / "labels.csv").write_text("image,label,xmin,ymin,xmax,ymax\ntrain/2.png,cat,1,1,9,9\n")
    with pytest.raises(DataError, match=r"holds COCO .* and a table"):
        read_boxes(root)
    assert read_boxes(root / "labels.csv").form == "csv"


def test_nothing_there_is_said(tmp_path):
    with pytest.raises(DataError, match="no such file or folder"):
        read_boxes(tmp_path / "nowhere")
    with pytest.raises(DataError, match="no boxes and no points found"):
        read_boxes(tmp_path)
    picture(tmp_path / "cat" / "1.png")
    assert form_of(tmp_path) is None


def test_links_that_lead_round_in_a_circle_end(written):
    root = written("voc")
    (root / "JPEGImages" / "loop").symlink_to(root)
    assert len(read_boxes(root).train) == 3
