"""What a gallery is given to look at pictures with: a model by its name, or an object of the caller's own."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lenslet.errors import CallError, CardError, MissingError

if TYPE_CHECKING:
    from lenslet.gallery import Encodes

__all__ = ["USUAL", "embedder_of"]

USUAL = "faces"


def embedder_of(embedder: "str | Path | Encodes | Any") -> "Encodes":
    """Open an embedder, or see that this is one.

    Raises:
        MissingError: it is `faces`, which has yet to come with this version.
        CardError: no such model.
        CallError: it is a model, and encodes nothing.
    """
    from lenslet.gallery import Encodes
    from lenslet.verbs.load import load

    found: Any = embedder
    if isinstance(embedder, str | Path):
        try:
            found = load(embedder)
        except CardError as error:
            if str(embedder) == USUAL and not Path(embedder).exists():
                raise MissingError(
                    "the model `faces` is not part of this installation: give the folder of a face model of your own "
                    "(--embedder), or update Lenslet"
                ) from error
            raise
    if not isinstance(found, Encodes):
        raise CallError(
            f"{embedder if isinstance(embedder, str | Path) else type(embedder).__name__} gives no encodings: a "
            "gallery needs a face model, or an object with name, fingerprint, dimensions and encode(picture)"
        )
    return found
