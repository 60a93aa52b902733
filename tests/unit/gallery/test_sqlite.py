"""One file: killed, full, broken, foreign, read-only, of the future."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lenslet.errors import GalleryError, WorkError
from lenslet.gallery import Gallery
from lenslet.results import Encoding

Face = Callable[..., Path]
ROOT = Path(__file__).resolve().parents[3]
# One process opens the modules and forks children, each of which enrols until it is killed and tells what it was
# acknowledged; the names of children differ, so that each acknowledgement can be looked for.
NURSERY = """
import os, random, signal, sys, time
import numpy as np
from lenslet.gallery import Gallery
from lenslet.results import Encoding
path, kills = sys.argv[1], int(sys.argv[2])
dice = random.Random(0)
Gallery(path).close()
told = {}
for child in range(kills):
    ear, mouth = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(ear)
        gallery = Gallery(path)
        for number in range(10**6):
            vector = np.random.default_rng((child, number)).normal(size=8)
            gallery.enrol(f"c{child} n{number // 3}", Encoding(vector / np.linalg.norm(vector)))
            os.write(mouth, b".")
    os.close(mouth)
    first = os.read(ear, 1)
    time.sleep(dice.random() * 0.012)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    count = len(first)
    while more := os.read(ear, 1 << 16):
        count += len(more)
    os.close(ear)
    told[child] = count
with Gallery(path) as gallery:
    have = {}
    for one in gallery.people().people:
        child = int(one.name[1:].split()[0])
        have[child] = have.get(child, 0) + one.pictures
    audit = gallery.audit()
