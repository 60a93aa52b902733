"""`lenslet face ...`: answers about people, one line each; what else there is to say goes to stderr."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lenslet.cli.command import Command
from lenslet.cli.output import number, percent, say, table, write
from lenslet.verbs.face.audit import audit
from lenslet.verbs.face.bring import bring
from lenslet.verbs.face.calibrate import calibrate
from lenslet.verbs.face.delete import delete
from lenslet.verbs.face.enrol import enrol
from lenslet.verbs.face.export import export
from lenslet.verbs.face.identify import identify
from lenslet.verbs.face.people import people
from lenslet.verbs.face.reembed import reembed
from lenslet.verbs.face.rekey import rekey
from lenslet.verbs.face.verify import verify

if TYPE_CHECKING:
    from lenslet.results import (
        Enrolment,
        FaceThreshold,
        GalleryAudit,
        Identification,
        People,
        Portable,
        Receipt,
        Rekeyed,
        Renewal,
        Verification,
    )

__all__ = ["commands"]


def show_enrolment(done: "Enrolment") -> None:
    """The name, how many pictures were added, how many there are."""
    write(f"{done.name}: {done.added} added, {done.pictures} in all")
    _say(done.notes)


def show_verification(answer: "Verification") -> None:
    """The answer; what is to be expected of the threshold goes to stderr."""
    write(str(answer))
    say(f"strangers taken for {answer.name} at this threshold: {_far(answer.far)}")
    _say(answer.notes)


def show_identifications(answers: "Iterable[Identification]") -> None:
    """A line for each face."""
    for answer in answers:
        write(str(answer))
        if answer.people:
            say(f"strangers taken for anybody of {answer.people:,} at this threshold: {_far(answer.false_alarm)}")
        _say(answer.notes)


def show_threshold(found: "FaceThreshold") -> None:
    """tau, what is expected at it, from how much."""
    rows: list[list[object]] = [
        ["threshold (squared distance)", f"{found.threshold:.4f}", _between(found.threshold_interval, "{:.4f}")],
        ["strangers taken for a person", _far(found.far), f"{found.impostor:,} pairs of {found.people:,} people"],
        ["own people refused", percent(found.frr), _between(found.frr_interval, "{:.1%}")],
    ]
    table("", ["what", "value", "95 % interval, or from what"], rows)
    _say(found.notes)


def show_people(found: "People") -> None:
    """A row a person, and what the gallery is bound to."""
    if found.people:
        rows = [
            [one.name, one.pictures, f"{one.until or '-'}{' (over)' if one.expired else ''}", one.note or "-"]
            for one in found.people
        ]
        table("", ["name", "pictures", "last day", "consent"], rows)
    tau = "no threshold yet" if found.threshold is None else f"threshold {found.threshold:.4f}"
    write(f"{len(found.people):,} people, {found.embedder or 'no model yet'}, {tau}")
    if found.expired:
        say(f"the time of {', '.join(found.expired)} is over: `lenslet face delete --expired --yes` forgets them")


def show_receipt(done: "Receipt") -> None:
    """Who is forgotten, and whether the files show nothing of them any more."""
    if done.names:
        state = {True: "the files hold nothing of it any more", False: "bytes of it are left in the files"}
        write(f"forgotten: {', '.join(done.names)}; {done.encodings} encodings, {done.pictures} pictures, {done.at}")
        write(state.get(done.gone, "the files of a server cannot be read from here"))  # type: ignore[arg-type]
        for name, id in zip(done.names, done.ids, strict=True):
            write(f"in the log {name} was {id}; line {done.log[:16]}")
    _say(done.notes)


def show_audit(found: "GalleryAudit") -> None:
    """Whether it is whole, and what is not."""
    write(f"{found.people:,} people, {found.encodings:,} encodings, {found.lines:,} lines of the log")
    write("whole" if found.whole else "hurt:")
    for fault in found.faults:
        write(f"  {fault}")
    _say(found.notes)


def show_portable(done: "Portable") -> None:
    """How much, and where."""
    known = f", {done.known} known already" if done.known else ""
    write(f"{len(done.names):,} people, {done.encodings:,} encodings, {done.pictures} pictures{known}: {done.file}")
    _say(done.notes)


def show_rekeyed(done: "Rekeyed") -> None:
    """How much was sealed anew, and where the key is."""
    write(f"{done.people:,} people, {done.encodings:,} encodings and {done.pictures} pictures have a new key: ")
    write(str(done.file) if done.file else "that of LENSLET_NEW_KEY; put it into LENSLET_KEY now")
    _say(done.notes)


def show_renewal(done: "Renewal") -> None:
    """How many were made anew, and who is to be enrolled again."""
    state = "is used now" if done.done else "is not used yet"
    write(f"{done.renewed:,} encodings made anew; {done.embedder} {state}")
    if done.again:
        write(f"to be enrolled again: {', '.join(done.again)}")
    _say(done.notes)


def _far(share: float | None) -> str:
    return "nobody measured" if share is None else f"about {number(100 * share)} %"


def _between(interval: tuple[float, float] | None, form: str) -> str:
    return "too few people" if interval is None else f"{form.format(interval[0])} to {form.format(interval[1])}"


def _say(notes: Iterable[str]) -> None:
    for note in notes:
        say(note)


commands = (
    Command(enrol, show_enrolment, group="face", example="lenslet face enrol Ana ana.jpg --gallery people.db"),
    Command(verify, show_verification, group="face", example="lenslet face verify Ana door.jpg --gallery people.db"),
    Command(identify, show_identifications, group="face", example="lenslet face identify door.jpg --gallery people.db"),
    Command(calibrate, show_threshold, group="face", example="lenslet face calibrate --gallery people.db --far 0.01"),
    Command(people, show_people, group="face", word="list", example="lenslet face list --gallery people.db"),
    Command(delete, show_receipt, group="face", example="lenslet face delete Ana --gallery people.db --yes"),
    Command(audit, show_audit, group="face", example="lenslet face audit --gallery people.db"),
    Command(export, show_portable, group="face", example="lenslet face export Ana --gallery people.db --out ana.json"),
    Command(bring, show_portable, group="face", word="import", example="lenslet face import ana.json --gallery new.db"),
    Command(rekey, show_rekeyed, group="face", example="lenslet face rekey --gallery people.db"),
    Command(reembed, show_renewal, group="face", example="lenslet face reembed --gallery people.db --embedder faces2"),
)
