"""Which pictures are held out together."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lenslet.data import Sample, Scene, read_boxes
from lenslet.data.scenes import write_boxes
from lenslet.data.together import Groups, groups_of, groups_of_samples, halves, split_by_group
from lenslet.results import Detections

NONE = Detections.none(("thing",), None, (9, 9))


def scenes(*names: str, group: str = "") -> list[Scene]:
    return [Scene(Path(name), name, NONE, group=group and f"{group}{name[0]}") for name in names]


def test_folders_of_several_pictures_are_groups() -> None:
    made = scenes(*(f"{person}/{n}.jpg" for person in "abcde" for n in range(2)))
    assert groups_of(made).of == tuple(p for p in "abcde" for _ in range(2))


def test_few_folders_or_one_picture_each_are_no_groups() -> None:
    assert groups_of(scenes("images/a.jpg", "images/b.jpg", "more/c.jpg")).of == ()
    assert groups_of(scenes(*(f"{n}/x.jpg" for n in range(9)))).of == ()
    assert groups_of([]).of == ()


def test_a_table_says_it_before_the_folders_do() -> None:
    made = scenes("a.jpg", "b.jpg", group="person ")
    assert groups_of(made) == Groups(("person a", "person b"), "as the table says")


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
    assert groups_of(found.train).of == ("ana", "ben", "ana")
    again = tmp_path_factory.mktemp("again") / "out"
    write_boxes(found, "csv", again)
    assert [scene.group for scene in read_boxes(again).train] == ["ana", "ben", "ana"]


def test_folders_of_classes_are_no_groups() -> None:
    names = ("a", "b", "c", "d", "e")

    def scene(folder: str, n: int, label: int) -> Scene:
        name = f"{folder}/{n}.jpg"
        return Scene(Path(name), name, Detections.truth(np.array([[0, 0, 5, 5.0]]), np.array([label]), names))

    by_class = [scene(folder, n, i) for i, folder in enumerate("abcde") for n in range(3)]
    assert not groups_of(by_class)
    by_person = [scene(folder, n, (i + n) % 5) for i, folder in enumerate("abcde") for n in range(3)]
    assert len(groups_of(by_person)) == 5
    of_one_class = [scene(folder, n, 0) for folder in "abcde" for n in range(3)]
    assert groups_of(of_one_class).whence == "those of one folder"


def test_samples_belong_together_as_a_table_says_and_alone_where_it_does_not() -> None:
    assert not groups_of_samples([Sample(Path("a.jpg"), 0)])
    found = groups_of_samples([Sample(Path("a.jpg"), 0, "ana"), Sample(Path("b.jpg"), 1)])
    assert found == Groups(("ana", "b.jpg"), "as the table says")


def test_a_class_that_only_held_out_groups_have_gets_one_back_whatever_the_order() -> None:
    groups = [f"person {i % 40}" for i in range(120)]
    held = split_by_group(groups, share=0.3)
    inside = sorted({g for g, h in zip(groups, held, strict=True) if h})
    labels = np.array([1 if g in inside[:3] else 0 for g in groups])
    kept = split_by_group(groups, labels, share=0.3)
    assert not kept[labels == 1].all()
    assert (kept[labels == 0] == held[labels == 0]).all()
    order = np.random.default_rng(0).permutation(120)
    assert (split_by_group([groups[i] for i in order], labels[order], share=0.3) == kept[order]).all()


def test_the_halves_of_a_run_are_whole_groups_where_there_are_such() -> None:
    of = tuple(f"person {i % 8}" for i in range(24))
    readable = np.arange(24) % 5 > 0
    none = np.zeros(24, bool)
    how = {"is_valid": none, "groups": Groups(of, "as the table says"), "data": "faces"}
    keys = np.arange(int(readable.sum()), dtype=np.uint64)
    learn, held, said = halves(readable, keys, np.zeros(24, int), **how)
    assert sorted([*learn, *held]) == np.nonzero(readable)[0].tolist()
    assert not {of[i] for i in learn} & {of[i] for i in held}
    assert said.startswith(f"{len({of[i] for i in held})} whole groups of pictures (as the table says)")
    some = np.arange(24) >= 20
    learn, held, said = halves(readable, keys, np.zeros(24, int), **how | {"is_valid": some})
    assert held.tolist() == [21, 22, 23]
    assert said == "the validation part of faces, by which the best epoch was chosen"
    _, held, said = halves(readable, keys * 0, np.zeros(24, int), **how | {"groups": Groups()}, called="things")
    assert not len(held)
    assert said.startswith("the very things it learned")


def test_as_many_groups_are_held_out_as_are_needed():
    names = [f"person {i}" for i in range(20) for _ in range(2)]
    few, more = split_by_group(names, share=0.001), split_by_group(names, share=0.001, least=3)
    assert len({name for name, out in zip(names, few, strict=True) if out}) == 1
    held = {name for name, out in zip(names, more, strict=True) if out}
    assert len(held) == 3
    assert {name for name, out in zip(names, few, strict=True) if out} < held
    assert split_by_group(["a", "b"], least=3).sum() == 1, "each side keeps one"
