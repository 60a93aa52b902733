"""How far a classifier's confidence can be believed: the words, and the reliability diagram."""

import io
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float

from lenslet.report.curves import BLUE, INK, ORANGE, SOFT
from lenslet.report.page import Block, Figure, Section
from lenslet.results.calibration import Calibration

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_GROUPS = 10


def calibration_section(calibration: Calibration) -> Section:
    """What was done to the confidence, in words, and the diagram before and after."""
    c = calibration
    blocks: list[Block] = [
        "A model is honest about itself when, of all answers that it is 90 % sure of, nine in ten are right."
    ]
    if c.why_not:
        blocks.append(f"Its confidence was left as training made it (temperature 1): {c.why_not}.")
    else:
        assert c.nll is not None
        assert c.ece is not None
        was = "less sure than it could be" if c.temperature < 1 else "surer than it should be"
        blocks.append(
            f"It came out of training {was}, so its logits are divided by a temperature of {c.temperature:.2f} from "
            f"now on, fitted on {c.n} held-out pictures. That changes how sure it is, and never its answer. The "
            f"calibration error went from {c.ece[0]:.3f} to {c.ece[1]:.3f}, the mean negative log-probability of the "
            f"truth from {c.nll[0]:.3f} to {c.nll[1]:.3f}. The second numbers are cross-fitted: each half of the "
            "pictures is measured with the temperature that fits the other half, because on the pictures that it was "
            "fitted on a temperature always looks a little better than it is."
        )
    if c.n:
        wrong = int((~c.right).sum())
        caption = (
            "Answers in ten groups by how sure they were; the larger a dot, the more answers. On the diagonal "
            "confidence is honest; dots above it are too modest, below it too sure. Bars: 95 % Wilson intervals."
        )
        if wrong < 10:
            said = "no error" if not wrong else "one error" if wrong == 1 else f"{wrong} errors"
            caption += f" With {said} in {c.n} answers, little can be told."
        blocks.append(Figure(reliability(c), caption, 720 if not c.why_not else 380))
    return Section("How sure it is", tuple(blocks))


def reliability(calibration: Calibration) -> bytes:
    """The reliability diagram as PNG: before and after, or one where nothing was changed."""
    from matplotlib.figure import Figure as Canvas

    both = not calibration.why_not
    figure = Canvas(figsize=(8.4 if both else 4.3, 4.3), dpi=150, layout="constrained")
    titles = ("As trained", "With its temperature, cross-fitted") if both else ("As trained",)
    for column, title in enumerate(titles):
        axes = figure.add_subplot(1, len(titles), column + 1)
        _diagram(axes, calibration.confidence[:, column], calibration.right, BLUE if column else ORANGE)
        ece = "" if calibration.ece is None else f": error {calibration.ece[column]:.3f}"
        axes.set_title(f"{title}{ece}", loc="left", color=INK, fontsize=10)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def _diagram(axes: "Axes", confidence: Float[np.ndarray, " n"], right: Bool[np.ndarray, " n"], colour: str) -> None:
    from matplotlib.ticker import PercentFormatter
    from scipy.stats import binomtest

    axes.plot((0, 1), (0, 1), color=SOFT, linewidth=1, linestyle="--")
    group = np.minimum((confidence * _GROUPS).astype(int), _GROUPS - 1)
    for number in np.unique(group):
        mine = group == number
        count, hits = int(mine.sum()), int(right[mine].sum())
        x, y = float(confidence[mine].mean()), hits / count
        between = binomtest(hits, count).proportion_ci(0.95, method="wilson")
        axes.plot((x, x), (between.low, between.high), color=colour, linewidth=1.2, alpha=0.7)
        axes.plot(x, y, "o", color=colour, markersize=4 + 12 * (count / len(right)) ** 0.5, alpha=0.85, clip_on=False)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_aspect("equal")
    axes.set_xlabel("how sure it was", color=INK)
    axes.set_ylabel("share of right answers", color=INK)
    axes.grid(color="#e8ebee", linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors="#5c6675")
