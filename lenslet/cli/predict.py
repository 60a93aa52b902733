"""`lenslet predict`: one line per picture."""

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from lenslet.cli.command import Command
from lenslet.cli.output import percent, say, write
from lenslet.errors import CallError, ImageError, WorkError
from lenslet.verbs.predict import predict

if TYPE_CHECKING:
    from lenslet.results import Classification, Unreadable


def call(**given: Any) -> "Iterator[Classification | Unreadable]":
    """The verb's answers; where some are missing, the command says so at its end and fails."""
    answers = predict(**given)
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
        raise error(f"{unreadable} of {pictures} pictures could not be opened")


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
