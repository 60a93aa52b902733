"""Ultralytics YOLO11n from scratch on DATA (a data.yaml) within SECONDS; prints COCO's mAP on its val part as JSON.

Its own trainer, augmentation, defaults and validation; `time` is its budget in hours. Run by benchmarks/peers.
Arguments: DATA SECONDS SIZE SEED; then, if given, a folder that gets its best weights.
"""

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from ultralytics import YOLO, settings

data, seconds, size, seed = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
settings.update({"sync": False})
with tempfile.TemporaryDirectory() as place:
    began = time.perf_counter()
    model = YOLO("yolo11n.yaml")
    model.train(
        data=data, time=seconds / 3600, epochs=1000, imgsz=size, batch=16, seed=seed, device="cpu", workers=0,
        project=place, name="run", verbose=False, plots=False, pretrained=False,
    )  # fmt: skip
    took = time.perf_counter() - began
    weights = Path(place, "run", "weights", "best.pt")
    found = YOLO(weights).val(data=data, imgsz=size, batch=16, device="cpu", workers=0, verbose=False, plots=False)
    if len(sys.argv) > 5:
        shutil.copy(weights, sys.argv[5])
print(json.dumps({"map50": found.box.map50, "map": found.box.map, "seconds": took}))
