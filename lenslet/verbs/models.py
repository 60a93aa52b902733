"""`models`: which nets there are, which trained models and official weights go with them, and on which terms."""

from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Annotated, Any, Literal

from annotated_doc import Doc

from lenslet.errors import CallError

__all__ = ["Facts", "Models", "NetRow", "ShippedRow", "models"]


@dataclass(frozen=True)
class NetRow:
    """One net: its size, and the official ImageNet weights where there are any.

    Attributes:
        name: what `net=` takes.
        parameters: learnable numbers with `classes` outputs.
        classes: outputs counted with.
        imagenet: what is known of its official weights: file size, published top-1 in percent, terms, whether they are
            in the cache; None where there are none.
    """

    name: str
    parameters: int
    classes: int
    imagenet: dict[str, Any] | None


@dataclass(frozen=True)
class ShippedRow:
    """One trained model that comes with Lenslet."""

    name: str
    task: str
    net: str
    labels: int
    licence: dict[str, str]
    metrics: dict[str, float]


@dataclass(frozen=True)
class Models:
    """The list: every net, every shipped model, and the folder where downloaded weights are kept."""

    nets: tuple[NetRow, ...]
    shipped: tuple[ShippedRow, ...]
    cache: str
    offline: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self) | {
            "nets": [asdict(row) for row in self.nets],
            "shipped": [asdict(row) for row in self.shipped],
        }


@dataclass(frozen=True)
class Facts:
    """All that is known of one net or model, by name."""

    name: str
    facts: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {"name": self.name, **self.facts}


def models(
    action: Annotated[
        Literal["list", "show", "pull"],
        Doc("list all, show what is known of one, or pull its official ImageNet weights into the cache."),
    ] = "list",
    name: Annotated[str | None, Doc("The net or shipped model to show, or the net whose weights to pull.")] = None,
    *,
    progress: Annotated[bool, Doc("Show a bar on stderr.")] = True,
) -> Models | Facts:
    """List the nets, the shipped models and the official weights; show one; or download its weights.

    Returns:
        `Models` for list, `Facts` for show and pull.

    Raises:
        CallError: a name is missing or unknown.
        MissingError, DownloadError: the weights could not be had; the sentence says what to use instead.
    """
    if action == "list":
        if name is not None:
            raise CallError(f"'models list' takes no name; 'models show {name}' shows one")
        return _list()
    if name is None:
        raise CallError(f"'models {action}' needs a name; 'models list' shows them all")
    if action == "pull":
        _pull(name, progress)
    return _show(name)


def _pull(name: str, progress: bool) -> None:
    """Download the official weights of a net into the cache, unless they are there."""
    from lenslet.card.official import is_stored, pull
    from lenslet.verbs.progress import bar

    with bar(shown=progress and not is_stored(name)) as shown:
        shown.phase(f"{name}, official ImageNet weights")

        def tell(done: int, total: int | None) -> None:
            shown.at(done / total if total else 0.0, f"{done / 2**20:.1f} MiB")

        pull(name, progress=tell)


def _list() -> Models:
    from lenslet.card import load
    from lenslet.card.store import offline, shipped, weights_folder
    from lenslet.nets import NETS

    rows = []
    for name, folder in shipped().items():
        card, _ = load(folder)
        rows.append(ShippedRow(name, card.task, card.net, len(card.labels), card.licence, card.metrics))
    return Models(tuple(_row(net) for net in NETS), tuple(rows), str(weights_folder()), offline())


def _row(name: str) -> NetRow:
    from lenslet.card.official import is_stored
    from lenslet.card.registry import REGISTRY, TERMS

    entry = REGISTRY.get(name)
    classes = 1000 if entry else 10
    imagenet = None
    if entry:
        imagenet = {"mebibytes": entry.mebibytes, "top1": entry.top1, "terms": TERMS, "cached": is_stored(name)}
    return NetRow(name, _parameters(name, classes), classes, imagenet)


@cache
def _parameters(name: str, classes: int) -> int:
    """Learnable numbers of a net; built on the meta device, which gives shapes without memory."""
    import torch

    from lenslet.nets import build

    with torch.device("meta"):
        return sum(parameter.numel() for parameter in build(name, num_classes=classes).parameters())


def _show(name: str) -> Facts:
    from lenslet.card import load
    from lenslet.card.official import is_stored
    from lenslet.card.registry import REGISTRY
    from lenslet.card.store import shipped, stored_file
    from lenslet.nets import NETS

    folders = shipped()
    if name in folders:
        card, _ = load(folders[name])
        return Facts(name, {"kind": "shipped model", "folder": str(folders[name]), "card": card.to_dict()})
    if name not in NETS:
        raise CallError(f"there is no net or shipped model {name!r}; 'models list' shows them all")
    facts: dict[str, Any] = {"kind": "net", **asdict(_row(name)), "imagenet": None}
    if name in REGISTRY:
        entry = REGISTRY[name]
        facts["imagenet"] = {**entry.to_dict(), "cached": is_stored(name), "file": str(stored_file(entry))}
    return Facts(name, facts)
