"""What the units of a net answer to, as `lenslet explain` shows it."""

import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lenslet.errors import CallError
from lenslet.image import save_image
from lenslet.results.units import Units
from lenslet.studio.learning.encode import png
from lenslet.studio.learning.photos import COMING, coming

if TYPE_CHECKING:
    from fastapi import APIRouter

    from lenslet.studio.project import Project

__all__ = ["METHODS", "layers_of", "routes", "sheet"]

Method = Literal["filters", "activations", "top-patches"]
METHODS: tuple[Method, ...] = ("filters", "activations", "top-patches")
MODELS = ("natural", "signs", "bloodcells", "facefinder", "faces", "glyphs")
_PIECE, _STEP = 120, 60  # pixels of the parts of the two photos that top patches are sought in, and between them


@lru_cache(maxsize=8)
def layers_of(model: str) -> list[str]:
    """The end of every stage of a model that ships with Lenslet.

    Raises:
        CallError: it is none of those.
    """
    return [layer.name for layer in _units(model, "activations", "", coming("china", 256)).layers]


@lru_cache(maxsize=32)
def sheet(model: str, method: Method, layer: str) -> str:
    """A sheet of one layer's units, over the two photos that arrive with the install.

    Raises:
        CallError: no such model, or no such layer.
    """
    if method == "filters":
        return png(_units(model, method, layer, None).drawn())
    if method == "activations":
        return png(_units(model, method, layer, coming("china", 512)).drawn())
    with tempfile.TemporaryDirectory() as held:
        place = Path(held) / "parts of two photos"
        for name in COMING:
            pixels = coming(name, 640)
            height, width = pixels.shape[:2]
            for top in range(0, height - _PIECE + 1, _STEP):
                for left in range(0, width - _PIECE + 1, _STEP):
                    part = pixels[top : top + _PIECE, left : left + _PIECE]
                    save_image(part, place / f"{name}-{top}-{left}.png")
        return png(_units(model, method, layer, place).drawn())


def _units(model: str, method: Method, layer: str, image: Any) -> Units:
    """What `explain` says."""
    from lenslet.verbs.explain import explain

    if model not in MODELS:
        raise CallError(f"{model}: choose one of {', '.join(MODELS)}; your own models are explained in Use")
    found = explain(model, image, method=method, layer=layer or None, progress=False)
    assert isinstance(found, Units)
    return found


def routes(router: "APIRouter", project: "Project") -> None:  # noqa: ARG001
    """What the page asks."""

    @router.get("/learn/layers")
    def layers(model: str) -> list[str]:
        return layers_of(model)

    @router.get("/learn/units")
    def units(model: str, method: Method, layer: str = "") -> dict[str, str]:
        return {"sheet": sheet(model, method, layer)}
