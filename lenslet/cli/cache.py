"""`lenslet data cache`: what is kept of decoded pictures."""

from lenslet.cli.command import Command
from lenslet.cli.output import table, write
from lenslet.verbs.cache import PictureCache, cache


def show(kept: PictureCache) -> None:
    """A row for each set, then the sum, and what was freed."""
    if kept.sets:
        rows = [
            [one.name, one.pictures, f"{one.bytes / 1e6:,.1f} MB", f"{one.used.astimezone():%Y-%m-%d %H:%M}"]
            for one in kept.sets
        ]
        table("", ["decoded from", "pictures", "size", "last used"], rows)
    freed = f"; {kept.freed / 1e6:,.1f} MB freed" if kept.freed else ""
    write(f"{len(kept.sets)} sets, {kept.bytes / 1e6:,.1f} MB{freed}")


command = Command(cache, show, group="data", example="lenslet data cache --limit 2")
