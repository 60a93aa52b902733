"""Bars on stderr for verbs that take long; plain lines where stderr is no terminal, nothing where nobody asked."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from lenslet.verbs.job import Job


@runtime_checkable
class Bar(Protocol):
    """What a verb tells a bar."""

    def phase(self, text: str) -> None:
        """A new part of the work begins."""

    def at(self, fraction: float, text: str = "") -> None:
        """So much of this part is done (0 to 1), and what there is to say about it."""

    def say(self, text: str) -> None:
        """A sentence that must not be overlooked."""


@runtime_checkable
class Onlooker(Bar, Protocol):
    """A bar that also looks at what is learned, and may halt it: a page that shows a run while it lasts."""

    def learned(self, model: Any, job: "Job", rows: Sequence[dict[str, float]]) -> None:
        """An epoch is over; the model holds the best weights so far, and the rows are those of results.csv."""

    def paused(self) -> bool:
        """Whether to halt after this step, with the state kept."""


class _Silent:
    def phase(self, text: str) -> None: ...
    def at(self, fraction: float, text: str = "") -> None: ...
    def say(self, text: str) -> None: ...


class _Lines:
    """For logs: a line when a part begins and at every tenth of it, but never more than one in five seconds."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self.write, self.name, self.tenth, self.last, self.began = write, "", 0, 0.0, monotonic()

    def phase(self, text: str) -> None:
        self.name, self.tenth, self.began = text, 0, monotonic()
        self.write(text)

    def say(self, text: str) -> None:
        self.write(text)

    def at(self, fraction: float, text: str = "") -> None:
        tenth = int(fraction * 10)
        if tenth > self.tenth and monotonic() - self.last >= 5:
            self.tenth, self.last = tenth, monotonic()
            left = (monotonic() - self.began) * (1 - fraction) / fraction
            self.write(f"{self.name} {fraction:4.0%}  {text}  {left:.0f} s left")


class _Rich:
    def __init__(self, progress: Any) -> None:
        self.progress = progress
        self.task: Any = None

    def phase(self, text: str) -> None:
        if self.task is not None:
            self.progress.update(self.task, completed=1.0)
        self.task = self.progress.add_task(text, total=1.0, said="")

    def say(self, text: str) -> None:
        self.progress.console.print(text, markup=False, soft_wrap=True)

    def at(self, fraction: float, text: str = "") -> None:
        said = {"said": text} if text else {}
        self.progress.update(self.task, completed=min(fraction, 1.0), **said)


def phases(shown: Bar) -> Callable[[str, float], None]:
    """A watcher that is told what is being done and which share of it is, and begins a part whenever that changes."""
    last: list[str] = []

    def watch(phase: str, share: float) -> None:
        if last != [phase]:
            last[:] = [phase]
            shown.phase(phase)
        shown.at(share)

    return watch


_watcher: ContextVar[Bar | None] = ContextVar("watcher", default=None)


@contextmanager
def watched(by: Bar) -> Iterator[None]:
    """Let somebody else than a terminal be told what the verbs of a block do: a page, or a client of the server.

    The work ends where `by` raises.
    """
    token = _watcher.set(by)
    try:
        yield
    finally:
        _watcher.reset(token)


@contextmanager
def bar(*, shown: bool) -> Iterator[Bar]:
    """A bar for the length of a block."""
    watcher = _watcher.get()
    if watcher is not None:
        yield watcher
        return
    if not shown:
        yield _Silent()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield _Lines(lambda text: console.print(text, markup=False, soft_wrap=True))
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=28),
        TaskProgressColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[said]}", markup=False),
    )
    with Progress(*columns, console=console) as progress:
        yield _Rich(progress)
