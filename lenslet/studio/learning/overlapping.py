"""Boxes that overlap: how much, and which of many are kept."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from fastapi import APIRouter

    from lenslet.studio.project import Project

__all__ = ["Scored", "compared", "routes", "suppressed"]

Number = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
Box = tuple[Number, Number, Number, Number]
"""Corners x1 y1 x2 y2."""
Share = Annotated[float, Field(ge=0, le=1)]


class Two(BaseModel):
    """Two boxes."""

    first: Box
    second: Box


class Scored(BaseModel):
    """Boxes with what a net said of them."""

    boxes: Annotated[list[Box], Field(max_length=60)]
    scores: list[Share]
    labels: list[Annotated[int, Field(ge=0, le=100)]]
    overlap: Share = 0.5
    at_least: Share = 0.0


def compared(asked: Two) -> dict[str, float]:
    """IoU, and its relatives that still say something where it is 0."""
    import torch

    from lenslet import boxes

    first, second = (torch.tensor([box], dtype=torch.float64) for box in (asked.first, asked.second))
    return {
        "iou": float(boxes.iou(first, second)),
        "giou": float(boxes.giou(first, second)),
        "diou": float(boxes.diou(first, second)),
        "ciou": float(boxes.ciou(first, second)),
    }


def suppressed(asked: Scored) -> dict[str, Any]:
    """What non-max suppression does, step by step: each box that is kept, and those that it drops.

    Raises:
        ShapeError: boxes, scores and labels do not go together.
    """
    import torch

    from lenslet.boxes import iou, nms

    boxes = torch.tensor(asked.boxes, dtype=torch.float64).reshape(-1, 4)
    scores = torch.tensor(asked.scores, dtype=torch.float64)
    labels = torch.tensor(asked.labels, dtype=torch.long)
    kept = nms(boxes, scores, labels, overlap=asked.overlap, at_least=asked.at_least).tolist()
    fit = iou(boxes, boxes)
    low = [number for number, score in enumerate(asked.scores) if score < asked.at_least]
    gone = set(low)
    steps = []
    for best in kept:
        over = [
            number
            for number in range(len(boxes))
            if number != best and number not in gone and asked.labels[number] == asked.labels[best]
            and float(fit[best, number]) > asked.overlap
        ]  # fmt: skip
        steps.append({"kept": best, "dropped": [{"box": n, "iou": float(fit[best, n])} for n in over]})
        gone |= {best, *over}
    return {"low": low, "kept": kept, "steps": steps}


def routes(router: "APIRouter", project: "Project") -> None:  # noqa: ARG001
    """What the pages ask."""

    @router.post("/learn/overlap")
    def overlap(asked: Two) -> dict[str, float]:
        return compared(asked)

    @router.post("/learn/suppress")
    def suppress(asked: Scored) -> dict[str, Any]:
        return suppressed(asked)
