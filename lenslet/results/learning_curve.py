"""How the accuracy grows with the number of pictures, and what twice as many would bring."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from lenslet.errors import CallError, WorkError
from lenslet.files import whole_file
from lenslet.results.power_law import PowerLaw, fit_power_law

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SCHEMA = 1
_SETS = 1000  # of errors drawn
_SHARED = 0.5  # of the luck of a measurement: all runs are measured on the same pictures, some hard for all of them
_BELIEVED, _BELIEF = 2.0, 3.0  # before anything is seen, runs scatter twice as much as binomial; that counts as 3 runs
_WIDEST = 0.25  # interval of an expectation that is still worth saying


@dataclass(frozen=True)
class CurvePoint:
    """One run on a part of the pictures.

    Args:
        n: pictures learned from.
        share: of all, 0 to 1.
        repeat: 0, 1, ...: which draw of that share.
        right: answers on the held-out pictures.
        of: held-out pictures.
        seconds: that the run took.
    """

    n: int
    share: int | float
    repeat: int
    right: int
    of: int
    seconds: int | float = 0.0

    def __post_init__(self) -> None:
        if not (self.n >= 1 and 0 <= self.right <= self.of and self.of >= 1 and 0 < self.share <= 1):
            raise CallError(f"no point of a learning curve: {self.right} of {self.of} right after {self.n} pictures")

    @property
    def accuracy(self) -> float:
        """Share of right answers."""
        return self.right / self.of

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval of the accuracy."""
        from scipy.stats import binomtest

        found = binomtest(self.right, self.of).proportion_ci(0.95, method="wilson")
        return float(found.low), float(found.high)


@dataclass(frozen=True)
class Expected:
    """An accuracy that is expected with `n` pictures, and where it lies in 95 of 100 cases."""

    n: int
    accuracy: float
    low: float
    high: float


