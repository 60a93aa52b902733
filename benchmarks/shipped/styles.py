"""How the styles that ship with Lenslet were made: Brush on the photos of Caltech-101, by the same call as a user's.

Command: python -m benchmarks.shipped.styles NAME [--minutes 18] [--out FOLDER]
Minutes: 20 each, of one core
Measures: content and style costs on photos held out, beside the photos' own style cost; looked at beside.
Peers: none.

What ships was made in several short runs, each from the one before (--weights), on a crowded machine; each card says
which. On a core of its own one run of 18 minutes from noise sees more photos than all of them.

The paintings are out of copyright: The Starry Night (Vincent van Gogh, 1889) and The Great Wave off Kanagawa
(Katsushika Hokusai, about 1831). Neither they nor the photos are in the package; the weights hold what the strokes are
like.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import lenslet as ll
from lenslet.tasks.style.stylist import Stylist

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
OUT = Path(__file__).parents[2] / "lenslet" / "shipped"
STYLES = {
    "starry_night": ("starry_night.jpg", "The Starry Night, Vincent van Gogh, 1889", 0.15, 384),
    "great_wave": ("wave.jpg", "The Great Wave off Kanagawa, Katsushika Hokusai, about 1831", 0.15, 384),
}
PHOTOS = "CC BY 4.0 (Caltech-101: Li, Andreeto, Ranzato, Perona 2022, doi 10.22002/D1.20086)"


def main() -> None:
    said = argparse.ArgumentParser()
    said.add_argument("name", choices=STYLES)
    said.add_argument("--minutes", type=float, default=18)
    said.add_argument("--run", type=Path, default=None, help="where the run is kept; a finished one is not repeated")
    said.add_argument("--weights", default="none", help="of another style to begin with")
    said.add_argument("--runs", default="", help="what the card is to say of runs before this one")
    said.add_argument("--out", type=Path, default=OUT)
    told = said.parse_args()
    file, title, strength, size = STYLES[told.name]
    run = told.run or Path("runs") / told.name
    if (run / "report.html").exists():
        model = ll.load(run)
    else:
        model = ll.train(
            SHARED / "caltech101", task="style", style=SHARED / "style" / "style" / file, strength=strength, size=size,
            weights=told.weights, minutes=told.minutes, out=run, progress=True,
        )  # fmt: skip
    assert isinstance(model, Stylist)
    card = replace(
        model.card,
        head=model.card.head | {"style": title},
        recipe=model.card.recipe
        | {"made by": "benchmarks/shipped/styles.py"}
        | ({"runs": told.runs} if told.runs else {}),
        started_from={"weights": Path(told.weights).name} if told.weights != "none" else {},
        licence={
            "weights": "Apache-2.0, trained by Lenslet from noise",
            "data": f"photos: {PHOTOS}; the painting ({title}) is out of copyright",
        },
    )
    found = Stylist(model.net.half(), card, model.style, model.eyes)
    found.save(told.out / told.name)
    size = (told.out / told.name / "model.safetensors").stat().st_size
    print(found, found.card.metrics, f"{size:,} bytes", flush=True)


if __name__ == "__main__":
    main()
