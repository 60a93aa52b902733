"""Around Pillow: while a picture is opened its warnings stay inside, and its size limit gives way to ours."""

import math
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from PIL import Image

# What Pillow warns of (broken EXIF, odd palettes, sizes) is either harmless to the pixels or raised as an ImageError.
_MODULE = r"PIL\."

_lock = threading.Lock()
_limits: list[int] = []  # max_pixels of every opening under way, in all threads
_before: int | None = None  # Pillow's limit, to be put back


@contextmanager
def guarded(max_pixels: int) -> Iterator[None]:
    """No warning of Pillow leaves this block, and pictures of up to `max_pixels` pixels may be opened in it.

    Both are settings of the whole process, and pictures are decoded in many threads at once. `warnings.catch_warnings`
    would put back in one thread what another has just set; so the openings under way are counted, the first one in sets
    both and the last one out undoes exactly that.
    """
    global _before  # noqa: PLW0603 - the setting itself is global
    with _lock:
        if not _limits:
            _before = Image.MAX_IMAGE_PIXELS
            _silence()
        elif not _silent():  # somebody's catch_warnings has dropped our entry meanwhile
            _silence()
        _limits.append(max_pixels)
        _allow()
    try:
        yield
    finally:
        with _lock:
            _limits.remove(max_pixels)
            if _limits:
                _allow()
            else:
                Image.MAX_IMAGE_PIXELS = _before
                _speak()


def _allow() -> None:
    """Pillow warns above its limit and refuses above twice that: half of ours makes it refuse where we do, or later."""
    if _before is not None:
        Image.MAX_IMAGE_PIXELS = max(math.ceil(max(_limits) / 2), 1)


def _is_ours(entry: tuple[object, ...]) -> bool:
    module = entry[3]
    return entry[0] == "ignore" and getattr(module, "pattern", module) == _MODULE


def _silent() -> bool:
    return any(_is_ours(entry) for entry in warnings.filters)


def _silence() -> None:
    warnings.filterwarnings("ignore", module=_MODULE)


def _speak() -> None:
    for entry in [entry for entry in warnings.filters if _is_ours(entry)]:
        with suppress(ValueError):
            warnings.filters.remove(entry)  # type: ignore[attr-defined]
