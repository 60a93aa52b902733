"""People on pictures as they are: known by their look, found and brought upright, learned from, and asked for."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lenslet as ll
from lenslet.image import open_image, save_image
from lenslet.results import Encodings, Unreadable
from lenslet.tasks.face.upright import Upright

NAMES = (
    "Abdullah_Gul", "Baburam_Bhattari", "Celso_Lafer", "Conan_OBrien", "Eliane_Karp", "Frances_Fisher",
    "Jackie_Sherrill", "Kirk_Ferentz", "Lindsey_Graham", "Marieta_Chrousala", "Patrick_Leahy", "Richard_Lugar",
)  # fmt: skip
HELD_OUT = "Baburam_Bhattari"  # by the hash of his name
SMALL: dict[str, Any] = {"net": "cameo_tiny", "weights": "none", "size": 48, "progress": False}

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def crowd(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve people, three frames of each; a picture without anybody, and a file that is none."""
    place, source = tmp_path_factory.mktemp("crowd") / "people", shared / "data" / "face_keypoints"
    for name in NAMES:
        (place / name).mkdir(parents=True)
        for path in sorted((source / name).iterdir())[:9:3]:
            shutil.copy(path, place / name)
    save_image(np.full((90, 90, 3), 120, np.uint8), place / HELD_OUT / "nobody.png")
    (place / NAMES[0] / "broken.jpg").write_bytes(b"no picture")
    return place


@pytest.fixture(scope="module")
def run(crowd: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was begun without a word about people, and had one more epoch later."""
    out = tmp_path_factory.mktemp("people") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LENSLET_CACHE", str(out.parent / "cache"))
        assert isinstance(ll.train(crowd, epochs=1, out=out, **SMALL), ll.Faces)
        patch.setattr(Upright, "faces", None)  # found once, and then it is known where they are
        assert isinstance(ll.train(resume=out, epochs=2, progress=False), ll.Faces)
    return out


def test_a_run_says_how_the_faces_were_found_and_what_was_left_out(run: Path) -> None:
    model = ll.load(run)
    assert isinstance(model, ll.Faces)
    head = model.card.head
    assert (model.card.task, head["finder"], head["points"]) == ("face", "facefinder", "facepoints")
    assert "align: " in (run / "args.yaml").read_text()
    assert len((run / "results.csv").read_text().splitlines()) == 3
    page = (run / "report.html").read_text()
    assert "left out: 1 of 38 pictures, on which none was found" in page
    for name in ("broken.jpg", "nobody.png"):
        assert name in page


def test_its_numbers_are_those_of_pictures_as_they_are(run: Path, crowd: Path) -> None:
    model = ll.load(run)
    whole = model.evaluate(crowd)  # finds every face anew
    assert whole.n == 10  # of the three who were held out, and the picture without anybody, which counts as wrong
    for name in ("auc", "one_shot_error"):
        assert model.card.metrics[name] == pytest.approx(whole[name], abs=1e-3)


def test_its_answers_are_all_faces_of_a_picture(run: Path, crowd: Path, tmp_path: Path) -> None:
    pair = [open_image(min((crowd / name).iterdir())) for name in NAMES[2:4]]
    group = np.full((220, 380, 3), 100, np.uint8)
    for number, picture in enumerate(pair):
        high, wide = picture.shape[:2]
        group[20 : 20 + high, 20 + 180 * number : 20 + 180 * number + wide] = picture
    source = save_image(group, tmp_path / "group.png")
    nobody, broken = crowd / HELD_OUT / "nobody.png", crowd / NAMES[0] / "broken.jpg"
    several, none, unread = ll.predict(run, [source, nobody, broken], plot=tmp_path / "plots")
    assert isinstance(several, Encodings)
    assert len(several) == 2
    assert (none.faces, type(unread)) == ((), Unreadable)
    assert (open_image(tmp_path / "plots" / "group.png") != open_image(source)).any()
    assert not (tmp_path / "plots" / "broken.png").exists()


def test_it_is_what_a_gallery_needs(run: Path, crowd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LENSLET_KEYS", str(tmp_path / "keys"))
    first, second, _ = sorted((crowd / NAMES[4]).iterdir())
    with ll.Gallery(tmp_path / "people.db", run) as gallery:
        gallery.enrol("ana", first, force=True)  # a small face
        answer = gallery.verify("ana", second)
    assert answer.box is not None
