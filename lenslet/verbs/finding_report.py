"""What a finished run of detection says of itself: report.html and its plots."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lenslet import draw
from lenslet.files import write_whole
from lenslet.image.resizing import resize
from lenslet.report.curves import curves
from lenslet.report.detection import detection_page
from lenslet.report.page import Block, Code, Figure, Pictures, Section, Table
from lenslet.report.training import figure_png

if TYPE_CHECKING:
    from lenslet.card import Card
    from lenslet.tasks.detect.detector import Detector
    from lenslet.tasks.detect.prepare import Prepared

_SAMPLES = 9
_DRAWN = 480  # pixels


def write_finding_report(
    model: "Detector",
    prepared: "Prepared",
    rows: Sequence[dict[str, float]],
    folder: Path,
    facts: Sequence[tuple[str, str]],
    command: str,
    notes: Sequence[str],
) -> Path:
    """Write report.html, curves.png and precision-recall.png into the folder of the run.

    Args:
        model: with its evaluation.
        prepared: what the run started from.
        rows: of results.csv.
        folder: of the run.
        facts: (name, value) of net, data and recipe.
        command: that repeats the run.
        notes: how the run ended, where it did not end as planned, and what went wrong on the way.
    """
    evaluation, card = model.evaluation, model.card
    assert evaluation is not None
    learned = curves(rows)
    write_whole(folder / "curves.png", learned)
    write_whole(folder / "precision-recall.png", figure_png(evaluation.figure()))
    foot = (
        f"Lenslet {card.versions['lenslet']}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC. "
        "This page holds everything it shows and fetches nothing."
    )
    page = detection_page(evaluation, title=f"{card.net} trained on {card.data['folder']}", foot=foot)
    more = [
        Section(
            "How it learned",
            (Figure(learned, "Measured after passes over the pictures; the weights of the best one were kept."),),
        ),
        Section("What it was shown", tuple(_shown(prepared))),
        Section("What it learned from", tuple(_data(card, prepared, notes))),
        Section("Do it again", (Code(command), Table(("", ""), tuple(facts)))),
    ]
    lead = f"{page.lead} Measured on: {prepared.measured_on}."
    return replace(page, lead=lead, sections=(*page.sections, *more)).write(folder / "report.html")


def _shown(prepared: "Prepared") -> list[Block]:
    """Pictures as the net saw them, with the boxes that it was to find; and the anchors it was given."""
    pictures, truth = prepared.train.example(_SAMPLES)
    names, drawn = prepared.card.labels, []
    for picture, table in zip(pictures, truth.numpy(), strict=True):
        there = table[table[:, 0] >= 0]
        kinds = there[:, 0].astype(int).tolist()
        factor = max(1.0, _DRAWN / max(picture.shape[:2]))  # so that names are small against what they name
        large = resize(picture, (round(picture.shape[0] * factor), round(picture.shape[1] * factor)))
        marked = draw.boxes(large, there[:, 1:] * factor, [names[kind] for kind in kinds], kinds=kinds)
        drawn.append((marked, f"{len(there)} {'thing' if len(there) == 1 else 'things'}"))
    blocks: list[Block] = [
        "Training pictures as the net saw them: changed a little each time, and their boxes with them, so that it "
        "learns the things and not the pictures.",
        Pictures(tuple(drawn), side=240),
    ]
    shapes = prepared.card.head.get("shapes")
    if shapes is not None:
        blocks += [
            "The anchors: shapes that the boxes of this data set gather around, in pixels of the net's input.",
            Figure(
                draw.shapes(np.array(shapes)), "Found by k-means under 1 - IoU; each colour belongs to one stride.", 480
            ),
        ]
    return blocks


def _data(card: "Card", prepared: "Prepared", notes: Sequence[str]) -> list[Block]:
    data = card.data
    blocks: list[Block] = [f"Note: {note}." for note in (*notes, *prepared.notes)]
    counts: dict[str, int] = data["per_class"]
    empty = f", {data['without_boxes']} of them without a thing" if data["without_boxes"] else ""
    blocks.append(
        f"{data['trained_on']} pictures{empty}, with {sum(counts.values()):,} things of {len(counts)} classes."
    )
    few, many = min(counts.values(), default=0), max(counts.values(), default=0)
    if many > 10 * max(few, 1):
        blocks.append("The classes are uneven: rare things are learned less well. More pictures of those help most.")
    rows = sorted(counts.items(), key=lambda item: item[1])
    rows = rows if len(rows) <= 60 else rows[:30] + rows[-30:]
    blocks.append(Table(("class", "things learned from"), tuple((name, f"{count:,}") for name, count in rows)))
    if prepared.skipped:
        blocks.append(f"{len(prepared.skipped)} files could not be read and were left out:")
        blocks.append(Table(("file", "why"), tuple((s.path.name, s.why) for s in prepared.skipped[:50])))
    return blocks
