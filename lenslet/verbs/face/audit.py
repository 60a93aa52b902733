"""face audit: is the gallery whole?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.results import GalleryAudit


def audit(
    *,
    gallery: Annotated[str | Path, Doc("File of the gallery, or postgresql://user@host/database.")],
) -> "GalleryAudit":
    """Check the database, every row and the log of a gallery; name what is hurt, and whose time is over.

    Raises:
        GalleryError: the gallery cannot be opened with this key.
    """
    from lenslet.errors import GalleryError
    from lenslet.gallery.inspect import broken_file
    from lenslet.verbs.gallery import opened

    try:
        with opened(gallery) as people:
            return people.audit()
    except GalleryError:
        found = broken_file(gallery)
        if found is None:
            raise
        return found
