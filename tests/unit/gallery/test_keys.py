"""Keys: made once, for their owner alone; the wrong one opens nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lenslet.errors import GalleryError
from lenslet.gallery import Gallery
from lenslet.gallery.keys import key_from_text, keys_folder
from lenslet.gallery.rotation import rotation
from lenslet.gallery.seal import HurtError, Seal

Face = Callable[..., Path]


def test_the_key_file_is_made_on_first_use_for_its_owner_alone_and_not_beside_the_gallery(tmp_path: Path, where: str):
    Gallery(where).close()
    [key] = keys_folder().iterdir()
    assert key.parent == tmp_path / "keys"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.parent.stat().st_mode & 0o777 == 0o700
    assert len(bytes.fromhex(key.read_text())) == 32


def test_a_key_that_others_may_read_is_refused(where: str):
    Gallery(where).close()
    [key] = keys_folder().iterdir()
    key.chmod(0o644)
    with pytest.raises(GalleryError, match="others may read this key; say `chmod 600"):
        Gallery(where)


def test_without_its_key_it_does_not_open(where: str, monkeypatch):
    Gallery(where).close()
    [key] = keys_folder().iterdir()
    text = key.read_text()
    key.write_text("00" * 32)
    with pytest.raises(GalleryError, match=r"\.key is not its key; nothing was read"):
        Gallery(where)
    key.write_text("hello")
    with pytest.raises(GalleryError, match="64 hexadecimal digits"):
        Gallery(where)
    key.unlink()
    with pytest.raises(GalleryError, match="without the key nobody can read"):
        Gallery(where)
    monkeypatch.setenv("LENSLET_KEY", text)
    Gallery(where).close()


def test_a_key_of_the_environment_leaves_no_file(where: str, monkeypatch, tmp_path: Path):
    monkeypatch.setenv("LENSLET_KEY", "correct horse battery staple")
    Gallery(where).close()
    Gallery(where).close()
    assert not (tmp_path / "keys").exists()
    monkeypatch.setenv("LENSLET_KEY", "correct horse battery stapler")
    with pytest.raises(GalleryError, match="LENSLET_KEY is not its key; nothing was read"):
        Gallery(where)
    monkeypatch.setenv("LENSLET_KEY", "short")
    with pytest.raises(GalleryError, match="16 characters or more; LENSLET_KEY has 5"):
        Gallery(where)


def test_a_gallery_whose_key_cannot_be_written_is_not_made(tmp_path: Path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LENSLET_KEYS", str(tmp_path / "file" / "keys"))
    with pytest.raises(OSError, match="file"):
        Gallery(tmp_path / "people.db")
    monkeypatch.setenv("LENSLET_KEYS", str(tmp_path / "keys"))
    Gallery(tmp_path / "people.db").close()


def test_a_passphrase_gives_another_key_in_another_gallery():
    one, other = (key_from_text("correct horse battery staple", id) for id in ("aa", "bb"))
    assert one != other
    assert one == key_from_text(" correct horse battery staple\n", "aa")


def test_sealed_values_open_at_their_place_only():
    seal, other = Seal(bytes(32), "aa"), Seal(bytes(32), "bb")
    sealed = seal.seal(b"plain", "encoding", "person", 3)
    assert seal.open(sealed, "encoding", "person", 3) == b"plain"
    assert seal.seal(b"plain", "encoding", "person", 3) != sealed
    for elsewhere in (("encoding", "person", 4), ("encoding", "nobody", 3), ("picture", "person", 3)):
        with pytest.raises(HurtError):
            seal.open(sealed, *elsewhere)
    with pytest.raises(HurtError):
        other.open(sealed, "encoding", "person", 3)
    for broken in (b"", sealed[:10], sealed[:-1], bytes([sealed[0] ^ 1]) + sealed[1:]):
        with pytest.raises(HurtError):
            seal.open(broken, "encoding", "person", 3)
    assert len({seal.tag("a"), seal.mark(b"a"), seal.check, other.tag("a")}) == 4


def test_the_secret_turn_is_the_same_everywhere():
    turn: Any = rotation(b"secret", 4)
    assert turn[0].round(6).tolist() == pytest.approx(FIRST_ROW)


FIRST_ROW = [
    -0.29659,
    -0.364884,
    -0.534357,
    0.702393,
]  # of rotation(b"secret", 4): written down, so that no version may change it
