"""The card: everything about a model that is not a weight, and the folder the two live in.

A model is `card.json` + `model.safetensors`. The weights file carries a copy of the card, so that it alone is whole
at every moment; `card.json` is what people read. Nothing in either is ever executed.
"""

import hashlib
import json
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lenslet.errors import CallError, CardError
from lenslet.files import write_whole
from lenslet.image import Preprocess
from lenslet.results.calibration import COLDEST, HOTTEST

if TYPE_CHECKING:
    from torch import Tensor

FORMAT = 1
CARD, WEIGHTS = "card.json", "model.safetensors"
_LARGEST_CARD = 16 * 2**20


@dataclass(frozen=True)
class Card:
    """What a model is, how it came to be, and how good it is.

    Args:
        task: "classify", ...
        net: name in `lenslet.nets.NETS`.
        net_arguments: what that constructor was given.
        labels: class names, in the order of the logits.
        preprocess: how a picture becomes the net's input.
        recipe: of the training.
        data: fingerprint, counts, where the split came from.
        seen: 4 bytes of the content hash of each picture trained on, in hexadecimal, so that an evaluation can tell.
        metrics: name -> number, and `intervals`: name -> (low, high) at 95 %.
        measured_on: which pictures the metrics are about, in a sentence.
        thresholds: name -> number, and how they were calibrated; `temperature` is what logits are divided by.
        licence: of "weights" and of "data".
        versions: of the software that trained it.
        head: what the net's raw numbers mean, where the labels do not say it all: see `tasks.detect.head`.
        started_from: what the training began with where that was not noise: weights, their licence, frozen stages.
        sha256: of the weights.
        format: of the card itself.
    """

    task: str
    net: str
    net_arguments: dict[str, Any]
    labels: tuple[str, ...]
    preprocess: Preprocess
    recipe: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    measured_on: str = ""
    thresholds: dict[str, Any] = field(default_factory=dict)
    licence: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    started_from: dict[str, Any] = field(default_factory=dict)
    head: dict[str, Any] = field(default_factory=dict)
    sha256: str = ""
    format: int = FORMAT
    seen: str = field(default="", repr=False)

    @property
    def temperature(self) -> float:
        """What logits are divided by before they become probabilities; 1 where nothing was calibrated."""
        return float(self.thresholds.get("temperature", 1.0))

    def to_dict(self) -> dict[str, Any]:
        """Plain values; the inverse of `from_dict`."""
        return asdict(self) | {"preprocess": self.preprocess.to_dict(), "labels": list(self.labels)}

    @classmethod
    def from_dict(cls, plain: Any, where: str = "card.json") -> "Card":
        """Read a card that may come from anybody.

        Raises:
            CardError: not a card, of a newer format, or with a field of the wrong kind.
        """
        if not isinstance(plain, dict):
            raise CardError(f"{where} is not a model card: it holds no JSON object")
        version = plain.get("format")
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise CardError(f"{where} is not a model card of Lenslet: the number 'format' is missing")
        if version > FORMAT:
            raise CardError(f"{where} has format {version}, and this Lenslet reads up to {FORMAT}: update Lenslet")
        known = {f.name for f in fields(cls)}
        values = {name: value for name, value in plain.items() if name in known}
        missing = {"task", "net", "net_arguments", "labels", "preprocess"} - set(values)
        if missing:
            raise CardError(f"{where} is damaged: {', '.join(sorted(missing))} missing")
        for name, kind in _KINDS.items():
            if name in values and not isinstance(values[name], kind):
                raise CardError(f"{where} is damaged: {name} should be a {kind.__name__}, not {values[name]!r:.40}")
        try:
            values["preprocess"] = Preprocess.from_dict(values["preprocess"])
        except (CallError, ValueError, TypeError) as error:
            raise CardError(f"{where} is damaged: preprocess: {error}") from error
        labels = values["labels"]
        if not labels or not all(isinstance(label, str) for label in labels) or len(set(labels)) != len(labels):
            raise CardError(f"{where} is damaged: labels should be different names")
        values["labels"] = tuple(labels)
        values["metrics"] = _numbers(values.get("metrics", {}), f"{where}: metrics")
        _check_temperature(values.get("thresholds", {}), where)
        values["intervals"] = {
            str(k): (float(v[0]), float(v[1]))
            for k, v in values.get("intervals", {}).items()
            if isinstance(v, list | tuple) and len(v) == 2 and all(isinstance(x, int | float) for x in v)
        }
        return cls(**values)


_KINDS: dict[str, type] = {
    "task": str,
    "net": str,
    "net_arguments": dict,
    "labels": list,
    "preprocess": dict,
    "recipe": dict,
    "data": dict,
    "metrics": dict,
    "intervals": dict,
    "measured_on": str,
    "thresholds": dict,
    "licence": dict,
    "versions": dict,
    "started_from": dict,
    "head": dict,
    "sha256": str,
    "seen": str,
}


