"""The verbs that look after data, on folders made for the purpose."""

import csv
import io
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import lenslet as ll
from lenslet.data import read
from lenslet.errors import CallError, CardError, DataError, WorkError

Fill = Callable[..., Path]


def photo(seed: int) -> Image.Image:
    dice = np.random.default_rng(seed)
    coarse = Image.fromarray(dice.integers(0, 256, (5, 6, 3), np.uint8)).resize((96, 80), Image.Resampling.BICUBIC)
    fine = Image.fromarray(dice.integers(0, 256, (20, 24, 3), np.uint8)).resize((96, 80))
    return Image.blend(coarse, fine, 0.4)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Two classes of twelve; one picture twice, one file broken, one a level deeper."""
    root = tmp_path / "pictures"
    for k, label in enumerate(("cat", "dog")):
        (root / label / "deep").mkdir(parents=True)
        for number in range(12):
            photo(20 * k + number).save(root / label / f"{number}.png")
    (root / "cat" / "2.png").rename(root / "cat" / "deep" / "2.png")
    (root / "dog" / "again.png").write_bytes((root / "dog" / "3.png").read_bytes())
    (root / "dog" / "broken.png").write_bytes(b"")
    return root


def files(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def test_check_writes_a_page_and_a_table_and_changes_nothing(pictures: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in pictures.rglob("*")}
    report = ll.check(pictures, out=tmp_path / "out", labels=False, progress=False)  # noise has no kind
    assert report.counts == {"unreadable": 1, "copy": 1}
    assert {path: path.stat().st_mtime_ns for path in pictures.rglob("*")} == before
    assert files(tmp_path / "out") == {"check.html", "findings.csv"}
    page = (tmp_path / "out" / "check.html").read_text(encoding="utf-8")
    assert "2 things to look at" in page
    assert "<script" not in page
    table = (tmp_path / "out" / "findings.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["kind"] for row in rows] == ["unreadable", "copy", "copy"]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names there are always text")
def test_names_that_are_no_text_reach_the_page_and_the_table(pictures: Path, tmp_path: Path) -> None:
    (pictures / "dog" / "broken.png").rename(pictures / "dog" / os.fsdecode(b"br\xffken.png"))
    report = ll.check(pictures, out=tmp_path / "out", labels=False, progress=False)
    assert "br?ken.png is empty" in report.of("unreadable")[0].sentence
    assert "br?ken.png" in (tmp_path / "out" / "check.html").read_text(encoding="utf-8")
    assert r"br\udcffken.png" in (tmp_path / "out" / "findings.csv").read_text(encoding="utf-8-sig")
    assert json.loads(report.to_json())["counts"] == {"unreadable": 1, "copy": 1}


def test_check_takes_the_features_of_a_model(pictures: Path, tmp_path: Path) -> None:
    from lenslet.card import Card
    from lenslet.image import Preprocess
    from lenslet.nets import build
    from lenslet.tasks.classify.classifier import Classifier

    shape = Preprocess(size=(32, 32), resize="letterbox", channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)
    card = Card(
        task="classify", net="facet_tiny", net_arguments={"num_classes": 3, "in_channels": 3}, labels=("a", "b", "c"),
        preprocess=shape, licence={}, measured_on="",
    )  # fmt: skip
    Classifier(build("facet_tiny", num_classes=3, in_channels=3), card).save(tmp_path / "model")
    report = ll.check(pictures, model=tmp_path / "model", progress=False)
    assert report.notes == ("labels were judged by edges and colours and the features of model",)
    with pytest.raises(CardError, match="no such model"):
        ll.check(pictures, model=tmp_path / "gone", progress=False)


def test_check_works_without_torch(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert ll.check(pictures, progress=False).counts == {"unreadable": 1, "copy": 1}


def test_stats_writes_a_page(pictures: Path, tmp_path: Path) -> None:
    counted = ll.stats(pictures, out=tmp_path, progress=False)
    assert (counted.pictures, counted.readable) == (26, 25)
    assert "26 pictures" in (tmp_path / "stats.html").read_text(encoding="utf-8")


def test_split_makes_parts_of_links_and_leaves_the_original(pictures: Path, tmp_path: Path) -> None:
    before = files(pictures)
    made = ll.split(pictures, out=tmp_path / "out", share=0.3, test=0.2, progress=False)
    assert files(pictures) == before
    assert made.how == "link"
    there = files(tmp_path / "out")
    assert {name.partition("/")[2] for name in there} == before - {"dog/broken.png"}
    assert sum(made.counts.values()) == len(there) == 25
    assert set(made.counts) == {"train", "val", "test"}
    assert made.counts["val"] > 2
    assert [Path(path).name for path, _ in made.skipped] == ["broken.png"]
    assert made.together == 1
    assert len({name.split("/")[0] for name in there if name.endswith(("/3.png", "again.png")) and "dog" in name}) == 1
    one = next(iter(there))
    assert (tmp_path / "out" / one).samefile(pictures / one.partition("/")[2])
    parts = read(tmp_path / "out")
    assert {"train": len(parts.train), "val": len(parts.valid), "test": len(parts.test)} == made.counts


def test_split_copies_on_request_and_where_the_disk_cannot_link(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ll.split(pictures, out=tmp_path / "copies", how="copy", progress=False)
    assert (made.how, made.notes) == ("copy", ())

    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    other = ll.split(pictures, out=tmp_path / "others", progress=False)
    assert other.how == "copy"
    assert "25 files are copies" in other.notes[0]
    assert files(tmp_path / "copies") == files(tmp_path / "others")
    one = next(path for path in (tmp_path / "copies").rglob("*.png"))
    assert not one.samefile(
        pictures / one.relative_to(tmp_path / "copies" / one.relative_to(tmp_path / "copies").parts[0])
    )


def test_a_link_among_the_pictures_becomes_a_file(pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.png").write_bytes((pictures / "cat" / "0.png").read_bytes())
    (pictures / "cat" / "0.png").unlink()
    (pictures / "cat" / "0.png").symlink_to(tmp_path / "elsewhere.png")
    ll.split(pictures, out=tmp_path / "out", progress=False)
    [made] = (tmp_path / "out").rglob("cat/0.png")
    assert not made.is_symlink()
    assert made.samefile(tmp_path / "elsewhere.png")


def test_adding_pictures_moves_no_others(pictures: Path, tmp_path: Path) -> None:
    ll.split(pictures, out=tmp_path / "before", share=0.4, progress=False)
    photo(99).save(pictures / "cat" / "new.png")
    photo(7).save(pictures / "cat" / "a copy of 7.bmp")
    ll.split(pictures, out=tmp_path / "after", share=0.4, progress=False)
    assert files(tmp_path / "before") <= files(tmp_path / "after") | {"train/cat/7.png", "val/cat/7.png"}


def test_a_table_is_split_into_a_table_that_can_be_read(pictures: Path, tmp_path: Path) -> None:
    table = tmp_path / "all.csv"
    lines = [
        f"{path.relative_to(tmp_path)};{path.parts[len(pictures.parts)]}" for path in sorted(pictures.rglob("*.png"))
    ]
    table.write_text("\n".join(["file;class", *lines]))
    made = ll.split(table, out=tmp_path / "new", share=0.3, progress=False)
    assert (made.how, made.out) == ("table", tmp_path / "new" / "all.csv")
    parts = read(made.out)
    assert {"train": len(parts.train), "val": len(parts.valid)} == made.counts
    assert all(sample.path.is_file() for sample in parts.train)
    named = ll.split(table, out=tmp_path / "here.tsv", share=0.3, progress=False)
    assert len(read(named.out).valid) == len(parts.valid)


def test_a_table_that_names_people_is_split_by_people_and_says_so(pictures: Path, tmp_path: Path) -> None:
    files = sorted(pictures.rglob("*.*"))
    lines = ["path,label,person"]
    lines += [f"{path},{path.parent.name},person {i % 9}" for i, path in enumerate(files)]
    (tmp_path / "people.csv").write_text("\n".join(lines))
    made = ll.split(tmp_path / "people.csv", out=tmp_path / "new.csv", share=0.3, near=False, progress=False)
    assert any("groups of pictures (as the table says) are kept whole" in note for note in made.notes)
    back = read(tmp_path / "new.csv")
    train, valid = ({sample.group for sample in part} for part in (back.train, back.valid))
    assert train
    assert valid
    assert not train & valid


def test_calls_of_split_that_are_wrong_are_refused(pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    for out, said in ((tmp_path / "full", "not empty"), (pictures / "x", "inside of each other")):
        with pytest.raises(CallError, match=said):
            ll.split(pictures, out=out, progress=False)
    with pytest.raises(CallError, match="shares above 0"):
        ll.split(pictures, out=tmp_path / "x", share=0.7, test=0.4, progress=False)
    ll.split(pictures, out=tmp_path / "once", progress=False)
    with pytest.raises(DataError, match="divided already"):
        ll.split(tmp_path / "once", out=tmp_path / "twice", progress=False)
    assert not (tmp_path / "x").exists()


def test_a_split_that_fails_leaves_nothing_behind(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(WorkError, match="No space left"):
        ll.split(pictures, out=tmp_path / "out", how="copy", progress=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pictures"]


def test_cache_lists_and_frees(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = ModuleType("lenslet.data.cache")
    asked: list[int] = []
    entry = SimpleNamespace(name="flowers, 80 px", bytes=5_000_000, pictures=600, used=datetime(2026, 1, 2, tzinfo=UTC),
                            folder=Path("x"))  # fmt: skip
    kept.entries = lambda: [entry]  # type: ignore[attr-defined]
    kept.clean = lambda *, limit_bytes: asked.append(limit_bytes) or 7  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "lenslet.data.cache", kept)
    listed = ll.cache()
    assert (listed.bytes, listed.freed, asked) == (5_000_000, 0, [])
    assert ll.cache(limit=2.5).freed == 7
    assert asked == [2_500_000_000]
    assert listed.to_dict()["sets"][0]["used"] == "2026-01-02T00:00:00+00:00"
    with pytest.raises(CallError, match="limit is -1"):
        ll.cache(limit=-1.0)
