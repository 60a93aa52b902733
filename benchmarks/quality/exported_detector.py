"""An exported detector beside YOLO11n's own ONNX: how good, and how fast from the file to the boxes, in one run.

Command: python -m benchmarks.quality.exported_detector
Minutes: 20 on 2 quiet cores; what is trained is kept in the temporary folder (LENSLET_WORK names another)
Measures: BCCD, 205 pictures learned from, COCO's mAP on its 87 of val. `lenslet train DATA --size 320 --minutes 4`, in
    PyTorch and as the exported file; then 40 pictures, one thread, ours and theirs in turns, each turn of theirs in a
    process of its own.
Peers: Ultralytics YOLO11n from scratch, 320 px, its own defaults, 13 minutes, in PyTorch (its export changes nothing
    it would gain by); its own `export(format="onnx")` and `predict` for the time.
"""

import os
import statistics
import tempfile
import time
from pathlib import Path

import torch

import lenslet as ll
from benchmarks import peers
from benchmarks.quality.detection import MINUTES, one, parts
from benchmarks.record import Row, write
from benchmarks.speed.export import CELLS, TURNS
from lenslet.verbs.exported import from_file

OURS = 4.0  # minutes


def trained(place: Path) -> Path:
    """The folder of our model; of an earlier call where there is one."""
    out = place / "bccd-320"
    if not (out / "evaluation.json").exists():
        data = parts("bccd", place)
        ll.train(data, task="detect", size=320, minutes=OURS, seed=0, out=out, progress=False)
    return out


def times(file: Path, place: Path) -> tuple[list[float], list[float]]:
    """Medians of each turn, milliseconds: ours, theirs."""
    mine: list[float] = []
    theirs: list[float] = []
    torch.set_num_threads(1)
    model = from_file(file, "onnxruntime", 1)
    for _ in range(TURNS):
        theirs.append(peers.run("ultralytics_onnx.py", str(place), "1", "1", *map(str, CELLS))["median"])
        took = []
        for number, path in enumerate(CELLS[:3] + CELLS):
            began = time.perf_counter()
            model(path)
            if number > 2:
                took.append(1000 * (time.perf_counter() - began))
        mine.append(statistics.median(took))
    return mine, theirs


def main() -> None:
    place = Path(os.environ.get("LENSLET_WORK", tempfile.gettempdir())) / "lenslet-detection"
    place.mkdir(parents=True, exist_ok=True)
    peer = one("bccd", "yolo11n", 0, place)
    folder = trained(place)
    model, data = ll.load(folder), parts("bccd", place)
    file = place / "bccd-320.onnx"
    model.export(file)
    ours, exported = (each.evaluate(data)["map"] for each in (model, ll.load(file)))
    mine, theirs = times(file, place)
    ratios = [b / a for a, b in zip(mine, theirs, strict=True)]
    size = " x ".join(str(side) for side in reversed(model.card.preprocess.size))
    rows = [
        Row(f"argus_s, {size}, {OURS:g} minutes: mAP in PyTorch", round(ours, 4), "mAP", 1),
        Row("the same, exported: mAP", round(exported, 4), "mAP", 1, "", "at least YOLO11n's"),
        Row(f"YOLO11n from scratch, 320 px, {MINUTES:g} minutes: mAP", round(peer["map"], 4), "mAP", 1),
        Row(
            "YOLO11n's own ONNX predict over argus_s exported, file to boxes, 1 thread",
            round(statistics.median(ratios), 3), "times", len(ratios),
            f"{statistics.median(theirs):.1f} ms over {statistics.median(mine):.1f} ms; "
            f"{min(ratios):.2f}-{max(ratios):.2f} in {len(ratios)} turns of {len(CELLS)} pictures", "above 1",
        ),
    ]  # fmt: skip
    write("exported-detector", rows, command="python -m benchmarks.quality.exported_detector")


if __name__ == "__main__":
    main()
