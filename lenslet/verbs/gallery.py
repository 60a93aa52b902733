"""Gallery: enrolled people, with an embedder by name."""

from pathlib import Path
from typing import Any

from lenslet.gallery.gallery import Gallery as _Gallery
from lenslet.verbs.embedder import USUAL, embedder_of

__all__ = ["Gallery", "opened"]


class Gallery(_Gallery):
    """Enrolled people: encodings that lie sealed in one file, or on a PostgreSQL server.

    Args:
        where: a file, which is made if it is not there; or postgresql://user@host/database.
        embedder: name or folder of a face model, opened when a picture has to be looked at; or an object with `name`,
            `fingerprint`, `dimensions` and `encode(picture)`.
        key: as LENSLET_KEY has it; from there, or from the gallery's key file, if left out.
        make: whether to make a gallery where there is none.

    Raises:
        GalleryError: it is damaged, of a newer version, or closed to this key; or holds another embedder's encodings.
        CallError: the object encodes nothing.
    """

    def __init__(
        self, where: str | Path, embedder: str | Path | Any = USUAL, *, key: str | None = None, make: bool = True
    ) -> None:
        named = isinstance(embedder, str | Path)
        super().__init__(where, (lambda: embedder_of(embedder)) if named else embedder_of(embedder), key=key, make=make)


def opened(gallery: str | Path, embedder: str | Path | Any = USUAL, *, make: bool = False) -> Gallery:
    """The gallery of a command; of those that only look, none is made where there is none."""
    return Gallery(gallery, embedder, make=make)
