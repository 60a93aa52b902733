"""How a model wants its pictures: kept on its card, the same in training, in prediction and after export."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Float32, UInt8
from PIL import Image

from lenslet.errors import CallError
from lenslet.image.frame import Frame
from lenslet.image.resizing import FILL, crop, cropped, letterbox, letterboxed, stretch

Rule = Literal["letterbox", "stretch", "crop"]


@dataclass(frozen=True)
class Preprocess:
    """Size, resize rule, channels, and the mean and standard deviation to normalise with.

    Args:
        size: (height, width), pixels.
        resize: `letterbox` keeps the aspect and adds a border, `crop` keeps it and cuts, `stretch` gives it up.
        channels: 3 for RGB, 1 for grey (ITU-R 601 luma).
        mean: one a channel, of values in 0..1.
        std: one a channel, above 0.
        fill: grey value 0..255 of a letterbox's border.
        keep: share of the side that fits which a `crop` keeps, above 0 to 1.
    """

    size: tuple[int, int]
    resize: Rule
    channels: Literal[1, 3]
    mean: tuple[int | float, ...]
    std: tuple[int | float, ...]
    fill: int = FILL
    keep: int | float = 1.0

    def __post_init__(self) -> None:
        _refuse_wrong(vars(self))
        object.__setattr__(self, "size", tuple(self.size))
        object.__setattr__(self, "mean", tuple(map(float, self.mean)))
        object.__setattr__(self, "std", tuple(map(float, self.std)))

    def apply(self, image: UInt8[np.ndarray, "h w 3"]) -> tuple[UInt8[np.ndarray, "H W C"], Frame]:
        """Bring an RGB picture to size and channels; the Frame leads back to it."""
        if self.channels == 1:  # before resizing, which then costs a third
            image = np.array(Image.fromarray(image).convert("L"))[:, :, None]
        if self.resize == "letterbox":
            return letterbox(image, self.size, self.fill)
        return crop(image, self.size, self.keep) if self.resize == "crop" else stretch(image, self.size)

    def frame(self, original: tuple[int, int]) -> Frame:
        """The Frame that `apply` gives for a picture of (height, width) pixels, without the picture."""
        if self.resize == "letterbox":
            return letterboxed(original, self.size)
        if self.resize == "crop":
            return cropped(original, self.size, self.keep)
        return Frame(original, self.size, (self.size[0] / original[0], self.size[1] / original[1]), (0.0, 0.0))

    def normalised(self, batch: UInt8[np.ndarray, "n h w c"]) -> Float32[np.ndarray, "n c h w"]:
        """(value / 255 - mean) / std, channels first: what a net takes in."""
        mean, std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
        # One multiplication and one subtraction a value: v / (255 std) - mean / std
        return np.ascontiguousarray((batch * (1 / (255 * std)) - mean / std).transpose(0, 3, 1, 2), np.float32)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a card."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Preprocess":
        """Read what `to_dict` wrote.

        Raises:
            CallError: something is missing, unknown, or out of its range.
        """
        if not isinstance(plain, Mapping):
            raise CallError(f"preprocessing must be a table of names and values, not {plain!r:.80}")
        names = {f.name for f in fields(cls)}
        if missing := sorted(names - {"fill", "keep"} - set(plain)):
            raise CallError(f"preprocessing lacks {', '.join(missing)}")
        if unknown := sorted(map(str, set(plain) - names)):
            raise CallError(f"preprocessing has {', '.join(unknown)}, which this version does not know")
        values: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in plain.items()}
        _refuse_wrong({"fill": FILL, "keep": 1.0, **values})
        return cls(**values)


def _refuse_wrong(values: Mapping[str, Any]) -> None:
    """Fields that are out of their range, or of another kind altogether: a card may hold anything."""
    size, channels, mean, std = (values[name] for name in ("size", "channels", "mean", "std"))
    fill, keep = values["fill"], values["keep"]
    for name, good, rule in (
        ("size", _are_whole(size, 2) and min(size) > 0, "two whole numbers above 0 (height, width)"),
        ("resize", values["resize"] in get_args(Rule), "letterbox, stretch or crop"),
        ("channels", _are_whole((channels,), 1) and channels in (1, 3), "1 or 3"),
        ("mean", _are_numbers(mean, channels), "one number a channel"),
        ("std", _are_numbers(std, channels) and min(std) > 0, "one number a channel, above 0"),
        ("keep", _are_numbers((keep,), 1) and 0 < keep <= 1, "a share above 0, and 1 at most"),
        ("fill", _are_whole((fill,), 1) and 0 <= fill <= 255, "a whole number from 0 to 255"),
    ):
        if not good:
            raise CallError(f"{name} must be {rule}, not {values[name]!r:.80}")


def _are_whole(values: object, count: int) -> bool:
    return isinstance(values, tuple | list) and len(values) == count and all(type(v) is int for v in values)


def _are_numbers(values: object, count: object) -> bool:
    return (
        isinstance(values, tuple | list)
        and len(values) == count
        and all(isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) for v in values)
    )
