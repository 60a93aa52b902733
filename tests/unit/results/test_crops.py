"""Crops are the very pixels of the things; their names suit every disk."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lenslet.errors import CallError, ImageError
from lenslet.results import Detections
from lenslet.results.crops import safe

PICTURE = np.random.default_rng(0).integers(0, 255, (60, 80, 3), np.uint8)
BOXES = np.array(
    [[10, 20, 30, 50], [-20, -20, 5.5, 5], [70, 50, 200, 90], [100, 0, 120, 9], [40, 40, 40.6, 50], [3, 3, 3, 3.0]]
)


def found(picture: Path | np.ndarray | None = PICTURE, names: tuple[str, ...] = ("cell",)) -> Detections:
    return Detections(BOXES, np.full(6, 0.5), np.zeros(6, np.int64), names, picture)


def test_a_crop_is_what_lies_in_the_box_and_boxes_without_a_pixel_are_left_out():
    made = found().crops()
    assert len(made) == 3
    for pixels, part in zip(made, [PICTURE[20:50, 10:30], PICTURE[:5, :6], PICTURE[50:, 70:]], strict=True):
        assert np.array_equal(pixels, part)
        assert not np.shares_memory(pixels, PICTURE)
    assert np.array_equal(found().crops(0.5)[0], PICTURE[5:60, 0:40])


def test_crops_are_saved_lossless_under_names_that_say_where_they_come_from(tmp_path):
    Image.fromarray(PICTURE).save(tmp_path / "صورة 1.png")
    d = found(tmp_path / "صورة 1.png", names=("خلية/حمراء",))
    written = d.save_crops(tmp_path / "new" / "crops")
    assert [path.name for path in written] == [f"صورة 1-{i}-خلية_حمراء.png" for i in (0, 1, 2)]
    assert sorted((tmp_path / "new" / "crops").iterdir()) == sorted(written)
    assert np.array_equal(np.array(Image.open(written[0])), PICTURE[20:50, 10:30])


@pytest.mark.parametrize(
    "name", ["a/b", "..", "", "../../etc/passwd", "con:", "x\0y", "\ud83d", "n" * 900, "ק" * 500, "new\nline", " . "]
)
def test_any_class_name_gives_a_file_in_the_folder(tmp_path, name):
    (path, *_) = found(names=(name,)).save_crops(tmp_path)
    assert path.parent == tmp_path
    assert path.exists()
    assert len(path.name.encode()) < 255
    assert not set(path.name) & set('/\\:*?"<>|\n\0')
    assert safe(safe(name)) == safe(name)


def test_what_cannot_be_cut_is_said(tmp_path):
    with pytest.raises(CallError, match="no picture to be cut out of"):
        found(None).crops()
    with pytest.raises(CallError, match="margin of -1"):
        found().crops(-1)
    with pytest.raises(ImageError):
        found(tmp_path / "gone.png").save_crops(tmp_path)
