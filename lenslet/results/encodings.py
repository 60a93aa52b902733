"""Every face of one picture, as numbers that can be compared."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from lenslet import draw
from lenslet.errors import CallError
from lenslet.image import open_image, save_image
from lenslet.results.encoding import SCHEMA, Encoding
from lenslet.results.frozen import picture_of

__all__ = ["Encodings"]

_FIELDS = ("box", "quality", "vector")  # of each face


@dataclass(frozen=True, repr=False)
class Encodings:
    """The faces of a picture, the largest first; none where none is found. Two are equal when all but the picture is.

    Args:
        faces: one encoding each.
        picture: where they came from, or the picture itself; for `plot`.
    """

    faces: tuple[Encoding, ...]
    picture: Path | np.ndarray | None = field(default=None, compare=False)

    def __len__(self) -> int:
        """How many faces."""
        return len(self.faces)

    def __iter__(self) -> Iterator[Encoding]:
        return iter(self.faces)

    def __getitem__(self, number: int) -> Encoding:
        """One of them; 0 is the largest."""
        return self.faces[number]

    def drawn(self) -> np.ndarray:
        """The picture with a box around every face, and how fit it is to be compared; a small one is enlarged.

        Raises:
            CallError: there is no picture.
            ImageError: it is not there any more.
        """
        if self.picture is None:
            raise CallError("these faces know no picture to be drawn on; set `picture`")
        image, times = draw.enlarged(open_image(self.picture))
        placed = [face for face in self.faces[::-1] if face.box is not None]  # the largest on top
        boxes = np.array([face.box for face in placed], np.float64).reshape(-1, 4)
        return draw.boxes(
            image, boxes * times, [f"quality {face.quality:.2f}" for face in placed], kinds=[0] * len(boxes)
        )

    def plot(self, path: str | Path) -> Path:
        """Write the picture with its faces.

        Raises:
            CallError: there is no picture, or the path's suffix names no format.
            ImageError: the picture is not there any more.
        """
        return save_image(self.drawn(), path)

    def to_dict(self) -> dict[str, Any]:
        """Plain values: a dictionary for each face; its numbers are biometric data, to be kept as such."""
        return {
            "schema": SCHEMA,
            "task": "face",
            "image": str(self.picture) if isinstance(self.picture, Path) else None,
            "faces": [{name: value for name, value in one.to_dict().items() if name in _FIELDS} for one in self.faces],
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Encodings":
        """Read what `to_json` wrote; every number comes back bit for bit.

        Raises:
            CallError: the text is something else.
        """
        try:
            plain = json.loads(text)
            path = picture_of(plain)[0]
            head = {name: plain[name] for name in ("schema", "task")}
            faces = [Encoding.from_json(json.dumps({**head, "image": None, **face})) for face in plain["faces"]]
            if head != {"schema": SCHEMA, "task": "face"}:
                raise CallError(f"this JSON is no faces of schema {SCHEMA}: {text:.80}")
            return cls(tuple(replace(face, picture=path) for face in faces), path)
        except CallError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CallError(f"this is not the JSON of faces ({error}): {text:.80}") from error

    def __repr__(self) -> str:
        return f"Encodings({self})"

    def __str__(self) -> str:
        if not self.faces:
            return "no face"
        many = "1 face" if len(self) == 1 else f"{len(self)} faces"
        return f"{many}, quality {', '.join(f'{face.quality:.2f}' for face in self.faces)}"
