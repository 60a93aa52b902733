"""`/api/use/why`: which places of a picture speak for an answer, as a layer that the page lays over it."""

import io
from collections import OrderedDict
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Body, Response

from lenslet.errors import CallError
from lenslet.studio.using.answers import Answers

__all__ = ["routes"]

_KEPT = 20  # layers that can be fetched
_SIDE = 800  # pixels of the longer side of a layer


def routes(router: APIRouter, answers: Answers) -> None:
    """Adds them to a router whose prefix is `/api`."""
    kept: OrderedDict[str, bytes] = OrderedDict()

    @router.post("/use/why")
    def why(
        model: Annotated[str, Body()],
        picture: Annotated[str, Body()],
        method: Annotated[Literal["cam", "occlusion"], Body()] = "cam",
        label: Annotated[str | None, Body()] = None,
        number: Annotated[int, Body()] = 0,
    ) -> dict[str, Any]:
        import secrets

        from lenslet.verbs.explain import explain

        with answers.shelf.asked(model) as opened:
            task = opened.model.card.task
            source = answers.sources.pixels(picture)
            shown = _upright(opened.model, source) if task == "face" else source
            found: Any = explain(opened.model, source, method=method, label=label, number=number, progress=False)
        id = secrets.token_hex(8)
        kept[id] = _layer(found.map, shown.shape[:2])
        sheet = f"{id}-sheet"
        kept[sheet] = _png(found.drawn())
        own = None
        if task == "face":  # what was explained is a part of the picture, which the page has to be shown
            own = f"{id}-picture"
            kept[own] = _png(shown)
        while len(kept) > _KEPT:
            kept.popitem(last=False)
        plain = found.to_dict()
        said = {name: plain[name] for name in ("target", "kind", "score", "rule", "layer", "peak", "box")}
        return {**said, "overlay": id, "sheet": sheet, "picture": own}

    @router.get("/use/why/{id}")
    def layer(id: str) -> Response:
        if id not in kept:
            raise CallError("this explanation is not here any more: ask for it again")
        return Response(kept[id], media_type="image/png", headers={"Cache-Control": "no-store"})


def _upright(model: Any, source: np.ndarray) -> np.ndarray:
    """What a face model explains: its largest face, as the embedder is shown it."""
    return np.asarray(model.upright(source) if hasattr(model, "upright") else source)


def _layer(map: np.ndarray, size: tuple[int, ...]) -> bytes:
    """The map as a picture of its own: where it says nothing one can look through, where it is loudest it covers."""
    from lenslet import draw

    scale = min(1.0, _SIDE / max(size))
    return _png(draw.heat_layer(np.maximum(map, 0), (max(round(size[0] * scale), 1), max(round(size[1] * scale), 1))))


def _png(pixels: np.ndarray) -> bytes:
    from PIL import Image

    held = io.BytesIO()
    Image.fromarray(pixels).save(held, "PNG", compress_level=1)
    return held.getvalue()
