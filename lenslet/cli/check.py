"""`lenslet data check`: what was found, what matters most first."""

from typing import TYPE_CHECKING

from lenslet.cli.command import Command
from lenslet.cli.output import say, table, write
from lenslet.verbs.check import check

if TYPE_CHECKING:
    from lenslet.results import DataReport

_SHOWN = {"label": 20}  # findings of a kind that are written out; of all others ten


def show(report: "DataReport") -> None:
    """A row for each kind of finding, then the findings themselves; how it was looked at goes to stderr."""
    from lenslet.results.data_report import KINDS

    boxes = f", {sum(report.classes.values()):,} boxes" if report.what == "boxes" else ""
    write(f"{report.pictures:,} pictures{boxes}, {len(report.classes)} classes: {report.verdict}")
    if report.counts:
        rows = [[KINDS[kind].title, count, KINDS[kind].severity] for kind, count in report.counts.items()]
        table("", ["what", "found", "weight"], rows)
    for kind, count in report.counts.items():
        most = _SHOWN.get(kind, 10)
        write(f"{KINDS[kind].title}. {KINDS[kind].advice}")
        for finding in report.of(kind)[:most]:
            write(f"  {finding}")
        if count > most:
            write(f"  ... and {count - most:,} more: --json lists all, and --out DIR writes them with pictures")
        write()
    for note in report.notes:
        say(note)


command = Command(check, show, group="data", example="lenslet data check flowers/ --out flowers-check")
