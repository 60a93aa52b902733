"""The report of a measurement on its own."""

from lenslet.report.detection import detection_page
from lenslet.report.page import Page, Section, Table
from lenslet.report.training import errors, goodness, share
from lenslet.results import Evaluation


def evaluation_page(evaluation: Evaluation, *, title: str, foot: str = "") -> Page:
    """A page that says how good a model is on some data, and where it errs."""
    if evaluation.curves is not None:
        return detection_page(evaluation, title=title, foot=foot)
    low, high = evaluation.intervals["accuracy"]
    sections = [
        Section("How good it is", tuple(goodness(evaluation))),
        Section("Where it errs", tuple(errors(evaluation))),
        Section(
            "Class by class",
            (
                Table(
                    ("class", "pictures", "precision", "recall", "F1"),
                    tuple(
                        (name, str(v["n"]), *(f"{v[k]:.3f}" for k in ("precision", "recall", "f1")))
                        for name, v in evaluation.per_class.items()
                        if v["n"]
                    ),
                ),
            ),
        ),
    ]
    if evaluation.skipped:
        sections.append(
            Section("Left out", (Table(("file", "why"), tuple((str(path), why) for path, why in evaluation.skipped)),))
        )
    return Page(
        title=title,
        headline=f"{share(evaluation.metrics['accuracy'])} right",
        lead=(
            f"of {evaluation.n} pictures; the true share lies between {share(low)} and {share(high)} "
            "(95 % Wilson interval)."
        ),
        sections=tuple(sections),
        foot=foot,
    )
