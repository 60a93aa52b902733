"""face calibrate: a threshold from one's own people."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.results import FaceThreshold


def calibrate(
    *,
    gallery: Annotated[str | Path, Doc("File of the gallery, or postgresql://user@host/database.")],
    far: Annotated[float, Doc("Share of strangers that may be taken for one given person.")] = 0.001,
    seed: Annotated[int, Doc("Of what is drawn where there are very many people.")] = 0,
) -> "FaceThreshold":
    """Find the threshold for a share of strangers from the people of a gallery, say how sure it is, and use it.

    Raises:
        CallError: fewer than two people are enrolled.
        GalleryError: the gallery cannot be opened.
    """
    from lenslet.verbs.gallery import opened

    with opened(gallery) as people:
        return people.calibrate(far=far, seed=seed)
