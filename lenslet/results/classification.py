"""Which class a picture shows, with a probability for every class."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from lenslet import draw
from lenslet.errors import CallError, ShapeError
from lenslet.image import open_image, save_image

SCHEMA = 1
_SUM = 0.01  # half-precision probabilities of a thousand classes add up to 1 only this well
_SHOWN = 5


@dataclass(frozen=True, eq=False, repr=False)
class Classification:
    """One picture's answer; two are equal when labels and scores are, whatever the picture.

    Args:
        labels: class names, in the order of the scores.
        scores: probabilities, one a class.
        picture: where it came from, or the picture itself; for `plot` only.
    """

    labels: tuple[str, ...]
    scores: Float[np.ndarray, " k"]
    picture: Path | np.ndarray | None = field(default=None)

    def __post_init__(self) -> None:
        scores = np.array(self.scores)  # a copy: what is frozen must not change through another name
        if scores.ndim != 1 or len(self.labels) != scores.size:
            raise ShapeError(f"{len(self.labels)} labels and scores of shape {scores.shape} do not go together")
        if not self.labels or not all(isinstance(label, str) for label in self.labels):
            raise CallError("a classification needs at least one label, and every label is a string")
        if scores.dtype.kind != "f":
            raise CallError(f"scores must be floats, not {scores.dtype}")
        # The sum in double precision: half precision would round it
        if not np.isfinite(scores).all() or scores.min() < 0 or abs(float(scores.sum(dtype=np.float64)) - 1) > _SUM:
            raise CallError(
                f"scores must be probabilities that add up to 1, not {np.array2string(scores, threshold=5)}"
            )
        scores.setflags(write=False)
        object.__setattr__(self, "scores", scores)
        object.__setattr__(self, "labels", tuple(self.labels))

    @classmethod
    def certain(cls, label: str, labels: tuple[str, ...], picture: Path | np.ndarray | None = None) -> "Classification":
        """The truth: all probability on one class.

        Raises:
            CallError: the label is none of the labels.
        """
        if label not in labels:
            raise CallError(f"{label!r} is none of the {len(labels)} classes ({', '.join(labels[:8])})")
        scores = np.zeros(len(labels))
        scores[labels.index(label)] = 1.0
        return cls(labels, scores, picture)

    @property
    def index(self) -> int:
        """The number of the most probable class; of equals the first."""
        return int(self.scores.argmax())

    @property
    def label(self) -> str:
        """The most probable class."""
        return self.labels[self.index]

    @property
    def score(self) -> float:
        """The probability of `label`."""
        return float(self.scores[self.index])

    def top(self, k: int = _SHOWN) -> list[tuple[str, float]]:
        """The `k` most probable classes with their probabilities, best first; all of them where there are fewer."""
        if k < 1:
            raise CallError(f"top({k}) asks for no class; give 1 or more")
        order = np.argsort(-self.scores, kind="stable")[:k]
        return [(self.labels[i], float(self.scores[i])) for i in order]

    def plot(self, path: str | Path) -> Path:
        """Write the picture, with bars for the five most probable classes beside it.

        Raises:
            ImageError: the picture is not there any more.
            CallError: the path's suffix names no format.
        """
        best = self.top(_SHOWN)
        more = len(self.labels) - len(best)
        chart = draw.bars(
            [name for name, _ in best],
            [share for _, share in best],
            note=f"and {more} other {'class' if more == 1 else 'classes'}" if more else "",
        )
        if self.picture is None:
            return save_image(np.pad(chart, ((24, 24), (24, 24), (0, 0)), constant_values=255), path)
        picture = draw.fit(open_image(self.picture), 420)
        return save_image(draw.beside(picture, chart), path)

    def to_dict(self) -> dict[str, Any]:
        """Plain values: the answer first, then everything that `from_json` needs."""
        return {
            "schema": SCHEMA,
            "task": "classify",
            "image": str(self.picture) if isinstance(self.picture, Path) else None,
            "label": self.label,
            "score": self.score,
            "top": [{"label": label, "score": score} for label, score in self.top(_SHOWN)],
            "labels": list(self.labels),
            "scores": self.scores.tolist(),
            "dtype": str(self.scores.dtype),
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Classification":
        """Read what `to_json` wrote; every score comes back bit for bit.

        Raises:
            CallError: the text is something else.
        """
        try:
            plain = json.loads(text)
            if plain["schema"] != SCHEMA or plain["task"] != "classify":
                raise CallError(f"this JSON is not a classification of schema {SCHEMA}: {text:.80}")
            scores = np.array(plain["scores"], np.dtype(plain.get("dtype", "float64")))
            picture = Path(plain["image"]) if plain.get("image") is not None else None
            return cls(tuple(plain["labels"]), scores, picture)
        except CallError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CallError(f"this is not the JSON of a classification ({error}): {text:.80}") from error

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Classification):
            return NotImplemented
        return self.labels == other.labels and np.array_equal(self.scores, other.scores)

    def __hash__(self) -> int:
        return hash((self.labels, tuple(self.scores.tolist())))

    def __repr__(self) -> str:
        return f"Classification({self.label!r}, {self.score:.4f}, {len(self.labels)} classes)"

    def __str__(self) -> str:
        return ", ".join(f"{label} {score:.1%}" for label, score in self.top(3))
