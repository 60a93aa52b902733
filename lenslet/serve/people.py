"""/v1/face/*: people of the gallery, for those who have the token."""

import json
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from lenslet.serve import shapes
from lenslet.serve.fields import Form
from lenslet.serve.gate import known
from lenslet.serve.house import House, checked, json_of
from lenslet.verbs.face.bring import bring
from lenslet.verbs.face.calibrate import calibrate
from lenslet.verbs.face.delete import delete
from lenslet.verbs.face.enrol import enrol
from lenslet.verbs.face.export import export
from lenslet.verbs.face.identify import identify
from lenslet.verbs.face.verify import verify
from lenslet.verbs.signature import sentence

__all__ = ["FORMS", "router"]

_OPENED = ("gallery", "embedder")  # when the server was started
_TAU = (("threshold", 0, 4),)
FORMS = {
    "enrol": Form(enrol, pictures=("images",), left_out=_OPENED),
    "verify": Form(verify, pictures=("image",), left_out=_OPENED, bounds=_TAU),
    "identify": Form(identify, pictures=("image",), left_out=_OPENED, bounds=_TAU),
    "calibrate": Form(calibrate, left_out=_OPENED, bounds=(("far", 1e-9, 1), ("seed", 0, 2**31))),
    "delete": Form(delete, left_out=_OPENED, needed=("yes",), choices=(("yes", (True,)),)),
    "export": Form(export, left_out=(*_OPENED, "out")),
    "import": Form(bring, pictures=("file",), left_out=_OPENED),
}
_CODES = (400, 401, 403, 408, 409, 413, 415, 422, 500, 501, 503)
Given = dict[str, Any]


def router(house: House) -> APIRouter:
    """The routes, for the gallery of this server."""
    routes = APIRouter(
        prefix="/v1/face", tags=["people"], dependencies=[Depends(known)], default_response_class=Response
    )
    people: Any = house.people

    def asked(given: Given) -> Response:
        if given.pop("all"):
            del given["largest"]
            return _several(people.identify_all(**given))
        return json_of(people.identify(**given))

    def forgotten(given: Given) -> Response:
        return json_of(people.delete(*given["names"], expired=given["expired"]))

    _post(routes, house, "enrol", lambda given: json_of(people.enrol(**given)))
    _post(routes, house, "verify", lambda given: json_of(people.verify(**given)))
    _post(routes, house, "identify", asked)
    _post(routes, house, "calibrate", lambda given: json_of(people.calibrate(**given)))
    _post(routes, house, "delete", forgotten)
    _post(routes, house, "export", lambda given: _exported(people, given["names"]))
    _post(routes, house, "import", lambda given: _brought(people, given["file"]))
    _get(routes, house, "list", "List who is enrolled: pictures, consent, last day of use.", people.people)
    _get(routes, house, "audit", "Check the database, every row and the log.", people.audit)
    return routes


def _post(routes: APIRouter, house: House, name: str, work: Callable[[Given], Response]) -> None:
    form = FORMS[name]

    async def endpoint(request: Request) -> Response:
        given = await form.read(request)
        if name != "import":
            checked([one for field in form.pictures for one in _each(given[field])], house.limits)
        return await house.work(house.faces, request, lambda: work(given))

    routes.add_api_route(
        f"/{name}",
        endpoint,
        methods=["POST"],
        name=name,
        openapi_extra={"requestBody": form.body()},
        responses={200: _answer(name), **shapes.error_codes(*_CODES)},
        summary=sentence(form.verb),
    )


def _get(routes: APIRouter, house: House, name: str, said: str, work: Callable[[], Any]) -> None:
    async def endpoint(request: Request) -> Response:
        return await house.work(house.faces, request, lambda: json_of(work()))

    routes.add_api_route(
        f"/{name}",
        endpoint,
        methods=["GET"],
        name=name,
        responses={200: _answer(name), **shapes.error_codes(401, 403, 500, 503)},
        summary=said,
    )


def _answer(name: str) -> dict[str, Any]:
    if name == "export":
        kind = {"type": "object", "description": "What is known of them; /v1/face/import reads it."}
        return {"description": "The people, not sealed.", "content": {"application/json": {"schema": kind}}}
    examples = shapes.faces(name)
    if name == "identify":
        several = {"schema": 1, "task": "identify", "faces": [examples[0]]}
        made = shapes.answer(examples, "One face; of all, `faces` has one answer each.")
        schema = {"anyOf": [shapes.schema_of(*examples), {**shapes.schema_of(several)}]}
        schema["anyOf"][1]["properties"]["faces"] = {"type": "array", "items": shapes.schema_of(*examples)}
        made["content"]["application/json"]["schema"] = schema
        return made
    return shapes.answer(examples, "Done.")


def _each(value: Any) -> Iterable[bytes]:
    return value if isinstance(value, list) else [value]


def _several(found: Iterable[Any]) -> Response:
    answers = [json.loads(bytes(json_of(one).body)) for one in found]
    made = {"schema": 1, "task": "identify", "faces": answers}
    return Response(json.dumps(made, ensure_ascii=False, allow_nan=False), media_type="application/json")


def _exported(people: Any, names: Iterable[str]) -> Response:
    """What the file would hold; it lies on this machine for a moment, where its owner alone can read."""
    with tempfile.TemporaryDirectory(prefix="lenslet-") as place:
        file = Path(place) / "people.json"
        people.export(file, *names)
        return Response(file.read_bytes(), media_type="application/json", headers={"Cache-Control": "no-store"})


def _brought(people: Any, content: bytes) -> Response:
    with tempfile.TemporaryDirectory(prefix="lenslet-") as place:
        file = Path(place) / "people.json"
        file.write_bytes(content)
        return json_of(people.bring(file))
