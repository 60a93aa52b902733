"""The promise of the check, on real pictures: of 300, ten are broken, twenty are copies, five are filed wrongly."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import lenslet as ll
from lenslet.results import DataReport, Finding

CLASSES = ("Faces_easy", "Leopards", "Motorbikes", "airplanes", "car_side", "watch")
EACH = 45


def _recompressed(picture: Image.Image) -> bytes:
    return _jpeg(picture, 40)


def _smaller(picture: Image.Image) -> bytes:
    return _jpeg(picture.resize((picture.width * 2 // 3, picture.height * 2 // 3)), 85)


def _cut(picture: Image.Image) -> bytes:
    edge = round(0.03 * min(picture.size))
    return _jpeg(picture.crop((edge, 0, picture.width - edge, picture.height - edge)), 85)


def _lighter(picture: Image.Image) -> bytes:
    return _jpeg(picture.point(lambda value: min(255, round(0.9 * value + 15))), 85)


def _mirrored(picture: Image.Image) -> bytes:
    return _jpeg(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT), 85)


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


NEAR = (_recompressed, _smaller, _cut, _lighter, _mirrored, _png)


class Spoiled:
    """A folder of pictures, and what was done to it."""

    def __init__(self, root: Path, source: Path) -> None:
        self.root, self.dice = root, np.random.default_rng(5)
        for name in CLASSES:
            (root / name).mkdir(parents=True)
            for path in sorted((source / name).iterdir())[:EACH]:
                (root / name / path.name).write_bytes(path.read_bytes())
        self.free = sorted(root.rglob("*.jpg"))
        self.broken = self._break()
        self.copies = self._copy()
        self.wrong = self._move()

    def take(self, label: str | None = None) -> Path:
        """A picture that nothing has been done to."""
        there = [path for path in self.free if label in (None, path.parent.name)]
        path = there[int(self.dice.integers(len(there)))]
        self.free.remove(path)
        return path

    def _break(self) -> set[Path]:
        """Ten new files that are no pictures, or no whole ones."""
        whole = self.take().read_bytes()
        png = _png(Image.open(self.take()))
        contents = [
            b"", whole[: len(whole) // 2], whole[:100], png[: len(png) // 2], b"<!DOCTYPE html><p>404", b"x" * 5000,
            bytes(4096), self.dice.bytes(3000), b"\x89PNG\r\n\x1a\n", b"GIF89a\x05\x00",
        ]  # fmt: skip
        made = set()
        for number, content in enumerate(contents):
            path = self.root / CLASSES[number % 6] / f"broken-{number}.jpg"
            path.write_bytes(content)
            made.add(path)
        return made

    def _copy(self) -> set[tuple[Path, Path]]:
        """Twenty copies: eight exact, twelve nearly so."""
        made = set()
        for number in range(20):
            source = self.take()
            path = source.with_name(f"copy-{number}.jpg")
            if number < 8:
                path.write_bytes(source.read_bytes())
            else:
                path.write_bytes(NEAR[number % 6](Image.open(source).convert("RGB")))
            made.add((source, path))
        return made

    def _move(self) -> dict[Path, str]:
        """Five pictures in the folder of another class."""
        made = {}
        for number in range(5):
            source = self.take(CLASSES[number])
            path = self.root / CLASSES[number + 1] / f"moved-{number}.jpg"
            source.rename(path)
            made[path] = CLASSES[number]
        return made


@pytest.fixture(scope="module")
def spoiled(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Spoiled:
    return Spoiled(tmp_path_factory.mktemp("spoiled") / "pictures", shared / "data" / "caltech101")


@pytest.fixture(scope="module")
def report(spoiled: Spoiled, tmp_path_factory: pytest.TempPathFactory) -> DataReport:
    return ll.check(spoiled.root, out=tmp_path_factory.mktemp("check"), progress=False)


def _pairs(findings: tuple[Finding, ...]) -> set[frozenset[Path]]:
    return {frozenset((Path(a), Path(b))) for f in findings for a in f.paths for b in f.paths if a < b}


@pytest.mark.data
def test_it_is_300_pictures(report: DataReport) -> None:
    assert report.pictures == 300


@pytest.mark.data
def test_every_broken_file_is_found_and_nothing_else_is_called_broken(spoiled: Spoiled, report: DataReport) -> None:
    assert {Path(f.paths[0]) for f in report.of("unreadable")} == spoiled.broken


@pytest.mark.data
def test_every_copy_is_found_with_its_original(spoiled: Spoiled, report: DataReport) -> None:
    found = _pairs(report.of("copy") + report.of("near"))
    made = {frozenset(pair) for pair in spoiled.copies}
    assert made <= found
    assert len(found - made) <= 3  # Caltech has some copies of its own
    exact = {frozenset(pair) for pair in spoiled.copies if pair[0].read_bytes() == pair[1].read_bytes()}
    assert exact <= _pairs(report.of("copy"))


@pytest.mark.data
def test_every_wrong_label_is_found_and_the_right_one_is_told(spoiled: Spoiled, report: DataReport) -> None:
    found = {Path(f.paths[0]): f.suggested for f in report.of("label")}
    assert {path: found.get(path) for path in spoiled.wrong} == spoiled.wrong
    assert len(found) <= 15


@pytest.mark.data
def test_the_page_and_the_table_hold_it_all(spoiled: Spoiled, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-c",
        "from lenslet.cli import main; main()",
        "data",
        "check",
        str(spoiled.root),
        "--out",
        str(tmp_path),
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    plain = json.loads(done.stdout)
    assert plain["counts"]["unreadable"] == 10
    page = (tmp_path / "check.html").read_text(encoding="utf-8")
    table = (tmp_path / "findings.csv").read_text(encoding="utf-8-sig")
    for path in [*spoiled.broken, *spoiled.wrong, *(copy for _, copy in spoiled.copies)]:
        assert path.name in page
        assert path.name in table
    assert page.count("data:image/") > 40


@pytest.mark.data
def test_the_folder_is_as_it_was(spoiled: Spoiled, report: DataReport) -> None:
    assert len([path for path in spoiled.root.rglob("*") if path.is_file()]) == report.pictures
