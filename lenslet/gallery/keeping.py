"""Forgetting people, and changing the key: what has to leave no trace."""

from collections.abc import Sequence

from lenslet.errors import CallError
from lenslet.gallery.keys import drop_next, key_file, make_key
from lenslet.gallery.records import Person, now, today
from lenslet.gallery.seal import HurtError, Seal
from lenslet.gallery.vault import Vault
from lenslet.results import Receipt, Rekeyed

__all__ = ["delete", "rekey"]

_NEEDLE = 24  # bytes of a sealed value that are looked for: its nonce and as many again, which occur by chance never
_BLOCK = 1_000


def delete(vault: Vault, names: Sequence[str], *, expired: bool) -> Receipt:
    """Forget people.

    The rows are deleted, SQLite lays zeros over them, the log of changes is written into the file and cut to nothing;
    then the raw files are read, and searched for what was sealed. If something of it still lies in them (a page that
    was moved), the file is written anew.

    Raises:
        CallError: nobody of that name is enrolled; then nobody is forgotten.
    """
    if not names and not expired:
        raise CallError("say who is to be forgotten: a name, or all whose time is over (--expired)")
    needles: list[bytes] = []
    encodings = pictures = 0
    with vault.writing():
        people = _meant(vault, names, expired=expired)
        marks: list[bytes] = []
        for person in people:
            row = vault.store.person_of(person.id)
            needles += [row.tag, row.sealed[:_NEEDLE]] if row else []
            for one in vault.store.encodings(person.id):
                encodings += 1
                marks.append(one.mark)
                needles.append(one.sealed[:_NEEDLE])
                picture = vault.store.aside("picture", one.id)
                renewed = vault.store.aside("renewed", one.id)
                needles += [sealed[:_NEEDLE] for sealed in (picture, renewed) if sealed]
                pictures += picture is not None
        line = ""
        for person in people:
            vault.store.remove_person(person.id)
            line = vault.log("delete", person=person.id)
        needles += [mark for mark in marks if not vault.store.marked(mark)]
        if people:
            vault.store.changed()
    notes = []
    swept = vault.store.engine.sweep(whole=False)
    gone = None if not needles else _gone(vault, needles)
    if gone is False and swept:
        swept = vault.store.engine.sweep(whole=True)
        gone = _gone(vault, needles)
    if not needles:
        notes.append("nobody's time is over")
    elif not swept or gone is False:
        notes.append(
            "another program reads this gallery: the bytes leave the files when it has ended, with the next call"
        )
    elif gone is None:
        notes.append(
            "the tables were written anew; what a server keeps besides (its write-ahead log, copies, replicas) is for "
            "its owner to end"
        )
    if needles:
        notes.append("copies of this gallery that were made before hold these people still")
    return Receipt(
        tuple(one.name for one in people), tuple(one.id for one in people), encodings, pictures, now(), line, gone,
        tuple(notes),
    )  # fmt: skip


def rekey(vault: Vault, key: str | None) -> Rekeyed:
    """Seal everything anew in one transaction.

    A new key file lies beside the old one, as `.next`, before anything is changed, and takes its place behind the
    commit; who is killed in between opens the gallery with the one that fits.

    Raises:
        CallError: the key comes from LENSLET_KEY, and no new one is given.
    """
    id = vault.seal.gallery
    if key is None and not key_file(id).exists():
        raise CallError(
            "the key of this gallery comes from LENSLET_KEY: put the new one into LENSLET_NEW_KEY, and into "
            "LENSLET_KEY afterwards"
        )
    old, store = vault.seal, vault.store
    try:
        with vault.writing():
            secret, path = make_key(id, key, following=True)
            new = Seal(secret, id)
            if new.check == old.check:
                raise CallError("the new key is the old one")
            values = {name: vault.value(name) for name in ("embedder", "threshold", "becoming")}
            people = [vault.open_person(row) for row in store.people()]
            encodings, pictures = _sealed_anew(vault, old, new)
            vault.use(new)
            for person in people:
                vault.put(person)
            for name, value in values.items():
                vault.set_value(name, value)
            store.set_meta("chain", new.seal(vault.chain, "chain"))
            store.set_meta("check", new.check)
            vault.log("rekey", people=len(people), encodings=encodings, pictures=pictures)
            store.changed()
    except BaseException:
        vault.use(old)
        raise
    if path is None:
        key_file(id).unlink(missing_ok=True)
    drop_next(id, keep=path is not None)
    store.engine.sweep(whole=True)
    notes = ("copies that were made before open with the old key: whoever has both can read them",)
    file = None if path is None else key_file(id)
    return Rekeyed(vault.where, len(people), encodings, pictures, file, notes)


def _sealed_anew(vault: Vault, old: Seal, new: Seal) -> tuple[int, int]:
    """Encodings, kept pictures and those by the next embedder, a block at a time."""
    store, last, count, pictures = vault.store, 0, 0, 0
    while rows := store.encodings_after(last, _BLOCK):
        vault.use(old)
        opened = [vault.open_kept(row) for row in rows]
        vault.use(new)
        store.put_encodings([vault.row_of(row.id, row.person, kept) for row, kept in zip(rows, opened, strict=True)])
        last, count = rows[-1].id, count + len(rows)
    for table, place in (("picture", "picture"), ("renewed", "renewed")):
        for number in store.asides(table):
            sealed = store.aside(table, number)
            if sealed is not None:
                store.put_aside(table, number, new.seal(old.open(sealed, place, number), place, number))
                pictures += table == "picture"
    return count, pictures


def _meant(vault: Vault, names: Sequence[str], *, expired: bool) -> list[Person]:
    """Whom the caller means; also those whose own row is hurt and cannot be opened."""
    people = {}
    for name in names:
        row = vault.store.person(vault.seal.tag(name))
        if row is None:
            raise CallError(
                f"nobody is enrolled as {name!r}: nobody was forgotten; `lenslet face list` shows who is there"
            )
        people[row.id] = Person(row.id, name, until=row.until)
    for row in vault.store.people() if expired else ():
        if row.until and row.until < today() and row.id not in people:
            try:
                people[row.id] = vault.open_person(row)
            except HurtError:
                people[row.id] = Person(row.id, f"person {row.id}", until=row.until)
    return list(people.values())


def _gone(vault: Vault, needles: Sequence[bytes]) -> bool | None:
    found = vault.store.engine.remains(needles)
    return None if found is None else not found
