"""POST /v1/stylize: a photo in the style of another picture, with its progress."""

import base64
import tempfile
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from lenslet.serve import shapes
from lenslet.serve.fields import Form
from lenslet.serve.house import House, checked
from lenslet.serve.limits import Limits
from lenslet.serve.problems import plain
from lenslet.serve.watching import Events, event
from lenslet.verbs.stylize import stylize

__all__ = ["form", "router"]

PNG, STREAM = "image/png", "text/event-stream"
_EXAMPLE = (
    'event: progress\ndata: {"schema": 1, "phase": "512 x 384 pixels", "share": 0.25, "said": "cost 12"}\n\n'
    'event: painting\ndata: {"schema": 1, "height": 384, "width": 512, "steps": 180, "picture": "iVBORw0KGgo..."}\n\n'
)
_SCHEMA = {
    "type": "object",
    "description": "One event.",
    "properties": {
        "event": {"enum": ["progress", "painting", "error"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "required": ["event", "data"],
}


def form(limits: Limits, painters: tuple[str, ...] = ()) -> Form:
    """The fields, within what this server paints.

    Args:
        limits: of size and steps.
        painters: names of the models here that hold a style; without them a style is needed.
    """
    return Form(
        stylize,
        pictures=("content", "style", "mask"),
        needed=() if painters else ("style",),
        left_out=(*(() if painters else ("model",)), "steady", "out", "plot", "every", "progress"),
        choices=(("encoder", encoders()), ("model", painters)),
        bounds=(
            ("size", 64, limits.painting),
            ("steps", 1, limits.steps),
            ("strength", 0, 1),
            ("style_weights", 0, 1e6),
            ("style_scale", 0.1, 4),
            ("variation", 0, 1e6),
            ("alpha", 0, 1e12),
            ("beta", 0, 1e12),
            ("scales", 1, 8),
            ("seed", 0, 2**31),
        ),
    )


def encoders() -> tuple[str, ...]:
    """What may be looked through: what is here; a request is not to start a download, nor to open files by name."""
    from lenslet.card.registry import REGISTRY
    from lenslet.card.store import stored_file
    from lenslet.verbs.encoder import DEFAULT

    stored = (name for name, entry in REGISTRY.items() if stored_file(entry).is_file())
    return tuple(dict.fromkeys((DEFAULT, "natural", *stored)))


def router(house: House) -> APIRouter:
    """The route."""
    routes = APIRouter(tags=["pictures"], default_response_class=Response)
    fields = form(house.limits, tuple(name for name, one in house.shelf.items() if one.task == "style"))
    made = {
        "description": "Events `progress`, then one `painting`, whose `picture` is a PNG in base64; or one `error`. "
        "With `Accept: image/png` the painting alone.",
        "content": {
            STREAM: {"schema": _SCHEMA, "example": _EXAMPLE},
            PNG: {"schema": {"type": "string", "format": "binary"}},
        },
    }

    @routes.post(
        "/v1/stylize",
        openapi_extra={"requestBody": fields.body()},
        responses={200: made, **shapes.error_codes(400, 401, 403, 408, 409, 413, 415, 422, 500, 501, 503)},
        summary="Paint a photo in the style of another picture",
    )
    async def stylize_(request: Request) -> Response:
        """Paint a photo in the style of others, as `lenslet stylize` does; who hangs up stops it.

        Where a model that holds a style is served, `model` names it in place of `style`, and it takes a second.

        The answer is a stream of server-sent events, or with `Accept: image/png` the painting, a PNG that carries its
        recipe.
        """
        given = await fields.read(request)
        pictures = [given["content"], *(given["style"] or []), *(given["mask"] or [])]
        checked(pictures, house.limits)
        if given.get("model") is not None:
            given["model"] = house.shelf[given["model"]].model

        def work() -> Any:
            return stylize(progress=False, **given)

        if request.headers.get("accept", "").split(",")[0].strip().lower() == PNG:
            painting = await house.work(house.painting, request, work)
            return Response(_png(painting), media_type=PNG)
        return Events(house.painting, work, _event)

    return routes


def _event(painting: Any) -> bytes:
    said = plain(painting.to_dict())
    return event("painting", {**said, "picture": base64.b64encode(_png(painting)).decode()})


def _png(painting: Any) -> bytes:
    with tempfile.TemporaryDirectory(prefix="lenslet-") as place:
        path: Path = painting.save(Path(place) / "painting.png")
        return path.read_bytes()
