"""Work that waits its turn: a bounded line before a few threads, and a sentence where it is full."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from math import ceil
from time import monotonic
from typing import TypeVar

from starlette.types import Receive

from lenslet.serve.metrics import Metrics
from lenslet.serve.problems import Refused

__all__ = ["Gone", "Lane", "unless_gone"]

T = TypeVar("T")


class Gone(Exception):  # noqa: N818 - it is no mistake of ours
    """Whoever asked is not there any more."""


class Lane:
    """So many may be under way or wait; one more is told when to come again.

    Args:
        name: for metrics and sentences.
        places: for those under way and those that wait.
        threads: that work.
        patience: seconds that one may wait.
        metrics: that are told.
    """

    def __init__(self, name: str, places: int, *, threads: int = 1, patience: float | int, metrics: Metrics) -> None:
        self.name, self.places, self.patience, self.metrics = name, places, patience, metrics
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix=f"lenslet-{name}")
        self.taken = 0
        self._threads, self._usual = threads, 0.0

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for the length of a block.

        Raises:
            Refused: there is none.
        """
        if self.taken >= self.places:
            self.metrics.refused(self.name)
            raise Refused(503, f"{self.name}: {self.taken} are waiting already; come again", self.again)
        self.taken += 1
        self.metrics.waiting(self.name, self.taken)
        try:
            yield
        finally:
            self.taken -= 1
            self.metrics.waiting(self.name, self.taken)

    @property
    def again(self) -> dict[str, str]:
        """When to come again: when those who wait now will be through."""
        return {"Retry-After": str(min(max(ceil(self._usual * self.taken / self._threads), 1), 120))}

    def took(self, seconds: float, of: int = 1) -> None:
        """So long it took for so many; for `again`."""
        share = seconds / max(of, 1)
        self._usual = share if not self._usual else 0.8 * self._usual + 0.2 * share

    async def run(self, work: Callable[[], T]) -> T:
        """Do it in a thread when it is its turn.

        Raises:
            Refused: the line is full, or it would take too long.
        """
        with self.place():
            return await self.within(asyncio.get_running_loop().run_in_executor(self.pool, self.timed, work))

    async def within(self, answer: Awaitable[T]) -> T:
        """The answer, if it comes before patience ends.

        Raises:
            Refused: it does not.
        """
        try:
            async with asyncio.timeout(self.patience):
                return await answer
        except TimeoutError as error:
            self.metrics.refused(self.name)
            raise Refused(503, f"{self.name}: this took too long; come again", self.again) from error

    def close(self) -> None:
        """Finish what is under way, and nothing more."""
        self.pool.shutdown(wait=False, cancel_futures=True)

    def timed(self, work: Callable[[], T]) -> T:
        """Do it, and count the time."""
        began = monotonic()
        try:
            return work()
        finally:
            self.took(monotonic() - began)


async def unless_gone(receive: Receive, work: Awaitable[T]) -> T:
    """The value of `work`, which is cancelled when whoever waits for it hangs up; the request is read to its end.

    Raises:
        Gone: they hung up.
    """
    doing = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait({doing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not doing.done():
            raise Gone
        return doing.result()
    finally:
        for task in (doing, leaving):
            task.cancel()
        await asyncio.gather(doing, leaving, return_exceptions=True)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
