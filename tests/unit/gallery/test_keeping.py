"""What is deleted is gone, what is sealed cannot be read or moved, and the log shows what was done to it."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lenslet.errors import CallError, GalleryError
from lenslet.gallery import Gallery
from lenslet.results import Encoding

Face = Callable[..., Path]


def do(gallery: Gallery, sql: str, *values: Any) -> None:
    """As somebody would who has the file, and not the key."""
    with gallery._vault.store.writing():
        gallery._vault.store.engine.do(sql, *values)
        gallery._vault.store.changed()


def rows(gallery: Gallery, sql: str) -> list[tuple[Any, ...]]:
    return gallery._vault.store.engine.rows(sql)


def raw(path: Path) -> bytes:
    """Everything that lies on the disk of a gallery in a file."""
    return b"".join(Path(f"{path}{end}").read_bytes() for end in ("", "-wal", "-shm") if Path(f"{path}{end}").exists())


def test_delete_gives_a_receipt_and_the_rest_stays(crowd: Gallery, face: Face):
    before = crowd.identify(face(4, 9))
    receipt = crowd.delete("p03", "p07")
    assert (receipt.names, receipt.encodings, receipt.pictures) == (("p03", "p07"), 4, 0)
    assert crowd.identify(face(4, 9)).distance == before.distance
    assert "p03" not in crowd and len(crowd) == 10
    audit = crowd.audit()
    assert audit.whole
    assert audit.log[-1]["person"] == receipt.ids[-1]
    assert not any(name in json.dumps(audit.log) for name in ("p03", "p07")), "the log names nobody"


def test_delete_of_somebody_unknown_deletes_nobody(crowd: Gallery):
    with pytest.raises(CallError, match="nobody is enrolled as 'eva': nobody was forgotten"):
        crowd.delete("p03", "eva")
    with pytest.raises(CallError, match="say who"):
        crowd.delete()
    assert len(crowd) == 12


def test_the_bytes_of_the_deleted_are_gone_from_the_raw_files(tmp_path: Path, looks: Any, face: Face):
    path = tmp_path / "people.db"
    dice = np.random.default_rng(0)
    with Gallery(path, looks()) as gallery:
        for person in range(40):  # of several pages, deleted from anywhere among them
            vectors = dice.normal(size=(5, 32))
            gallery.enrol(f"p{person}", [Encoding(v / np.linalg.norm(v)) for v in vectors], note=f"note {person}")
        gallery.enrol("p7", face(7), keep_pictures=True)
        for number in dice.permutation(40)[:25]:
            person = gallery._vault.find(f"p{number}")
            assert person is not None
            mine = [row.sealed for row in gallery._vault.store.encodings(person.id)]
            mine += [row.mark for row in gallery._vault.store.encodings(person.id)]
            row = gallery._vault.store.person_of(person.id)
            assert row is not None
            needles = [*mine, row.sealed, row.tag]
            assert all(needle in raw(path) for needle in needles), "or this test would see nothing"
            assert gallery.delete(f"p{number}").gone is True
            assert not any(needle[k : k + 16] in raw(path) for needle in needles for k in (0, 16))
        assert gallery.audit().whole


def test_while_another_reads_the_receipt_says_that_bytes_are_left(tmp_path: Path, looks: Any, face: Face):
    path = tmp_path / "people.db"
    with Gallery(path, looks()) as gallery:
        gallery.enrol("ana", face(1))
        gallery.enrol("eva", face(2))
        gallery._vault.store.engine._connection.execute("PRAGMA busy_timeout=100")
        reader = sqlite3.connect(path)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM person").fetchone()
        receipt = gallery.delete("ana")
        assert receipt.gone is False
        assert "another program reads" in receipt.notes[0]
        reader.close()
        assert gallery.delete("eva").gone is True
        assert raw(path).count(b"\x00") > 0


def test_nothing_in_the_files_can_be_read(where: str, looks: Any, face: Face, tmp_path: Path):
    path = tmp_path / "sealed.db"
    encoding = looks().encode(face(1))[0]
    with Gallery(path, looks()) as gallery:
        gallery.enrol("Ana Example", face(1), note="consent of Monday", keep_pictures=True)
        found = raw(path)
    for secret in (b"Ana", b"consent", b"Monday", encoding.vector.astype("<f4").tobytes()[:16], b"PNG", b"IHDR"):
        assert secret not in found
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE encoding SET sealed = (SELECT sealed FROM encoding WHERE id = 3) WHERE id = 5", "encoding of p02"),
        ("UPDATE encoding SET person = (SELECT person FROM encoding WHERE id = 3) WHERE id = 5", "p0"),
        ("DELETE FROM encoding WHERE id = 5", "of p02 the log knows 2 pictures, and 1 are there"),
        (
            "UPDATE person SET until = '2999-01-01' WHERE id = (SELECT person FROM encoding WHERE id = 5)",
            "the entry of",
        ),
        ("UPDATE meta SET value = (SELECT value FROM meta WHERE name = 'check') WHERE name = 'head'", "was cut off"),
    ],
)
def test_what_is_changed_behind_its_back_is_named(crowd: Gallery, sql: str, said: str):
    do(crowd, sql)
    audit = crowd.audit()
    assert not audit.whole
    assert said in " ".join(audit.faults)


def test_rows_of_one_gallery_do_not_open_in_another(where: str, looks: Any, face: Face, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("LENSLET_KEY", "cd" * 32)
    with Gallery(tmp_path / "a.db", looks()) as one, Gallery(where, looks()) as other:
        one.enrol("ana", face(1))
        other.enrol("ana", face(2))
        [(sealed,)] = rows(one, "SELECT sealed FROM encoding")
        do(other, "UPDATE encoding SET sealed = ?", sealed)
        with pytest.raises(GalleryError, match="changed, moved or broken"):
            other.verify("ana", face(1), threshold=1)
        with pytest.raises(GalleryError, match=r"lenslet face audit|changed, moved"):
            other.identify(face(1), threshold=1)
        assert other.delete("ana").names == ("ana",), "who is hurt can be forgotten"
        other.enrol("ana", face(1))
        assert other.audit().whole


def test_a_person_whose_own_row_is_hurt_can_be_forgotten(crowd: Gallery):
    do(crowd, "UPDATE person SET until = '2001-01-01' WHERE id = (SELECT person FROM encoding WHERE id = 5)")
    with pytest.raises(GalleryError, match="changed, moved or broken"):
        crowd.people()
    assert crowd.delete(expired=True).encodings == 2
    assert len(crowd.people().people) == 11


def test_the_log_is_only_added_to_and_its_chain_shows_who_did_otherwise(crowd: Gallery):
    for sql in ("UPDATE log SET entry = '{}'", "DELETE FROM log"):
        with pytest.raises(Exception, match="only ever added to"):
            do(crowd, sql)
    if crowd._vault.store.engine.indexes:
        do(crowd, "ALTER TABLE log DISABLE TRIGGER log_stays")
    else:
        do(crowd, "DROP TRIGGER log_no_update")
        do(crowd, "DROP TRIGGER log_no_delete")
    do(crowd, "UPDATE log SET entry = replace(entry, '\"added\": 2', '\"added\": 3') WHERE id = 4")
    assert "line 4 of the log was changed" in " ".join(crowd.audit().faults)
    do(crowd, "DELETE FROM log WHERE id = 4")
    assert "the log has no line 4" in " ".join(crowd.audit().faults)


def test_lines_cut_from_the_end_of_the_log_are_missed(crowd: Gallery):
    last = rows(crowd, "SELECT max(id) FROM log")[0][0]
    if crowd._vault.store.engine.indexes:
        do(crowd, "ALTER TABLE log DISABLE TRIGGER log_stays")
    else:
        do(crowd, "DROP TRIGGER log_no_delete")
    do(crowd, "DELETE FROM log WHERE id = ?", last)
    assert f"ends with line {last - 1}" in " ".join(crowd.audit().faults)


def test_the_log_holds_no_name_no_note_and_no_encoding(crowd: Gallery, face: Face):
    crowd.enrol("Ana Example", face(50), note="consent of Monday")
    text = json.dumps(crowd.audit().log)
    assert "Ana" not in text and "Monday" not in text and "p03" not in text
    assert {line["what"] for line in crowd.audit().log} == {"made", "enrol", "calibrate"}
    assert set().union(*crowd.audit().log) <= {"n", "at", "what", "person", "added", "threshold", "far", "people"}
