"""Detection from scratch or shipped weights: BCCD (205 train, 87 val) and raccoons (160 train, 40 val), 13 minutes.

Command: python -m benchmarks.quality.detection
Minutes: 170 on 2 quiet cores; each run is kept in the temporary folder (LENSLET_WORK names another) as it ends, and a
    second call goes on from there. `--alone` leaves the peer out; `--set NAME` and `--seeds N` do a part.
Measures: COCO's mAP50 and mAP on the val part, by faster-coco-eval on the original pictures; `lenslet train DATA
    --minutes 13`, and `--minutes 4` on BCCD; seeds 0, 1, 2. Both nets choose their best epoch by the pictures they are
    measured on, which flatters both a little. Raccoons: the 40 pictures whose content hash comes last are val.
Peers: Ultralytics YOLO11n from scratch, 320 px, batch 16, its own defaults, same minutes, same pictures, same machine.
"""

import argparse
import json
import os
import statistics
import tempfile
from pathlib import Path

import lenslet as ll
from benchmarks import peers
from benchmarks.record import Row, write
from lenslet.data import Scenes, content_key, read_boxes
from lenslet.data.scenes import write_boxes

DATA = Path("../shared/data")
MINUTES, SEEDS = 13.0, (0, 1, 2)
TARGETS = {"bccd": ("at least 0.92", "at least 0.64, and 0.12 above YOLO11n"), "raccoon": ("", "above YOLO11n")}
OUT = 40  # raccoons held out


def parts(name: str, place: Path) -> Path:
    """The data set with a train and a val part, in the form that the peer reads: YOLO."""
    home = place / f"{name}-yolo"
    if not (home / "data.yaml").exists():
        scenes = read_boxes(DATA / name)
        if not scenes.valid:
            ranked = sorted(scenes.train, key=lambda scene: content_key(scene.path.read_bytes()))
            scenes = Scenes(scenes.root, scenes.form, scenes.names, tuple(ranked[:-OUT]), tuple(ranked[-OUT:]))
        write_boxes(scenes, "yolo", home)
    return home


def one(name: str, way: str, seed: int, place: Path) -> dict[str, float]:
    """The figures of one run; those of an earlier call where there are any."""
    kept = place / f"{name}-{way}-{seed}.json"
    if kept.exists():
        found: dict[str, float] = json.loads(kept.read_text())
        return found
    data = parts(name, place)
    minutes = 4.0 if way == "lenslet4" else MINUTES
    if way == "yolo11n":
        answer = peers.run("ultralytics_detect.py", str(data / "data.yaml"), str(60 * minutes), "320", str(seed))
        found = {key: answer[key] for key in ("map50", "map", "seconds")}
    else:
        model = ll.train(
            data, task="detect", minutes=minutes, seed=seed, out=place / f"{name}-{way}-{seed}", progress=False
        )
        assert model.evaluation is not None
        found = {key: float(model.evaluation[key]) for key in ("map50", "map")}
    kept.write_text(json.dumps(found))
    print(name, way, seed, found, flush=True)
    return found


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--alone", action="store_true")
    words.add_argument("--set", choices=list(TARGETS))
    words.add_argument("--seeds", type=int, default=len(SEEDS))
    asked = words.parse_args()
    place = Path(os.environ.get("LENSLET_WORK", tempfile.gettempdir())) / "lenslet-detection"
    place.mkdir(parents=True, exist_ok=True)
    rows = []
    for name in [asked.set] if asked.set else TARGETS:
        ways = ["lenslet", *(["lenslet4"] if name == "bccd" else []), *([] if asked.alone else ["yolo11n"])]
        for way in ways:
            runs = [one(name, way, seed, place) for seed in SEEDS[: asked.seeds]]
            rows += _rows(name, way, runs)
    write("detection", rows, command="python -m benchmarks.quality.detection")


def _rows(name: str, way: str, runs: list[dict[str, float]]) -> list[Row]:
    who = {
        "lenslet": f"Lenslet, defaults, {MINUTES:g} minutes",
        "lenslet4": "Lenslet, defaults, 4 minutes",
        "yolo11n": f"Ultralytics YOLO11n from scratch, {MINUTES:g} minutes",
    }[way]
    targets = dict(zip(("map50", "map"), TARGETS[name], strict=True)) if way == "lenslet" else {}
    if way == "lenslet4":
        targets = {"map": "at least 0.60"}
    made = []
    for key, spoken in (("map50", "mAP50"), ("map", "mAP")):
        values = [run[key] for run in runs]
        each = "each: " + ", ".join(f"{value:.3f}" for value in values)
        mean = round(statistics.mean(values), 4)
        made.append(Row(f"{name}: {who}: {spoken}", mean, spoken, len(values), each, targets.get(key, "")))
    return made


if __name__ == "__main__":
    main()
