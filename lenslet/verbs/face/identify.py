"""face identify: whose face is this, if anybody's here?"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.results import Identification


def identify(
    image: Annotated[str | Path, Doc("The picture.")],
    *,
    gallery: Annotated[str | Path, Doc("File of the gallery, or postgresql://user@host/database.")],
    threshold: Annotated[
        float | None, Doc("The same person up to this squared distance, 0 to 4; the calibrated one if left out.")
    ] = None,
    largest: Annotated[bool, Doc("Take the largest face where several are found.")] = False,
    all: Annotated[bool, Doc("Name every face that is found, the largest first, one answer each.")] = False,
    exact: Annotated[
        bool, Doc("Compare with every encoding, also where PostgreSQL has an index that may miss one.")
    ] = False,
    embedder: Annotated[str, Doc("Name or folder of the face model; a gallery is bound to one.")] = "faces",
) -> "Iterator[Identification]":
    """Say whose face is on a picture: one who is enrolled, or unknown.

    Raises:
        CallError: there is no threshold, or the picture shows no face, or several.
        GalleryError: the gallery cannot be opened, or is bound to another model.
    """
    from lenslet.verbs.gallery import opened

    with opened(gallery, embedder) as people:
        if all:
            yield from people.identify_all(image, threshold=threshold, exact=exact)
        else:
            yield people.identify(image, threshold=threshold, largest=largest, exact=exact)
