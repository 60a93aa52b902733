"""Writing pictures of a person down: what is new, what is known, and what looks like a mistake."""

import secrets
from collections.abc import Sequence

from lenslet.errors import CallError
from lenslet.gallery.faces import Seen
from lenslet.gallery.records import Kept, Person, now
from lenslet.gallery.search import squared
from lenslet.gallery.vault import Vault
from lenslet.results import Enrolment, FaceThreshold

__all__ = ["add"]


def add(
    vault: Vault,
    name: str,
    note: str | None,
    until: str | None,
    seen: Sequence[Seen],
    pictures: Sequence[bytes | None],
    notes: Sequence[str],
    threshold: FaceThreshold | None,
) -> Enrolment:
    """Add these faces to a person, who may be new; inside of `writing`.

    Args:
        vault: an open gallery, bound to the embedder of the faces.
        name: cleaned.
        note: of the consent; None keeps the one before.
        until: last day of use; None keeps the one before.
        seen: faces.
        pictures: of each face the picture, if it is to be kept.
        notes: what was found out about the pictures so far.
        threshold: beyond which a face is doubted to be the same person's.

    Raises:
        CallError: the person's time is over, and no new last day is given.
    """
    old = vault.find(name)
    if old and old.expired and until is None:
        raise CallError(
            f"the time for which {name} was enrolled ended on {old.until}: give a new last day (--until), with a new "
            "consent, or delete them"
        )
    before = old or Person(secrets.token_hex(16), name, added=now())
    person = Person(before.id, name, before.note if note is None else note, until or before.until, before.added)
    if person != old:
        vault.put(person)
    said = list(notes)
    fresh = _fresh(vault, person, seen, said)
    if old:
        said += _doubts(vault, person, [seen[number] for number in fresh], threshold)
    kept = [Kept(seen[number].encoding, seen[number].digest) for number in fresh]
    vault.add(person.id, kept, [pictures[number] for number in fresh])
    vault.log("enrol", person=person.id, added=len(fresh))
    vault.store.changed()
    count = vault.store.count(person.id)
    if old and fresh:
        said.append(f"{name} was enrolled already: {len(fresh)} more, {count} in all")
    known = len(seen) - len(fresh)
    return Enrolment(name, person.id, old is None, len(fresh), known, count, person.note, person.until, tuple(said))


def _fresh(vault: Vault, person: Person, seen: Sequence[Seen], notes: list[str]) -> list[int]:
    """Which faces are new; notes on those that are known, and on those that are somebody else's, too."""
    fresh: list[int] = []
    marks: set[bytes] = set()
    for number, face in enumerate(seen):
        mark = vault.seal.mark(face.digest)
        owners = {whose for _, whose in vault.store.marked(mark)}
        if person.id in owners or mark in marks:
            notes.append(f"{face.where} is there already as a picture of {person.name}: left out")
            continue
        for other in sorted(owners):
            row = vault.store.person_of(other)
            if row is not None:
                also = vault.open_person(row).name
                notes.append(f"{face.where} is enrolled as a picture of {also}, too: one of the two names is wrong")
        marks.add(mark)
        fresh.append(number)
    return fresh


def _doubts(vault: Vault, person: Person, seen: Sequence[Seen], threshold: FaceThreshold | None) -> list[str]:
    """Notes on new pictures that are beyond tau from all old ones of the person."""
    if threshold is None or not seen:
        return []
    old = [kept.encoding.vector for _, kept in vault.kept(person.id)]
    return [
        f"{face.where} is far from every picture of {person.name} so far: is it the same person?"
        for face in seen
        if old and min(squared(one, face.encoding.vector) for one in old) > threshold.threshold
    ]
