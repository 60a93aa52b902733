"""face verify: is this the person it is said to be?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.results import Verification


def verify(
    name: Annotated[str, Doc("Who it is said to be.")],
    image: Annotated[str | Path, Doc("The picture.")],
    *,
    gallery: Annotated[str | Path, Doc("File of the gallery, or postgresql://user@host/database.")],
    threshold: Annotated[
        float | None, Doc("The same person up to this squared distance, 0 to 4; the calibrated one if left out.")
    ] = None,
    largest: Annotated[bool, Doc("Take the largest face where several are found.")] = False,
    embedder: Annotated[str, Doc("Name or folder of the face model; a gallery is bound to one.")] = "faces",
) -> "Verification":
    """Say whether the face on a picture is that person's, and how sure the threshold is.

    Raises:
        CallError: nobody of that name may be used, there is no threshold, or the picture shows no face, or several.
        GalleryError: the gallery cannot be opened, or is bound to another model.
    """
    from lenslet.verbs.gallery import opened

    with opened(gallery, embedder) as people:
        return people.verify(name, image, threshold=threshold, largest=largest)
