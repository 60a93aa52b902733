"""What an ONNX file from elsewhere does not say of itself: a small JSON file beside it, written by hand."""

import json
import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from lenslet.errors import CallError, CardError

__all__ = ["DECODES", "OnnxCard", "read_card"]

FORMAT = 1
DECODES = ("yunet",)
_LARGEST = 2**20  # bytes
_KINDS = ("finder", "embedder")

Number = int | float
Three = tuple[Number, Number, Number]


@dataclass(frozen=True, kw_only=True)
class OnnxCard:
    """How pictures go in, and what comes out.

    Args:
        kind: finder or embedder.
        size: (height, width) of the input, pixels; of a finder that takes any, the largest that it is to be given.
        mean: what is taken off each channel of the pixels 0..255, in the order of `colours`.
        std: what they are then divided by.
        layout: NCHW or NHWC.
        colours: RGB or BGR.
        decode: of a finder, what its outputs mean: yunet.
        template: of an embedder, where it wants the eyes, the tip of the nose and the corners of the mouth: five x y,
            pixels of its input, the left in the picture first; None: ArcFace's, scaled to its size.
        score: of a finder, the lowest of a face that counts.
        overlap: of a finder, the IoU above which only the better one of two faces is kept.
        name: for people; the file's, if left out.
        licence: of the weights, as their source states it.
        format: of the card itself.
    """

    kind: str
    size: tuple[int, int]
    mean: Three = (0.0, 0.0, 0.0)
    std: Three = (1.0, 1.0, 1.0)
    layout: str = "NCHW"
    colours: str = "RGB"
    decode: str = ""
    template: tuple[tuple[Number, Number], ...] | None = None
    score: Number = 0.6
    overlap: Number = 0.45
    name: str = ""
    licence: str = "not stated"
    format: int = FORMAT

    def __post_init__(self) -> None:
        _refuse_wrong(vars(self))


def read_card(model: Path) -> OnnxCard:
    """The card of an ONNX file: `detector.json` beside `detector.onnx`.

    Raises:
        CardError: it is not there, or says something that cannot be.
    """
    path = model.with_suffix(".json")
    example = '{"format": 1, "kind": "embedder", "size": [112, 112], "mean": [127.5, 127.5, 127.5], "std": [128, ...]}'
    try:
        if path.stat().st_size > _LARGEST:
            raise CardError(f"{path} is {path.stat().st_size >> 20} MB large, which no card is")
        plain = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CardError(
            f"{model} says nothing of how it wants its pictures: write {path.name} beside it, such as {example}"
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise CardError(f"{path} cannot be read as JSON ({error}); write it like {example}") from error
    if not isinstance(plain, dict):
        raise CardError(f"{path} is no card: it holds no JSON object; write it like {example}")
    return _card(plain, path)


def _card(plain: dict[str, Any], path: Path) -> OnnxCard:
    """From what the JSON says."""
    version = plain.get("format")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise CardError(f'{path} is no card: it should begin with "format": {FORMAT}')
    if version > FORMAT:
        raise CardError(f"{path} has format {version}, and this Lenslet reads up to {FORMAT}: update Lenslet")
    known = {f.name: f for f in fields(OnnxCard)}
    if unknown := sorted(set(plain) - set(known)):
        raise CardError(f"{path}: {', '.join(unknown)[:80]} is not known; a card has {', '.join(known)}")
    if missing := sorted(n for n, f in known.items() if f.default is MISSING and n not in plain):
        raise CardError(f"{path} is damaged: {', '.join(missing)} missing")
    values = {name: _frozen(value) for name, value in plain.items()}
    try:
        _refuse_wrong({f.name: f.default for f in known.values()} | values)  # before types are asked for
    except CallError as error:
        raise CardError(f"{path}: {error}") from error
    return OnnxCard(**values)


def _refuse_wrong(values: Mapping[str, Any]) -> None:
    """Raises CallError for what no card can say."""
    _one_of("kind", values["kind"], _KINDS)
    _one_of("layout", values["layout"], ("NCHW", "NHWC"))
    _one_of("colours", values["colours"], ("RGB", "BGR"))
    if values["kind"] == "finder":
        _one_of("decode", values["decode"], DECODES)
    if not (_row(values["size"], 2) and all(isinstance(side, int) and 8 <= side <= 8192 for side in values["size"])):
        raise CallError(f"size is {values['size']}: give (height, width) in pixels, whole numbers from 8 to 8192")
    for name in ("mean", "std"):
        if not _row(values[name], 3) or (name == "std" and min(values[name]) <= 0):
            raise CallError(f"{name} is {values[name]}: give three numbers, one a channel, of the pixels 0 to 255")
    for name in ("score", "overlap"):
        if not (_finite(values[name]) and 0 <= values[name] <= 1):
            raise CallError(f"{name} is {values[name]}: give a share from 0 to 1")
    points = values["template"]
    if points is not None and not (
        isinstance(points, tuple) and len(points) == 5 and all(_row(point, 2) for point in points)
    ):
        raise CallError(f"template is {points}: give five points x y: eyes, nose, corners of the mouth")
    for name in ("decode", "name", "licence"):
        if not isinstance(values[name], str):
            raise CallError(f"{name} is {values[name]!r:.40}: give a text")


def _row(values: Any, count: int) -> bool:
    """Whether these are that many finite numbers."""
    return isinstance(values, tuple) and len(values) == count and all(map(_finite, values))


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _one_of(name: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        raise CallError(f"{name} is {value!r}: give {' or '.join(known)}")
