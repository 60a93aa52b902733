"""What the numbers of a card's head mean."""

from collections.abc import Mapping
from typing import Any

from lenslet.errors import CallError
from lenslet.tasks.face.views import VIEWS

__all__ = ["dimensions_of"]

_MOST = 4096


def dimensions_of(plain: Mapping[str, Any]) -> int:
    """Numbers that the net gives, from a card that may come from anybody.

    Raises:
        CallError: no such head.
    """
    dimensions, views = plain.get("dimensions"), plain.get("views")
    if not isinstance(dimensions, int) or isinstance(dimensions, bool) or not 2 <= dimensions <= _MOST:
        raise CallError(f"the head says {dimensions!r:.40} dimensions: a whole number from 2 to {_MOST} is meant")
    if views not in VIEWS:
        raise CallError(f"the head says views {views!r:.40}: one of {', '.join(VIEWS)} is meant")
    return dimensions
