"""What a learning-rate range test found: the loss at each rate, and the rate to train with."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from lenslet.errors import CallError, ShapeError, WorkError
from lenslet.files import whole_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SCHEMA = 1
_WIDTH = 0.25  # of the smoothing, in powers of ten of the rate (one standard deviation of a Gaussian)
_RESAMPLED = 300
_SURE = 4.0  # standard errors by which the loss must fall for a suggestion to be read from it
_INK, _SOFT, _BLUE, _ORANGE = "#1c2430", "#5c6675", "#1f6f8b", "#d9772b"


@dataclass(frozen=True)
class Reading:
    """What is read from one smoothed curve: the rates where the loss falls fastest and where it is lowest.

    `suggested` is the smaller of the first and a tenth of the second.
    """

    steepest: float
    lowest: float

    @property
    def suggested(self) -> float:
        """The smaller of the two readings."""
        return min(self.steepest, self.lowest / 10)


@dataclass(frozen=True, eq=False, repr=False)
class Rates:
    """Losses of a short run whose learning rate rose from step to step.

    What is read is the difference to the untrained net on the same batch: whether a batch is hard or easy then hardly
    matters (a control variate), and 100 steps are enough. It is smoothed over the logarithm of the rate, forwards and
    backwards alike, so that the curve is not shifted as a running mean would be. The rates next to an explosion do not
    drag it up: no loss counts more than twice the first ones.

    Args:
        rates: of each step, rising.
        losses: before each step; NaN or infinite where it exploded.
        untrained: what the net at the beginning loses on the same batches.
        usual: the rate that the run would train with otherwise.
        net: its name.
        folder: where `train` wrote rates.png and rates.csv.

    Source: Smith 2015; a tenth of the minimum and the steepest point are fastai's two readings.
    """

    rates: Float[np.ndarray, " n"]
    losses: Float[np.ndarray, " n"]
    untrained: Float[np.ndarray, " n"]
    usual: int | float
    net: str = ""
    folder: Path | None = None

    def __post_init__(self) -> None:
        for name in ("rates", "losses", "untrained"):
            values = np.array(getattr(self, name), np.float64)
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        if self.rates.ndim != 1 or not self.rates.shape == self.losses.shape == self.untrained.shape:
            raise ShapeError(
                f"rates of shape {self.rates.shape}, losses of shape {self.losses.shape} and of shape "
                f"{self.untrained.shape} do not match"
            )
        if not (np.isfinite(self.rates).all() and (self.rates > 0).all() and (np.diff(self.rates) > 0).all()):
            raise CallError("the rates of a range test are positive and rise from step to step")

    @cached_property
    def corrected(self) -> Float[np.ndarray, " m"]:
        """The losses as if all batches were equally hard, of the first m steps: those before one that is no number."""
        finite = np.isfinite(self.losses) & np.isfinite(self.untrained)
        m = self.losses.size if finite.all() else int(np.argmin(finite))
        if not m:
            return self.losses[:0]
        made: np.ndarray = self.losses[:m] - self.untrained[:m] + self.untrained[:m].mean()
        held: np.ndarray = np.minimum(made, 2 * np.median(made[:10]))
        return held

    @cached_property
    def smoothed(self) -> Float[np.ndarray, " m"]:
        """The same, smoothed."""
        smoothed: np.ndarray = self._smooth @ self.corrected
        return smoothed

    @cached_property
    def reading(self) -> Reading | None:
        """The two rates; None where the loss did not clearly fall."""
        return self._read(self.smoothed) if self._fell else None

    @property
    def suggested(self) -> float | None:
        """The highest rate to train with; None where the loss did not clearly fall."""
        return None if self.reading is None else self.reading.suggested

    @cached_property
    def between(self) -> tuple[float, float] | None:
        """Where the suggestion lies in 90 of 100 runs whose batches scatter as these did.

        The scatter of the losses around the smoothed curve is turned over at random, point by point, and read anew
        (the wild bootstrap). It knows nothing of another seed or another folder.
        """
        if not self._fell:
            return None
        residuals = self.corrected - self.smoothed
        signs = np.random.default_rng(0).choice((-1.0, 1.0), (_RESAMPLED, residuals.size))
        found = [self._read(self._smooth @ (self.smoothed + s * residuals)).suggested for s in signs]
        low, high = np.quantile(found, (0.05, 0.95))
        return float(low), float(high)

    @property
    def said(self) -> str:
        """What to do, in a sentence."""
        if self.reading is None or self.between is None:
            return (
                f"the loss did not clearly fall at any rate, so none is suggested; {self.usual:g} would be used. "
                "Try more pictures, a larger --batch, or another net"
            )
        low, high = self.between
        vague = ": not much more than its order of magnitude" if high > 10 * low else ""
        return (
            f"try a rate of {self.reading.suggested:.2g} ({low:.2g} to {high:.2g} as the batches scatter{vague}); "
            f"{self.usual:g} would be used otherwise"
        )

    def figure(self) -> "Figure":
        """Loss against rate as a Matplotlib figure, with the suggestion and the usual rate."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=(8, 4.4), dpi=150, layout="constrained")
        axes = figure.subplots()
        shown = self.rates[: self.smoothed.size]
        axes.plot(shown, self.corrected, ".", color="#b9c0c9", markersize=5, label="loss of each batch")
        axes.plot(shown, self.smoothed, color=_BLUE, linewidth=2, label="smoothed")
        if self.reading is not None and self.between is not None:
            axes.axvspan(*self.between, color=_ORANGE, alpha=0.15, linewidth=0)
            label = f"suggested: {self.reading.suggested:.2g}"
            axes.axvline(self.reading.suggested, color=_ORANGE, linewidth=2, label=label)
        axes.axvline(float(self.usual), color=_SOFT, linewidth=1.5, linestyle="--", label=f"usual: {self.usual:g}")
        axes.set_xscale("log")
        axes.set_xlim(self.rates[0], max(float(self.rates[-1]), 1.1 * self.usual))
        axes.set_xlabel("learning rate", color=_INK)
        axes.set_ylabel("loss", color=_INK)
        title = "The loss while the rate rises" + (f": {self.net}" if self.net else "")
        axes.set_title(title, loc="left", color=_INK, fontsize=11)
        axes.grid(color="#e8ebee", linewidth=0.8)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=_SOFT)
        axes.legend(frameon=False, fontsize=9, loc="best")
        return figure

    def plot(self, path: str | Path) -> Path:
        """Write the figure to `path` (.png, .pdf or .svg).

        Raises:
            CallError: the suffix names no format.
            WorkError: it cannot be written.
        """
        path = Path(path)
        if path.suffix.lower() not in {".png", ".pdf", ".svg"}:
            raise CallError(f"{path}: a figure is saved as .png, .pdf or .svg; give one of these suffixes")
        try:
            with whole_file(path) as temporary:
                self.figure().savefig(temporary, format=path.suffix[1:].lower(), dpi=150)
        except OSError as error:
            raise WorkError(f"{path} cannot be written ({error.strerror or error}); choose another place") from error
        return path

    def csv(self) -> str:
        """rate, loss, loss of the untrained net and smoothed loss, a line a step."""
        smoothed = [f"{value:.6g}" for value in self.smoothed] + [""] * (self.losses.size - self.smoothed.size)
        columns = zip(self.rates, self.losses, self.untrained, smoothed, strict=True)
        lines = [f"{rate:.6g},{loss:.6g},{untrained:.6g},{s}\n" for rate, loss, untrained, s in columns]
        return "rate,loss,untrained,smoothed\n" + "".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Plain values; a loss that is no number becomes null."""
        return {
            "schema": SCHEMA,
            "suggested": self.suggested,
            "between": None if self.between is None else list(self.between),
            "steepest": None if self.reading is None else self.reading.steepest,
            "lowest": None if self.reading is None else self.reading.lowest,
            "usual": float(self.usual),
            "net": self.net,
            "folder": None if self.folder is None else str(self.folder),
            "rates": self.rates.tolist(),
            "losses": _plain(self.losses),
            "untrained": _plain(self.untrained),
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Rates":
        """Read what `to_json` wrote.

        Raises:
            CallError: the text is something else.
        """
        try:
            plain: Mapping[str, Any] = json.loads(text)
            if plain["schema"] != SCHEMA:
                raise CallError(f"this JSON is not a range test of schema {SCHEMA}: {text:.80}")
            rates = np.array(plain["rates"], np.float64)
            folder = None if plain["folder"] is None else Path(plain["folder"])
            losses, untrained = _numbers(plain["losses"]), _numbers(plain["untrained"])
            return cls(rates, losses, untrained, plain["usual"], plain["net"], folder)
        except CallError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CallError(f"this is not the JSON of a range test ({error}): {text:.80}") from error

    def __repr__(self) -> str:
        said = "nothing suggested" if self.suggested is None else f"suggested {self.suggested:.2g}"
        return f"Rates({self.rates.size} steps, {said}, usual {self.usual:g})"

    def __str__(self) -> str:
        return self.said

    @cached_property
    def _smooth(self) -> Float[np.ndarray, "m m"]:
        """The matrix that smooths: row i is a Gaussian around log10 of rate i."""
        x = np.log10(self.rates[: self.corrected.size])
        weights = np.exp(-0.5 * ((x[:, None] - x[None, :]) / _WIDTH) ** 2)
        made: np.ndarray = weights / weights.sum(1, keepdims=True)
        return made

    @property
    def _fell(self) -> bool:
        """Whether the smoothed loss fell by more than the scatter of the batches could make it."""
        if self.corrected.size < 10:
            return False
        bottom = int(self.smoothed.argmin())
        error = float(np.linalg.norm(self._smooth[bottom] * (self.corrected - self.smoothed)))
        fall = self.smoothed[0] - self.smoothed[bottom]
        return bool(bottom >= 2 and fall > _SURE * error and fall > 0.01 * self.smoothed[0])

    def _read(self, smoothed: Float[np.ndarray, " m"]) -> Reading:
        x = np.log10(self.rates[: smoothed.size])
        bottom = max(int(smoothed.argmin()), 1)
        slope = np.gradient(smoothed, x)[: bottom + 1]
        return Reading(float(self.rates[int(slope.argmin())]), float(self.rates[bottom]))


def _plain(values: Float[np.ndarray, " n"]) -> list[float | None]:
    """JSON knows no NaN."""
    return [value if math.isfinite(value) else None for value in values.tolist()]


def _numbers(values: list[float | None]) -> Float[np.ndarray, " n"]:
    return np.array([math.nan if value is None else value for value in values], np.float64)
