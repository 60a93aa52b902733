"""What is wrong in label files is told with file and line, put right where it can be, and left out where not."""

import pytest
from PIL import Image

from lenslet.data.scenes import read_boxes
from lenslet.errors import DataError

from .conftest import boxes_of, picture, told  # type: ignore[import-not-found]

HEAD = "image,label,xmin,ymin,xmax,ymax,width,height\n"


@pytest.fixture
def table(tmp_path):
    """Writes a table about pictures of 64 x 48, and reads it."""

    def write(*lines: str, pictures: tuple[str, ...] = ("a.png",)):
        for name in pictures:
            picture(tmp_path / name)
        (tmp_path / "labels.csv").write_text(HEAD + "".join(f"{line}\n" for line in lines))
        return read_boxes(tmp_path)

    return write


GOOD = "a.png,cat,1,2,30,40,,"


@pytest.mark.parametrize(
    ("line", "kind", "words", "left"),
    [
        (
            "a.png,cat,-5,2,30,40,,",
            "outside",
            "cat (-5, 2, 30, 40) reaches beyond the picture of 64 x 48: cut",
            [0, 2, 30, 40],
        ),
        ("a.png,cat,70,2,90,40,,", "outside", "lies outside the picture of 64 x 48: left out", None),
        ("a.png,cat,5,5,5,40,,", "empty", "has no area: left out", None),
        ("a.png,cat,nan,2,30,40,,", "nan", "is no box of numbers: left out", None),
        ("a.png,cat,x,2,30,40,,", "nan", "is no box of numbers: left out", None),
        ("a.png,cat,1e400,2,30,40,,", "nan", "is no box of numbers: left out", None),
        ("a.png,cat,40,2,10,30,,", "swapped", "has its corners swapped: turned", [10, 2, 40, 30]),
        ("a.png,,3,2,30,40,,", "unknown", "class '' is not known", None),
        (GOOD, "twice", "the same box as in line 2: left out", None),
        ("b.png,cat,3,2,30,40,,", "orphan", "there is no picture b.png: its labels are left out", None),
        ("../b.png,cat,3,2,30,40,,", "orphan", "../b.png leads out of the data folder", None),
        ("/etc/passwd,cat,3,2,30,40,,", "orphan", "/etc/passwd leads out of the data folder", None),
        (",cat,3,2,30,40,,", "syntax", "it names no picture", None),
    ],
)
def test_each_fault_has_its_kind_its_line_and_its_cure(table, line, kind, words, left):
    read = table(GOOD, line)
    [(found, sentence)] = told(read)
    assert found == kind
    assert sentence.startswith("labels.csv, line 3: ")
    assert words in sentence
    assert read.faults[0].line == 3
    assert read.train[0].truth.boxes.tolist() == [[1, 2, 30, 40]] + ([left] if left else [])


def test_half_a_pixel_beyond_the_edge_is_cut_without_a_word(table):
    read = table("a.png,cat,-0.4,0,64.5,48,,")
    assert read.faults == ()
    assert read.train[0].truth.boxes.tolist() == [[0, 0, 64, 48]]


def test_boxes_of_the_picture_at_another_size_are_scaled_with_it(table):
    read = table("a.png,cat,100,200,300,400,640,480")
    assert told(read)[0][0] == "scale"
    assert "say 640 x 480 pixels, the picture has 64 x 48: its boxes are scaled with it" in told(read)[0][1]
    assert read.train[0].truth.boxes.tolist() == [[10, 20, 30, 40]]


def test_boxes_of_another_picture_are_left_out(table):
    read = table(GOOD, "b.png,cat,100,20,300,40,640,100", pictures=("a.png", "b.png"))
    assert "it is another picture, or cut: left out" in told(read)[0][1]
    assert [scene.name for scene in read.train] == ["a.png"]


def test_a_picture_labelled_lying_is_left_out_and_swapped_sides_are_not(table):
    lying = table(GOOD, "b.png,cat,1,1,40,60,48,64", pictures=("a.png", "b.png"))
    assert "labelled lying" in told(lying)[0][1]
    swapped = table("a.png,cat,1,1,60,40,48,64")
    assert "but its boxes fit the picture: taken so" in told(swapped)[0][1]
    assert len(swapped.train[0].truth) == 1


def test_boxes_that_fit_the_picture_and_not_the_stated_size_are_taken_as_they_are(table):
    read = table("a.png,cat,10,20,60,40,32,24")
    assert "but its boxes fit the picture: taken so" in told(read)[0][1]
    assert read.train[0].truth.boxes.tolist() == [[10, 20, 60, 40]]


def test_a_size_of_zero_says_nothing(table):
    assert table("a.png,cat,1,2,30,40,0,0").faults == ()


def test_a_broken_picture_is_left_out(table, tmp_path):
    (tmp_path / "b.png").write_bytes(b"no picture at all")
    read = table(GOOD, "b.png,cat,1,1,40,40,,")
    assert told(read)[0][0] == "unreadable"
    assert [scene.name for scene in read.train] == ["a.png"]


def test_a_very_long_picture_keeps_its_boxes(tmp_path):
    Image.new("RGB", (1, 4000)).save(tmp_path / "long.png")
    (tmp_path / "labels.csv").write_text(HEAD + "long.png,cat,0,10,1,3999,,\n")
    assert boxes_of(tmp_path) == {"long.png": [[0, 10, 1, 3999]]}


def test_nothing_left_is_refused_with_the_first_reason(table):
    with pytest.raises(DataError, match=r"no box of it can be used; the first of 2 faults: labels.csv, line 2: cat"):
        table("a.png,cat,5,5,5,40,,", "a.png,cat,nan,5,5,40,,")


def test_a_class_that_val_lacks_and_a_picture_that_is_gone_stop_nothing(table):
    read = table(GOOD, "gone.png,dog,1,1,5,5,,")
    assert read.names == ("cat", "dog")
    assert len(read.train) == 1
