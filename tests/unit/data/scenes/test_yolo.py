"""YOLO as strangers lay it: what a data.yaml may say, and what it may not."""

import numpy as np
import pytest

from lenslet.data.scenes import read_boxes
from lenslet.errors import DataError

from .conftest import told  # type: ignore[import-not-found]


@pytest.fixture
def yolo(written):
    return written("yolo")


def test_yolo_faults_have_files_and_lines(yolo):
    text = "1 0.5 0.5 0.5 0.5\n\n7 0.5 0.5 0.5 0.5\n0 nan 0.5 0.5 0.5\n0 0.5 0.5\n0 0.9 0.5 0.5 0.5\nx y z u v\n"
    (yolo / "labels" / "train" / "2.txt").write_text(text)
    (yolo / "labels" / "train" / "no.txt").unlink()
    (yolo / "labels" / "train" / "stray.txt").write_text("")
    found = told(read_boxes(yolo))
    assert sorted(kind for kind, _ in found) == [
        "nan",
        "orphan",
        "outside",
        "syntax",
        "syntax",
        "unknown",
        "unlabelled",
    ]
    said = "\n".join(sentence for _, sentence in found)
    assert "labels/train/2.txt, line 3: class '7' is not known" in said
    assert "2.txt, line 5: '0 0.5 0.5' is not class cx cy w h: left out" in said
    assert "taken for a picture that shows nothing" in said


def test_yolo_a_path_that_leads_out_is_refused(yolo):
    (yolo / "data.yaml").write_text("path: ../../\ntrain: images/elsewhere\nnames: [cat, dog]\n")
    with pytest.raises(DataError, match=r"elsewhere is not there"):
        read_boxes(yolo)
    for text in ("path: ../../\ntrain: pictures\n", "train: ../pictures\n", "train: /etc\n", "path: /\ntrain: etc\n"):
        (yolo / "data.yaml").write_text(text + "names: [cat, dog]\n")
        with pytest.raises(DataError, match=r"data.yaml, line \d.*(leads out of the data folder|is not there)"):
            read_boxes(yolo)


def test_yolo_the_dots_and_the_absolute_path_of_another_machine_are_forgiven(yolo):
    for text in ("train: ../images/train\nval: ../images/val\n", "path: /home/ann/cells\ntrain: images/train\n"):
        (yolo / "data.yaml").write_text(text + "names: {0: cat, 1: dog}\n")
        assert len(read_boxes(yolo).train) == 3


def test_yolo_nothing_of_a_yaml_is_run(yolo):
    for evil in ("names: !!python/object/apply:os.system ['touch pwned']\n", "names: !!python/name:os.system ''\n"):
        (yolo / "data.yaml").write_text("train: images/train\n" + evil)
        with pytest.raises(DataError, match=r"data\.yaml, line 2"):
            read_boxes(yolo)
        assert not (yolo / "pwned").exists()
    (yolo / "data.yaml").write_text("train: images/train\nnames: [cat, dog]\ndownload: |\n  import os\n")
    assert "its `download` is not run" in read_boxes(yolo).notes[0]


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x]\nb: &b [*a, *a]\nnames: [*b, *b]\ntrain: images/train\n",
        "names: " + "[" * 5000,
        "names: [cat\ntrain: x",
        "names: {0: cat, 5: dog}\ntrain: images/train",
        "names: 3\ntrain: images/train",
        "names: [[a], [b]]\ntrain: images/train",
        "kpt_shape: [x]\nnames: [a]\ntrain: images/train",
        "train: [[a]]\nnames: [a]",
        "train: \0\nnames: [a]",
        f"train: {'9' * 5000}\nnames: [a]",
        "names:\n\t- a",
        "- names: 1\nnames: 2",
    ],
)
def test_yolo_a_data_yaml_that_is_none_is_refused_with_a_sentence(yolo, text):
    (yolo / "data.yaml").write_text(text)
    with pytest.raises(DataError) as caught:
        read_boxes(yolo)
    assert "data.yaml" in str(caught.value)


def test_yolo_names_that_look_like_something_else_stay_text(yolo):
    (yolo / "data.yaml").write_text("train: images/train\nnames: [no, 1e3]\n")
    assert read_boxes(yolo).names == ("no", "1e3")


def test_yolo_without_a_data_yaml(yolo):
    (yolo / "data.yaml").unlink()
    read = read_boxes(yolo)
    assert read.names == ("0", "1")
    assert (len(read.train), len(read.valid)) == (3, 1)
    (yolo / "classes.txt").write_text("cat\ndog\n")
    assert read_boxes(yolo).names == ("cat", "dog")


def test_yolo_polygons_and_confidences(yolo):
    lines = "0 0.1 0.2 0.5 0.2 0.5 0.8 0.1 0.8\n1 0.5 0.5 0.5 0.5 0.75\n"
    (yolo / "labels" / "train" / "2.txt").write_text(lines)
    truth = next(scene.truth for scene in read_boxes(yolo).train if scene.name == "2.png")
    assert np.allclose(truth.boxes[0], [6.4, 9.6, 32, 38.4])
    assert truth.scores.tolist() == [1, 0.75]


def test_yolo_lists_of_pictures(yolo):
    (yolo / "train.txt").write_text("./images/train/2.png\nimages/train/gone.png\n../../../etc/passwd\n")
    (yolo / "data.yaml").write_text("train: train.txt\nnames: [cat, dog]\n")
    read = read_boxes(yolo)
    assert [scene.name for scene in read.train] == ["2.png"]
    assert [fault.line for fault in read.faults] == [2, 3]
