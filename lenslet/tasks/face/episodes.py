"""One-shot episodes: N identities with one picture each, and a new picture of one of them. Imports no torch."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from lenslet.results.intervals import bootstrap
from lenslet.tasks.face.metrics import Apart, squared

__all__ = ["one_shot_error"]


def one_shot_error(
    encodings: Float[np.ndarray, "n d"],
    identities: Int[np.ndarray, " n"],
    groups: Sequence[str] | None = None,
    *,
    apart: Apart | None = None,
    ways: int = 20,
    shots: int = 1,
    episodes: int = 400,
    seed: int = 0,
) -> tuple[float, tuple[float, float] | None, str]:
    """The share of questions answered wrongly, in percent.

    In each episode `ways` identities are drawn, of one group where there are groups, and of each `shots` pictures to
    know it by and one to ask about; the answer is the identity whose mean encoding is the nearest. A picture in which
    nothing was found (a row of NaN) counts as wrong.

    Args:
        encodings: of length 1.
        identities: whose each is.
        groups: of each identity, by its number.
        apart: another measure than the squared distance.
        ways: N; all identities of the group where it has fewer, which is told.
        shots: K.
        episodes: how many.
        seed: of the drawing.

    Returns:
        The error, its 95 % interval over the episodes' groups or episodes, and what was done in words.
        The error is NaN where no two identities have pictures enough.

    Source: course item 4.3; Vinyals et al. 2016; Lake et al. 2015.
    """
    dice = np.random.default_rng(seed)
    of = {int(i): np.flatnonzero(identities == i) for i in np.unique(identities)}
    able = [i for i, rows in of.items() if len(rows) > shots]
    among: dict[str, list[int]] = {}
    for i in able:
        among.setdefault(groups[i] if groups else "", []).append(i)
    among = {name: own for name, own in among.items() if len(own) > 1}
    if not among:
        return float("nan"), None, "no two identities have pictures enough for one-shot episodes"
    names = sorted(among)
    wrong, where, sizes = [], [], set()
    for number in range(episodes):
        name = names[number % len(names)]
        own = dice.permutation(among[name])[:ways]
        sizes.add(len(own))
        drawn = np.stack([dice.permutation(of[int(i)])[: shots + 1] for i in own])
        known = np.nan_to_num(encodings[drawn[:, :shots]]).mean(1)
        asked = encodings[drawn[:, shots]]
        away = (apart or squared)(asked[:, None, :], known[None, :, :])
        lost = ~np.isfinite(asked).all(1)
        answers = np.where(lost, -1, np.nan_to_num(away, nan=np.inf).argmin(1))
        wrong.append(float((answers != np.arange(len(own))).mean()))
        where.append(name)
    values = np.array(wrong)[:, None] * 100
    between = bootstrap(values, where if len(names) > 1 else None)
    how = f"one_shot_error: {_range(sizes)}-way {shots}-shot, {episodes} episodes"
    how += f" within each of {len(names)} groups" if groups else ""
    return float(values.mean()), None if between is None else between[0], how


def _range(sizes: set[int]) -> str:
    low, high = min(sizes), max(sizes)
    return str(low) if low == high else f"{low} to {high}"
