"""What a finished run of the task style says of itself: report.html, with photos and how they are painted."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lenslet.errors import CallError, ImageError
from lenslet.files import write_whole
from lenslet.image import open_image
from lenslet.report.curves import curves
from lenslet.report.page import Block, Code, Figure, Page, Section, Table, Together

if TYPE_CHECKING:
    from lenslet.results import Evaluation
    from lenslet.tasks.style.stylist import Stylist

_SHOWN, _SIDE = 8, 320  # photos painted, pixels
_MEANING = {
    "content": "how far paintings are from their photos: 0 is the photo, about 1 where nothing of it is left",
    "style": "how far they are from the style, 0 is the style itself",
    "style_of_photos": "how far the photos are from it, as they are",
    "cost": "what was to fall: (1 - strength) content + 100 strength style",
}


def write_style_report(
    model: "Stylist",
    prepared: Any,
    rows: Sequence[dict[str, float]],
    folder: Path,
    facts: Sequence[tuple[str, str]],
    command: str,
    notes: Sequence[str],
) -> Path:
    """Write report.html and curves.png into the folder of the run; arguments as of `write_single_report`."""
    learned = curves(rows)
    write_whole(folder / "curves.png", learned)
    card = model.card
    data: list[Block] = [f"Note: {note}." for note in (*notes, *prepared.notes)]
    data.append(f"{card.data['trained_on']:,} photos; {card.data['held_out']:,} were held out.")
    if prepared.skipped:
        data.append(f"{len(prepared.skipped)} files could not be read and were left out:")
        data.append(Table(("file", "why"), tuple((s.path.name, s.why) for s in prepared.skipped[:50])))
    more = [
        Section("The style", (Figure(prepared.style, model.name, 420),)),
        Section("How it learned", (Figure(learned, "Measured on held-out photos; the best weights were kept."),)),
        Section("What it learned from", tuple(data)),
        Section("Do it again", (Code(command), Table(("", ""), tuple(facts)))),
    ]
    foot = (
        f"Lenslet {card.versions['lenslet']}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC. "
        "This page holds everything it shows and fetches nothing."
    )
    page = style_page(model, model.evaluation, prepared.held_out, f"{card.net} paints like {model.name}", foot)
    lead = f"{page.lead} Measured on: {prepared.measured_on}."
    return Page(page.title, page.headline, lead, (*page.sections, *more), foot).write(folder / "report.html")


def style_page(
    model: "Stylist", evaluation: "Evaluation | None", photos: Sequence[Path], title: str, foot: str = ""
) -> Page:
    """Photos before and after, and what was measured.

    Args:
        model: that paints.
        evaluation: of it, where there is one.
        photos: to show; the first of them.
        title: of the page.
        foot: versions and date.
    """
    pairs: list[Block] = []
    for path in photos[:_SHOWN]:
        try:
            before = open_image(path, at_least=(2 * _SIDE, 2 * _SIDE))
            after = model(before, size=2 * _SIDE).picture
        except (ImageError, CallError):  # gone since, or a ribbon
            continue
        pairs.append(Together(((before, "photo"), (after, "painting")), path.name, side=_SIDE))
    sections = [Section("Photos and paintings", tuple(pairs))]
    headline, lead = f"paints like {model.name}", "One pass of the net a picture."
    if evaluation is not None:
        headline = f"style cost {evaluation['style']:.3f}, content cost {evaluation['content']:.2f}"
        lead = f"The photos themselves have a style cost of {evaluation['style_of_photos']:.3f}; 0 is the style itself."
        table = tuple(
            (name, f"{value:.4f}", _between(evaluation, name), _MEANING[name])
            for name, value in evaluation.metrics.items()
        )
        blocks: list[Block] = [Table(("metric", "value", "95 % interval", "what it means"), table)]
        blocks += [f"Note: {note}." for note in evaluation.notes]
        sections.append(Section("How near it comes", tuple(blocks)))
    return Page(title=title, headline=headline, lead=lead, sections=tuple(sections), foot=foot)


def _between(evaluation: "Evaluation", name: str) -> str:
    interval = evaluation.intervals.get(name)
    return f"{interval[0]:.4f} to {interval[1]:.4f}" if interval else ""
