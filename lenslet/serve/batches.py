"""Pictures that wait together go through the net together.

Nobody waits for company: what came while the last batch was computed is the next one. One client alone is answered as
fast as without; many share the cost of a pass.
"""

import asyncio
import logging
import os
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np

from lenslet.errors import LensletError
from lenslet.image import image_size
from lenslet.serve.lanes import Lane
from lenslet.serve.limits import Limits
from lenslet.serve.metrics import Metrics
from lenslet.verbs.asking import How
from lenslet.verbs.together import ask_open, opened_for

__all__ = ["Batches", "Room", "decoders"]

_LOG = logging.getLogger("lenslet.serve")


def decoders() -> ThreadPoolExecutor:
    """The threads that open pictures, for all models: one a core, decoders let go of Python while they work."""
    return ThreadPoolExecutor(min(os.cpu_count() or 1, 8), thread_name_prefix="lenslet-decode")


class Room:
    """Pixels that are decoded and wait: a small file may hold very many.

    Args:
        most: of all together; one picture alone is let in, however large.
    """

    def __init__(self, most: int) -> None:
        self.held, self._most = 0, most
        self._left = asyncio.Condition()

    @asynccontextmanager
    async def taken(self, pixels: int) -> AsyncIterator[None]:
        """Room for so many, when there is."""
        async with self._left:
            await self._left.wait_for(lambda: not self.held or self.held + pixels <= self._most)
            self.held += pixels
        try:
            yield
        finally:
            self.held -= pixels
            async with self._left:
                self._left.notify_all()


@dataclass(eq=False)
class _Asked:
    picture: np.ndarray
    how: How
    answer: Any  # a future, of asyncio's or uvloop's loop


class Batches:
    """The line before one model.

    Args:
        name: of the model.
        model: gives the model as it is now.
        limits: of the line and of a batch.
        pool: opens pictures.
        room: for what is decoded, shared by all lines.
        metrics: that are told.
    """

    def __init__(
        self,
        name: str,
        model: Callable[[], Any],
        limits: Limits,
        pool: ThreadPoolExecutor,
        room: Room,
        metrics: Metrics,
    ) -> None:
        self._name, self._model, self._limits, self._pool, self._metrics = name, model, limits, pool, metrics
        self._room = room
        self.lane = Lane(name, limits.queue, patience=limits.patience, metrics=metrics)
        self._waiting: deque[_Asked] = deque()
        self._worker: asyncio.Task[None] | None = None

    async def ask(self, picture: bytes, how: How) -> Any:
        """The model's answer to the bytes of a picture.

        Raises:
            Refused: the line is full.
            LensletError: what the model says to this picture, if it is no answer.
        """
        with self.lane.place():
            return await self.lane.within(self._asked(picture, how))

    async def _asked(self, picture: bytes, how: How) -> Any:
        loop = asyncio.get_running_loop()
        height, width = await loop.run_in_executor(self._pool, self._size, picture)
        async with self._room.taken(height * width):
            opened = await loop.run_in_executor(self._pool, self._open, picture)
            asked = _Asked(opened, how, loop.create_future())
            self._waiting.append(asked)
            if self._worker is None or self._worker.done():
                self._worker = loop.create_task(self._work(), name=f"lenslet-{self._name}")
            return await asked.answer

    async def _work(self) -> None:
        """As long as somebody waits."""
        loop = asyncio.get_running_loop()
        while batch := self._next():
            began = monotonic()
            pictures = [asked.picture for asked in batch]
            try:
                answers = await loop.run_in_executor(self.lane.pool, self._answers, pictures, batch[0].how)
            except Exception as error:  # of the thread itself: nobody is to wait for ever
                answers = [error] * len(batch)
            self._metrics.batch(self._name, len(batch))
            self.lane.took(monotonic() - began, len(batch))
            for asked, answer in zip(batch, answers, strict=True):
                if asked.answer.done():  # whoever asked has left
                    continue
                if isinstance(answer, BaseException):
                    asked.answer.set_exception(answer)
                else:
                    asked.answer.set_result(answer)

    def _next(self) -> list[_Asked]:
        """Those who are first in the line and asked alike; the others keep their order."""
        self._waiting = deque(asked for asked in self._waiting if not asked.answer.done())
        batch: list[_Asked] = []
        others: deque[_Asked] = deque()
        while self._waiting and len(batch) < self._limits.batch:
            asked = self._waiting.popleft()
            (batch if not batch or asked.how == batch[0].how else others).append(asked)
        self._waiting.extendleft(reversed(others))
        return batch

    def _size(self, picture: bytes) -> tuple[int, int]:
        return image_size(picture, max_pixels=self._limits.pixels)

    def _open(self, picture: bytes) -> np.ndarray:
        opened: np.ndarray = opened_for(self._model(), picture, max_pixels=self._limits.pixels)
        return opened

    def _answers(self, pictures: list[np.ndarray], how: How) -> list[Any]:
        """An answer or an error for each: what one picture spoils, it spoils for itself."""
        model = self._model()
        try:
            return list(ask_open(model, pictures, how=how))
        except Exception as error:
            if len(pictures) == 1:
                return [error]
            if not isinstance(error, LensletError):
                _LOG.warning("%s: a batch of %d failed (%r); each is asked alone", self._name, len(pictures), error)
        return [one for picture in pictures for one in self._answers([picture], how)]
