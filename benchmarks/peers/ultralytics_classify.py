"""Ultralytics YOLO11n-cls from scratch on DATA (train/ and val/) within SECONDS; prints its accuracy on val/ as JSON.

Its own trainer, its own augmentation, its own defaults; `time` is its budget in hours. Run by benchmarks/peers.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from ultralytics import YOLO, settings

data, seconds, size, seed = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
settings.update({"sync": False})
with tempfile.TemporaryDirectory() as place:
    began = time.perf_counter()
    model = YOLO("yolo11n-cls.yaml")
    model.train(
        data=data, time=seconds / 3600, epochs=1000, imgsz=size, batch=32, seed=seed, device="cpu", workers=0,
        project=place, name="run", verbose=False, plots=False, pretrained=False,
    )  # fmt: skip
    took = time.perf_counter() - began
    best = YOLO(Path(place, "run", "weights", "best.pt"))
    right = total = 0
    for folder in sorted(Path(data, "val").iterdir()):
        for result in best.predict(
            source=[str(p) for p in sorted(folder.iterdir())], imgsz=size, stream=True, verbose=False
        ):
            right += result.names[result.probs.top1] == folder.name
            total += 1
print(json.dumps({"accuracy": right / total, "n": total, "seconds": took}))
