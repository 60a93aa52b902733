"""What a finished run of localisation, or of landmarks, says of itself: report.html and its plots."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lenslet import draw
from lenslet.files import write_whole
from lenslet.report.curves import curves
from lenslet.report.page import Block, Code, Figure, Pictures, Section, Table
from lenslet.report.single import single_page
from lenslet.verbs.drawn import MANY, enlarged, worst_drawn

if TYPE_CHECKING:
    from lenslet.card import Card

_SAMPLES = 12


def write_single_report(
    model: Any,
    prepared: Any,
    rows: Sequence[dict[str, float]],
    folder: Path,
    facts: Sequence[tuple[str, str]],
    command: str,
    notes: Sequence[str],
) -> Path:
    """Write report.html and curves.png into the folder of the run.

    Args:
        model: a Localizer or a Landmarker with its evaluation.
        prepared: what the run started from.
        rows: of results.csv.
        folder: of the run.
        facts: (name, value) of net, data and recipe.
        command: that repeats the run.
        notes: how the run ended, where it did not end as planned, and what went wrong on the way.
    """
    evaluation, card = model.evaluation, model.card
    learned = curves(rows)
    write_whole(folder / "curves.png", learned)
    foot = (
        f"Lenslet {card.versions['lenslet']}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC. "
        "This page holds everything it shows and fetches nothing."
    )
    title = f"{card.net} trained on {card.data['folder']}"
    page = single_page(evaluation, title=title, worst=worst_drawn(model, evaluation, prepared.held_out), foot=foot)
    caption = "Measured after passes over the pictures; the weights of the best one were kept."
    if card.head.get("looks") == 2:
        caption += " There the second look alone is measured, from around the true place, which flatters it a little."
    more = [
        Section("How it learned", (Figure(learned, caption),)),
        Section("What it was shown", tuple(_shown(prepared))),
        Section("What it learned from", tuple(_data(card, prepared, notes))),
        Section("Do it again", (Code(command), Table(("", ""), tuple(facts)))),
    ]
    lead = f"{page.lead} Measured on: {prepared.measured_on}."
    return replace(page, lead=lead, sections=(*page.sections, *more)).write(folder / "report.html")


def _shown(prepared: Any) -> list[Block]:
    """Pictures as the net saw them, with what it was to say of them."""
    pictures, truth = prepared.train.example(_SAMPLES)
    drawn = _boxed if prepared.card.task == "localize" else _pointed
    items = tuple(drawn(picture, one, prepared.card) for picture, one in zip(pictures, truth.numpy(), strict=True))
    what = "boxes" if prepared.card.task == "localize" else "points"
    return [
        f"Training pictures as the net saw them: changed a little each time, and their {what} with them, so that it "
        "learns the things and not the pictures.",
        Pictures(items, side=180),
    ]


def _boxed(picture: np.ndarray, truth: np.ndarray, card: "Card") -> tuple[np.ndarray, str]:
    kind = int(truth[0, 0])
    if kind < 0:
        return picture, "nothing: only p_c is learned"
    large, scale = enlarged(picture)
    return draw.boxes(large, truth[:, 1:] * scale, kinds=[kind]), card.labels[kind]


def _pointed(picture: np.ndarray, truth: np.ndarray, card: "Card") -> tuple[np.ndarray, str]:
    places = np.where(truth[:, 2:] > 0, truth[:, :2], np.nan)
    lines = [(int(a), int(b)) for a, b in card.head["lines"]]
    large, scale = enlarged(picture)
    radius = 3.0 if len(places) > MANY else 5.0
    return draw.points(draw.lines(large, places * scale, lines), places * scale, radius=radius), ""


def _data(card: "Card", prepared: Any, notes: Sequence[str]) -> list[Block]:
    data = card.data
    blocks: list[Block] = [f"Note: {note}." for note in (*notes, *prepared.notes)]
    counts: dict[str, int] = data["per_class"]
    if card.task == "localize":
        empty = f", {data['without_boxes']} of them without a thing" if data["without_boxes"] else ""
        kinds = "1 class" if len(counts) == 1 else f"{len(counts)} classes"
        blocks.append(f"{data['trained_on']} pictures{empty}, of {kinds}.")
        head = ("class", "pictures learned from")
    else:
        groups = f" in {data['groups']} groups that belong together" if data["groups"] else ""
        blocks.append(f"{data['trained_on']} things{groups}, with {len(counts)} points each.")
        head = ("point", "known on so many things")
        if len(set(counts.values())) == 1:
            counts = {}
            blocks.append("Every point is known on every one of them.")
    few, many = min(counts.values(), default=0), max(counts.values(), default=0)
    if many > 10 * max(few, 1):
        blocks.append("They are uneven: rare ones are learned less well. More pictures of those help most.")
    rows = sorted(counts.items(), key=lambda item: item[1])
    rows = rows if len(rows) <= 60 else rows[:30] + rows[-30:]
    if rows:
        blocks.append(Table(head, tuple((name, f"{count:,}") for name, count in rows)))
    if prepared.skipped:
        blocks.append(f"{len(prepared.skipped)} files could not be read and were left out:")
        blocks.append(Table(("file", "why"), tuple((s.path.name, s.why) for s in prepared.skipped[:50])))
    return blocks
