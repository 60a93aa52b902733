"""Grid and anchors: which cell and which anchor own a box, and the target that they learn."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from jaxtyping import Float
from pydantic import BaseModel, Field

from lenslet.studio.learning.photos import photo

if TYPE_CHECKING:
    from fastapi import APIRouter

    from lenslet.studio.project import Project

__all__ = ["SIDE", "Things", "assigned", "best_shapes", "routes", "square"]

SIDE = 288  # pixels of the square picture: 3, 6, 9 or 18 cells a side
Stride = Literal[288, 96, 48, 32, 16]
Corner = Annotated[float, Field(ge=0, le=SIDE)]
Length = Annotated[float, Field(gt=0, le=2 * SIDE)]


class Things(BaseModel):
    """What is in the picture, and how it is looked at.

    Args:
        boxes: corners, pixels of the square picture.
        kinds: class of each.
        classes: how many there are.
        anchors: widths and heights, the same in each cell.
        stride: pixels from cell to cell; the picture's side for a single cell, which is localisation.
    """

    boxes: Annotated[list[tuple[Corner, Corner, Corner, Corner]], Field(max_length=20)]
    kinds: list[Annotated[int, Field(ge=0, le=9)]]
    classes: Annotated[int, Field(ge=1, le=10)] = 3
    anchors: Annotated[list[tuple[Length, Length]], Field(min_length=1, max_length=5)]
    stride: Stride = 96


def assigned(asked: Things) -> dict[str, Any]:
    """For each box its cell, how alike each anchor is, and which owns it; and y of every cell that owns something.

    The rule is the detector's own for `lenslet train --head anchors --assign centre`.

    Source: course 3.1, 3.4, 3.7, 3.8.
    """
    import torch

    from lenslet.tasks.detect.anchors import Anchors
    from lenslet.tasks.detect.cells import Cells, cells
    from lenslet.tasks.detect.shapes import shape_iou

    count, wide = len(asked.anchors), SIDE // asked.stride
    boxes = torch.tensor(asked.boxes, dtype=torch.float32).reshape(-1, 4)
    if not len(boxes):
        return {"cells": wide, "things": [], "y": []}
    head = Anchors(asked.classes, asked.anchors, (asked.stride,), rule="centre")
    grid = cells([torch.empty(1, 1, wide, wide)], [asked.stride])
    every = Cells(grid.centres.repeat_interleave(count, 0), grid.strides.repeat_interleave(count, 0))
    given = head.owners(every, boxes[None], torch.tensor([asked.kinds]))
    sizes = (boxes[:, 2:] - boxes[:, :2]).clamp(min=1e-3).double().numpy()
    alike = shape_iou(sizes, head.shapes)
    owners: dict[int, list[int]] = {}
    for place, truth in zip(given.place.tolist(), given.truth.tolist(), strict=True):
        owners.setdefault(truth, []).append(place)
    things = []
    for number, box in enumerate(boxes.tolist()):
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        row, column = (min(int(v // asked.stride), wide - 1) for v in (y, x))
        own = sorted(owners.get(number, []), key=lambda place: -alike[number, place % count])
        things.append({
            "centre": [x, y], "row": row, "column": column, "alike": alike[number].tolist(),
            "anchors": [place % count for place in own],
            "said": _said(box, asked.stride, row, column),
        })  # fmt: skip
    return {"cells": wide, "things": things, "y": _targets(asked, things)}


def _said(box: list[float], stride: int, row: int, column: int) -> list[float]:
    """b_x and b_y in the cell, 0 to 1; b_h and b_w in cells: above 1 where a thing is larger than its cell."""
    x, y = (box[0] + box[2]) / 2 / stride - column, (box[1] + box[3]) / 2 / stride - row
    return [x, y, (box[3] - box[1]) / stride, (box[2] - box[0]) / stride]


def _targets(asked: Things, things: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """y of the cells that own something: p_c of each anchor, and where that is 1 the box and the classes."""
    cells_: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for number, thing in enumerate(things):
        for anchor in thing["anchors"]:
            rows = cells_.setdefault((thing["row"], thing["column"]), [{"p": 0} for _ in asked.anchors])
            one_hot = [int(kind == asked.kinds[number]) for kind in range(asked.classes)]
            rows[anchor] = {"p": 1, "box": thing["said"], "kinds": one_hot, "thing": number}
    return [{"row": row, "column": column, "anchors": rows} for (row, column), rows in sorted(cells_.items())]


def best_shapes(boxes: Sequence[Sequence[int | float]], count: int) -> list[list[float]]:
    """Shapes chosen from boxes by k-means under 1 - IoU.

    Raises:
        DataError: there is no box.

    Source: course 3.7.
    """
    from lenslet.tasks.detect.shapes import anchor_shapes

    corners = np.array(list(boxes), np.float64).reshape(-1, 4)
    found = anchor_shapes(corners[:, 2:] - corners[:, :2], count)
    return [[float(v) for v in row] for row in found.round(1)]


def square(pixels: Float[np.ndarray, "h w 3"] | np.ndarray) -> np.ndarray:
    """The middle of a picture, as a square of `SIDE` pixels."""
    from lenslet.image import resize

    height, width = pixels.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return resize(pixels[top : top + side, left : left + side], (SIDE, SIDE))


class Shapes(BaseModel):
    """Boxes to choose shapes from."""

    boxes: Annotated[list[tuple[Corner, Corner, Corner, Corner]], Field(min_length=1, max_length=20)]
    count: Annotated[int, Field(ge=1, le=5)] = 2


def routes(router: "APIRouter", project: "Project") -> None:
    """What the page asks."""
    from fastapi import Response

    from lenslet.studio.pictures import jpeg

    @router.post("/learn/assign")
    def assign(asked: Things) -> dict[str, Any]:
        return assigned(asked)

    @router.post("/learn/shapes")
    def shapes(asked: Shapes) -> list[list[float]]:
        return best_shapes(asked.boxes, asked.count)

    @router.get("/learn/square")
    def one(name: str) -> Response:
        made = jpeg(square(photo(project, name, 640)), longest=SIDE, quality=92)
        return Response(made, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=300"})
