"""What the two answers about a face share: checks of their numbers, and their picture."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from lenslet import draw
from lenslet.errors import CallError
from lenslet.image import open_image, save_image
from lenslet.results.frozen import picture_of, shares

__all__ = ["checked_distance", "checked_far", "drawn", "read_answer", "same_but_picture"]


A = TypeVar("A")


def checked_distance(value: float | int, what: str) -> float:
    """A squared distance of two encodings of length 1.

    Raises:
        CallError: not from 0 to 4.
    """
    if not 0 <= value <= 4:  # NaN fails this, too
        raise CallError(f"{what} is {value}: between encodings of length 1 it lies from 0 to 4")
    return float(value)


def checked_far(value: float | int | None) -> float | None:
    """A share of strangers, or None where it is not known."""
    return None if value is None else float(shares([value], "shares of strangers")[0])


def drawn(picture: Path | np.ndarray | None, box: np.ndarray | None, said: str, path: str | Path) -> Path:
    """Write the picture with the face marked and `said`.

    Raises:
        CallError: there is no picture, or the path's suffix names no format.
    """
    if picture is None:
        raise CallError("this answer knows no picture to be drawn on; set `picture`")
    seen = open_image(picture)
    if box is None:
        return save_image(draw.label(seen, said), path)
    return save_image(draw.boxes(seen, box[None], [said]), path)


def read_answer(made: Callable[..., A], text: str, task: str, names: Sequence[str], schema: int) -> A:
    """An answer from its JSON: made of the fields that are named, and of box, picture and notes.

    Raises:
        CallError: the text is something else.
    """
    try:
        plain = json.loads(text)
        if plain["schema"] != schema or plain["task"] != task:
            raise CallError(f"this JSON is no answer of the task {task}, schema {schema}: {text:.80}")
        box = None if plain["box"] is None else np.array(plain["box"], np.float64)
        said = {name: plain[name] for name in names}
        return made(**said, box=box, picture=picture_of(plain)[0], notes=tuple(plain["notes"]))
    except CallError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CallError(f"this is not the JSON of the task {task} ({error}): {text:.80}") from error


def same_but_picture(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two answers say the same of whatever picture."""
    return {**one, "image": None} == {**other, "image": None}
