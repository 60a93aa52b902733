"""classes.csv: what is said of single pictures, and what a folder with it is read as."""

from pathlib import Path

import numpy as np
import pytest

from lenslet.data import read
from lenslet.data.class_table import ClassTable
from lenslet.errors import DataError, StaleError
from lenslet.image import save_image


def picture(path: Path) -> Path:
    save_image(np.zeros((8, 8, 3), np.uint8), path)
    return path


def test_what_is_said_is_what_training_reads(tmp_path):
    for name in ("a.png", "b, c.png", "sub/d.png", "e.png"):
        picture(tmp_path / name)
    table = ClassTable(tmp_path)
    assert table.read() == {}
    for name, label in (("a.png", "one"), ("b, c.png", "two"), ("sub/d.png", "one")):
        table.write(name, label, "new")
    parts = read(tmp_path)
    assert {s.path.name: parts.labels[s.label] for s in parts.train} == {
        "a.png": "one",
        "b, c.png": "two",
        "d.png": "one",
    }
    table.write("a.png", None, table.version("a.png"))
    assert set(table.read()) == {"b, c.png", "sub/d.png"}


def test_a_change_of_somebody_else_is_not_written_over(tmp_path):
    one, two = ClassTable(tmp_path), ClassTable(tmp_path)
    one.write("a.png", "one", "new")
    with pytest.raises(StaleError, match=r"class of a\.png was changed elsewhere"):
        two.write("a.png", "two", "new")
    two.write("b.png", "two", "new")  # another picture is nobody's business
    assert one.read() == {"a.png": "one", "b.png": "two"}


def test_class_folders_count_until_something_is_said_and_are_then_written_down(tmp_path):
    for name in ("rose/1.png", "rose/2.png", "tulip/1.png"):
        picture(tmp_path / name)
    table = ClassTable(tmp_path)
    assert not table.exists
    assert table.read()["tulip/1.png"] == "tulip"
    table.write("rose/2.png", "tulip", table.version("rose/2.png"))
    assert table.read() == {"rose/1.png": "rose", "rose/2.png": "tulip", "tulip/1.png": "tulip"}
    assert len(read(tmp_path).train) == 3


def test_columns_of_others_stay_and_what_is_no_table_is_refused(tmp_path):
    (tmp_path / "classes.csv").write_text("File,who,Label\na.png,ana,one\n")
    table = ClassTable(tmp_path)
    table.write("a.png", "two", None)
    table.write("b.png", "one", None)
    assert (tmp_path / "classes.csv").read_text() == "File,who,Label\na.png,ana,two\nb.png,,one\n"
    (tmp_path / "classes.csv").write_text("nothing\nat all\n")
    with pytest.raises(DataError, match="path and label"):
        table.write("a.png", "two", None)
    (tmp_path / "classes.csv").write_bytes(b"path,label\n\xff\xfe,x\n")
    with pytest.raises(DataError, match="UTF-8"):
        table.read()


def test_a_list_of_classes_under_that_name_is_no_table_of_pictures(tmp_path):
    for name in ("rose/a.png", "rose/b.png", "tulip/c.png", "tulip/d.png"):
        picture(tmp_path / name)
    (tmp_path / "classes.csv").write_text("id,name\n0,rose\n1,tulip\n")
    assert read(tmp_path).labels == ("rose", "tulip")


def test_runs_in_a_folder_are_no_class(tmp_path):
    for name in ("rose/1.png", "tulip/1.png", "runs/classify-1/sample.png"):
        picture(tmp_path / name)
    (tmp_path / "runs" / "classify-1" / "args.yaml").write_text("data: x\n")
    assert read(tmp_path).labels == ("rose", "tulip")
