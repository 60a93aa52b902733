"""`facefinder` beside YuNet: faces found, and found where there are none, on composed scenes and on plain photographs.

Command: python -m benchmarks.quality.face_finder
Minutes: 4
Measures: recall at IoU 0.5, n = all faces of 300 scenes composed of 31 people and of photographs that were held out by
    the hash of their name; the same counted where the middle of a box is within a quarter of the true box's width, and
    its width within a factor of 1.6, which no convention of drawing boxes decides; boxes that are no face a picture, on
    358 photographs without people that were held out. Plain photographs, all looked at, nothing chosen by them:
    Caltech-101's Faces (their boxes are not known: a find counts where the two finders agree at IoU 0.5, or where it
    holds the middle between the other's eyes) and ORL's tight portraits (a find counts in the middle of the picture).
    Each finder at its own threshold: that of its card, and 0.6, which is OpenCV's example for YuNet.
Peers: YuNet (OpenCV's face_detection_yunet_2023mar, 75,856 parameters, Apache-2.0),
    trained on the 32,203 photos of WIDER FACE.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

import lenslet as ll
from benchmarks.record import Row, write
from benchmarks.shipped.face_scenes import composed, empty, held_out, photos, shots
from benchmarks.shipped.facefinder import overlaps
from lenslet.image import open_image
from lenslet.results import Detections
from lenslet.runtime import OnnxCard, OnnxFinder

SHARED = Path("../shared")
SIZES = ((0, 32), (32, 64), (64, 1000))  # pixels, the longer side of a face's box
Find = Callable[[Any], Detections]


def near(boxes: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Whether the middle is within a quarter of the width, and the width within a factor of 1.6."""
    middles = [(b[:, :2] + b[:, 2:]) / 2 for b in (boxes, other)]
    widths = [b[:, 2] - b[:, 0] for b in (boxes, other)]
    apart = np.abs(middles[0][:, None] - middles[1][None]).max(2) < 0.25 * widths[0][:, None]
    alike = np.abs(np.log(widths[0][:, None] / (widths[1][None] + 1e-9))) < np.log(1.6)
    return np.asarray(apart & alike)


def on_scenes(name: str, find: Find, scenes: Sequence[Detections]) -> list[Row]:
    hit, close, sides, wrong = [], [], [], 0
    for scene in scenes:
        found = find(scene.picture)
        same = overlaps(scene.boxes, found.boxes) >= 0.5
        hit += same.any(1).tolist()
        close += near(scene.boxes, found.boxes).any(1).tolist()
        wrong += int((~same.any(0)).sum())
        sides += (scene.boxes[:, 2:] - scene.boxes[:, :2]).max(1).tolist()
    hits, long = np.array(hit), np.array(sides)
    by_size = ", ".join(
        f"{low} to {high} px: {100 * hits[(long >= low) & (long < high)].mean():.1f} %" for low, high in SIZES
    )
    where = f"{len(scenes)} held-out composed scenes"
    target = "at least 95 %" if name == "facefinder" else ""
    return [
        Row(f"{where}, {name}: recall at IoU 0.5", pct(hits), "%", len(hits), by_size, target),
        Row(f"{where}, {name}: recall by middle and width", pct(close), "%", len(close)),
        Row(f"{where}, {name}: boxes that are no face, a scene", round(wrong / len(scenes), 3), "", len(scenes)),
    ]


def on_nothing(name: str, find: Find, scenes: Sequence[Detections]) -> Row:
    counts = [len(find(scene.picture)) for scene in scenes]
    some = f"in {100 * np.mean(np.array(counts) > 0):.1f} % of them"
    return Row(
        f"{len(scenes)} photographs without people, {name}: false alarms a picture",
        round(float(np.mean(counts)), 3), "", len(counts), some,
    )  # fmt: skip


def on_photos(finders: dict[str, Find], yunet: OnnxFinder) -> list[Row]:
    rows = []
    files = sorted((SHARED / "data/caltech101/Faces").iterdir())
    eyes = []
    for path in files:
        _, points = yunet.find(path)
        eyes.append(points[0][:2].mean(0) if len(points) else None)
    for name, find in finders.items():
        right, more = [], 0
        for path, middle in zip(files, eyes, strict=True):
            boxes = find(path).boxes
            holds = [middle is not None and bool((b[:2] < middle).all() and (b[2:] > middle).all()) for b in boxes]
            right.append(any(holds))
            more += len(boxes) - int(any(holds))
        rows.append(
            Row(
                f"Caltech-101 Faces, plain photographs, {name}: a box around the place between the eyes",
                pct(right), "%", len(right), f"{more / len(files):.3f} other boxes a picture",
            )
        )  # fmt: skip
    agreed = [overlaps(finders["facefinder"](path).boxes, yunet(path).boxes).max(initial=0) >= 0.5 for path in files]
    rows.append(Row("Caltech-101 Faces: the two agree on a face at IoU 0.5", pct(agreed), "%", len(agreed)))
    portraits = sorted((SHARED / "data/orl_faces").rglob("*.pgm"))
    for name, find in finders.items():
        right = []
        for path in portraits:
            found = find(path)
            high, wide = found.size or (1, 1)
            middles = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2 / [wide, high]
            right.append(bool(((middles > 0.25) & (middles < 0.75)).all(1).any()))
        rows.append(Row(f"ORL, tight grey portraits, {name}: a face in the middle", pct(right), "%", len(right)))
    return rows


def speed(name: str, find: Find, picture: np.ndarray) -> Row:
    find(picture)
    times = []
    for _ in range(20):
        start = time.perf_counter()
        find(picture)
        times.append(1000 * (time.perf_counter() - start))
    where = f"a scene of {picture.shape[1]} x {picture.shape[0]} pixels, one thread"
    return Row(f"{where}, {name}", round(float(np.median(times)), 1), "ms", len(times), f"{min(times):.1f} at best")


def pct(values: Sequence[Any] | np.ndarray) -> float:
    return round(100 * float(np.mean(values)), 1)


def main() -> None:
    torch.set_num_threads(1)
    ours = ll.load("facefinder")
    card = OnnxCard(kind="finder", size=(640, 640), colours="BGR", decode="yunet", score=0.6)
    yunet = OnnxFinder(SHARED / "weights/yunet_n_dynamic.onnx", card, threads=1)
    finders: dict[str, Find] = {"facefinder": ours, "YuNet": yunet}
    every = shots()
    test = held_out([shot.person for shot in every])
    _, unseen = photos()
    frames = [shot for shot in every if shot.person in test]
    scenes = [scene for scene in composed(frames, unseen, 300, 2) if len(scene)]
    nothing = list(empty(unseen, len(unseen), 2))
    rows: list[Row] = []
    for name, find in finders.items():
        rows += [*on_scenes(name, find, scenes), on_nothing(name, find, nothing)]
    rows += on_photos(finders, yunet)
    picture = np.array(open_image(scenes[0].picture))
    rows += [speed(name, find, picture) for name, find in finders.items()]
    for row in rows:
        print(row.what, row.value, row.unit, row.n, row.spread)
    write("face-finder", rows, command="python -m benchmarks.quality.face_finder")


if __name__ == "__main__":
    main()
