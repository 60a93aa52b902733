"""Pictures that somebody lays before the page: in memory only, and gone when the page is left.

A picture is opened once, when it comes: whatever is wrong with it is said then. The page is shown a smaller copy, since
a browser draws neither TIFF nor a photograph of a hundred megapixels well.
"""

import hashlib
import io
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from lenslet.errors import CallError, ImageError

__all__ = ["GRACE", "LARGEST", "MOST_PIXELS", "Held", "Tray", "named", "preview"]

T = TypeVar("T")

LARGEST = 64 << 20
"""Bytes of a file."""
MOST_PIXELS = 100_000_000
"""Pixels of a picture; it is refused by its header, before anything is decoded."""
MANY = 300
"""Pictures of a visit."""
ROOM = 512 << 20
"""Bytes of all pictures of a visit."""
GRACE = 30.0
"""Seconds after which the pictures of a page that was left are forgotten: time enough for a reload."""
_SHOWN = 1600  # pixels of the longer side of what the page is shown
_SMALL = 512  # pixels up to which it is shown as it is


@dataclass(frozen=True)
class Held:
    """A picture in memory.

    Args:
        id: what the page calls it.
        name: of the file.
        content: its bytes, as they came.
        digest: of the bytes.
        size: (height, width) upright, pixels.
        shown: a copy for the page, JPEG, or PNG where it is small.
        kind: media type of that copy.
    """

    id: str
    name: str
    content: bytes
    digest: str
    size: tuple[int, int]
    shown: bytes
    kind: str

    def to_dict(self) -> dict[str, object]:
        """What the page is told."""
        return {"id": self.id, "name": self.name, "height": self.size[0], "width": self.size[1]}


class Tray:
    """The pictures of every visit; safe to use from several threads."""

    def __init__(self, *, many: int = MANY, room: int = ROOM, grace: float = GRACE) -> None:
        self._lock = threading.RLock()
        self._visits: dict[str, OrderedDict[str, Held]] = {}
        self._leaving: dict[str, threading.Timer] = {}
        self.many, self.room, self.grace = many, room, grace

    def put(self, visit: str, name: str, content: bytes) -> Held:
        """Open a picture and keep it.

        Args:
            visit: whose it is: a number that the page has drawn.
            name: of the file, in any script.
            content: the bytes of the file.

        Raises:
            ImageError: it is no picture, broken, or too large.
            CallError: there is no room for more.
        """
        size, shown, kind = preview(name, content)
        held = Held(secrets.token_hex(8), name, content, hashlib.sha256(content).hexdigest(), size, shown, kind)
        with self._lock:
            self._stay(visit)
            own = self._visits.setdefault(visit, OrderedDict())
            used = sum(len(one.content) for one in own.values())
            if len(own) >= self.many or used + len(content) > self.room:
                raise CallError(
                    f"{name}: this page holds {len(own)} pictures ({used >> 20} MB) and takes no more than {self.many} "
                    f"({self.room >> 20} MB): remove some, or say `lenslet predict` for whole folders"
                )
            own[held.id] = held
        return held

    def get(self, id: str) -> Held:
        """A picture.

        Raises:
            CallError: it is not here any more.
        """
        with self._lock:
            for own in self._visits.values():
                if id in own:
                    return own[id]
        raise CallError("this picture is not here any more: lay it on the page again")

    def of(self, visit: str) -> list[Held]:
        """The pictures of a visit, in the order they came; whoever asks has not left."""
        with self._lock:
            self._stay(visit)
            return list(self._visits.get(visit, {}).values())

    def drop(self, id: str) -> None:
        """Forget one."""
        with self._lock:
            for own in self._visits.values():
                own.pop(id, None)

    def leave(self, visit: str) -> None:
        """The page is gone: forget its pictures soon, unless it comes back."""
        with self._lock:
            self._stay(visit)
            timer = threading.Timer(self.grace, self.forget, (visit,))
            timer.daemon = True
            self._leaving[visit] = timer
            timer.start()

    def forget(self, visit: str) -> None:
        """Forget all pictures of a visit, now."""
        with self._lock:
            self._stay(visit)
            self._visits.pop(visit, None)

    def __len__(self) -> int:
        with self._lock:
            return sum(map(len, self._visits.values()))

    def _stay(self, visit: str) -> None:
        timer = self._leaving.pop(visit, None)
        if timer is not None:
            timer.cancel()


def preview(name: str, content: bytes) -> tuple[tuple[int, int], bytes, str]:
    """(height, width) of a picture, and a copy of it that every browser shows, with its media type.

    Raises:
        ImageError: it is no picture, broken, or too large; the sentence has its name.
    """
    from PIL import Image

    from lenslet.image import image_size, open_image

    def work() -> tuple[tuple[int, int], bytes, str]:
        size = image_size(content, max_pixels=MOST_PIXELS)
        made = Image.fromarray(open_image(content, max_pixels=MOST_PIXELS, at_least=(_SHOWN // 2, _SHOWN // 2)))
        held = io.BytesIO()
        if max(size) <= _SMALL:
            made.save(held, "PNG", compress_level=1)
            return size, held.getvalue(), "image/png"
        made.thumbnail((_SHOWN, _SHOWN))
        made.save(held, "JPEG", quality=88)
        return size, held.getvalue(), "image/jpeg"

    return named(name, content, work)


def named(name: str, content: bytes, work: Callable[[], T]) -> T:
    """What `work` gives; an error about these bytes calls them by the file's name."""
    try:
        return work()
    except ImageError as error:
        said = str(error).replace(f"the picture given as {len(content)} bytes", name)
        said = said.replace("; shrink it, or raise max_pixels", "; shrink it first")
        raise ImageError(said) from error
