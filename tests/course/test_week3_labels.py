"""Course, week 3: labelling (3.3): what other programs labelled comes in, and goes out again."""

import numpy as np
import pytest
from PIL import Image

import lenslet as ll
from lenslet.data import form_of, read_boxes

TABLE = "image,label,xmin,ymin,xmax,ymax\nstreet.png,pedestrian,3,4,9,30\nstreet.png,car,10,12,60,40\nempty.png,,,,,\n"


@pytest.fixture
def street(tmp_path):
    home = tmp_path / "street"
    home.mkdir()
    for name in ("street", "empty"):
        Image.fromarray(np.zeros((48, 64, 3), np.uint8)).save(home / f"{name}.png")
    (home / "labels.csv").write_text(TABLE)
    return home


@pytest.mark.parametrize("form", ["coco", "yolo", "voc", "labelstudio"])
def test_3_3_labels_go_out_and_come_in_in_every_form(form, street, tmp_path):
    ll.convert(street, to=form, out=tmp_path / form, progress=False)
    assert form_of(tmp_path / form) == form
    back = {scene.name: scene.truth for scene in read_boxes(tmp_path / form).train}
    assert set(back["street.png"].classes) == {"pedestrian", "car"}
    assert sorted(back["street.png"].boxes.tolist()) == [[3, 4, 9, 30], [10, 12, 60, 40]]
    assert len(back["empty.png"]) == 0
