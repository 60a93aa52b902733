"""Official weights by name: from the cache, from a file put there by hand, or from the network, in that order."""

from pathlib import Path

from torch import Tensor

from lenslet.card.convert import convert, read_converted
from lenslet.card.download import Progress, fetch, sha256_of
from lenslet.card.registry import REGISTRY, Entry, find
from lenslet.card.store import is_stored, locked, offline, published_file, stored_file
from lenslet.errors import CardError, DownloadError, MissingError

__all__ = ["REGISTRY", "is_stored", "pretrained", "pull"]


def pretrained(name: str, *, progress: Progress | None = None) -> tuple[dict[str, Tensor], Entry]:
    """The official ImageNet weights of a net, under the net's own keys, and what is known of them.

    Args:
        name: a net, e.g. "resnet18".
        progress: called with (bytes here, bytes in all or None) while it downloads.

    Returns:
        The weights for `lenslet.nets.build(name, num_classes=1000, **entry.arguments)`, and their row of the registry.

    Raises:
        CallError: there are none for this net.
        MissingError: they are not here and `LENSLET_OFFLINE` is set.
        DownloadError: they could not be fetched.

    Source: course 2.9 (open-source implementations and their weights).
    """
    entry = find(name)
    state = _have(entry, progress)
    return {key: value for key, value in state.items() if not key.startswith(entry.dropped)}, entry


def pull(name: str, *, progress: Progress | None = None) -> Path:
    """Have the official weights of a net in the cache as safetensors, downloading them if need be; the file.

    Raises:
        CallError, MissingError, DownloadError: as `pretrained`.
    """
    entry = find(name)
    _have(entry, progress)
    return stored_file(entry)


def _have(entry: Entry, progress: Progress | None) -> dict[str, Tensor]:
    """All tensors of the file, from the nearest place that has them."""
    stored = stored_file(entry)
    if (state := _stored(stored)) is not None:
        return state
    with locked(stored):
        if (state := _stored(stored)) is not None:  # another process has fetched it while this one waited
            return state
        published = published_file(entry)
        by_hand = published.exists()
        if by_hand:
            _check(published, entry)
        else:
            _download(entry, published, progress)
        _convert(published, stored, entry)
        if not by_hand:
            published.unlink(missing_ok=True)  # read once, and the safetensors holds all of it
    return read_converted(stored)


def _stored(stored: Path) -> dict[str, Tensor] | None:
    """The converted tensors; None where there are none, or damaged ones (a good file then takes their place)."""
    if not stored.exists():
        return None
    try:
        return read_converted(stored)
    except CardError:
        return None


def _check(published: Path, entry: Entry) -> None:
    """A file put there by hand is left where it is, but not believed."""
    if not sha256_of(published).startswith(entry.digits):
        raise CardError(
            f"{published} is not the published file (its sha256 does not begin with {entry.digits}); remove it, "
            f"or copy it whole from {entry.url}"
        )


def _download(entry: Entry, published: Path, progress: Progress | None) -> None:
    """Fetch the file; whatever goes wrong, the sentence says what to use instead."""
    instead = (
        f"{entry.net} can do without (weights 'none' trains from scratch), or copy {entry.file} from another machine "
        f"into {published.parent}, or give the path of a .pth or .safetensors file as weights"
    )
    if offline():
        raise MissingError(
            f"The official weights of {entry.net} are not here (looked for {stored_file(entry).name} and {entry.file} "
            f"in {published.parent}) and LENSLET_OFFLINE forbids to fetch them: {instead}"
        )
    try:
        fetch(entry.url, published, digits=entry.digits, limit=entry.limit, progress=progress)
    except DownloadError as error:
        raise DownloadError(f"{error}; {instead}") from error


def _convert(published: Path, stored: Path, entry: Entry) -> None:
    """Write the safetensors, with the terms of the weights in its header."""
    origin = {"net": entry.net, "source": entry.url, "source_sha256": sha256_of(published), "licence": entry.licence}
    try:
        convert(published, stored, origin=origin)
    except OSError as error:
        raise DownloadError(f"{stored} could not be written ({error.strerror})") from error
