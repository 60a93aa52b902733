"""`lenslet explain`: what was found, in a few lines, and where the sheet lies."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lenslet.cli.command import Command
from lenslet.cli.output import say, table, write
from lenslet.verbs.explain import explain

if TYPE_CHECKING:
    from lenslet.results.attribution import Attribution
    from lenslet.results.units import Units

_SHOWN = 5  # units of a layer that are written out


def call(*, out: str | Path | None, **given: Any) -> "Attribution | Units":
    """The verb's answer; and where the sheet lies, on stderr, so that a pipe carries the answer only."""
    found = explain(out=out, **given)
    say("give --out sheet.png to see it" if out is None else f"the sheet: {out}")
    return found


def show(found: "Attribution | Units") -> None:
    """Of an answer what is explained and where it speaks loudest; of units a line a layer."""
    if hasattr(found, "layers"):
        rows = [
            [one.name, one.says, ", ".join(f"{unit.number} ({unit.value:.3g})" for unit in one.units[:_SHOWN])]
            for one in found.layers
        ]
        table(str(found), ["layer", "", "units (largest answer)"], rows)
        return
    each = [found] if found.other is None else [found, found.other]
    for one in each:
        x, y = one.peak
        name = one.picture if isinstance(one.picture, Path) else "the picture"
        write(f"{name}  {one.target}  {one.kind} {one.score:.3g}  {one.rule}  loudest at ({x:.0f}, {y:.0f})")


command = Command(explain, show, call=call, example="lenslet explain signs hand.jpg --method cam --out why.png")
