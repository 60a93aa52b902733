"""A project: a folder, its pictures, its names, its models; nothing kept elsewhere, nothing else opened."""

from pathlib import Path

import numpy as np
import pytest

from lenslet.data.scenes.annotations import Thing
from lenslet.errors import CallError, DataError
from lenslet.image import save_image
from lenslet.studio.labelling.moving import bring, give
from lenslet.studio.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "cells"
    for name in ("1.png", "sub/2.png", "runs/detect-1/sample.png", "Annotations/mask.png"):
        save_image(np.full((30, 40, 3), 180, np.uint8), root / name)
    (root / "runs" / "detect-1" / "card.json").write_text('{"task": "detect", "labels": ["a", "b"]}')
    (root / "runs" / "broken").mkdir()
    (root / "runs" / "broken" / "card.json").write_text("no card")
    (root / "secret.txt").write_text("secret")
    return Project.at(root)


def test_pictures_are_the_users_and_no_others_are_opened(project):
    assert project.pictures == ("1.png", "sub/2.png")
    assert project.path("sub/2.png").is_file()
    for name in ("secret.txt", "../cells/1.png", "sub/../1.png", "/etc/passwd", "", "runs/detect-1/sample.png"):
        with pytest.raises(CallError, match="no such picture"):
            project.path(name)
    save_image(np.zeros((5, 5, 3), np.uint8), project.root / "3.png")
    assert project.pictures == ("1.png", "sub/2.png")
    assert project.look_again() == ("1.png", "3.png", "sub/2.png")


@pytest.mark.parametrize("place", ["none", "1.png"])
def test_what_is_no_folder_is_no_project(project, place):
    with pytest.raises(CallError, match=r"no such folder|is a file"):
        Project.at(project.root / place)


def test_names_are_kept_in_a_file_that_anybody_reads(project):
    project.set(classes=("b", "a"), kind="points", points=("left", "right"), lines=((0, 1),))
    again = Project.at(project.root)
    assert (again.settings.classes, again.settings.lines, again.task) == (("b", "a"), ((0, 1),), "landmark")
    (project.root / "studio.json").write_text("[broken")
    assert again.settings.classes == ()
    assert again.kind == "boxes"


def test_kind_and_classes_are_as_the_folder_looks(project):
    assert (project.kind, project.task) == ("boxes", "detect")
    project.classes.write("1.png", "rose", None)
    assert (project.kind, project.labelled(), project.all_classes()) == ("classes", {"1.png"}, ("rose",))
    project.drawn.write("1.png", [Thing("cell", (1, 1, 9, 9))], None)
    project.look_again()
    assert (project.kind, project.all_classes()) == ("boxes", ("cell",))
    assert project.data() == (project.root, "detect")


def test_models_are_those_of_the_project_and_those_that_come_along(project):
    rows = project.models("detect")
    assert [row.name for row in rows][:2] == ["runs/detect-1", "bloodcells"]
    assert rows[0].labels == ("a", "b")
    assert {row.task for row in project.models()} >= {"detect", "classify", "landmark"}


def test_labels_go_out_and_come_in(project, tmp_path):
    with pytest.raises(DataError):
        give(project, "coco", str(tmp_path / "coco"))
    project.drawn.write("1.png", [Thing("cell", (1, 1, 9, 9))], None)
    made = give(project, "coco", str(tmp_path / "coco"))
    assert made["boxes"] == {"cell": 1}
    other = tmp_path / "other"
    save_image(np.zeros((30, 40, 3), np.uint8), other / "1.png")
    new = Project.at(other)
    said = bring(new, str(tmp_path / "coco"))
    assert (said["pictures"], said["left"], said["form"]) == (1, 0, "coco")
    assert new.pictures == ("1.png", "coco/1.png")
    assert new.labelled() == {"coco/1.png"}
    assert new.settings.classes == ("cell",)
    with pytest.raises(CallError, match="no place"):
        bring(new, " ")


def test_labels_in_the_folder_itself_are_taken_over_and_then_those_of_the_studio_count(project):
    from lenslet.data import read_boxes

    table = project.root / "labels.csv"
    table.write_text("image,label,xmin,ymin,xmax,ymax\n1.png,cell,1,1,9,9\n")
    assert bring(project, ".")["pictures"] == 1
    assert project.labelled() == {"1.png"}
    project.drawn.write("1.png", [Thing("cell", (1, 1, 9, 9)), Thing("other", (5, 5, 20, 20))], None)
    assert read_boxes(project.root).names == ("cell", "other")
    assert bring(project, str(table))["left"] == 1