# Everything else does, fields that are yet to come included.
_SAYS_NOTHING_OF_ANSWERS = frozenset(
    {"recipe", "data", "seen", "metrics", "intervals", "measured_on", "licence", "versions", "sha256", "format"}
)


def save(folder: Path, card: Card, state: Mapping[str, "Tensor"]) -> Card:
    """Write a model folder; a reader at any moment finds the old model or the new one, never a mixture.

    Returns:
        The card as written, with the hash of the weights.

    Raises:
        OSError: the disk is full or the folder cannot be written; the old model is then still there.
    """
    from safetensors.torch import save as serialise

    state = {name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}
    card = replace(card, sha256=_hash(serialise(state)))
    text = json.dumps(card.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
    write_whole(folder / WEIGHTS, serialise(state, {"lenslet": text}))
    write_whole(folder / CARD, text + "\n")
    return card


def fingerprint(card: Card, state: Mapping[str, "Tensor"]) -> str:
    """SHA-256 over all that decides a model's answers: weights, net, labels, preprocessing, thresholds.

    How it was trained and how well it did is left out: the same model, measured again, is the same model.
    """
    from safetensors.torch import save as serialise

    weights = _hash(serialise({name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}))
    said = {name: value for name, value in card.to_dict().items() if name not in _SAYS_NOTHING_OF_ANSWERS}
    return hashlib.sha256(json.dumps([weights, said], sort_keys=True).encode()).hexdigest()


def load(folder: str | Path) -> "tuple[Card, dict[str, Tensor]]":
    """Read a model folder, checking the weights against the card.

    Raises:
        CardError: missing, damaged, or of a format this version does not know.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load as deserialise

    folder = Path(folder)
    if not folder.is_dir():
        raise CardError(f"{folder}: there is no such model folder (a model is a folder with {CARD} and {WEIGHTS})")
    try:
        content = (folder / WEIGHTS).read_bytes()
    except OSError as error:
        raise CardError(f"{folder} is no model: {WEIGHTS} cannot be read ({error.strerror})") from error
    try:
        state = deserialise(content)
        inner = _header(content).get("__metadata__", {}).get("lenslet")
        digest = _hash(content)
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CardError(f"{folder / WEIGHTS} is damaged: {error}; copy or train the model again") from error
    outer = _read_card(folder / CARD)
    if outer is not None and (card := Card.from_dict(outer, str(folder / CARD))).sha256 == digest:
        return card, state
    # Weights are written first: after a crash between the two files, the card inside them is the right one.
    if (
        inner is not None
        and (card := Card.from_dict(_parse(inner, folder / WEIGHTS), str(folder / WEIGHTS))).sha256 == digest
    ):
        return card, state
    if outer is None:
        raise CardError(f"{folder} is no model: {CARD} is missing")
    raise CardError(f"{folder / WEIGHTS} does not belong to {CARD}: the SHA-256 differs; copy or train the model again")


def software() -> dict[str, str]:
    """The versions that belong on a card."""
    import numpy
    import torch

    from lenslet import __version__

    return {
        "lenslet": __version__,
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
    }


def _read_card(path: Path) -> Any:
    """The parsed card.json, or None where there is none."""
    try:
        if path.stat().st_size > _LARGEST_CARD:
            raise CardError(f"{path} is {path.stat().st_size >> 20} MB large, which no card is")
        return _parse(path.read_text(encoding="utf-8"), path)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise CardError(f"{path} cannot be read: {error}") from error


def _parse(text: str, path: Path) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CardError(f"{path} is damaged: its card is not JSON ({error})") from error


def _header(content: bytes) -> dict[str, Any]:
    """The JSON head of a safetensors file (8 bytes of length, then JSON, then the tensors' bytes)."""
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    if not isinstance(header, dict):
        raise ValueError("the header is no JSON object")  # noqa: TRY004  a damaged file, whatever its kind
    return header


def _hash(content: bytes) -> str:
    """SHA-256 over the tensors of a safetensors file: names, kinds, places and bytes, but not its metadata."""
    header = _header(content)
    header.pop("__metadata__", None)
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    digest.update(memoryview(content)[8 + int.from_bytes(content[:8], "little") :])
    return digest.hexdigest()


def _check_temperature(thresholds: dict[str, Any], where: str) -> None:
    """It divides every answer: one that is no number, or that no calibration gives, must not get that far."""
    if "temperature" in thresholds:
        value = _numbers({"temperature": thresholds["temperature"]}, f"{where}: thresholds")["temperature"]
        if not COLDEST <= value <= HOTTEST:
            raise CardError(
                f"{where} is damaged: its temperature is {value:g}, and those that are fitted lie between "
                f"{COLDEST:g} and {HOTTEST:g}"
            )


def _numbers(plain: dict[Any, Any], where: str) -> dict[str, float]:
    """Finite numbers by name."""
    for name, value in plain.items():
        # a whole number may have thousands of digits, which no float can hold
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= sys.float_info.max:
            raise CardError(f"{where}: {name} should be a number, not {value!r:.40}")
    return {str(name): float(value) for name, value in plain.items()}
