"""face import: people of a file join."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.results import Portable


def bring(
    file: Annotated[str | Path, Doc("What `lenslet face export` wrote.")],
    *,
    gallery: Annotated[str | Path, Doc("File of the gallery, or postgresql://user@host/database.")],
) -> "Portable":
    """Add the people of an exported file to a gallery of the same model; all of it, or nothing.

    Raises:
        DataError: it is no such file.
        GalleryError: its encodings are another model's, or the gallery cannot be opened.
    """
    from lenslet.verbs.gallery import opened

    with opened(gallery, make=True) as people:
        return people.bring(file)
