"""One picture, file to boxes, by Ultralytics YOLO11n at 320 px; prints milliseconds as JSON. Run by benchmarks/peers.

Arguments: THREADS ROUNDS, then the pictures. Weights are random: how long it takes does not depend on them, but for
the few boxes that are left.
"""

import json
import sys
import time

import torch
from ultralytics import YOLO

threads, rounds, pictures = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
torch.set_num_threads(threads)
model = YOLO("yolo11n.yaml")
for picture in pictures[:5]:
    model.predict(picture, imgsz=320, device="cpu", verbose=False)
torch.set_num_threads(threads)  # the first call sets its own
found = []
for _ in range(rounds):
    for picture in pictures:
        began = time.perf_counter()
        model.predict(picture, imgsz=320, device="cpu", verbose=False)
        found.append(1000 * (time.perf_counter() - began))
found.sort()
print(
    json.dumps({"median": found[len(found) // 2], "low": found[len(found) // 10], "high": found[-len(found) // 10 - 1]})
)