@dataclass(frozen=True, eq=False, repr=False)
class LearningCurve:
    """Runs on nested parts of the same pictures, and the power law through their errors.

    The uncertainty is that of 1,000 sets of errors which could have been measured instead: of each size one of its runs
    is drawn, and its errors from what its count of right answers leaves possible (Jeffreys' interval), half of that
    luck shared by all runs, because they are measured on the same pictures. Sizes with a single run scatter as the
    repeated ones did. Each set is fitted anew; an expectation is the median and the middle 95 % of what the fits say,
    with the scatter of a single run on top. What it does not know is whether new pictures are like these.

    Args:
        points: in any order; the run on all pictures among them.
        each: what each run was given, in words.

    Source: Hestness et al. 2017 for the law; Efron 1979 for the bootstrap.
    """

    points: tuple[CurvePoint, ...]
    each: str = ""

    def __post_init__(self) -> None:
        if not self.points:
            raise CallError("a learning curve needs at least one run")
        object.__setattr__(self, "points", tuple(sorted(self.points, key=lambda p: (p.n, p.repeat))))

    @property
    def now(self) -> CurvePoint:
        """The run on the most pictures."""
        return next(p for p in self.points if p.n == self.points[-1].n)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The different numbers of pictures, rising."""
        return tuple(sorted({p.n for p in self.points}))

    @cached_property
    def fit(self) -> PowerLaw | None:
        """The law through what was measured (one set); None where there are fewer than three sizes."""
        if len(self.sizes) < 3:
            return None
        errors = np.array([[1 - p.accuracy for p in self.points]])
        return fit_power_law(self._n, errors, self._weights)

    def predict(self, n: int, *, measured_on: int | None = None) -> Expected | None:
        """The accuracy to expect after learning from `n` pictures, trained in the same way; None where there is no fit.

        Args:
            n: pictures to learn from.
            measured_on: expect what is measured on so many pictures, with the luck of that measurement, rather than
                the accuracy on pictures without end.
        """
        if self._fits is None:
            return None
        error = self._fits.error(n)
        runs = max(self._dispersion - 1, 0.0) / self.now.of  # what differs from run to run, beside the measurement
        variance = (runs + (1 / measured_on if measured_on else 0.0)) * error * (1 - error)
        error = np.clip(error + np.random.default_rng(1).normal(size=error.size) * np.sqrt(variance), 0, 1)
        low, middle, high = np.quantile(1 - error, (0.025, 0.5, 0.975))
        return Expected(n, float(middle), float(low), float(high))

    @cached_property
    def why_not(self) -> str:
        """Why nothing can be said of more pictures; empty where something can."""
        now = self.now
        if len(self.sizes) < 3:
            return "there are too few pictures to learn from parts of them"
        if now.right == now.of:
            return f"all {now.of} held-out pictures are right already, so a gain could not be seen on them"
        assert self._drawn is not None
        small, large = (self._drawn[:, self._n == n].mean(1) for n in (self._n[0], self._n[-1]))
        if (small > large).mean() < 0.975:
            return f"on {now.of} held-out pictures, no gain from {self.sizes[0]:,} to {now.n:,} is to be seen"
        expected = self.predict(2 * now.n)
        if expected is None or expected.high - expected.low > _WIDEST:
            return "what was measured scatters too much"
        return ""

    @property
    def said(self) -> str:
        """What twice as many pictures would bring, in a sentence."""
        now, twice = self.now, 2 * self.now.n
        today = f"now {percent(now.accuracy)} %"
        if self.why_not:
            return f"what {twice:,} pictures instead of {now.n:,} would bring cannot be said: {self.why_not}; {today}"
        expected = self.predict(twice)
        assert expected is not None
        doubt = ", so the gain may be none" if expected.low <= now.accuracy else ""
        return (
            f"with {twice:,} pictures to learn from instead of {now.n:,} expect {percent(expected.low)} to "
            f"{percent(expected.high)} % right; {today}{doubt}"
        )

    def figure(self) -> "Figure":
        """Accuracy against the number of pictures, with the fit and what it expects of twice as many."""
        from lenslet.results.learning_curve_figure import learning_curve_figure

        return learning_curve_figure(self)

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
        """A line a run."""
        lines = [
            f"{p.n},{p.share:.6g},{p.repeat},{p.right},{p.of},{p.accuracy:.6g},{p.interval[0]:.6g},{p.interval[1]:.6g},"
            f"{p.seconds:.6g}\n"
            for p in self.points
        ]
        return "n,share,repeat,right,of,accuracy,low,high,seconds\n" + "".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Plain values: the runs, the fit, and what twice as many pictures would bring."""
        fit, twice = self.fit, None if self.why_not else self.predict(2 * self.now.n)
        return {
            "schema": SCHEMA,
            "points": [asdict(p) | {"share": float(p.share), "seconds": float(p.seconds)} for p in self.points],
            "each": self.each,
            "fit": None
            if fit is None
            else {name: float(getattr(fit, name)[0]) for name in ("floor", "scale", "exponent")} | {"unit": fit.unit},
            "twice": None if twice is None else asdict(twice),
            "why_not": self.why_not,
            "said": self.said,
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "LearningCurve":
        """Read what `to_json` wrote; the fit is made anew.

        Raises:
            CallError: the text is something else.
        """
        try:
            plain = json.loads(text)
            if plain["schema"] != SCHEMA:
                raise CallError(f"this JSON is not a learning curve of schema {SCHEMA}: {text:.80}")
            return cls(curve_points(plain["points"]), plain["each"])
        except CallError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CallError(f"this is not the JSON of a learning curve ({error}): {text:.80}") from error

    def __repr__(self) -> str:
        return f"LearningCurve({len(self.points)} runs, {self.sizes[0]:,} to {self.now.n:,} pictures)"

    def __str__(self) -> str:
        return self.said

    @cached_property
    def _n(self) -> Float[np.ndarray, " m"]:
        return np.array([p.n for p in self.points], np.float64)

    @cached_property
    def _weights(self) -> Float[np.ndarray, " m"]:
        """One over the variance of each run's error; the half keeps a run without an error from outweighing all."""
        errors = np.array([(p.of - p.right + 0.5) / (p.of + 1) for p in self.points])
        made: np.ndarray = np.array([p.of for p in self.points]) / (errors * (1 - errors))
        return made

    @cached_property
    def _dispersion(self) -> float:
        """How much more the runs of one size scatter than binomial counts do, with what is believed before: >= 1."""
        squares, freedom = 0.0, 0
        for n in self.sizes:
            mine = [p for p in self.points if p.n == n]
            if len(mine) > 1:
                right, of = sum(p.right for p in mine), sum(p.of for p in mine)
                error = (of - right + 0.5) / (of + 1)
                squares += sum((p.accuracy - right / of) ** 2 * p.of for p in mine) / (error * (1 - error))
                freedom += len(mine) - 1
        return max((_BELIEF * _BELIEVED + squares) / (_BELIEF + freedom), 1.0)

    @cached_property
    def _drawn(self) -> "Float[np.ndarray, 'sets m'] | None":
        """Errors that could have been measured instead, a row per set."""
        from scipy.special import betaincinv, ndtr

        if len(self.sizes) < 3:
            return None
        dice = np.random.default_rng(0)
        luck = dice.normal(size=(_SETS, 1))
        columns = []
        for point in self.points:
            mine = [p for p in self.points if p.n == point.n]
            drawn = dice.integers(len(mine), size=_SETS)
            spread = 1.0 if len(mine) > 1 else self._dispersion
            wrong = np.array([p.of - p.right for p in mine])[drawn] / spread
            right = np.array([p.right for p in mine])[drawn] / spread
            own = dice.normal(size=_SETS)
            place = ndtr(np.sqrt(_SHARED) * luck[:, 0] + np.sqrt(1 - _SHARED) * own)
            columns.append(betaincinv(wrong + 0.5, right + 0.5, place))
        return np.stack(columns, axis=1)

    @cached_property
    def _fits(self) -> PowerLaw | None:
        return None if self._drawn is None else fit_power_law(self._n, self._drawn, self._weights)


def curve_points(plain: Sequence[Mapping[str, Any]]) -> tuple[CurvePoint, ...]:
    """Points from plain values, as `to_dict` has them.

    Raises:
        TypeError, KeyError, ValueError: they are something else.
    """
    kinds = {"n": int, "share": float, "repeat": int, "right": int, "of": int, "seconds": float}
    return tuple(CurvePoint(**{name: kind(item[name]) for name, kind in kinds.items()}) for item in plain)


def percent(share: float) -> str:
    """A share in percent with one digit, never rounded up to 100."""
    text = f"{100 * share:.1f}"
    return "over 99.9" if text == "100.0" and share < 1 else text
