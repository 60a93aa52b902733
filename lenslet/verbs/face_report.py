"""What a finished run of the task face says of itself: report.html and its plots."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lenslet.errors import ImageError
from lenslet.files import write_whole
from lenslet.image import open_image
from lenslet.image.resizing import letterbox
from lenslet.report.curves import curves
from lenslet.report.page import Block, Code, Figure, Page, Pictures, Section, Table
from lenslet.report.verification import verification_page

if TYPE_CHECKING:
    from lenslet.results import Evaluation

_SAMPLES, _WORST, _SIDE = 16, 12, 160


def evaluated_page(evaluation: "Evaluation", title: str, foot: str = "") -> Page:
    """The page of an evaluation, with the pairs that are told worst."""
    return verification_page(evaluation, title=title, worst=_worst(evaluation), foot=foot)


def write_face_report(
    model: Any,
    prepared: Any,
    rows: Sequence[dict[str, float]],
    folder: Path,
    facts: Sequence[tuple[str, str]],
    command: str,
    notes: Sequence[str],
) -> Path:
    """Write report.html, curves.png and roc.png into the folder of the run; arguments as of `write_single_report`."""
    evaluation, card = model.evaluation, model.card
    learned = curves(rows)
    write_whole(folder / "curves.png", learned)
    if evaluation.roc is not None:
        evaluation.plot(folder / "roc.png")
    foot = (
        f"Lenslet {card.versions['lenslet']}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC. "
        "This page holds everything it shows and fetches nothing."
    )
    page = evaluated_page(evaluation, f"{card.net} trained on {card.data['folder']}", foot)
    shown = [(picture, "") for picture in prepared.train.example(_SAMPLES)]
    data: list[Block] = [
        f"{card.data['trained_on']:,} pictures of {card.data['identities']} identities"
        + (f" in {card.data['groups']} groups" if card.data["groups"] else "")
        + f"; the loss is {card.head['loss']}.",
        *(f"Note: {note}." for note in (*notes, *prepared.notes)),
    ]
    if prepared.skipped:
        data.append(f"{len(prepared.skipped)} files could not be used and were left out:")
        data.append(Table(("file", "why"), tuple((s.path.name, s.why) for s in prepared.skipped[:50])))
    measured = "Measured on what was held out, after passes over the pictures; the weights of the best one were kept."
    more = [
        Section("How it learned", (Figure(learned, measured),)),
        Section(
            "What it was shown",
            ("Training pictures as the net saw them, changed a little each time.", Pictures(tuple(shown), side=120)),
        ),
        Section("What it learned from", tuple(data)),
        Section("Do it again", (Code(command), Table(("", ""), tuple(facts)))),
    ]
    lead = f"{page.lead} Measured on: {prepared.measured_on}."
    return replace(page, lead=lead, sections=(*page.sections, *more)).write(folder / "report.html")


def _worst(evaluation: "Evaluation") -> list[tuple[np.ndarray, str]]:
    """The two pictures of each of the worst pairs side by side; the second is named in the sentence."""
    drawn = []
    for miss in evaluation.worst[:_WORST]:
        if miss.picture is None or miss.beside is None:
            continue
        try:
            two = [letterbox(open_image(one), (_SIDE, _SIDE), 255)[0] for one in (miss.picture, miss.beside)]
        except ImageError:  # gone since
            continue
        drawn.append((np.concatenate(two, axis=1), f"{miss.truth}\nsaid {miss.predicted}"))
    return drawn
