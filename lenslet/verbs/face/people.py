"""face list: who is enrolled."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.results import People


def people(
    *,
    gallery: Annotated[str | Path, Doc("File of the gallery, or postgresql://user@host/database.")],
) -> "People":
    """List who is enrolled: pictures, consent, last day of use; and whose time is over.

    Raises:
        GalleryError: the gallery cannot be opened.
    """
    from lenslet.verbs.gallery import opened

    with opened(gallery) as found:
        return found.people()
