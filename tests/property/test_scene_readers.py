"""Every reader, fed with real-looking files damaged at random: it reads them or refuses them with a sentence."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from lenslet.data.scenes import FORMS, read_boxes, write_boxes
from lenslet.data.scenes.jsons import elements
from lenslet.data.scenes.scene import Joints, Scene, Scenes
from lenslet.errors import DataError
from lenslet.results import Detections, Points
from lenslet.results.data_report import KINDS

LABELS = {
    "voc": "Annotations/0.xml",
    "coco": "annotations/instances_train.json",
    "yolo": "labels/train/0.txt",
    "labelstudio": "tasks.json",
    "csv": "labels.csv",
}
# What breaks readers: numbers that are none, paths that lead out, markup, brackets, what each form gives a meaning.
EVIL = [b"nan", b"-1e999", b"9" * 400, b"../../etc/passwd", b"/etc/passwd", b"\x00", b"\xff\xfe", b"<", b"&x;", b"\\"]
EVIL += [b'"', b"null", b"[]", b"true", b"-0", b"\n", b",", b"<!DOCTYPE x [<!ENTITY x 'y'>]>", b"*a", b"&a ", b"%"]
EVIL += [b":", b"]", b"{"]
changes = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 12), st.one_of(st.sampled_from(EVIL), st.binary(max_size=6))),
    min_size=1,
    max_size=5,
)


@pytest.fixture(scope="module")
def forms(tmp_path_factory) -> Path:
    """The same two pictures in every form."""
    home = tmp_path_factory.mktemp("scenes")
    joints = Joints(("eye", "nose"), ((0, 1),))
    made = []
    for i in range(2):
        path = home / f"{i}.png"
        Image.fromarray(np.full((24, 32, 3), 40 * i, np.uint8)).save(path)
        boxes = np.array([[1.0, 2, 20, 20], [3, 4.5, 30, 22.25]])
        truth = Detections.truth(
            boxes, np.array([0, 1]), ("cat", "dog"), picture=path, size=(24, 32), crowd=np.array([False, True])
        )
        points = Points(np.array([[2.0, 3], [5, 6]]), joints.names, None, None, joints.lines, path, (24, 32))
        made.append(Scene(path, f"{i}.png", truth, (points, points), key=i + 1))
    place = tmp_path_factory.mktemp("forms")
    for form in FORMS:
        write_boxes(Scenes(home, "coco", ("cat", "dog"), tuple(made), joints=joints), form, place / form)
    return place


def damaged(content: bytes, cuts: list[tuple[float, int, bytes]]) -> bytes:
    for share, length, new in cuts:
        at = int(share * len(content))
        content = content[:at] + new + content[at + length :]
    return content


def reads_or_refuses(root: Path) -> None:
    try:
        read = read_boxes(root, whole=True)
    except DataError as error:
        assert str(error)
        assert "\n" not in str(error).strip()
        return
    for made in read.named.values():
        for scene in made:
            assert scene.path.is_relative_to(root)
            height, width = scene.truth.size
            assert (scene.truth.boxes >= 0).all()
            assert (scene.truth.boxes <= [width, height, width, height]).all()
    for fault in read.faults:
        assert fault.kind in KINDS
        assert fault.sentence


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=changes)
def test_a_damaged_label_file_is_read_or_refused(form, forms, cuts):
    root, path = forms / form, forms / form / LABELS[form]
    whole = path.read_bytes()
    try:
        path.write_bytes(damaged(whole, cuts))
        reads_or_refuses(root)
    finally:
        path.write_bytes(whole)


@settings(deadline=None, max_examples=40)
@given(cuts=changes)
def test_a_damaged_data_yaml_is_read_or_refused(forms, cuts):
    path = forms / "yolo" / "data.yaml"
    whole = path.read_bytes()
    try:
        path.write_bytes(damaged(whole, cuts))
        reads_or_refuses(forms / "yolo")
    finally:
        path.write_bytes(whole)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
places = st.lists(st.integers(0, 5), min_size=1, max_size=7)


@pytest.mark.parametrize("form", ["coco", "labelstudio"])
@settings(deadline=None, max_examples=40)
@given(way=places, new=plain)
def test_json_with_anything_in_the_place_of_anything_is_read_or_refused(form, forms, way, new):
    path = forms / form / LABELS[form]
    whole = path.read_text()
    value = json.loads(whole)
    inner = value
    for step in way[:-1]:
        keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        below = inner[keys[step % len(keys)]] if keys else None
        if not isinstance(below, dict | list) or not below:
            break
        inner = below
    keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
    inner[keys[way[-1] % len(keys)]] = new
    try:
        path.write_text(json.dumps(value))
        reads_or_refuses(forms / form)
    finally:
        path.write_text(whole)


@settings(deadline=None)
@given(plain, st.sampled_from([None, 1]))
def test_json_read_element_by_element_is_json_read_at_once(tmp_path_factory, value, indent):
    path = tmp_path_factory.getbasetemp() / "walk.json"
    path.write_text(json.dumps({"a": [value, value], "b": value}, indent=indent))
    found = [(e.name, e.value, e.listed) for e in elements(path, ("a",))]
    assert repr(found) == repr(
        [("a", json.loads(json.dumps(value)), True)] * 2 + [("b", json.loads(json.dumps(value)), False)]
    )


@pytest.mark.data
def test_real_annotations_damaged_are_read_or_refused(shared, tmp_path):
    source = shared / "data" / "raccoon"
    dice = np.random.default_rng(0)
    for name in ("images", "annotations"):
        (tmp_path / name).mkdir()
    for path in sorted((source / "annotations").iterdir())[:30]:
        shutil.copy(source / "images" / f"{path.stem}.jpg", tmp_path / "images")
        cuts = [(float(dice.random()), int(dice.integers(12)), EVIL[dice.integers(len(EVIL))]) for _ in range(3)]
        (tmp_path / "annotations" / path.name).write_bytes(damaged(path.read_bytes(), cuts))
    reads_or_refuses(tmp_path)


@settings(deadline=None, max_examples=6)
@given(
    names=st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=8)
        .map(str.strip)
        .filter(bool),
        min_size=2,
        max_size=2,
        unique=True,
    )
)
def test_whatever_a_class_is_called_it_comes_back_from_every_form(forms, tmp_path_factory, names):
    place = tmp_path_factory.mktemp("names")
    read = read_boxes(forms / "coco", whole=True)
    renamed = [replace(s, truth=replace(s.truth, names=tuple(names))) for s in read.train]
    for form in FORMS:
        write_boxes(replace(read, names=tuple(names), train=tuple(renamed)), form, place / form)
        back = {scene.name: scene.truth.classes for scene in read_boxes(place / form).train}
        assert back == {scene.name: scene.truth.classes for scene in renamed}
