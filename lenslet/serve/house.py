"""What the routes of one server share."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from fastapi import Request
from starlette.responses import Response

from lenslet.image import image_header
from lenslet.serve.lanes import Lane, unless_gone
from lenslet.serve.limits import Limits
from lenslet.serve.metrics import Metrics
from lenslet.serve.problems import plain, public
from lenslet.serve.shelf import Shelf
from lenslet.serve.watching import Watcher

__all__ = ["House", "checked", "json_of"]

T = TypeVar("T")
_TOLD = ("image", "out", "notes", "faults")
"""Fields of results that may hold sentences or places."""
_PAINTING = 3600.0  # seconds: a large painting takes minutes, and others may be before it


@runtime_checkable
class Says(Protocol):
    """A result."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""


class House:
    """The state of one server.

    Args:
        shelf: the models.
        people: an open gallery, or None.
        limits: of everything.
        metrics: that are told.
    """

    def __init__(self, shelf: Shelf, people: Any | None, limits: Limits, metrics: Metrics) -> None:
        self.shelf, self.people, self.limits, self.metrics = shelf, people, limits, metrics
        self.ready = False
        patience = limits.patience
        self.faces = Lane("faces", limits.queue, patience=patience, metrics=metrics)
        self.painting = Lane("stylize", limits.works, patience=_PAINTING, metrics=metrics)
        self.explaining = Lane("explain", limits.works, patience=patience, metrics=metrics)

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """All that are no model's."""
        return self.faces, self.painting, self.explaining

    async def work(self, lane: Lane, request: Request, work: Callable[[], T]) -> T:
        """Do it in its lane; stop where nobody waits for it any more.

        Raises:
            Refused: the lane is full, or it took too long.
            Gone: the client left.
        """
        import asyncio

        watcher = Watcher(asyncio.get_running_loop())
        try:
            made: T = await unless_gone(request.receive, lane.run(watcher(work)))
            return made
        finally:
            watcher.stop()

    def close(self) -> None:
        """Let the threads and the gallery go."""
        self.shelf.close()
        for lane in self.lanes:
            lane.close()


def checked(pictures: Sequence[bytes], limits: Limits) -> None:
    """See that these are pictures, and none too large, before anything is decoded.

    Raises:
        ImageError: one is not.
    """
    for picture in pictures:
        image_header(picture, max_pixels=limits.pixels)


def json_of(result: Says) -> Response:
    """A result's own JSON; of places on this machine the name alone."""
    made = result.to_dict()
    for name in _TOLD:
        if name in made:
            made[name] = plain(made[name])
    for name in ("gallery", "file"):
        if made.get(name) is not None:
            text = str(made[name])
            made[name] = public(text) if "://" in text else Path(text).name
    return Response(json.dumps(made, ensure_ascii=False, allow_nan=False), media_type="application/json")
