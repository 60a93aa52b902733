"""What a task hands over to be exported: its net, and what is to be done with what that says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import UInt8

from lenslet.card import Card
from lenslet.exporting.graph import Graph
from lenslet.exporting.preparing import Prepared

if TYPE_CHECKING:
    from torch import nn

    from lenslet.runtime import OnnxFile

__all__ = ["Answers", "Plan"]

Answers = dict[str, np.ndarray]
"""Arrays by the name of the output."""


@dataclass(frozen=True)
class Plan:
    """A model, as `export` wants it.

    Args:
        model: the object a user holds.
        card: of the model.
        net: normalised pictures at the net's size -> tensors; all that is plain arithmetic may lie in it.
        outputs: names of those tensors.
        finish: adds the rest to the graph, and its outputs; given the graph, the tensors, and the way home.
        answers: what the model says of one picture of any size, under the names of the outputs.
        opened: the object a user holds, of the exported file.
        tolerance: of the outputs that are checked, how far they may be off: of pictures at the net's size, and of any
            size. Those of places are shares of the picture's longer side.
        agreement: of the model's answer and another one on the same picture, 0 to 1: do they say the same?
        places: outputs in pixels of the picture.
        split: a batch's answers -> each picture's; a row each unless given.
        aligned: brings two answers into the same rows where outputs have as many rows as there are things.
        turned: whether pictures that stand are seen standing.
        resized: whether pictures are brought to the net's size; if not, they go in as they are.
        smallest: pixels a side below which there is no answer.
        said: what else is to be written into the file.
        fingerprint: of the model.
    """

    model: Any
    card: Card
    net: "nn.Module"
    outputs: tuple[str, ...]
    finish: Callable[[Graph, list[str], Prepared], None]
    answers: Callable[[UInt8[np.ndarray, "h w 3"]], Answers]
    opened: "Callable[[OnnxFile], Any]"
    tolerance: Mapping[str, tuple[float, float]]
    fingerprint: str
    agreement: Callable[[Answers, Answers], float]
    places: frozenset[str] = frozenset()
    split: "Callable[[Answers, int], list[Answers]] | None" = None
    aligned: Callable[[Answers, Answers], tuple[Answers, Answers]] | None = None
    turned: bool = False
    resized: bool = True
    smallest: int = 1
    said: Mapping[str, Any] = field(default_factory=dict)
