"""One picture, file to boxes, by Ultralytics YOLO11n exported to ONNX at 320 px; prints milliseconds as JSON.

Run by benchmarks/peers. Arguments: FOLDER THREADS ROUNDS, then the pictures; the exported file is kept in FOLDER. Its
own `export` and its own `predict`, by ONNX Runtime on the CPU. Weights are random: how long it takes does not depend on
them, but for the few boxes that are left. Where torchvision's compiled operations are not those of this torch, its
suppression is declared without a kernel: random weights leave no boxes that it would be asked about.
"""

import json
import sys
import time
from pathlib import Path

import onnxruntime
import torch

try:
    import torchvision  # noqa: F401
except (ImportError, RuntimeError):
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
    kept = torch.library.Library("torchvision", "FRAGMENT")
    for name in ("nms", "qnms"):
        kept.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
folder, threads, rounds, pictures = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
torch.set_num_threads(threads)
usual = onnxruntime.InferenceSession


def session(*given, **more):  # its own session takes as many threads as there are cores
    path, *rest = given
    options = (rest.pop(0) if rest else more.pop("sess_options", None)) or onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return usual(path, options, *rest, **more)


onnxruntime.InferenceSession = session

from ultralytics import YOLO, settings  # noqa: E402

settings.update({"sync": False})
file = folder / "yolo11n.onnx"
if not file.exists():
    made = YOLO("yolo11n.yaml").export(format="onnx", imgsz=320, simplify=False, dynamic=False)
    Path(made).replace(file)
model = YOLO(str(file), task="detect")
for picture in pictures[:3]:
    model.predict(picture, imgsz=320, device="cpu", verbose=False)
found = []
for _ in range(rounds):
    for picture in pictures:
        began = time.perf_counter()
        model.predict(picture, imgsz=320, device="cpu", verbose=False)
        found.append(1000 * (time.perf_counter() - began))
found.sort()
print(json.dumps({"median": found[len(found) // 2], "low": found[len(found) // 10]}))
