"""Enrol, verify, identify: the same on both stores."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lenslet.errors import CallError, GalleryError, ImageError
from lenslet.gallery import Gallery
from lenslet.results import Encoding

Face = Callable[..., Path]


def test_a_person_is_verified_and_a_stranger_is_not(crowd: Gallery, face: Face):
    answer = crowd.verify("p03", face(3, 7))
    assert answer.same and bool(answer)
    assert answer.pictures == 2
    assert not crowd.verify("p03", face(77))
    found = crowd.threshold
    assert found is not None
    assert (answer.threshold, answer.far) == (found.threshold, found.far)


def test_identify_names_the_nearest_and_says_unknown_beyond_the_threshold(crowd: Gallery, face: Face):
    known, unknown = crowd.identify(face(5, 9)), crowd.identify(face(99))
    assert (known.name, known.nearest, known.people) == ("p05", "p05", 12)
    assert unknown.name is None and not unknown
    assert unknown.nearest in {f"p{n:02}" for n in range(12)}
    assert unknown.distance is not None and unknown.distance > unknown.threshold  # type: ignore[operator]
    assert known.false_alarm == pytest.approx(1 - (1 - known.far) ** 12)  # type: ignore[operator]
    assert crowd.identify(face(5, 9), exact=True) == known


def test_verification_is_against_the_nearest_of_a_persons_pictures(gallery: Gallery):
    one, other, probe = (Encoding(np.eye(32)[i]) for i in (0, 1, 0))
    gallery.enrol("ana", [one, other])
    answer = gallery.verify("ana", probe, threshold=1)
    assert answer.distance == pytest.approx(0, abs=1e-6)
    assert answer.far is None, "nobody has measured this threshold"
    assert gallery.verify("ana", Encoding(np.eye(32)[2]), threshold=1).distance == pytest.approx(2)


def test_nobody_enrolled_is_unknown_and_nobody_of_a_name_is_an_error(gallery: Gallery, face: Face):
    answer = gallery.identify(face(1))
    assert (answer.name, answer.nearest, answer.distance, answer.people) == (None, None, None, 0)
    with pytest.raises(CallError, match="nobody is enrolled as 'ana'"):
        gallery.verify("ana", face(1))


def test_without_a_threshold_it_is_asked_for(gallery: Gallery, face: Face):
    gallery.enrol("ana", face(1))
    with pytest.raises(CallError, match="no threshold yet: find one with `lenslet face calibrate`"):
        gallery.verify("ana", face(1, 1))
    with pytest.raises(CallError, match="0 to 4"):
        gallery.verify("ana", face(1, 1), threshold=5)


def test_a_models_own_threshold_is_used_until_one_is_calibrated(where: str, looks: Any, face: Face):
    embedder = looks()
    embedder.threshold, embedder.far = 0.7, 0.01
    with Gallery(where, embedder) as gallery:
        gallery.enrol("ana", face(1))
        answer = gallery.verify("ana", face(1, 1))
        assert (answer.threshold, answer.far) == (0.7, 0.01)
        assert "not of your people" in answer.notes[0]
        gallery.enrol("eva", face(2))
        gallery.calibrate(far=0.5)
        assert gallery.verify("ana", face(1, 1)).threshold != 0.7


def test_enrolling_twice_adds_pictures_and_says_so_and_the_same_picture_is_left_out(gallery: Gallery, face: Face):
    first = gallery.enrol("ana", face(1), note="asked on Monday")
    again = gallery.enrol("ana", [face(1, 1), face(1), face(1, 1)])
    assert (first.new, first.added, again.new, again.added, again.known, again.pictures) == (True, 1, False, 1, 2, 2)
    assert "enrolled already: 1 more, 2 in all" in again.notes[-1]
    assert sum("there already as a picture of ana" in note for note in again.notes) == 2
    assert again.note == "asked on Monday", "a note stays until another is given"


def test_the_same_picture_under_two_names_is_warned_of_whatever_file_it_is_in(gallery: Gallery, face: Face, tmp_path):
    gallery.enrol("ana", face(1))
    Image.open(face(1)).save(tmp_path / "copy.bmp")
    done = gallery.enrol("eva", tmp_path / "copy.bmp")
    assert done.added == 1
    assert "enrolled as a picture of ana, too: one of the two names is wrong" in done.notes[0]


def test_a_picture_far_from_a_persons_others_is_doubted(crowd: Gallery, face: Face):
    done = crowd.enrol("p03", face(88))
    assert any("is it the same person?" in note for note in done.notes)
    assert not any("is it the same person?" in note for note in crowd.enrol("p03", face(3, 5)).notes)


def test_no_face_several_faces_and_files_that_are_no_pictures(gallery: Gallery, face: Face, tmp_path: Path):
    white = np.full((40, 40, 3), 255, np.uint8)
    with pytest.raises(CallError, match="the picture: no face was found"):
        gallery.enrol("ana", white)
    many = np.random.default_rng(0).integers(0, 200, (40, 120, 3)).astype(np.uint8)
    many[:, (40, 100)] = (255, 0, 0)
    with pytest.raises(CallError, match=r"3 faces were found.*--largest or --all"):
        gallery.enrol("ana", many, force=True)
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(ImageError):
        gallery.enrol("ana", [face(1), tmp_path / "text.png"])
    assert len(gallery) == 0, "of pictures of which one is refused none is enrolled"
    assert gallery.enrol("ana", many, largest=True).added == 1
    done = gallery.enrol("eva", many, all=True, force=True)
    assert (done.added, done.pictures) == (3, 3)
    found = gallery.identify_all(many, threshold=0.1)
    assert len(found) == 3
    assert {one.name for one in found} <= {"ana", "eva"}
    assert gallery.identify(many, threshold=0.1, largest=True).box.tolist() == [41, 0, 100, 40]  # type: ignore[union-attr]


def test_small_and_blurred_faces_are_refused_unless_forced_and_noted_in_answers(where: str, looks: Any, face: Face):
    with Gallery(where, looks(quality=0.1)) as gallery:
        with pytest.raises(CallError, match=r"a quality of 0.10.*--force"):
            gallery.enrol("ana", face(1))
        done = gallery.enrol("ana", face(1), force=True)
        assert "a quality of 0.10" in done.notes[0]
        assert "take the answer with care" in gallery.identify(face(1, 1), threshold=1).notes[0]
    tiny = Encoding(np.eye(32)[0], np.array([5.0, 5, 25, 27]))
    with Gallery(where, looks()) as gallery, pytest.raises(CallError, match="20 pixels wide; take one of 32"):
        gallery.enrol("eva", tiny)


@pytest.mark.parametrize("name", ["ليلى", "Ñandú", "李小龍", "O'Neil; DROP TABLE person;--", "a" * 200])
def test_names_of_any_script(gallery: Gallery, name: str):
    gallery.enrol(f"  {name} ", Encoding(np.eye(32)[0]))
    assert name in gallery
    assert gallery.people().people[0].name == name
    assert gallery.identify(Encoding(np.eye(32)[0]), threshold=1).name == name


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "ana\u202e", "a" * 201])
def test_names_that_nobody_could_read_are_refused(gallery: Gallery, name: str):
    with pytest.raises(CallError):
        gallery.enrol(name, Encoding(np.eye(32)[0]))


def test_composed_and_decomposed_letters_are_one_name(gallery: Gallery):
    gallery.enrol("Zoe\u0308", Encoding(np.eye(32)[0]))
    assert "Zo\u00eb" in gallery


def test_a_gallery_is_bound_to_its_embedder(crowd: Gallery, where: str, looks: Any, face: Face):
    other = looks(seed=1)
    with pytest.raises(GalleryError, match=r"looks \(0000.*this is looks \(0101.*lenslet face reembed"):
        Gallery(where, other)
    with Gallery(where, lambda: other) as late, pytest.raises(GalleryError, match="cannot be compared"):
        late.identify(face(1))
    with pytest.raises(GalleryError, match="encodings of 32 numbers, and this one has 8"):
        crowd.identify(Encoding(np.eye(8)[0]))
    with Gallery(where) as bare:
        assert len(bare.people().people) == 12
        with pytest.raises(CallError, match="without an embedder"):
            bare.identify(face(1))


def test_after_the_last_day_nobody_is_found_by_it(gallery: Gallery, face: Face, monkeypatch):
    gallery.enrol("ana", face(1), until=date(2999, 1, 31))
    gallery.enrol("eva", face(2))
    assert gallery.identify(face(1, 1), threshold=1).name == "ana"
    monkeypatch.setattr("lenslet.gallery.records.today", lambda: "2999-02-01")
    monkeypatch.setattr("lenslet.gallery.search.today", lambda: "2999-02-01")
    monkeypatch.setattr("lenslet.gallery.keeping.today", lambda: "2999-02-01")
    answer = gallery.identify(face(1, 1), threshold=1)
    assert (answer.nearest, answer.people) == ("eva", 1)
    with pytest.raises(CallError, match="ended on 2999-01-31"):
        gallery.verify("ana", face(1, 1), threshold=1)
    with pytest.raises(CallError, match="new last day"):
        gallery.enrol("ana", face(1, 2))
    assert gallery.people().expired == ("ana",)
    assert gallery.audit().expired == ("ana",)
    receipt = gallery.delete(expired=True)
    assert receipt.names == ("ana",)
    assert gallery.delete(expired=True).notes == ("nobody's time is over",)
    assert "ana" not in gallery


def test_everybody_may_be_over_their_time(gallery: Gallery, face: Face, monkeypatch):
    gallery.enrol("ana", face(1), until="2999-01-31")
    monkeypatch.setattr("lenslet.gallery.records.today", lambda: "2999-02-01")
    monkeypatch.setattr("lenslet.gallery.search.today", lambda: "2999-02-01")
    assert gallery.identify(face(1), threshold=1).nearest is None


@pytest.mark.parametrize("until", ["tomorrow", "2001-01-01", "2030-13-01"])
def test_last_days_that_are_none_are_refused(gallery: Gallery, face: Face, until: str):
    with pytest.raises(CallError, match=r"no date|is over"):
        gallery.enrol("ana", face(1), until=until)


def test_what_one_enrols_another_finds(crowd: Gallery, where: str, looks: Any, face: Face):
    with Gallery(where, looks()) as other:
        assert other.identify(face(40), threshold=0.3).name is None
        crowd.enrol("new", face(40))
        assert other.identify(face(40), threshold=0.3).name == "new"
        crowd.delete("new")
        assert other.identify(face(40), threshold=0.3).name is None


def test_export_and_import_give_the_same_answers(crowd: Gallery, looks: Any, face: Face, tmp_path: Path):
    crowd.enrol("p03", face(3, 4), note="a note", keep_pictures=True)
    done = crowd.export(tmp_path / "p03.json", "p03")
    assert (done.names, done.encodings, done.pictures) == (("p03",), 3, 1)
    assert (tmp_path / "p03.json").stat().st_mode & 0o077 == 0
    said = json.loads((tmp_path / "p03.json").read_text())
    assert said["people"][0]["note"] == "a note"
    assert len(said["people"][0]["encodings"][0]["vector"]) == 32
    with Gallery(tmp_path / "other.db", looks()) as other:
        assert other.bring(tmp_path / "p03.json").encodings == 3
        again = other.bring(tmp_path / "p03.json")
        assert (again.encodings, again.known) == (0, 3)
        assert other.verify("p03", face(3, 9), threshold=1).distance == pytest.approx(
            crowd.verify("p03", face(3, 9), threshold=1).distance, abs=1e-6
        )
        assert other.audit().whole
        assert other.people().people[0].note == "a note"
    with pytest.raises(CallError, match="is there already"):
        crowd.export(tmp_path / "p03.json")
    with Gallery(tmp_path / "third.db", looks(seed=1)) as third:
        with pytest.raises(GalleryError, match="cannot be compared"):
            third.bring(tmp_path / "p03.json")
        assert len(third) == 0


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '{"kind": "people of a Lenslet gallery", "people": [], "schema": 9}']
)
def test_a_file_that_is_no_export_is_refused_and_nothing_changes(gallery: Gallery, tmp_path: Path, text: str):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(CallError, match=r"no file that|update it"):
        gallery.bring(tmp_path / "x.json")
    with pytest.raises(CallError, match="no such file"):
        gallery.bring(tmp_path / "none.json")


def test_a_hurt_export_adds_nobody(crowd: Gallery, gallery: Gallery, tmp_path: Path, looks: Any):
    crowd.export(tmp_path / "all.json")
    said = json.loads((tmp_path / "all.json").read_text())
    said["people"][-1]["encodings"][0]["vector"] = [1.0]
    (tmp_path / "hurt.json").write_text(json.dumps(said))
    with Gallery(tmp_path / "other.db", looks()) as other:
        with pytest.raises(CallError, match="nothing was added"):
            other.bring(tmp_path / "hurt.json")
        assert len(other) == 0


def test_a_change_of_the_key_keeps_everything_and_shuts_out_the_old_one(crowd: Gallery, where: str, looks: Any, face):
    crowd.enrol("p01", face(1, 5), keep_pictures=True)
    before = crowd.identify(face(4, 9))
    with Gallery(where, looks()) as other:
        done = crowd.rekey()
        assert (done.people, done.encodings, done.pictures) == (12, 25, 1)
        assert crowd.identify(face(4, 9)) == before
        assert crowd.audit().whole
        with pytest.raises(GalleryError, match="its key was changed"):
            other.enrol("late", face(60))
    with Gallery(where, looks()) as again:
        assert again.identify(face(4, 9)) == before


def test_a_key_of_the_environment_is_changed_to_a_given_one(where: str, looks: Any, face: Face, monkeypatch):
    monkeypatch.setenv("LENSLET_KEY", "ab" * 32)
    with Gallery(where, looks()) as gallery:
        gallery.enrol("ana", face(1))
        with pytest.raises(CallError, match="LENSLET_NEW_KEY"):
            gallery.rekey()
        with pytest.raises(CallError, match="the new key is the old one"):
            gallery.rekey("ab" * 32)
        gallery.rekey("a new passphrase, long enough")
        assert gallery.audit().whole
    with pytest.raises(GalleryError, match="LENSLET_KEY is not its key; nothing was read"):
        Gallery(where, looks())
    monkeypatch.setenv("LENSLET_KEY", "a new passphrase, long enough")
    with Gallery(where, looks()) as gallery:
        assert "ana" in gallery


def test_another_embedder_looks_at_the_kept_pictures(where: str, looks: Any, face: Face):
    with Gallery(where, looks()) as old:
        for person in range(4):
            old.enrol(f"p{person}", [face(person), face(person, 1)], keep_pictures=True)
        old.calibrate(far=0.1)
    with Gallery(where, lambda: looks(seed=1, dimensions=24)) as gallery:
        done = gallery.reembed()
        assert (done.done, done.renewed, done.again) == (True, 8, ())
        assert gallery.threshold is None, "it was the old one's"
        assert gallery.identify(face(2, 5), threshold=0.8).name == "p2"
        assert gallery.reembed().notes == ("the gallery uses this embedder already",)
        assert gallery.audit().whole


def test_without_pictures_it_says_who_is_to_be_enrolled_again_and_changes_nothing(where: str, looks: Any, face: Face):
    with Gallery(where, looks()) as old:
        old.enrol("ana", face(1), keep_pictures=True)
        old.enrol("eva", face(2))
    with Gallery(where, lambda: looks(seed=1)) as gallery:
        done = gallery.reembed()
        assert (done.done, done.renewed, done.again) == (False, 1, ("eva",))
    with Gallery(where, looks()) as old:
        assert old.identify(face(2, 1), threshold=1).name == "eva"
    with Gallery(where, lambda: looks(seed=1)) as gallery:
        done = gallery.reembed(yes=True)
        assert (done.done, done.again) == (True, ("eva",))
        assert gallery.identify(face(1, 1), threshold=1).name == "ana"
        with pytest.raises(CallError, match="of eva there is no picture for this embedder"):
            gallery.verify("eva", face(2), threshold=1)
        assert gallery.enrol("eva", face(2)).pictures == 1
        assert gallery.audit().whole


def test_a_stopped_change_of_the_embedder_goes_on(where: str, looks: Any, face: Face, monkeypatch):
    monkeypatch.setattr("lenslet.gallery.renewal.BLOCK", 2)
    with Gallery(where, looks()) as old:
        for person in range(5):
            old.enrol(f"p{person}", face(person), keep_pictures=True)

    def stop(done: int, of: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with Gallery(where, lambda: looks(seed=1)) as gallery, pytest.raises(KeyboardInterrupt):
        gallery.reembed(on_picture=stop)
    with Gallery(where, looks()) as old:
        assert old.identify(face(2), threshold=0.1).name == "p2", "until it is done the old one works"
        old.enrol("p5", face(5), keep_pictures=True)
    seen: list[int] = []
    with Gallery(where, lambda: looks(seed=1)) as gallery:
        assert gallery.reembed(on_picture=lambda done, of: seen.append(of)).renewed == 6
    assert set(seen) == {4}, "two of five were done, and one came"
