"""What answers look like, for OpenAPI: examples are results of our own, and schemas are read off the examples."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from lenslet.results import (
    Classification,
    Detections,
    Encoding,
    Encodings,
    Enrolled,
    Enrolment,
    FaceThreshold,
    GalleryAudit,
    Identification,
    Localization,
    People,
    Points,
    Portable,
    Receipt,
    Verification,
)
from lenslet.results.attribution import Attribution

__all__ = ["MODELS", "PROBLEMS", "answer", "attribution", "error_codes", "faces", "of_task", "schema_of"]

ERROR = {
    "schema": 1,
    "status": 422,
    "error": "image: this picture breaks off before its end; copy or download it again",
}
MODELS: dict[str, Any] = {
    "schema": 1,
    "models": [
        {
            "name": "flowers",
            "task": "classify",
            "net": "bead_m",
            "labels": ["rose", "tulip"],
            "licence": {"weights": "my own", "data": "CC-BY-4.0"},
            "metrics": {"accuracy": 0.97},
            "measured_on": "220 pictures that were held back",
            "sha256": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
            "note": "",
        }
    ],
}
PROBLEMS = {
    400: "The request cannot be read.",
    401: "The token is missing, or another.",
    403: "Asked under a name that is not this server's, or by a page of another server.",
    404: "There is no such route or model.",
    408: "The request came too slowly.",
    409: "A good request that does not go with this model, with who is enrolled, or with what the picture shows.",
    413: "The request is too large; said before it is read.",
    415: "No picture of a kind that is read, or no form.",
    422: "A field is missing, unknown or out of its bounds; or a picture is damaged, or has too many pixels.",
    500: "The work failed; the server's log says more.",
    501: "Something that this needs is not installed on the server.",
    503: "Too much is waiting already; come again after Retry-After seconds.",
}
_BOX = np.array([34.0, 20.0, 118.0, 131.0])
_SIZE = (160, 200)


def schema_of(*examples: Any) -> dict[str, Any]:
    """What all of these are: types of values; fields that all have; of lists what is in them."""
    kinds = {_kind(one) for one in examples}
    if kinds == {"object"}:
        names = dict.fromkeys(name for one in examples for name in one)
        fields = {name: schema_of(*(one[name] for one in examples if name in one)) for name in names}
        if "schema" in fields:
            fields["schema"] = {"const": 1}
        return {
            "type": "object",
            "properties": fields,
            "required": [name for name in names if all(name in one for one in examples)],
        }
    if kinds == {"array"}:
        inside = [item for one in examples for item in one]
        return {"type": "array"} | ({"items": schema_of(*inside)} if inside else {})
    if len(kinds) > 1:
        by_kind = [[one for one in examples if _kind(one) == kind] for kind in sorted(kinds - {"null"})]
        parts = [schema_of(*same) for same in by_kind]
        return {"anyOf": [*parts, {"type": "null"}]} if "null" in kinds else {"anyOf": parts}
    return {"type": kinds.pop()}


def answer(examples: Sequence[dict[str, Any]], description: str) -> dict[str, Any]:
    """One answer, in OpenAPI's words."""
    content = {"application/json": {"schema": schema_of(*examples), "example": examples[0]}}
    return {"description": description, "content": content}


