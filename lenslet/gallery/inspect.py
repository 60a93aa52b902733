"""Whether a gallery is whole: the database, every row, and the log against the rows."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lenslet.errors import GalleryError, LensletError
from lenslet.gallery.chain import broken
from lenslet.gallery.records import Person
from lenslet.gallery.rows import EncodingRow, LogRow
from lenslet.gallery.sqlite import MAGIC, faults_of
from lenslet.gallery.vault import Vault
from lenslet.results import GalleryAudit

__all__ = ["broken_file", "inspect"]

SHOWN = 50
"""Faults that are written out."""


def inspect(vault: Vault) -> GalleryAudit:
    """Look at everything; nothing is changed."""
    faults = list(vault.store.engine.faults())
    with vault.reading():
        people, hurt = _people(vault)
        faults += hurt
        lines, hurt = _log(vault)
        faults += hurt
        counts: Counter[str] = Counter()
        for row in _encodings(vault, people, faults):
            try:
                vault.open_kept(row)
                counts[row.person] += 1
            except GalleryError:
                faults.append(
                    f"an encoding of {_named(people, row.person)} (row {row.id}) was changed, moved or broken"
                )
                counts[row.person] += 1
        faults += _asides(vault)
        faults += _against_log(people, counts, lines)
    expired = tuple(sorted(one.name for one in people.values() if one.expired))
    if len(faults) > SHOWN:
        faults = [*faults[:SHOWN], f"and {len(faults) - SHOWN:,} more"]
    notes = []
    if expired:
        notes.append(f"the time of {len(expired)} is over: `lenslet face delete --expired --yes` forgets them")
    if faults:
        notes.append(
            "who is hurt can be deleted and enrolled anew; of a broken page only a copy brings back what was on it"
        )
    log = tuple(json.loads(line.entry) for line in lines)
    return GalleryAudit(vault.where, len(people), counts.total(), len(lines), tuple(faults), expired, log, tuple(notes))


def _people(vault: Vault) -> tuple[dict[str, Person], list[str]]:
    people, faults = {}, []
    try:
        rows = vault.store.people()
    except LensletError as error:
        return {}, [f"the list of people cannot be read: {error}"]
    for row in rows:
        try:
            person = vault.open_person(row)
        except GalleryError:
            faults.append(f"the entry of person {row.id} was changed, moved or broken")
            continue
        people[row.id] = person
        if row.tag != vault.seal.tag(person.name):
            faults.append(f"{person.name} cannot be found by name: the tag was changed")
    return people, faults


def _log(vault: Vault) -> tuple[list[LogRow], list[str]]:
    try:
        lines = vault.store.log()
    except LensletError as error:
        return [], [f"the log cannot be read: {error}"]
    return lines, broken(vault.chain, lines, vault.store.meta("head"))


def _encodings(vault: Vault, people: Mapping[str, Person], faults: list[str]) -> Iterator[EncodingRow]:
    """All rows in one go; where that stops at a broken page, one by one, so that the others are still looked at."""
    last = 0
    try:
        for row in vault.store.encodings():
            last = row.id
            yield row
        return
    except LensletError:
        pass
    try:
        places = [place for place in vault.store.places() if place[0] > last]
    except LensletError as error:
        faults.append(f"which encodings there are behind row {last} cannot be read: {error}")
        return
    for id, person in sorted(places):
        try:
            row_or_none = vault.store.encoding(id)
        except LensletError:
            row_or_none = None
        if row_or_none is None:
            faults.append(f"an encoding of {_named(people, person)} (row {id}) lies on a broken page")
        else:
            yield row_or_none


def _asides(vault: Vault) -> list[str]:
    """Kept pictures that cannot be opened."""
    faults = []
    try:
        for id in vault.store.asides("picture"):
            try:
                vault.picture(id)
            except LensletError:
                faults.append(f"the kept picture of row {id} was changed, moved or broken")
    except LensletError as error:
        faults.append(f"the kept pictures cannot be read: {error}")
    return faults


def _against_log(people: Mapping[str, Person], counts: Mapping[str, int], lines: list[LogRow]) -> list[str]:
    """Rows that were taken out or put in without a line in the log: no seal can show that."""
    told: dict[str, int] = {}
    for line in lines:
        entry: dict[str, Any] = json.loads(line.entry)
        who = entry.get("person")
        if who is None:
            continue
        if entry["what"] == "delete":
            told.pop(who, None)
        else:
            told[who] = told.get(who, 0) + entry.get("added", 0) - entry.get("removed", 0)
    faults = [f"person {who} is in the log, and not in the gallery" for who in told if who not in people]
    for who, person in people.items():
        if who not in told:
            faults.append(f"{person.name} was put in without a line in the log")
        elif told[who] != counts.get(who, 0):
            faults.append(f"of {person.name} the log knows {told[who]} pictures, and {counts.get(who, 0)} are there")
    return faults


def _named(people: Mapping[str, Person], id: str) -> str:
    return people[id].name if id in people else f"person {id}"


def broken_file(where: str | Path) -> GalleryAudit | None:
    """Of a file that is too broken to be opened as a gallery: what the database says; None where it says nothing."""
    path = Path(where)
    if "://" in str(where) or not path.is_file():
        return None
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            return None
    faults = faults_of(path)
    if not faults:
        return None
    notes = ("it cannot be opened as a gallery: take your last copy of it",)
    return GalleryAudit(str(path), 0, 0, 0, tuple(faults), (), (), notes)
