"""What is served, whether it is well, and what was counted."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from lenslet.serve import shapes
from lenslet.serve.house import House
from lenslet.serve.metrics import CONTENT_TYPE_LATEST

__all__ = ["router"]


def router(house: House) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["about"], default_response_class=Response)
    listed = shapes.answer([shapes.MODELS], "The models, in the order in which they were named.")
    content = listed["content"]["application/json"]
    content["schema"] = {
        "type": "object",
        "required": ["schema", "models"],
        "properties": {"schema": {"const": 1}, "models": {"type": "array", "items": {"type": "object"}}},
    }

    @routes.get("/v1/models", responses={200: listed, **shapes.error_codes(401, 403)}, summary="What is served")
    async def models_() -> Response:
        """Each model: what it does, its labels, how good it is, on which terms; and whether its files were refused."""
        return JSONResponse({"schema": 1, "models": [one.to_dict() for one in house.shelf.values()]})

    well = shapes.answer([{"schema": 1, "ok": True}], "Yes.")

    @routes.get("/healthz", responses={200: well, **shapes.error_codes(403)}, summary="Whether the process answers")
    async def healthz() -> Response:
        """Whether the process answers; it says nothing else, and needs no token."""
        return JSONResponse({"schema": 1, "ok": True})

    @routes.get(
        "/readyz", responses={200: well, **shapes.error_codes(403, 503)}, summary="Whether requests should be sent here"
    )
    async def readyz() -> Response:
        """Whether requests should be sent here: not before everything is open, nor when the server is stopping."""
        from lenslet.serve.problems import problem

        if house.ready:
            return JSONResponse({"schema": 1, "ok": True})
        return problem(503, "starting or stopping", {"Retry-After": "5"})

    counted: dict[str, Any] = {
        "description": "Counters.",
        "content": {"text/plain": {"schema": {"type": "string"}, "example": "lenslet_requests_total ..."}},
    }

    @routes.get("/metrics", responses={200: counted, **shapes.error_codes(401, 403)}, summary="Counters for Prometheus")
    async def metrics() -> Response:
        """Requests, times, lines and batches; no names and no addresses."""
        return Response(house.metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return routes
