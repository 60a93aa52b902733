"""face rekey: another key."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.results import Rekeyed


def rekey(
    *,
    gallery: Annotated[str | Path, Doc("File of the gallery, or postgresql://user@host/database.")],
) -> "Rekeyed":
    """Seal a gallery anew with another key: LENSLET_NEW_KEY, or a new key file; all of it, or nothing.

    Raises:
        CallError: the key comes from LENSLET_KEY, and there is no LENSLET_NEW_KEY.
        GalleryError: the gallery cannot be opened.
    """
    import os

    from lenslet.verbs.gallery import opened

    with opened(gallery) as people:
        return people.rekey(os.environ.get("LENSLET_NEW_KEY") or None)
