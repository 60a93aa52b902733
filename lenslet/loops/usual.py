"""A recipe from what is usual for a task and what the caller has decided: the order in which they count."""

from collections.abc import Mapping
from typing import Any

from lenslet.loops.recipe import Recipe


def settled(
    usual: Mapping[str, Any],
    decided: Mapping[str, Any],
    *,
    minutes: int | float,
    by_heart: int | None = None,
    without_muon: Mapping[str, Any] | None = None,
    rates: tuple[float, float] = (2e-3, 0.02),
) -> Recipe:
    """The recipe of a run.

    Args:
        usual: fields of `Recipe` where nobody has decided, for Muon.
        decided: fields of `Recipe`, as the caller has decided them; None where not.
        minutes: the budget where nobody has decided one.
        by_heart: passes of a self-test: learn by heart, with nothing that holds a net back; None where it is none.
        without_muon: what is usual, too, where another optimizer is asked for.
        rates: the highest ones of AdamW and of SGD.
    """
    values, given = dict(usual), {name: value for name, value in decided.items() if value is not None}
    if given.get("optimizer") in ("adamw", "sgd"):
        values |= {**(without_muon or {}), "rate": rates[given["optimizer"] == "sgd"]}
    if by_heart is not None:
        values |= {"epochs": by_heart, "decay": 0.0, "average": 0.0}
    if "epochs" in given or "minutes" in given:
        values.pop("epochs", None)
    elif by_heart is None:
        values["minutes"] = float(minutes)
    return Recipe(**values | given)
