"""What more pictures would bring, as a section of a run's report."""

import io

from lenslet.report.page import Block, Figure, Section, Table
from lenslet.results.learning_curve import LearningCurve, percent


def learning_curve_section(curve: LearningCurve) -> Section:
    """The sentence, the figure, the runs, and what the sentence rests on."""
    buffer = io.BytesIO()
    curve.figure().savefig(buffer, format="png", dpi=150)
    said = curve.said
    blocks: list[Block] = [
        f"{said[:1].upper()}{said[1:]}.",
        Figure(
            buffer.getvalue(),
            "Each dot is a run on a part of the training pictures, measured on the same held-out ones.",
            760,
        ),
        f"Each run was given the same: {curve.each}. So the runs differ in their pictures alone. The expectation says "
        "what is likely if the new pictures are like these, and if training goes on as it did: it knows nothing of "
        "other light, other cameras or other people.",
        Table(
            ("pictures", "draw", "right", "95 % interval", "seconds"),
            tuple(
                (
                    f"{p.n}",
                    f"{p.repeat + 1}",
                    f"{percent(p.accuracy)} % ({p.right} of {p.of})",
                    f"{percent(p.interval[0])} to {percent(p.interval[1])} %",
                    f"{p.seconds:.0f}",
                )
                for p in curve.points
            ),
        ),
    ]
    if curve.fit is not None:
        floor, exponent = float(curve.fit.floor[0]), float(curve.fit.exponent[0])
        blocks.append(
            f"The fitted law: error = {100 * floor:.2g} % + {100 * float(curve.fit.scale[0]):.2g} % × "
            f"(pictures / {curve.fit.unit:.0f})^-{exponent:.2f}. Its three numbers are known far less well than what "
            "they say together."
        )
    return Section("What more pictures would bring", tuple(blocks))
