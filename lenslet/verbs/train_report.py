"""What a finished run says of itself: report.html and its plots."""

import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lenslet.files import write_whole
from lenslet.report.calibration import calibration_section, reliability
from lenslet.report.curves import curves
from lenslet.report.learning_curve import learning_curve_section
from lenslet.report.page import Section
from lenslet.report.start import start_section
from lenslet.report.training import confusion_png, training_page
from lenslet.verbs.finding_report import write_finding_report

if TYPE_CHECKING:
    from lenslet.results.calibration import Calibration
    from lenslet.results.learning_curve import LearningCurve
    from lenslet.tasks.classify.classifier import Classifier
    from lenslet.verbs.job import Model
    from lenslet.verbs.scratch import Scratch

_SAMPLES = 16


def write_report(
    model: Any,
    prepared: Any,
    rows: Sequence[dict[str, float]],
    folder: Path,
    arguments: dict[str, Any],
    *,
    notes: Sequence[str] = (),
    calibration: "Calibration | None" = None,
    scratch: "Scratch | None" = None,
    curve: "LearningCurve | None" = None,
) -> Path:
    """Write report.html, curves.png, confusion.png and reliability.png into the folder of the run.

    Args:
        model: with its evaluation.
        prepared: what the run started from.
        rows: of results.csv.
        folder: of the run.
        arguments: of the call.
        notes: how the run ended, where it did not end as planned, and what went wrong on the way.
        calibration: of its confidence.
        scratch: the same training from noise, where it was asked for.
        curve: what more pictures would bring, where that was asked.
    """
    if model.card.task == "detect":
        return write_finding_report(model, prepared, rows, folder, facts(model, rows), command(arguments), notes)
    if model.card.task == "style":
        from lenslet.verbs.style_report import write_style_report

        return write_style_report(model, prepared, rows, folder, facts(model, rows), command(arguments), notes)
    if model.card.task == "face":
        from lenslet.verbs.face_report import write_face_report

        return write_face_report(model, prepared, rows, folder, facts(model, rows), command(arguments), notes)
    if model.card.task in ("localize", "landmark"):
        from lenslet.verbs.single_report import write_single_report

        return write_single_report(model, prepared, rows, folder, facts(model, rows), command(arguments), notes)
    evaluation = model.evaluation
    assert evaluation is not None
    write_whole(folder / "curves.png", curves(rows))
    write_whole(folder / "confusion.png", confusion_png(evaluation))
    if calibration is not None and calibration.n:
        write_whole(folder / "reliability.png", reliability(calibration))
    page = training_page(
        title=f"{model.card.net} trained on {Path(arguments['data']).resolve().name}",
        evaluation=evaluation,
        measured_on=prepared.measured_on,
        rows=rows,
        facts=facts(model, rows),
        command=command(arguments),
        per_class=model.card.data["per_class"],
        skipped=[(str(s.path), s.why) for s in prepared.skipped],
        notes=[*notes, *prepared.notes],
        samples=prepared.shown(_SAMPLES),
        start=_start(model, rows, scratch),
        sureness=calibration_section(calibration) if calibration is not None else None,
        more_data=learning_curve_section(curve) if curve is not None else None,
        foot=f"Lenslet {model.card.versions['lenslet']}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC. "
        "This page holds everything it shows and fetches nothing.",
    )
    return page.write(folder / "report.html")


def command(arguments: dict[str, Any]) -> str:
    """The command line that repeats a call of `train`."""
    words = ["lenslet", "train", str(arguments["data"])]
    for name, value in arguments.items():
        if (
            name in ("data", "progress", "resume")
            or value is None
            or value is False
            or (name, value) == ("precision", "auto")
        ):
            continue
        words += [f"--{name.replace('_', '-')}", *([] if value is True else [str(value)])]
    return shlex.join(words)


def _start(model: "Classifier", rows: Sequence[dict[str, float]], scratch: "Scratch | None") -> Section | None:
    """The section about the start; None where it was noise."""
    if not model.card.started_from:
        return None
    assert model.evaluation is not None
    compared: dict[str, Any] = {}
    if scratch is not None:
        compared = {
            "scratch": scratch.evaluation, "scratch_curve": scratch.curve, "scratch_seconds": scratch.seconds,
        }  # fmt: skip
    return start_section(
        model.card.started_from,
        ours=model.evaluation,
        curve=[(row["seconds"], row["valid_accuracy"]) for row in rows if "valid_accuracy" in row],
        seconds=rows[-1]["seconds"] if rows else 0.0,
        **compared,
    )


def facts(model: "Model", rows: Sequence[dict[str, float]]) -> list[tuple[str, str]]:
    """What a reader needs to know to compare this run with another."""
    card, recipe = model.card, model.card.recipe
    weights = sum(p.numel() for p in model.net.parameters())
    height, width = card.preprocess.size
    speeds = [row["images_per_second"] for row in rows if row["images_per_second"]]
    return [
        ("net", f"{card.net}, {weights:,} parameters"),
        (
            "sees",
            f"{width} × {height} pixels, {'grey' if card.preprocess.channels == 1 else 'colour'}, "
            f"{card.preprocess.resize}",
        ),
        ("budget", f"{recipe['minutes']:g} minutes" if recipe["minutes"] else f"{recipe['epochs']} epochs"),
        (
            "took",
            f"{len(rows)} epochs in {rows[-1]['seconds']:.0f} s" if rows else "stopped before the first epoch ended",
        ),
        ("speed", f"{sorted(speeds)[len(speeds) // 2]:.0f} pictures a second" if speeds else "not measured"),
        (
            "recipe",
            f"{recipe['optimizer']}, rate {recipe['rate']:g}, batch {recipe['batch']}, augmentation "
            f"{recipe['augment']}",
        ),
        ("seed", str(recipe["seed"])),
        ("versions", ", ".join(f"{name} {version}" for name, version in card.versions.items())),
    ]
