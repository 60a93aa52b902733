"""Seconds to paint through a model that holds its style, as `stylize --model` does, the file opened and saved.

Command: python -m benchmarks.speed.fast_style --write
Minutes: 1 (2 cores)
Measures: tubingen at 512 pixels by `starry_night`, after one painting to warm up; the net alone, and the whole call.
    CPU-seconds beside, which other programs on the machine change less.
Peers: none.
"""

import argparse
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import torch

import lenslet as ll
from benchmarks.record import Row, write
from lenslet.image import open_image
from lenslet.tasks.style.stylist import Stylist, sized

PHOTO = Path(__file__).resolve().parents[3] / "shared" / "data" / "style" / "content" / "tubingen.jpg"
TIMES = 9


def main() -> None:
    said = argparse.ArgumentParser()
    said.add_argument("--write", action="store_true")
    told = said.parse_args()
    model = ll.load("starry_night")
    assert isinstance(model, Stylist)
    photo = sized(open_image(PHOTO), 512)
    model.paint(photo)
    alone, whole, work = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(TIMES):
            began, spent = perf_counter(), process_time()
            model.paint(photo)
            alone.append(perf_counter() - began)
            work.append(process_time() - spent)
            began = perf_counter()
            ll.stylize(PHOTO, model=model, size=512, out=Path(folder) / "a.png", progress=False)
            whole.append(perf_counter() - began)
    threads = torch.get_num_threads()
    rows = [
        Row("fast style, 512 px, the net alone", round(median(alone), 3), "s", TIMES, _spread(alone), "below 0.5 s"),
        Row("fast style, 512 px, open, paint, save as PNG", round(median(whole), 3), "s", TIMES, _spread(whole)),
        Row(
            f"fast style, 512 px, work of the net, {threads} threads",
            round(median(work), 3),
            "CPU-s",
            TIMES,
            _spread(work),
        ),
    ]
    if told.write:
        write("fast-style", rows, command="python -m benchmarks.speed.fast_style --write")
    for row in rows:
        print(row.what, row.value, row.unit, row.spread)


def _spread(values: list[float]) -> str:
    return f"{min(values):.3f} to {max(values):.3f}"


if __name__ == "__main__":
    main()
