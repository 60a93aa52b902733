"""Going over to another embedder: every encoding is made anew from the picture that is kept of it."""

from collections import Counter
from collections.abc import Callable

from lenslet.errors import LensletError
from lenslet.gallery.encodes import Encodes
from lenslet.gallery.faces import same_face
from lenslet.gallery.records import Kept
from lenslet.gallery.vault import Vault
from lenslet.image import open_image
from lenslet.results import Renewal

__all__ = ["reembed"]

BLOCK = 32
"""Encodings between two commits: what is lost at most when it is stopped."""


def reembed(
    vault: Vault, embedder: Encodes, *, yes: bool, on_picture: Callable[[int, int], None] | None = None
) -> Renewal:
    """Make all encodings anew, beside the old ones; when all are there the gallery goes over to them in one step.

    Stopped at any instant, the old ones still work, and the same call goes on.

    Args:
        vault: an open gallery.
        embedder: the new one.
        yes: go over also where pictures were not kept: those encodings are dropped, and their people named.
        on_picture: is told how many are done, and of how many.
    """
    old = vault.value("embedder")
    if old is None or old["fingerprint"] == embedder.fingerprint:
        return Renewal(embedder.name, True, 0, (), ("the gallery uses this embedder already",))
    new = {"name": embedder.name, "fingerprint": embedder.fingerprint, "dimensions": embedder.dimensions}
    with vault.writing():
        if vault.value("becoming") != new:  # a change to a third one was begun, and is given up
            vault.store.clear_renewed()
            vault.set_value("becoming", new)
    while True:
        failed = _renew(vault, embedder, on_picture)
        with vault.writing():
            done = set(vault.store.asides("renewed"))
            rows = dict(vault.store.places())
            if any(id not in done and id not in failed and vault.store.aside("picture", id) for id in rows):
                continue  # enrolled while we were at it
            missing = [id for id in rows if id not in done]
            names = {person.id: person.name for person in vault.people()}
            again = tuple(sorted({names[rows[id]] for id in missing}))
            if missing and not yes:
                note = (
                    f"{len(missing):,} pictures of {len(again)} people were not kept, or show no face to "
                    f"{embedder.name}: say --yes to go over nevertheless, and enrol these people again; until then the "
                    "old one is used"
                )
                return Renewal(embedder.name, False, len(done), again, (note,))
            _go_over(vault, rows, done, missing, new)
        vault.store.engine.sweep(whole=False)
        return Renewal(embedder.name, True, len(done), again, ("find a new threshold: `lenslet face calibrate`",))


def _renew(vault: Vault, embedder: Encodes, on_picture: Callable[[int, int], None] | None) -> set[int]:
    """Encode what is not encoded yet; returns the rows whose picture shows no face any more."""
    done = set(vault.store.asides("renewed"))
    todo = [id for id in vault.store.asides("picture") if id not in done]
    failed: set[int] = set()
    for first in range(0, len(todo), BLOCK):
        made = []
        for number, id in enumerate(todo[first : first + BLOCK], first + 1):
            row, picture = vault.store.encoding(id), vault.picture(id)
            if row is not None and picture is not None:
                before = vault.open_kept(row)
                try:
                    found = same_face(embedder.encode(open_image(picture)), before.encoding.box)
                except LensletError:
                    found = None
                if found is None:
                    failed.add(id)
                else:
                    made.append((id, Kept(found, before.digest).to_bytes()))
            if on_picture is not None:
                on_picture(number, len(todo))
        with vault.writing():
            for id, plain in made:
                if vault.store.encoding(id) is not None:  # deleted meanwhile
                    vault.store.put_aside("renewed", id, vault.seal.seal(plain, "renewed", id))
    return failed


def _go_over(vault: Vault, rows: dict[int, str], done: set[int], missing: list[int], new: dict[str, object]) -> None:
    """Inside of `writing`: the new encodings take the place of the old ones."""
    lost = Counter(rows[id] for id in missing)
    vault.store.remove_encodings(missing)
    if vault.store.engine.indexes:
        vault.store.index(int(str(new["dimensions"])))
    for id in sorted(done):
        sealed = vault.store.aside("renewed", id)
        if sealed is not None and id in rows:
            kept = Kept.from_bytes(vault.seal.open(sealed, "renewed", id))
            vault.store.put_encodings([vault.row_of(id, rows[id], kept)])
    vault.store.clear_renewed()
    vault.set_value("embedder", new)
    vault.set_value("becoming", None)
    vault.set_value("threshold", None)
    vault.log("reembed", renewed=len(done), fingerprint=new["fingerprint"])
    for person, count in lost.items():
        vault.log("dropped", person=person, removed=count)
    vault.store.changed()
