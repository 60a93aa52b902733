"""A person's own data in a file that other programs read, and back."""

import base64
import binascii
import json
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lenslet.errors import CallError, DataError, GalleryError, ShapeError
from lenslet.gallery.encodes import Encodes
from lenslet.gallery.keys import write_private
from lenslet.gallery.records import Kept, Person, clean_name, now
from lenslet.gallery.rows import EncodingRow
from lenslet.gallery.vault import Vault
from lenslet.results import Encoding, Portable

__all__ = ["bring", "export"]

SCHEMA = 1
KIND = "people of a Lenslet gallery"


def export(vault: Vault, out: Path, names: Sequence[str]) -> Portable:
    """Write what is known of these people, or of all.

    Raises:
        CallError: nobody of that name is enrolled, or the file is there.
    """
    if out.exists():
        raise CallError(f"{out} is there already: name a new file")
    if not out.parent.is_dir():
        raise CallError(f"{out.parent}: there is no such folder; make it first")
    try:
        return _export(vault, out, names)
    except BaseException:
        out.unlink(missing_ok=True)  # no data leaves without its line in the log
        raise


def _export(vault: Vault, out: Path, names: Sequence[str]) -> Portable:
    pictures = encodings = 0
    written = []
    with vault.writing():
        people = [_found(vault, name) for name in dict.fromkeys(names)] if names else vault.people()
        for person in people:
            rows = []
            for row, kept in vault.kept(person.id):
                picture = vault.picture(row.id)
                pictures += picture is not None
                rows.append(_row(kept, picture))
            encodings += len(rows)
            said = {"name": person.name, "note": person.note, "until": person.until, "added": person.added}
            written.append({**said, "encodings": rows})
            vault.log("export", person=person.id)
        content = {
            "schema": SCHEMA,
            "kind": KIND,
            "exported": now(),
            "embedder": vault.value("embedder"),
            "people": written,
        }
        write_private(out, (json.dumps(content, ensure_ascii=False) + "\n").encode())
    notes = (f"{out} is not sealed: it holds biometric data, open to everyone who can read the file",)
    return Portable(out, tuple(one.name for one in people), encodings, pictures, 0, notes)


def bring(vault: Vault, file: Path, embedder: Encodes | None) -> Portable:
    """Add the people of such a file; all of it, or nothing.

    Raises:
        DataError: it is no such file.
        GalleryError: its encodings are another embedder's.
    """
    said = _read(file)
    bound = said["embedder"]
    encodings = pictures = known = 0
    names, notes = [], []
    added: list[EncodingRow] = []  # written together: on a server each statement is a journey
    seen: set[tuple[str, bytes]] = set()
    with vault.writing():
        if bound is not None:
            _bind(vault, bound, embedder, file)
        for one in said["people"]:
            try:
                name = clean_name(one["name"])
                rows = [_kept(row) for row in one["encodings"]]
                new = Person(
                    secrets.token_hex(16), name, str(one["note"]), str(one["until"]), str(one["added"]) or now()
                )
            except (KeyError, TypeError, ValueError, binascii.Error, CallError) as error:
                raise DataError(f"{file}: an entry of it cannot be read ({error}); nothing was added") from error
            if bound is None or any(len(kept.encoding) != bound["dimensions"] for kept, _ in rows):
                raise DataError(f"{file}: its encodings have not the numbers that it says; nothing was added")
            person = vault.find(name)
            if person is None:
                person = new
                vault.put(person)
            else:
                notes.append(f"{name} was enrolled already: note and last day stay as they were")
            fresh = []
            for kept, picture in rows:
                mark = vault.seal.mark(kept.digest)
                there = person is not new and person.id in {whose for _, whose in vault.store.marked(mark)}
                if not there and (person.id, mark) not in seen:
                    seen.add((person.id, mark))
                    fresh.append((kept, picture))
            added += vault.prepared(person.id, fresh)
            vault.log("import", person=person.id, added=len(fresh))
            names.append(name)
            encodings += len(fresh)
            known += len(rows) - len(fresh)
            pictures += sum(picture is not None for _, picture in fresh)
        vault.store.put_encodings(added)
        vault.store.changed()
    return Portable(file, tuple(names), encodings, pictures, known, tuple(notes))


def _bind(vault: Vault, bound: dict[str, Any], embedder: Encodes | None, file: Path) -> None:
    mine = vault.value("embedder")
    for other in (mine, embedder and {"name": embedder.name, "fingerprint": embedder.fingerprint}):
        if other and other["fingerprint"] != bound["fingerprint"]:
            raise GalleryError(
                f"{file} holds encodings of {bound['name']} ({bound['fingerprint'][:12]}), and here are those of "
                f"{other['name']} ({other['fingerprint'][:12]}): they cannot be compared; enrol these people "
                "from pictures"
            )
    if mine is None:
        if vault.store.engine.indexes:
            vault.store.index(bound["dimensions"])
        vault.set_value("embedder", {name: bound[name] for name in ("name", "fingerprint", "dimensions")})


def _read(file: Path) -> dict[str, Any]:
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        if said["kind"] != KIND or not isinstance(said["people"], list):
            raise DataError(f"{file} is no file that `lenslet face export` wrote")
        if said["schema"] != SCHEMA:
            raise DataError(f"{file} has schema {said['schema']}, and this Lenslet knows {SCHEMA}: update it")
        bound = said["embedder"]
        if bound is not None and not (
            isinstance(bound["name"], str)
            and isinstance(bound["fingerprint"], str)
            and isinstance(bound["dimensions"], int)
            and 0 < bound["dimensions"] <= 16_000
        ):
            raise DataError(f"{file} does not say which model its encodings are of")
    except FileNotFoundError as error:
        raise DataError(f"{file}: there is no such file") from error
    except DataError:
        raise
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise DataError(f"{file} is no file that `lenslet face export` wrote") from error
    return dict(said)


def _row(kept: Kept, picture: bytes | None) -> dict[str, Any]:
    encoding = kept.encoding
    return {
        "vector": [float(f"{value:.9g}") for value in encoding.vector],  # nine digits are a float32, bit for bit
        "quality": encoding.quality,
        "box": None if encoding.box is None else encoding.box.tolist(),
        "digest": kept.digest.hex(),
        "picture": None if picture is None else base64.b64encode(picture).decode(),
    }


def _kept(row: dict[str, Any]) -> tuple[Kept, bytes | None]:
    box = None if row["box"] is None else np.array(row["box"], np.float64)
    digest = bytes.fromhex(row["digest"])
    if len(digest) != 32:
        raise ShapeError("a digest has 32 bytes")
    picture = None if row["picture"] is None else base64.b64decode(row["picture"], validate=True)
    return Kept(Encoding(np.array(row["vector"], np.float64), box, row["quality"]), digest), picture


def _found(vault: Vault, name: str) -> Person:
    person = vault.find(name)
    if person is None:
        raise CallError(f"nobody is enrolled as {name!r}; `lenslet face list` shows who is")
    return person
