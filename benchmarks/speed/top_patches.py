"""Top patches of one layer, 64 units, against plain inference through the same net.

Command: python -m benchmarks.speed.top_patches [PICTURES] [ROUNDS]
Minutes: 4 (5,000 pictures, 3 rounds) on two free cores
Measures: images/s from decoded pictures (random pixels at 96 x 96) to the end: of plain inference (facet_s, normalised,
    batches as top-patches has them, no gradients, float32), of the search through layer3 (it ends there) and through
    layer4 (as deep as inference goes); and the same with the nine guided views of every unit. Rounds take turns.
Peers: none; the target is a share of plain inference.
"""

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from PIL import Image

from benchmarks.record import Row, write
from lenslet.image import Preprocess
from lenslet.nets import build
from lenslet.tasks.explain import layers as choosing
from lenslet.tasks.explain.target import tensor_of
from lenslet.tasks.explain.top import top_patches

UNITS = list(range(64))
SHAPE = Preprocess((96, 96), "letterbox", 3, (0.5,) * 3, (0.25,) * 3)


def main() -> None:
    count, rounds = (int(sys.argv[i]) if len(sys.argv) > i else default for i, default in ((1, 5_000), (2, 3)))
    torch.manual_seed(0)
    net = build("facet_s", num_classes=81).eval().to(memory_format=torch.channels_last)
    pixels = np.random.default_rng(0).integers(0, 256, (count, 96, 96, 3), dtype=np.uint8)
    with TemporaryDirectory() as place:
        file = Path(place) / "one.png"
        Image.fromarray(pixels[0]).save(file)
        paths = dict.fromkeys(range(count), file)

        @torch.no_grad()
        def plain() -> None:
            for start in range(0, count, 64):
                net(tensor_of(pixels[start : start + 64], SHAPE, net))

        def search(layer: str, view: bool) -> Callable[[], object]:
            found = choosing.named(net, [layer], 96)
            return lambda: top_patches(net, SHAPE, pixels, paths, found, units=UNITS, view="guided" if view else None)

        work = {
            "plain inference": plain,
            "top patches of layer3": search("layer3", False),
            "top patches of layer4": search("layer4", False),
            "top patches of layer3 with 576 guided views": search("layer3", True),
        }
        seconds: dict[str, list[float]] = {name: [] for name in work}
        for _ in range(rounds):
            for name, call in work.items():
                began = time.perf_counter()
                call()
                seconds[name].append(time.perf_counter() - began)
    base = min(seconds["plain inference"])
    rows = []
    for name, taken in seconds.items():
        share = "" if name == "plain inference" else f", {base / min(taken):.2f} of plain inference"
        spread = f"{count / max(taken):.0f}-{count / min(taken):.0f}{share}"
        target = "" if name == "plain inference" else "0.8 of plain inference"
        rows.append(
            Row(
                f"{name}, {count:,} pictures of 96 px, facet_s, 64 units",
                round(count / min(taken)),
                "images/s",
                rounds,
                spread,
                target,
            )
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    held = f"pictures {pixels.nbytes / 2**30:.2f} GiB"
    rows.append(Row("peak memory of all that, the pictures in it", round(peak, 2), "GiB", 1, held))
    write("top-patches", rows, command=" ".join(["python -m benchmarks.speed.top_patches", *sys.argv[1:]]))


if __name__ == "__main__":
    main()
