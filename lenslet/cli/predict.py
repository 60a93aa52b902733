"""`lenslet predict`: one line per picture."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lenslet.cli.command import Command
from lenslet.cli.output import percent, say, write
from lenslet.errors import CallError, WorkError
from lenslet.verbs.predict import predict

if TYPE_CHECKING:
    from lenslet.results import Classification, Unreadable


def call(**given: Any) -> "Iterator[Classification | Unreadable]":
    """The verb's answers; where some are missing, the command says so at its end and fails."""
    pictures = unreadable = 0
    for answer in predict(**given):
        pictures += 1
        unreadable += hasattr(answer, "why")
        yield answer
    if unreadable == pictures:
        raise CallError("there was no picture among them" if pictures > 1 else "so there is nothing to say")
    if unreadable:
        raise WorkError(f"{unreadable} of {pictures} pictures could not be opened")


def show(answers: "Iterator[Classification | Unreadable]") -> None:
    """Picture, label, how sure; then the next best."""
    for answer in answers:
        if hasattr(answer, "why"):
            say(answer.why)
            continue
        (label, score), *others = answer.top(3)
        rest = ", ".join(f"{name} {percent(share)}" for name, share in others)
        write(f"{answer.picture}  {label}  {percent(score)}{f'  ({rest})' if rest else ''}")


command = Command(predict, show, call=call, example="lenslet predict runs/classify-1 photos/ --json")
