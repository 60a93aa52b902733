"""face enrol: a person joins, or pictures of one who is there."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.results import Enrolment


def enrol(
    name: Annotated[str, Doc("What the person is called, in any script.")],
    images: Annotated[Sequence[str | Path], Doc("Pictures of this person, or folders of them.")],
    *,
    gallery: Annotated[str | Path, Doc("File of the gallery, or postgresql://user@host/database.")],
    note: Annotated[
        str | None, Doc("Of the person's consent: when, how, for what; the one before stays if left out.")
    ] = None,
    until: Annotated[
        str | None, Doc("Last day on which the person may be looked for, as 2027-01-31; then they are to be deleted.")
    ] = None,
    largest: Annotated[bool, Doc("Take the largest face where several are found.")] = False,
    all: Annotated[bool, Doc("Take all faces that are found: a sheet of portraits of this one person.")] = False,
    force: Annotated[bool, Doc("Take faces, too, that are blurred, small, dark or turned away.")] = False,
    keep_pictures: Annotated[
        bool, Doc("Keep the pictures, sealed, so that another face model can look at them one day.")
    ] = False,
    embedder: Annotated[str, Doc("Name or folder of the face model; a gallery is bound to one.")] = "faces",
) -> "Enrolment":
    """Add a person to a gallery, or more pictures of one who is there; no model is trained anew.

    All pictures are added, or none. The gallery is made if it is not there.

    Raises:
        ImageError: a picture cannot be opened.
        CallError: a picture shows no face, several, or one that is not fit to be compared.
        GalleryError: the gallery cannot be opened, or is bound to another model.
    """
    from lenslet.verbs.gallery import opened

    with opened(gallery, embedder, make=True) as people:
        return people.enrol(
            name, images, note=note, until=until, largest=largest, all=all, force=force, keep_pictures=keep_pictures
        )
