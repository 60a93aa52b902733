"""Any net, layer by layer: what `lenslet describe` says, for a table with bars."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi import APIRouter

    from lenslet.studio.project import Project

__all__ = ["FAMILIES", "described", "families", "routes"]

# How a reader looks for them; a test sees that every net is in one of these.
FAMILIES: dict[str, tuple[str, ...]] = {
    "Of the course": ("simple_convnet", "lenet_course", "lenet5", "lenet5_relu", "alexnet"),
    "VGG": ("vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn"),
    "ResNet": ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152"),
    "Inception": ("googlenet",),
    "Small, for 32 × 32": ("resnet20", "resnet32", "resnet44", "resnet56", "resnet110",
                           "plain20", "plain32", "plain44", "plain56", "plain110"),
    "SqueezeNet": ("squeezenet1_0", "squeezenet1_1"),
}  # fmt: skip
HOUSE = "Lenslet's own"


def families() -> list[dict[str, Any]]:
    """All nets but those for tests, with the sizes that they read."""
    from lenslet.nets import NETS
    from lenslet.nets.catalogue import SIZES, smallest_size, usual_size

    group = {name: family for family, names in FAMILIES.items() for name in names}
    order = {family: place for place, family in enumerate([*FAMILIES, HOUSE])}
    fixed = {usual for usual, _, only in SIZES.values() if only}
    rows = [
        {
            "value": name,
            "label": name,
            "group": group.get(name, HOUSE),
            "usual": usual_size(name),
            "smallest": smallest_size(name),
            "fixed": usual_size(name) == smallest_size(name) and usual_size(name) in fixed,
        }
        for name in NETS
        if not name.endswith("_tiny") and name not in ("resnet8", "plain8")
    ]
    return sorted(rows, key=lambda row: order[str(row["group"])])


@lru_cache(maxsize=32)
def described(net: str, size: int | None) -> dict[str, Any]:
    """As `describe` has it, every layer with the words of its table beside its numbers.

    Raises:
        CallError, ShapeError: no such net, or a size that it cannot read.
    """
    from lenslet.errors import CallError
    from lenslet.nets import NETS
    from lenslet.results.anatomy import Anatomy
    from lenslet.verbs.describe import describe

    if net not in NETS:
        raise CallError(f"{net}: there is no net of that name; choose one of the list")
    if size is not None and size > 2048:
        raise CallError(f"a size of {size}: choose one up to 2048 pixels")
    found = describe(net, size=size)
    assert isinstance(found, Anatomy)
    plain = found.to_dict()
    for row, layer in zip(plain["rows"], found.rows, strict=True):
        row["cells"] = layer.cells()
    return plain


def routes(router: "APIRouter", project: "Project") -> None:  # noqa: ARG001
    """What the page asks."""

    @router.get("/learn/nets")
    def nets() -> list[dict[str, Any]]:
        return families()

    @router.get("/learn/describe")
    def one(net: str, size: int | None = None) -> dict[str, Any]:
        return described(net, size)
