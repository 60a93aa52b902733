"""`lenslet export`: the file, how near it is to the model, and what int8 costs."""

from typing import TYPE_CHECKING

from lenslet.cli.command import Command
from lenslet.cli.output import number, percent, say, table, write
from lenslet.verbs.export import export

if TYPE_CHECKING:
    from lenslet.results.exported import Exported

__all__ = ["command"]


def show(made: "Exported") -> None:
    """File and size; the largest differences to the model; before and after int8."""
    write(f"{made.path}: {made.task}, {made.precision}, {made.size / 2**20:.1f} MB")
    for part in made.parts:
        write(f"{part}, which belongs to it")
    parity = made.parity
    rows = [
        [name, f"{parity.same[name]:.1e}", f"{parity.any[name]:.1e}", *(f"{limit:g}" for limit in limits)]
        for name, limits in parity.tolerance.items()
    ]
    limits = ["at most", "at most "] if made.precision == "fp32" else []
    table(
        "Largest differences to the model in PyTorch",
        ["output", "at the net's size", "any size", *limits],
        [row[: 3 + len(limits)] for row in rows],
    )
    write(
        f"on {parity.pictures} photographs ({parity.whose}) and {parity.random} of noise; "
        f"both say the same on {percent(parity.agree)} of the photographs"
    )
    if made.cost:
        table(
            f"What int8 costs, on {made.measured:,}",
            ["metric", "before", "after", "cost"],
            [[name, number(a), number(b), f"{b - a:+.4f}"] for name, (a, b) in made.cost.items()],
        )
    if made.page is not None:
        write(f"page: {made.page / 'index.html'}")
    for note in made.notes:
        say(note)


command = Command(export, show, example="lenslet export runs/classify-1 --out flowers.onnx")
