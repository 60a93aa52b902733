"""What a check found, as parts of a page: kind after kind, with the pictures side by side."""

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from lenslet.results.data_report import KINDS
from lenslet.studio.parts import empty, picture_url, tag

if TYPE_CHECKING:
    from lenslet.results import DataReport, DataStats, Finding
    from lenslet.studio.project import Project

__all__ = ["show_balance", "show_findings"]

_MOST = 12  # findings of a kind that are on the page
_TILES = 24  # findings of one picture each
_SIDE = 6  # pictures of one finding
_OPEN = 2  # kinds that are open at first


def show_findings(project: "Project", report: "DataReport") -> None:
    """A fold for each kind of finding; the first ones are open."""
    boxes = f", {sum(report.classes.values()):,} boxes" if report.what == "boxes" else ""
    tag("p", f"{report.pictures:,} pictures{boxes}: {report.verdict}.")
    for note in report.notes:
        tag("p", f"{note[:1].upper()}{note[1:]}.", "says")
    if not report.counts:
        empty("Nothing is wrong, as far as this can be told.")
    known = frozenset(project.pictures)
    for place, (kind, count) in enumerate(report.counts.items()):
        about = KINDS[kind]
        fold = tag("details", "", f"data-kind {about.severity}", **({"open": True} if place < _OPEN else {}))
        with fold:
            with tag("summary"):
                tag("b", about.title)
                tag("span", f"{count:,} {about.severity}{'s' if count > 1 else ''}", "data-weight")
            tag("p", about.advice, "says")
            found = report.of(kind)
            alone = [one for one in found if len(one.paths) == 1]  # as tiles; what is compared has a row of its own
            shown = [one for one in found if len(one.paths) != 1][:_MOST]
            for finding in shown:
                _show(project, finding, known)
            if alone:
                with tag("div", "", "data-tiles"):
                    for finding in alone[:_TILES]:
                        _show(project, finding, known)
            left = count - len(shown) - len(alone[:_TILES])
            if left > 0:
                tag("p", f"... and {left:,} more: lenslet data check lists all.", "says")


def _show(project: "Project", finding: "Finding", known: frozenset[str]) -> None:
    names = [name for path in finding.paths if (name := _name(project, path)) in known]
    with tag("div", "", "data-finding"):
        tag("p", finding.sentence.replace(f"{project.root}/", ""))
        if not names:
            return
        with tag("div", "", "data-side"):
            for name in names[:_SIDE]:
                with tag("a", href=f"/label?picture={quote(name, safe='')}", title=f"{name}: open in Label"):
                    tag("img", src=picture_url(name, thumb=True), alt="", loading="lazy")
                    tag("span", name)
        if len(names) > _SIDE:
            tag("p", f"... and {len(names) - _SIDE} more like these.", "says")


def _name(project: "Project", path: str) -> str:
    """A picture's name in the project; "" for what lies elsewhere."""
    place = Path(path)
    place = place if place.is_absolute() else project.root / place
    return place.relative_to(project.root).as_posix() if place.is_relative_to(project.root) else ""


def show_balance(stats: "DataStats | None") -> None:
    """A bar for each class, the most frequent first; and sizes."""
    if stats is None:
        empty("Nothing is labelled yet. Label some pictures, then look again.")
        return
    classes = stats.classes if stats.boxes is None else stats.boxes.classes
    what = "pictures" if stats.boxes is None else "boxes"
    counts = sorted(((sum(parts.values()), name) for name, parts in classes.items()), reverse=True)
    most = max((count for count, _ in counts), default=0) or 1
    whole = sum(count for count, _ in counts) or 1
    with tag("table", "", "plain data-balance"):
        with tag("thead"), tag("tr"):
            tag("th", "class", scope="col")
            tag("th", what, "number", scope="col")
            tag("th", "share", "number", scope="col")
            with tag("th", "", scope="col"):
                tag("span", "as a bar", "unseen")
        with tag("tbody"):
            for count, name in counts:
                with tag("tr"):
                    tag("th", name, scope="row")
                    tag("td", f"{count:,}", "number")
                    tag("td", f"{count / whole:.0%}", "number")
                    with tag("td"):
                        tag("span", "", "data-bar", style=f"width: {100 * count / most:.1f}%")
    middle = f"{stats.width.middle:.0f} x {stats.height.middle:.0f}"
    facts = [f"{stats.pictures:,} pictures, {middle} pixels typically"]
    if stats.boxes is not None:
        facts.append(f"{stats.boxes.per_picture.middle:.0f} boxes on a typical picture")
        facts.append(f"{stats.boxes.empty:,} pictures that show nothing")
    tag("p", ", ".join(facts) + ".", "says")
