"""Landmarks: points as the numbers that a net says, mirrored and measured as the tasks do."""

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from fastapi import APIRouter

    from lenslet.studio.project import Project

__all__ = ["Pointing", "pointed", "routes"]

Number = Annotated[float, Field(ge=0, le=1e5)]


class Pointing(BaseModel):
    """Points of one thing, true ones and answers, in pixels of a picture."""

    truth: Annotated[list[tuple[Number, Number]], Field(min_length=1, max_length=68)]
    answer: Annotated[list[tuple[Number, Number]], Field(min_length=1, max_length=68)]
    names: list[str]
    size: tuple[Annotated[int, Field(gt=0)], Annotated[int, Field(gt=0)]]


def pointed(asked: Pointing) -> dict[str, Any]:
    """y = (p_c, l_1x, l_1y, ...) as shares of the picture; how far the answer is; what the mirror makes of the order.

    Source: course 3.2.
    """
    from lenslet.results import Points
    from lenslet.tasks.landmark.flips import by_name
    from lenslet.tasks.landmark.metrics import evaluate

    height, width = asked.size
    truth, answer = (np.array(points, np.float64) for points in (asked.truth, asked.answer))
    names = tuple(asked.names)
    one, other = (Points(points, names=names) for points in (answer, truth))
    measured = evaluate([one], [other])
    flip = by_name(names) or tuple(range(len(names)))
    mirrored = truth[list(flip)] * (-1, 1) + (width, 0)
    share = np.array([width, height])
    return {
        "y": [1.0, *(truth / share).round(4).ravel().tolist()],
        "nme": float(measured["nme"]),
        "apart": np.sqrt(((truth - answer) ** 2).sum(1)).tolist(),
        "flip": list(flip),
        "mirrored": mirrored.tolist(),
    }


def routes(router: "APIRouter", project: "Project") -> None:  # noqa: ARG001
    """What the page asks."""

    @router.post("/learn/points")
    def points(asked: Pointing) -> dict[str, Any]:
        return pointed(asked)
