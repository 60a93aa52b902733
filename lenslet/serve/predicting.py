"""POST /v1/predict/{model}: what is on this picture."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from lenslet.errors import CallError
from lenslet.serve import shapes
from lenslet.serve.fields import Form
from lenslet.serve.gate import known
from lenslet.serve.house import House, json_of
from lenslet.serve.lanes import unless_gone
from lenslet.serve.problems import Refused
from lenslet.serve.shelf import Shelved
from lenslet.verbs.asking import How
from lenslet.verbs.predict import predict

__all__ = ["FORM", "model_parameter", "router", "shelved"]

FORM = Form(
    predict,
    pictures=("image",),
    one=(("image", "images", "The picture."),),
    left_out=("model", "plot", "crops", "batch", "out", "engine", "workers", "backend", "progress"),
    bounds=(("at_least", 0, 1), ("tile_side", 32, 8192)),
    raw=True,
)
_CODES = (400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503)


def router(house: House) -> APIRouter:
    """The route, for these models."""
    routes = APIRouter(tags=["models"], default_response_class=Response)
    tasks = dict.fromkeys(one.task for one in house.shelf.values() if one.task != "style")
    examples = [example for task in tasks for example in shapes.of_task(task)] or [{"schema": 1}]
    extra = {"requestBody": FORM.body(), "parameters": [model_parameter(house)]}

    @routes.post(
        "/v1/predict/{model}",
        openapi_extra=extra,
        responses={200: _by_task(tasks, examples), **shapes.error_codes(*_CODES)},
        summary="What a picture shows",
    )
    async def predict_(request: Request) -> Response:
        """The model's answer to one picture, as its own JSON: the same as `lenslet predict MODEL IMAGE --json`.

        Send a form with the field `image`, or the picture itself as the body (`Content-Type: image/jpeg`). The fields
        beside it are for models that find things. Models of faces demand the token.
        """
        one = shelved(house, request)
        given = await FORM.read(request)
        how = How(given["at_least"], given["tiles"] or given["tile_side"] is not None, given["tile_side"])
        if how.to_dict() and one.task != "detect":
            raise CallError("at_least, tiles and tile_side are for models that find things, and this one finds none")
        return json_of(await unless_gone(request.receive, one.batches.ask(given["image"], how)))

    return routes


def shelved(house: House, request: Request) -> Shelved:
    """The model that an address names; one of faces for those only who have the token.

    Raises:
        Refused: there is none of that name.
    """
    name = request.path_params["model"]
    if name not in house.shelf:
        there = ", ".join(house.shelf) or "none"
        raise Refused(404, f"there is no such model here; there are: {there}")
    if house.shelf[name].task == "style":
        raise Refused(404, f"{name} paints: POST /v1/stylize with model={name}")
    if house.shelf[name].task == "face":
        known(request)
    return house.shelf[name]


def model_parameter(house: House) -> dict[str, Any]:
    """The part of an address that names a model."""
    there = [name for name, one in house.shelf.items() if one.task != "style"]
    schema: dict[str, Any] = {"type": "string"} | ({"enum": there} if there else {})
    return {"name": "model", "in": "path", "required": True, "description": "One of /v1/models.", "schema": schema}


def _by_task(tasks: dict[str, None], examples: list[dict[str, Any]]) -> dict[str, Any]:
    made = shapes.answer(examples, "The answer; which fields it has depends on what the model does.")
    content = made["content"]["application/json"]
    if len(tasks) > 1:
        content["schema"] = {"anyOf": [shapes.schema_of(*shapes.of_task(task)) for task in tasks]}
        del content["example"]
        content["examples"] = {task: {"value": shapes.of_task(task)[0]} for task in tasks}
    return made
