"""One part of a folder of answers: its files through the model, its rows written whole or not at all."""

import platform
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from lenslet.errors import WorkError
from lenslet.verbs.asking import ask
from lenslet.verbs.bulk.answers import Answers, Part
from lenslet.verbs.bulk.rows import Tally

if TYPE_CHECKING:
    from lenslet.verbs.job import Model

SUSPICIOUS = 16  # files: when so many, all of a part, are not there, it is the disk that is gone


def here(
    answers: Answers, parts: Iterable[Part], model: "Model", *, batch: int, on_files: Callable[[int], None]
) -> Generator[Tally, None, None]:
    """Predict part after part in this process, with as many threads as turn out to be fastest at present.

    Args:
        answers: the folder.
        parts: those that are missing.
        model: who answers.
        batch: pictures that go through the net together.
        on_files: called with the number of files answered since the last call.

    Returns:
        What each part says, when it is written.
    """
    from lenslet.runtime import FromFile

    step: Callable[[int], AbstractContextManager[object]] = lambda _: nullcontext()  # noqa: E731  its own threads
    if not isinstance(model, FromFile):
        from lenslet.loops.threads import Threads

        step = Threads(tuned=True).step  # hours on a computer that is used for other things: docs/decisions/0005
    for part in parts:
        with step(part.files):
            tally = answer(answers, part, model, batch=batch, on_files=on_files)
        yield tally


def answer(
    answers: Answers,
    part: Part,
    model: "Model",
    *,
    batch: int,
    on_files: Callable[[int], None] = lambda _: None,
) -> Tally:
    """Answer all files of a part.

    Raises:
        WorkError: none of the files is there any more.
        OSError: the rows cannot be written.
    """
    from lenslet.files import whole_file

    paths, tally = answers.paths(part), Tally()
    target = answers.file(part.number)
    try:
        # A name that is no valid UTF-8 holds lone surrogates; their escapes are JSON's own.
        with whole_file(target) as temporary, temporary.open("wb") as rows:
            for result in ask(model, paths, batch=batch, how=answers.how):
                row = (result.to_json() + "\n").encode("utf-8", "backslashreplace")
                rows.write(row)
                tally.count(row)
                on_files(1)
            if tally.unreadable == len(paths) >= SUSPICIOUS and not any(path.exists() for path in paths):
                raise WorkError(
                    f"{platform.node()}: none of {len(paths):,} files is there any more, from {paths[0]} to "
                    f"{paths[-1]}; bring their disk back and call again: nothing was written for them"
                )
    except FileNotFoundError:
        if not target.exists():
            raise
        # another call has finished the folder and swept it
    except OSError as error:  # a full disk does not say which
        error.filename = error.filename or str(target)
        raise
    return tally
