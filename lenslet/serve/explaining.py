"""POST /v1/explain/{model}: which places of a picture speak for the answer."""

import tempfile
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from lenslet.serve import shapes
from lenslet.serve.fields import Form
from lenslet.serve.house import House, checked, json_of
from lenslet.serve.predicting import model_parameter, shelved
from lenslet.verbs.explain import explain

__all__ = ["FORM", "router"]

FORM = Form(
    explain,
    pictures=("image", "other"),
    needed=("image",),
    # unit, view and seed are of the methods that look at a folder, or paint for minutes
    left_out=("model", "unit", "view", "seed", "out", "progress"),
    choices=(("method", ("cam", "occlusion")),),
    bounds=(("number", 0, 10_000), ("window", 4, 4096)),
)
PNG = "image/png"


def router(house: House) -> APIRouter:
    """The route, for these models."""
    routes = APIRouter(tags=["models"], default_response_class=Response)
    made = shapes.answer(shapes.attribution(), "The explanation; `Accept: image/png` asks for it as a picture.")
    made["content"][PNG] = {"schema": {"type": "string", "format": "binary"}}

    @routes.post(
        "/v1/explain/{model}",
        openapi_extra={"requestBody": FORM.body(), "parameters": [model_parameter(house)]},
        responses={200: made, **shapes.error_codes(400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 501, 503)},
        summary="Why the model says so",
    )
    async def explain_(request: Request) -> Response:
        """Which places of a picture speak for the model's answer: the same as `lenslet explain MODEL IMAGE --json`.

        `cam` is fast; `occlusion` covers one place after the other, and takes seconds. With `Accept: image/png` the
        answer is the sheet that `--out` would write.
        """
        one = shelved(house, request)
        given = await FORM.read(request)
        checked([given["image"], *([given["other"]] if given["other"] else [])], house.limits)
        drawn = request.headers.get("accept", "").split(",")[0].strip().lower() == PNG

        def work() -> Response:
            found: Any = explain(one.model, progress=False, **given)
            return Response(png_of(found), media_type=PNG) if drawn else json_of(found)

        return await house.work(house.explaining, request, work)

    return routes


def png_of(result: Any) -> bytes:
    """What a result draws of itself."""
    with tempfile.TemporaryDirectory(prefix="lenslet-") as place:
        path: Path = result.plot(Path(place) / "answer.png")
        return path.read_bytes()
