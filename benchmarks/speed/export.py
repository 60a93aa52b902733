"""Exported files beside the models in PyTorch, and beside Ultralytics' own ONNX, on the CPU.

Command: python -m benchmarks.speed.export
Minutes: 6, on a quiet machine
Measures: the median of the ratios, picture by picture: each picture goes to the model in PyTorch (float32, batch norm
    taken into the convolutions where the model does that) and to its exported file one right after the other, so that
    what else the machine does falls on both. From open pictures to answers ("answer"), and from the path ("file");
    `signs` and `bloodcells`, 1 thread, and 2. The net alone in bfloat16 beside it, which PyTorch is faster with here.
Peers: Ultralytics YOLO11n, exported by its own `export(format="onnx", imgsz=320)` and asked by its own `predict`, in
    turns with ours, each turn in a process of its own. mAP of both nets: benchmarks/quality/detection.py.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

import lenslet as ll
from benchmarks import peers
from benchmarks.record import Row, write
from lenslet.image import open_image
from lenslet.verbs.exported import from_file

DATA = Path("../shared/data")
CELLS = sorted((DATA / "bccd/JPEGImages").glob("*.jpg"))[:40]
HANDS = sorted((DATA / "sign_digits").glob("*/*"))[::40][:40]
ROUNDS, TURNS = 2, 3


def paired(first: Callable[[Any], Any], second: Callable[[Any], Any], pictures: list[Any]) -> tuple[list[float], ...]:
    """Milliseconds of both, picture by picture, in changing order."""
    for one in pictures[:3]:
        first(one), second(one)
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS):
        for number, one in enumerate(pictures):
            for which in (0, 1) if (turn + number) % 2 else (1, 0):
                began = time.perf_counter()
                (first, second)[which](one)
                times[which].append(1000 * (time.perf_counter() - began))
    return times


def rows_of(name: str, pictures: list[Path], threads: int, place: Path) -> list[Row]:
    torch.set_num_threads(threads)
    model = ll.load(name)
    path = place / f"{name}.onnx"
    if not path.exists():
        model.export(path)
    made = []
    spoken = f"{threads} thread{'s' if threads > 1 else ''}"
    for backend in ("onnxruntime", "openvino"):
        file = from_file(path, backend, threads)
        for what, given in (("answer", [open_image(one) for one in pictures]), ("file", pictures)):
            mine, theirs = paired(model, file, given)
            ratio = [a / b for a, b in zip(mine, theirs, strict=True)]
            q = statistics.quantiles(ratio, n=10)
            target = "at least 1.5" if backend == "onnxruntime" and what == "answer" else ""
            medians = f"{statistics.median(mine):.1f} ms against {statistics.median(theirs):.1f} ms"
            title = f"{name}, {what}, {spoken}: PyTorch over {backend}"
            made.append(
                Row(
                    title,
                    round(statistics.median(ratio), 3),
                    "times",
                    len(ratio),
                    f"{medians}; {q[0]:.2f}-{q[-1]:.2f}",
                    target,
                )
            )
    made.append(half(model, name, pictures, spoken))
    return made


@torch.inference_mode()
def half(model: Any, name: str, pictures: list[Path], spoken: str) -> Row:
    """The net alone, float32 over bfloat16."""
    shape = model.card.preprocess
    seen = [torch.from_numpy(shape.normalised(shape.apply(open_image(one))[0][None])) for one in pictures]
    seen = [one.to(memory_format=torch.channels_last) for one in seen]

    def low(one: Any) -> None:
        with torch.autocast("cpu", torch.bfloat16):
            model.net(one)

    mine, theirs = paired(model.net, low, seen)
    ratio = [a / b for a, b in zip(mine, theirs, strict=True)]
    return Row(
        f"{name}, net alone, {spoken}: PyTorch float32 over bfloat16",
        round(statistics.median(ratio), 3),
        "times",
        len(ratio),
    )


def beside_peer(threads: int, place: Path) -> list[Row]:
    """Our file and theirs, in turns."""
    torch.set_num_threads(threads)
    model = ll.load("bloodcells")
    ways = {}
    for size in (model.card.preprocess.size, (256, 320)):
        path = place / f"{size[1]}.onnx"
        if not path.exists():
            card = replace(model.card, preprocess=replace(model.card.preprocess, size=size))
            ll.Detector(model.net, card).export(path)
        ways[f"{size[1]} x {size[0]}"] = from_file(path, "onnxruntime", threads)
    mine: dict[str, list[float]] = {name: [] for name in ways}
    theirs = []
    for _ in range(TURNS):
        call = ("ultralytics_onnx.py", str(place), str(threads), "1", *map(str, CELLS))
        theirs.append(peers.run(*call)["median"])
        for name, file in ways.items():
            took = []
            for number, path in enumerate(CELLS[:3] + CELLS):
                began = time.perf_counter()
                file(path)
                took.append(1000 * (time.perf_counter() - began) if number > 2 else float("nan"))
            mine[name].append(float(np.nanmedian(took)))
    spoken = f"{threads} thread{'s' if threads > 1 else ''}"
    made = [
        Row(
            f"YOLO11n, its own ONNX predict, 320 px, file, {spoken}",
            round(statistics.median(theirs), 2),
            "ms",
            TURNS * len(CELLS),
        )
    ]
    for name, own in mine.items():
        ratio = [a / b for a, b in zip(theirs, own, strict=True)]
        made.append(
            Row(f"argus_s exported, {name}, file, {spoken}", round(statistics.median(own), 2), "ms", TURNS * len(CELLS))
        )
        made.append(
            Row(
                f"YOLO11n's own ONNX predict over argus_s exported, {name}, {spoken}",
                round(statistics.median(ratio), 3),
                "times",
                TURNS,
                f"{min(ratio):.2f}-{max(ratio):.2f} in {TURNS} turns",
                "above 1",
            )
        )
    return made


def main() -> None:
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for threads in (1, 2):
            rows += rows_of("signs", HANDS, threads, Path(folder))
            rows += rows_of("bloodcells", CELLS, threads, Path(folder))
            if peers.here():
                rows += beside_peer(threads, Path(folder))
    write("export-speed", rows, command="python -m benchmarks.speed.export")


if __name__ == "__main__":
    sys.exit(main())
