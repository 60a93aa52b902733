"""On a server: an index that finds what exact search finds, over numbers that mean nothing without the key."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lenslet.errors import GalleryError, WorkError
from lenslet.gallery import Gallery
from lenslet.results import Encoding

Face = Callable[..., Path]


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def crowded(schema: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """400 people on a server, brought there through an export of a file."""
    dice, place = np.random.default_rng(0), tmp_path_factory.mktemp("many")
    vectors = unit(dice.normal(size=(400, 32)))
    with Gallery(place / "many.db", key="ab" * 32) as source:
        with source._vault.writing():
            for number, vector in enumerate(vectors):
                source.enrol(f"p{number:04}", Encoding(vector))
        source.export(place / "many.json")
    with Gallery(schema(), key="ab" * 32) as gallery:
        gallery.bring(place / "many.json")
        yield gallery, vectors


def test_the_index_finds_whom_exact_search_finds(crowded: Any):
    gallery, vectors = crowded
    engine = gallery._vault.store.engine
    engine.do("ANALYZE encoding")
    dice = np.random.default_rng(1)
    probes = unit(vectors[dice.integers(0, len(vectors), 60)] + 0.15 * dice.normal(size=(60, 32)))
    hits = 0
    for probe in probes:
        quick = gallery.identify(Encoding(probe), threshold=0.5)
        exact = gallery.identify(Encoding(probe), threshold=0.5, exact=True)
        assert quick.people == exact.people == 400
        hits += quick.nearest == exact.nearest
        if quick.nearest == exact.nearest:
            assert quick.distance == pytest.approx(exact.distance, abs=1e-9)
    assert hits >= 58


def test_search_uses_the_index(crowded: Any):
    gallery, vectors = crowded
    engine = gallery._vault.store.engine
    engine.do("ANALYZE encoding")
    engine.do("SET enable_seqscan = off")
    sql = (
        "EXPLAIN SELECT e.id, e.person FROM encoding e JOIN person p ON p.id = e.person "
        "WHERE p.until = '' OR p.until >= ? ORDER BY e.place <-> ?::vector LIMIT 64"
    )
    plan = " ".join(row[0] for row in engine.rows(sql, "2026-01-01", gallery._vault.place(vectors[0])))
    assert "encoding_place" in plan


def test_what_the_server_sees_are_turned_encodings_with_the_same_distances(crowded: Any):
    gallery, vectors = crowded
    rows = gallery._vault.store.engine.rows("SELECT place::text FROM encoding ORDER BY id LIMIT 20")
    seen = np.array([[float(value) for value in row[0].strip("[]").split(",")] for row in rows])
    assert np.abs(seen - vectors[:20]).max() > 0.3, "not the encodings themselves"
    assert seen @ seen.T == pytest.approx(vectors[:20] @ vectors[:20].T, abs=1e-5)


def raw(server: Any) -> Iterator[bytes]:
    """The server's files, one by one; it may drop some of them meanwhile."""
    for path in sorted((Path(server.pgdata) / "base").rglob("*")):
        with contextlib.suppress(FileNotFoundError, IsADirectoryError):
            yield path.read_bytes()


def test_after_vacuum_the_tables_hold_no_byte_of_the_deleted(server: Any, schema: Any, looks: Any, face: Face):
    with Gallery(schema(), looks()) as made:
        made.enrol("ana", face(1), keep_pictures=True)
        made.enrol("eva", face(2))
        engine = made._vault.store.engine
        [row] = engine.rows("SELECT sealed FROM encoding ORDER BY id LIMIT 1")
        engine.do("CHECKPOINT")
        assert any(row[0][:24] in held for held in raw(server)), "or this test would see nothing"
        receipt = made.delete("ana")
        assert receipt.gone is None
        assert "its write-ahead log, copies, replicas" in receipt.notes[0]
        engine.do("CHECKPOINT")
        assert not any(row[0][:24] in held for held in raw(server))
        assert made.verify("eva", face(2, 1), threshold=1)


def test_a_server_that_is_not_there_is_a_sentence_without_the_password():
    with pytest.raises(WorkError, match="cannot be reached") as caught:
        Gallery("postgresql://ana:secret@127.0.0.1:1/none?connect_timeout=2")
    assert "secret" not in str(caught.value)


def test_a_server_on_which_nothing_may_be_made_is_a_sentence(server: Any, schema: Callable[[], str]):
    import psycopg

    address = schema()
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS guest")
        connection.execute("CREATE ROLE guest LOGIN")
    with pytest.raises(GalleryError, match=r"may not do that|no pgvector"):
        Gallery(address.replace("//postgres:@", "//guest:@"))
