"""Real labelled pictures, converted to every form and back by the command line; nothing is lost on the way."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lenslet.data import Scene, read_boxes

pytestmark = pytest.mark.data
SIDE = 24  # pictures


def lenslet(*arguments: str) -> dict:
    call = [sys.executable, "-m", "lenslet", *arguments, "--json", "--no-progress"]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def cells(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first of the blood cells of each part, as Pascal VOC."""
    source, home = shared / "data" / "bccd", tmp_path_factory.mktemp("cells") / "bccd"
    for part in ("train", "val"):
        names = (source / "ImageSets" / "Main" / f"{part}.txt").read_text().split()[:SIDE]
        for name in names:
            for folder, suffix in (("Annotations", ".xml"), ("JPEGImages", ".jpg")):
                (home / folder).mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / folder / f"{name}{suffix}", home / folder / f"{name}{suffix}")
        (home / "ImageSets" / "Main").mkdir(parents=True, exist_ok=True)
        (home / "ImageSets" / "Main" / f"{part}.txt").write_text("\n".join(names))
    return home


def by_name(root: Path) -> dict[str, tuple[str, Scene]]:
    return {scene.name: (part, scene) for part, made in read_boxes(root).named.items() for scene in made}


@pytest.mark.parametrize("form", ["coco", "yolo", "labelstudio", "csv", "voc"])
def test_blood_cells_go_through_every_form_and_come_back_the_same(cells, tmp_path, form):
    said = lenslet("data", "convert", str(cells), "--to", form, "--link", "-o", str(tmp_path / form))
    assert said["pictures"] == {"train": SIDE, "val": SIDE}
    back = tmp_path / "voc again"
    lenslet("data", "convert", str(tmp_path / form), "--to", "voc", "--link", "-o", str(back))
    first, last = by_name(cells), by_name(back)
    assert set(first) == set(last)
    for name, (part, scene) in first.items():
        assert last[name][0] == part
        assert np.array_equal(last[name][1].truth.boxes, scene.truth.boxes)
        assert last[name][1].truth.classes == scene.truth.classes


def test_faces_with_68_points_go_through_every_form_that_has_points(shared, tmp_path):
    source, home = shared / "data" / "face_keypoints", tmp_path / "faces"
    rows = (source / "keypoints.csv").read_text().splitlines()[:13]
    for row in rows[1:]:
        name = row.partition(",")[0]
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, home / name)
    (home / "keypoints.csv").write_text("\n".join(rows))
    first = by_name(home)
    assert len(first) == 12
    for form in ("coco", "yolo", "labelstudio", "csv"):
        lenslet("data", "convert", str(home), "--to", form, "-o", str(tmp_path / form))
        last = by_name(tmp_path / form)
        for name, (_, scene) in first.items():
            assert last[name][1].points == scene.points
