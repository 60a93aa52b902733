"""Galleries on both stores, and people to put into them."""

import atexit
import itertools
import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lenslet.gallery import Gallery

numbers = itertools.count()


@pytest.fixture(autouse=True)
def _own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LENSLET_KEYS", str(tmp_path / "keys"))
    for name in ("LENSLET_KEY", "LENSLET_NEW_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def server() -> Iterator[Any]:
    """A PostgreSQL with pgvector of our own, that ends with the tests."""
    pytest.importorskip("psycopg")
    # in a place of our own: whoever starts pytest closes its folder to the server, which runs as another user
    place = Path(tempfile.mkdtemp(prefix="lenslet-pg-"))
    place.chmod(0o755)
    (place / "run").mkdir(0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(place / "run"))
    try:
        import pgserver
    except ImportError:
        pytest.skip("no PostgreSQL here: the wheel pgserver carries one for Python 3.11 and 3.12")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = pgserver.get_server(place / "data", cleanup_mode="delete")
    import psycopg

    with psycopg.connect(made.get_uri(), autocommit=True) as connection:  # nothing of it has to outlive the tests
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    yield made
    atexit.unregister(made._cleanup)  # it would wait for an orderly end
    os.kill(made.get_pid(), signal.SIGQUIT)
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session")
def schema(server: Any) -> Callable[[], str]:
    """Addresses, each of an empty schema."""
    import psycopg

    def make() -> str:
        name = f"gallery{next(numbers)}"
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return f"{server.get_uri()}&options=-csearch_path%3D{name},public"

    return make


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a gallery that is not there yet."""
    if request.param == "sqlite":
        return str(tmp_path / "people.db")
    return str(request.getfixturevalue("schema")())


@pytest.fixture
def gallery(where: str, looks: Any) -> Iterator[Gallery]:
    with Gallery(where, looks()) as made:
        yield made


@pytest.fixture
def face(tmp_path: Path) -> Callable[..., Path]:
    """Pictures: of one person they are alike."""

    def draw(person: int, number: int = 0, *, name: str | None = None) -> Path:
        same = np.random.default_rng(person).integers(0, 256, (16, 16, 3)).astype(np.float64)
        own = np.random.default_rng((person, number)).normal(0, 40, (16, 16, 3))
        pixels = np.clip(same + own, 1, 250).astype(np.uint8)
        path = tmp_path / (name or f"{person}-{number}.png")
        Image.fromarray(pixels).resize((48, 48), Image.Resampling.NEAREST).save(path)
        return path

    return draw


@pytest.fixture
def crowd(gallery: Gallery, face: Callable[..., Path]) -> Gallery:
    """Twelve people with two pictures each, calibrated."""
    for person in range(12):
        gallery.enrol(f"p{person:02}", [face(person, 0), face(person, 1)])
    gallery.calibrate(far=0.01)
    return gallery