def error_codes(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The answers that say why there is none."""
    made: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        example = {**ERROR, "status": code, "error": PROBLEMS[code]}
        made[code] = answer([example], PROBLEMS[code])
        if code == 503:
            made[code]["headers"] = {"Retry-After": {"description": "Seconds.", "schema": {"type": "string"}}}
    return made


@cache
def of_task(task: str) -> tuple[dict[str, Any], ...]:
    """Answers of a model."""
    names = ("rose", "tulip")
    scores = np.array([0.9, 0.4])
    made: dict[str, list[Any]] = {
        "classify": [Classification(names, np.array([0.93, 0.07]))],
        "detect": [Detections(np.stack([_BOX, _BOX / 2]), scores, np.array([0, 1]), names, size=_SIZE)],
        "localize": [
            Localization(0.98, _BOX, np.array([0.9, 0.1]), names, size=_SIZE),
            Localization(0.1, _BOX, np.array([0.9, 0.1]), names, size=_SIZE),
        ],
        "landmark": [
            Points(_BOX.reshape(2, 2), ("left_eye", "right_eye"), scores=scores, lines=((0, 1),), size=_SIZE),
            Points(np.array([[1.0, 2.0], [np.nan, np.nan]]), ("left_eye", "right_eye"), scores=scores, size=_SIZE),
        ],
        "face": [Encodings((Encoding(np.array([0.6, 0.8]), _BOX, 0.9),)), Encoding(np.array([0.6, 0.8]))],
    }
    return tuple(one.to_dict() for one in made[task])


@cache
def attribution() -> tuple[dict[str, Any], ...]:
    """Explanations."""
    common: dict[str, Any] = {"method": "cam", "rule": "gradients", "model": "flowers", "target": "rose"}
    common |= {"kind": "sure 93.0%, logit", "score": 4.2, "map": np.array([[0.0, 0.5], [1.0, 0.25]])}
    other = Attribution(**common, size=_SIZE, layer="stage4", box=tuple(_BOX.tolist()))
    return tuple(
        one.to_dict()
        for one in (Attribution(**common, size=_SIZE, layer="stage4"), Attribution(**common, size=_SIZE, other=other))
    )


@cache
def faces(what: str) -> tuple[dict[str, Any], ...]:
    """Answers about people."""
    ana = Enrolled("Ana", "p3f2a", 2, "on paper, 2026-11-02", "2027-01-31", False, "2026-11-02T10:00:00+00:00")  # noqa: FBT003, RUF100
    nobody = People("people.db", (), None, None, None)
    tau: dict[str, Any] = {"threshold": 0.9, "wanted": 0.001, "far": 0.001, "impostor": 900, "genuine": 30}
    intervals: dict[str, Any] = {"threshold_interval": (0.8, 1.0), "frr": 0.02, "frr_interval": (0.0, 0.05)}
    unsure: dict[str, Any] = dict.fromkeys(intervals)
    known = Identification("Ana", 0.4, 0.9, 0.001, 12, 0.8, _BOX, None, ("a note",))
    made: dict[str, list[Any]] = {
        "enrol": [Enrolment("Ana", "p3f2a", True, 2, 0, 2, "on paper", "2027-01-31", ("a note",))],
        "verify": [
            Verification("Ana", 0.4, 0.9, 0.001, 2, 0.8, _BOX, None, ("a note",)),
            Verification("Ana", 0.4, 0.9, None),
        ],
        "identify": [known, Identification(None, None, None, None, 0)],
        "list": [People("people.db", (ana,), "faces", 0.9, 0.001), nobody],
        "calibrate": [
            FaceThreshold(**tau, **intervals, people=30, curve=((0.01, 1.0), (0.001, 0.9)), notes=("a note",)),
            FaceThreshold(**tau, **unsure, people=3),
        ],
        "delete": [Receipt(("Ana",), ("p3f2a",), 2, 0, "2026-11-30T10:00:00+00:00", "c0ffee", True, ("a note",))],
        "audit": [GalleryAudit("people.db", 1, 2, 4, ("a fault",), ("Ana",), ({"what": "enrol"},), ("a note",))],
        "import": [Portable(Path("people.json"), ("Ana",), 2, 0, 0, ("a note",))],
    }
    found = [one.to_dict() for one in made[what]]
    if what == "delete":
        found.append({**found[0], "gone": None})
    if what == "audit":
        found[0] |= {"log": [{}]}
    return tuple(_listed(one) for one in found)


def _listed(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, dict):
        return {name: _listed(item) for name, item in value.items()}
    return [_listed(item) for item in value] if isinstance(value, list | tuple) else value


def _kind(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "object" if isinstance(value, dict) else "array"
