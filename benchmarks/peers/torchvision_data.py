"""torchvision's v2 transforms behind a DataLoader: prints images per second of the data path alone as JSON.

Arguments: LIST (a text file, a JPEG's path a line), SIDE in pixels, WORKERS, SOURCE: `files` decodes the JPEGs anew in
each pass, `tensors` holds them decoded in memory. The changes are those of Lenslet's preset `full`, as far as v2 has
them (PCA colour and aspect are not among them); batch 32; the second of two passes counts. Run by benchmarks/peers.
"""

import json
import sys
import time
from pathlib import Path

import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

listed, side, workers, source = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
files = Path(listed).read_text().splitlines()
changes = v2.Compose(
    [
        v2.RandomHorizontalFlip(),
        v2.RandomAffine(15, (0.1, 0.1), (1 / 1.2, 1.2), shear=5.7, interpolation=v2.InterpolationMode.BILINEAR),
        v2.ColorJitter(0.2, 0.2, 0.2),
        v2.ToDtype(torch.float32, scale=True),
        v2.Normalize((0.5,) * 3, (0.25,) * 3),
    ]
)
opened = v2.Compose([v2.Resize((side, side)), v2.PILToTensor()])


def picture(path: str) -> torch.Tensor:
    with Image.open(path) as image:
        return opened(image.convert("RGB"))


class Pictures(Dataset):
    def __init__(self) -> None:
        self.decoded = [picture(path) for path in files] if source == "tensors" else None

    def __len__(self) -> int:
        return len(files)

    def __getitem__(self, i: int) -> torch.Tensor:
        return changes(picture(files[i]) if self.decoded is None else self.decoded[i])


loader = DataLoader(
    Pictures(), batch_size=32, shuffle=True, num_workers=workers, persistent_workers=workers > 0, drop_last=True
)
for _ in range(2):
    began, seen = time.perf_counter(), 0
    for images in loader:
        seen += len(images)
    took = time.perf_counter() - began
print(json.dumps({"images_per_second": seen / took}))
