"""face reembed: another face model."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.results import Renewal


def reembed(
    *,
    gallery: Annotated[str | Path, Doc("File of the gallery, or postgresql://user@host/database.")],
    embedder: Annotated[str, Doc("Name or folder of the new face model.")] = "faces",
    yes: Annotated[
        bool, Doc("Go over to it also where pictures were not kept, whose people have to be enrolled again.")
    ] = False,
    progress: Annotated[bool, Doc("Show a bar on stderr.")] = True,
) -> "Renewal":
    """Make all encodings of a gallery anew with another model, from the pictures that are kept.

    Raises:
        CallError: no such model.
        GalleryError: the gallery cannot be opened.
    """
    from lenslet.verbs.gallery import opened
    from lenslet.verbs.progress import bar

    with opened(gallery, embedder) as people, bar(shown=progress) as shown:
        shown.phase("looking at the kept pictures")
        return people.reembed(yes=yes, on_picture=lambda done, of: shown.at(done / of))
