"""Which pictures are held out together."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lenslet.data import Scene, read_boxes
from lenslet.data.scenes import write_boxes
from lenslet.data.together import groups_of, split_by_group
from lenslet.results import Detections

NONE = Detections.none(("thing",), None, (9, 9))


def scenes(*names: str, group: str = "") -> list[Scene]:
    return [Scene(Path(name), name, NONE, group=group and f"{group}{name[0]}") for name in names]


def test_folders_of_several_pictures_are_groups() -> None:
    made = scenes(*(f"{person}/{n}.jpg" for person in "abcde" for n in range(2)))
    assert groups_of(made)[0] == tuple(p for p in "abcde" for _ in range(2))


def test_few_folders_or_one_picture_each_are_no_groups() -> None:
    assert groups_of(scenes("images/a.jpg", "images/b.jpg", "more/c.jpg"))[0] == ()
    assert groups_of(scenes(*(f"{n}/x.jpg" for n in range(9))))[0] == ()
    assert groups_of([])[0] == ()


def test_a_table_says_it_before_the_folders_do() -> None:
    made = scenes("a.jpg", "b.jpg", group="person ")
    assert groups_of(made) == (("person a", "person b"), "as the table says")


def test_no_group_is_torn_apart_and_both_sides_have_one() -> None:
    for count in (2, 3, 10, 200):
        groups = [f"person {i % count}" for i in range(3 * count)]
        held = split_by_group(groups)
        assert 0 < held.sum() < len(groups)
        for name in set(groups):
            assert len({bool(h) for h, g in zip(held, groups, strict=True) if g == name}) == 1
    assert not split_by_group(["one"] * 5).any()


def test_about_the_share_is_held_out_and_others_move_nobody() -> None:
    groups = [f"person {i}" for i in range(1000)]
    held = split_by_group(groups, share=0.1)
    assert 0.07 < held.mean() < 0.13
    assert np.array_equal(split_by_group(groups[:500], share=0.1), held[:500])


def test_groups_of_a_table_are_read_and_written_again(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    lines = ["image,person,x0,y0"]
    for number, who in enumerate(("ana", "ben", "ana")):
        Image.new("RGB", (20, 20), (90 * number, 9, 9)).save(tmp_path / f"{number}.png")
        lines.append(f"{number}.png,{who},3,{number}")
    (tmp_path / "points.csv").write_text("\n".join(lines))
    found = read_boxes(tmp_path)
    assert [scene.group for scene in found.train] == ["ana", "ben", "ana"]
    assert groups_of(found.train)[0] == ("ana", "ben", "ana")
    again = tmp_path_factory.mktemp("again") / "out"
    write_boxes(found, "csv", again)
    assert [scene.group for scene in read_boxes(again).train] == ["ana", "ben", "ana"]
