"""`lenslet predict`: one line per picture; or, of a folder of answers, what is in it."""

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from lenslet.cli.command import Command
from lenslet.cli.output import percent, say, table, write
from lenslet.errors import CallError, ImageError, WorkError
from lenslet.verbs.bulk import Bulk
from lenslet.verbs.predict import predict

if TYPE_CHECKING:
    from lenslet.results import Classification, Detections, Encoding, Encodings, Localization, Points, Unreadable

MOST = 40  # classes in a table
POINTS = 5  # that are written out


def call(
    **given: Any,
) -> "Iterator[Classification | Detections | Encoding | Encodings | Localization | Points | Unreadable] | Bulk":
    """The verb's answers; where some are missing, the command says so at its end and fails.

    Of a folder of answers nothing is missing: every file has its row, and the numbers say how many were unreadable.
    """
    answers = predict(**given)
    return answers if isinstance(answers, Bulk) else _judged(answers)


def _judged(
    answers: "Iterator[Classification | Detections | Encoding | Encodings | Localization | Points | Unreadable]",
) -> "Iterator[Classification | Detections | Encoding | Encodings | Localization | Points | Unreadable]":
    first, second = next(answers), next(answers, None)
    if second is None and hasattr(first, "why"):
        raise ImageError(first.why)
    pictures = unreadable = 0
    for answer in chain((first,), () if second is None else (second,), answers):
        pictures += 1
        unreadable += hasattr(answer, "why")
        yield answer
    if unreadable:
        error = CallError if unreadable == pictures else WorkError
        raise error(f"{unreadable} of {pictures} pictures got no answer, for the reasons above")


def show(
    answers: "Iterator[Classification | Detections | Encoding | Encodings | Localization | Points | Unreadable] | Bulk",
) -> None:
    """Picture, label, how sure, then the next best; or what was found on it; or the numbers of a folder of answers."""
    if isinstance(answers, Bulk):
        _show_bulk(answers)
        return
    for answer in answers:
        if hasattr(answer, "why"):
            say(answer.why)
            continue
        if hasattr(answer, "vector") or hasattr(answer, "faces"):
            write(f"{answer.picture}  {answer}")
            continue
        if hasattr(answer, "boxes"):
            write(f"{answer.picture}  {answer}")
            continue
        if hasattr(answer, "presence") or hasattr(answer, "places"):
            write(f"{answer.picture}  {_placed(answer)}")
            continue
        (label, score), *others = answer.top(3)
        rest = ", ".join(f"{name} {percent(share)}" for name, share in others)
        write(f"{answer.picture}  {label}  {percent(score)}{f'  ({rest})' if rest else ''}")


def _placed(answer: Any) -> str:
    """What is there and where, or the points by name; numbers are pixels of the picture."""
    if hasattr(answer, "presence"):
        at = ", ".join(f"{value:.0f}" for value in answer.box) if answer.found else ""
        return f"{answer.label or 'nothing'}  {percent(answer.score)}{f'  at ({at})' if at else ''}"
    known = [f"{point.name} ({point.x:.0f}, {point.y:.0f})" for point in answer if point.visible]
    more = f" and {len(known) - POINTS} points more" if len(known) > POINTS else ""
    return ", ".join(known[:POINTS]) + more


def _show_bulk(bulk: Bulk) -> None:
    """How many files, answers per class, unreadable ones, how fast, where."""
    answered, what = bulk.files - bulk.unreadable, "things" if bulk.task == "detect" else "files"
    of = sum(bulk.labels.values()) if bulk.task == "detect" else answered
    rows = [[label, count, percent(count / of)] for label, count in list(bulk.labels.items())[:MOST]]
    if rows:
        table("", ["class", what, "of the things" if bulk.task == "detect" else "of the answers"], rows)
    if len(bulk.labels) > MOST:
        others = sum(list(bulk.labels.values())[MOST:])
        write(f"and {len(bulk.labels) - MOST} more classes, {others:,} {what}")
    nothing = f" ({bulk.nothing:,} with nothing found)" if bulk.nothing else ""
    write(f"{bulk.files:,} files: {answered:,} answered{nothing}, {bulk.unreadable:,} unreadable")
    earlier = bulk.files - bulk.predicted
    if bulk.predicted:
        write(
            f"{bulk.predicted:,} predicted in {bulk.seconds:.1f} s, {bulk.files_per_second:,.0f} files/s"
            + (f"; {earlier:,} were done before" if earlier else "")
        )
    else:
        write("nothing was left to do")
    write(f"answers in {bulk.folder}, part-*.jsonl: one row a file")


command = Command(predict, show, call=call, example="lenslet predict runs/classify-1 photos/ --json")
