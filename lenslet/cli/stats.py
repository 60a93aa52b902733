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
    boxes, names = found.boxes, list(found.parts)
    classes = found.classes if boxes is None else boxes.classes
    counted = f", {boxes.boxes:,} boxes" if boxes is not None else ""
    write(f"{found.pictures:,} pictures{counted}, {len(classes)} classes, {found.bytes / 1e6:,.1f} MB{broken}")
    rows = [[label, *(parts.get(name, 0) for name in names)] for label, parts in classes.items()]
    every = [["pictures" if boxes is not None else "all", *found.parts.values()]]
    table("", ["class", *(names if len(names) > 1 else ["boxes" if boxes else "pictures"])], [*rows, *every])
    spreads = [("width, pixels", found.width), ("height, pixels", found.height), ("width : height", found.aspect)]
    if boxes is not None:
        spreads.append(("boxes a picture", boxes.per_picture))
        own = (boxes.width, boxes.height, boxes.aspect, boxes.share)
        called = ("box: width, pixels", "box: height, pixels", "box: width : height", "box: side, of its picture's")
        spreads += [(name, spread) for name, spread in zip(called, own, strict=True) if spread is not None]
    rows = [[name, *map(_plain, (one.least, one.middle, one.greatest))] for name, one in spreads]
    table("", ["size", "least", "middle", "greatest"], rows)
    if boxes is not None:
        sizes = ", ".join(f"{count:,} {name}" for name, count in boxes.sizes.items())
        write(f"boxes    {sizes} (as COCO has it: below 32 x 32 pixels, below 96 x 96, above)")
        write(f"empty    {boxes.empty:,} pictures without a box")
    colours = zip(("red", "green", "blue"), found.mean, found.std, strict=True)
    table("", ["channel", "mean", "std"], [[name, number(mean), number(std)] for name, mean, std in colours])
    write("formats  " + ", ".join(f"{kind} {count:,}" for kind, count in found.kinds.items()))
    write(f"grey     {percent(found.grey)}  (of {found.opened:,} pictures opened)")
    for note in found.notes:
        say(note)


def _plain(value: float) -> str:
    return number(int(value)) if value == int(value) else number(value)


command = Command(stats, show, group="data", example="lenslet data stats flowers/")
