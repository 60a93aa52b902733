"""`lenslet data stats`: classes and parts, sizes, colours, formats."""

from typing import TYPE_CHECKING

from lenslet.cli.command import Command
from lenslet.cli.output import number, percent, say, table, write
from lenslet.verbs.stats import stats

if TYPE_CHECKING:
    from lenslet.results import DataStats


def show(found: "DataStats") -> None:
    """A row for each class, then sizes, colours and formats."""
    unread = found.pictures - found.readable
    broken = f", {unread:,} of them cannot be read" if unread else ""
    write(f"{found.pictures:,} pictures, {len(found.classes)} classes, {found.bytes / 1e6:,.1f} MB{broken}")
    names = list(found.parts)
    rows = [[label, *(parts.get(name, 0) for name in names)] for label, parts in found.classes.items()]
    table("", ["class", *(names if len(names) > 1 else ["pictures"])], [*rows, ["all", *found.parts.values()]])
    spreads = [("width, pixels", found.width), ("height, pixels", found.height), ("width : height", found.aspect)]
    rows = [[name, *map(_plain, (one.least, one.middle, one.greatest))] for name, one in spreads]
    table("", ["size", "least", "middle", "greatest"], rows)
    colours = zip(("red", "green", "blue"), found.mean, found.std, strict=True)
    table("", ["channel", "mean", "std"], [[name, number(mean), number(std)] for name, mean, std in colours])
    write("formats  " + ", ".join(f"{kind} {count:,}" for kind, count in found.kinds.items()))
    write(f"grey     {percent(found.grey)}  (of {found.opened:,} pictures opened)")
    for note in found.notes:
        say(note)


def _plain(value: float) -> str:
    return number(int(value)) if value == int(value) else number(value)


command = Command(stats, show, group="data", example="lenslet data stats flowers/")