print(sum(told.values()), sum(have.values()))
assert all(0 <= have[child] - told[child] <= 1 for child in told), (told, have)
assert audit.whole, audit.faults
assert audit.encodings == sum(have.values())
"""


@pytest.mark.skipif(os.name == "nt", reason="forks")
def test_a_hundred_kills_lose_nothing_that_was_acknowledged(tmp_path: Path):
    command = [sys.executable, "-c", NURSERY, str(tmp_path / "people.db"), "100"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LENSLET_KEY": "ab" * 32}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    acknowledged, _ = map(int, done.stdout.split())
    assert acknowledged >= 100


def test_a_killed_change_of_the_key_opens_with_the_key_that_fits(tmp_path: Path, face: Face, looks: Any, monkeypatch):
    path = tmp_path / "people.db"
    with Gallery(path, looks()) as gallery:
        gallery.enrol("ana", face(1))
        # killed before the commit: the next key lies there and fits nothing
        with monkeypatch.context() as patch:
            patch.setattr(gallery._vault.store, "add_log", lambda row: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                gallery.rekey()
        assert gallery.verify("ana", face(1), threshold=1)
    assert {file.suffix for file in (tmp_path / "keys").iterdir()} == {".key", ".next"}
    with Gallery(path, looks()) as gallery:
        assert gallery.verify("ana", face(1), threshold=1)
        # killed behind the commit: the old key lies there still
        with monkeypatch.context() as patch:
            patch.setattr(
                "lenslet.gallery.keeping.drop_next", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt)
            )
            with pytest.raises(KeyboardInterrupt):
                gallery.rekey()
    with Gallery(path, looks()) as gallery:
        assert gallery.verify("ana", face(1), threshold=1)
        assert gallery.audit().whole
    assert [file.suffix for file in (tmp_path / "keys").iterdir()] == [".key"]


def test_a_full_disk_is_a_sentence_and_loses_nothing(tmp_path: Path, looks: Any, face: Face):
    with Gallery(tmp_path / "people.db", looks()) as gallery:
        gallery.enrol("ana", face(1))
        pages = gallery._vault.store.engine.rows("PRAGMA page_count")[0][0]
        gallery._vault.store.engine.rows(f"PRAGMA max_page_count={pages + 2}")
        done = 0
        with pytest.raises(WorkError, match="the disk is full; this change was not made, and everything before it is"):
            for number in range(1000):
                gallery.enrol(f"p{number}", face(2 + number % 5), keep_pictures=True)
                done += 1
        assert len(gallery) == 1 + done
        assert gallery.verify("ana", face(1), threshold=1)
        assert gallery.audit().whole
        gallery._vault.store.engine.rows("PRAGMA max_page_count=100000")
        gallery.enrol("after", face(9))


def test_a_broken_page_is_a_clear_error_and_the_audit_says_what_is_hurt(tmp_path: Path, looks: Any):
    path = tmp_path / "people.db"
    dice = np.random.default_rng(0)
    with Gallery(path, looks()) as gallery:
        for person in range(60):
            vectors = dice.normal(size=(4, 32))
            gallery.enrol(f"p{person:02}", [Encoding(v / np.linalg.norm(v)) for v in vectors])
        sealed = {row.id: row for row in gallery._vault.store.encodings()}
    content = bytearray(path.read_bytes())
    page = 4096
    hit = content.index(sealed[100].sealed) // page
    content[hit * page : (hit + 1) * page] = b"\x5a" * page
    path.write_bytes(content)
    with Gallery(path, looks()) as gallery:
        with pytest.raises(GalleryError, match=r"is damaged .*lenslet face audit"):
            gallery.identify(Encoding(np.eye(32)[0]), threshold=1)
        audit = gallery.audit()
        assert not audit.whole
        said = " ".join(audit.faults)
        assert "lies on a broken page" in said
        whose = gallery._vault.open_person(gallery._vault.store.person_of(sealed[100].person)).name  # type: ignore[arg-type]
        assert f"an encoding of {whose} (row 100)" in said
        assert 150 < audit.encodings < 240, "the others are still looked at"


def test_a_file_whose_first_pages_are_broken_is_said_to_be(tmp_path: Path, looks: Any, face: Face):
    from lenslet.verbs.face.audit import audit

    path = tmp_path / "people.db"
    with Gallery(path, looks()) as gallery:
        gallery.enrol("ana", face(1))
    content = bytearray(path.read_bytes())
    content[100:4096] = os.urandom(3996)
    path.write_bytes(content)
    with pytest.raises(GalleryError, match="is damaged"):
        Gallery(path, looks())
    found = audit(gallery=path)
    assert not found.whole
    assert "take your last copy" in found.notes[0]


@pytest.mark.parametrize("content", [b"no database at all", b"SQLite format 3\x00" + b"x" * 200])
def test_a_file_that_is_no_gallery_is_left_alone(tmp_path: Path, content: bytes):
    path = tmp_path / "letter.txt"
    path.write_bytes(content)
    with pytest.raises(GalleryError, match=r"no gallery of Lenslet|is damaged"):
        Gallery(path)
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_left_alone(tmp_path: Path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE orders (id INTEGER)")
    other.close()
    with pytest.raises(GalleryError, match="of another program"):
        Gallery(path)


def test_a_gallery_of_the_future_is_left_alone(tmp_path: Path, looks: Any, face: Face):
    path = tmp_path / "people.db"
    with Gallery(path, looks()) as gallery:
        gallery.enrol("ana", face(1))
        gallery._vault.store.set_meta("schema", b"7")
    with pytest.raises(GalleryError, match="schema 7, and this Lenslet knows 1: update it"):
        Gallery(path, looks())


def test_places_where_no_gallery_can_be(tmp_path: Path, monkeypatch):
    with pytest.raises(GalleryError, match="is a folder"):
        Gallery(tmp_path)
    with pytest.raises(GalleryError, match="no such folder"):
        Gallery(tmp_path / "none" / "people.db")
    with pytest.raises(GalleryError, match="a file, or postgresql"):
        Gallery("mysql://here/db")
    with pytest.raises(GalleryError, match="there is no gallery here"):
        Gallery(tmp_path / "people.db", make=False)
    assert list(tmp_path.iterdir()) == []


def test_in_a_read_only_place_it_can_be_read_and_says_why_it_cannot_be_written(
    tmp_path: Path, looks: Any, face: Face, monkeypatch
):
    path = tmp_path / "people.db"
    with Gallery(path, looks()) as gallery:
        gallery.enrol("ana", face(1))
    before = path.read_bytes()
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    with Gallery(path, looks()) as gallery:
        assert gallery.verify("ana", face(1, 1), threshold=1)
        assert gallery.identify(face(1, 1), threshold=1).name == "ana"
        with pytest.raises(GalleryError, match="read-only"):
            gallery.enrol("eva", face(2))
    assert path.read_bytes() == before
    assert not Path(f"{path}-wal").exists()


def test_many_read_while_one_writes(tmp_path: Path, looks: Any, face: Face):
    path, faults = tmp_path / "people.db", []
    with Gallery(path, looks()) as writer:
        writer.enrol("ana", face(1))
        probe = looks().encode(face(1, 1))[0]

        def read() -> None:
            try:
                with Gallery(path, looks()) as reader:
                    for _ in range(20):
                        assert reader.identify(probe, threshold=2).name == "ana"
            except Exception as error:
                faults.append(error)

        readers = [threading.Thread(target=read) for _ in range(3)]
        for one in readers:
            one.start()
        for number in range(20):
            vector = np.random.default_rng(number).normal(size=32)
            writer.enrol(f"p{number}", Encoding(vector / np.linalg.norm(vector)))
        for one in readers:
            one.join()
        assert not faults
        assert len(writer) == 21


def test_two_that_make_it_at_once_get_one_gallery(tmp_path: Path):
    path, opened, faults = tmp_path / "people.db", [], []

    def make() -> None:
        try:
            opened.append(Gallery(path))
        except Exception as error:
            faults.append(error)

    makers = [threading.Thread(target=make) for _ in range(4)]
    for one in makers:
        one.start()
    for one in makers:
        one.join()
    for gallery in opened:
        gallery.close()
    assert not faults
    assert len({gallery._vault.seal.gallery for gallery in opened}) == 1
    assert len(list((tmp_path / "keys").iterdir())) == 1
