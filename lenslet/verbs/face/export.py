"""face export: a person's own data."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.results import Portable


def export(
    names: Annotated[Sequence[str], Doc("Whose data; everybody's if left out.")] = (),
    *,
    gallery: Annotated[str | Path, Doc("File of the gallery, or postgresql://user@host/database.")],
    out: Annotated[Path, Doc("The new file, JSON; it is not sealed, and only you can read it.")],
) -> "Portable":
    """Write what is known of people into a file that other programs read: for themselves, or for another gallery.

    Raises:
        CallError: nobody of that name is enrolled, or the file is there.
        GalleryError: the gallery cannot be opened.
    """
    from lenslet.verbs.gallery import opened

    with opened(gallery) as people:
        return people.export(out, *names)
