"""face delete: people are forgotten."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.results import Receipt


def delete(
    names: Annotated[Sequence[str], Doc("Who is to be forgotten.")] = (),
    *,
    gallery: Annotated[str | Path, Doc("File of the gallery, or postgresql://user@host/database.")],
    expired: Annotated[bool, Doc("Forget everybody whose last day of use is over.")] = False,
    yes: Annotated[bool, Doc("It cannot be undone, so it has to be said twice.")] = False,
) -> "Receipt":
    """Forget people: encodings, names, notes and kept pictures leave the files; a receipt says what was removed.

    Raises:
        CallError: nobody of that name is enrolled, or `yes` is not said; then nobody is forgotten.
        GalleryError: the gallery cannot be opened.
    """
    from lenslet.errors import CallError
    from lenslet.verbs.gallery import opened

    if not yes:
        raise CallError("deleting cannot be undone: say it with --yes; `lenslet face export` writes a copy before")
    with opened(gallery) as people:
        return people.delete(*names, expired=expired)
