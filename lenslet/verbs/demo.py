"""demo: the main jobs on real input, in minutes, without a network."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from annotated_doc import Doc


@dataclass(frozen=True)
class Demo:
    """What the demo did: its report, a line per chapter, and the numbers."""

    report: Path
    said: tuple[str, ...]
    numbers: dict[str, float]
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {"report": str(self.report), "said": list(self.said), "metrics": self.numbers, "seconds": self.seconds}


def demo(
    *,
    out: Annotated[Path | None, Doc("The folder to write into; ./demo-out if left out.")] = None,
    seed: Annotated[int, Doc("Of everything random.")] = 0,
    progress: Annotated[bool, Doc("Show bars on stderr.")] = True,
) -> Demo:
    """Learn to read handwritten digits, filter a photo, learn to find digits in photos, paint a photo, and write a
    report: in minutes, offline."""
    from lenslet import __version__
    from lenslet.report import Page
    from lenslet.verbs.chapters import chapters

    began = time.perf_counter()
    folder = Path("demo-out") if out is None else Path(out)
    told = [chapter(folder, seed, progress) for chapter in chapters()]
    page = Page(
        title="Lenslet · the demo",
        headline=told[0].said.split(" (")[0],
        lead="Everything on this page was computed on this machine a moment ago, from real images, without a network.",
        sections=tuple(section for chapter in told for section in chapter.sections),
        foot=f"Lenslet {__version__}. This page holds everything it shows and fetches nothing.",
    )
    report = page.write(folder / "report.html")
    numbers = {name: value for chapter in told for name, value in chapter.numbers.items()}
    return Demo(report, tuple(c.said for c in told), numbers, time.perf_counter() - began)
