"""Somebody who watches a painting become what it is, stroke after stroke."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from lenslet.loops import Stroke

__all__ = ["Look", "look", "looked_at"]

Look: TypeAlias = "Callable[[Stroke, Callable[[], Any]], None]"
"""Is told each stroke, and may ask for the picture so far, (h w 3) uint8; raising KeyboardInterrupt ends it there."""

_LOOK: ContextVar[Any] = ContextVar("look", default=None)


@contextmanager
def looked_at(by: Look) -> Iterator[None]:
    """Within this block, and in this thread, `by` is told every stroke of `stylize`."""
    token = _LOOK.set(by)
    try:
        yield
    finally:
        _LOOK.reset(token)


def look(stroke: "Stroke", picture: Callable[[], Any]) -> None:
    """Tell whoever watches, if anybody does."""
    by = _LOOK.get()
    if by is not None:
        by(stroke, picture)
