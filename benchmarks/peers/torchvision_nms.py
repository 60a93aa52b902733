"""torchvision's compiled nms and batched_nms on COUNT boxes (scattered or clustered), THREADS; prints ms as JSON.

`measure` is also what our own side is timed with. Run by benchmarks/peers.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable

import torch

OVERLAP, SECONDS = 0.6, 4.0


def scene(count: int, case: str) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Boxes, scores without ties, classes."""
    dice = torch.Generator().manual_seed(0)
    objects = count if case == "scattered" else max(count // 20, 1)
    corner = torch.rand(objects, 2, generator=dice) * 640
    boxes = torch.cat([corner, corner + 10 + 90 * torch.rand(objects, 2, generator=dice)], 1)
    labels = torch.randint(20, (objects,), generator=dice)
    if case == "clustered":
        boxes = boxes.repeat_interleave(20, 0)[:count]
        labels = labels.repeat_interleave(20)[:count]
        boxes = boxes + 3 * torch.randn(len(boxes), 4, generator=dice)
    return boxes, torch.randperm(len(boxes), generator=dice) / len(boxes), labels


def measure(plain: Callable[..., torch.Tensor], by_class: Callable[..., torch.Tensor]) -> None:
    """Time both on the scene that the command line names."""
    count, case, threads = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    torch.set_num_threads(threads)
    boxes, scores, labels = scene(count, case)
    numbers: dict[str, float] = {}
    for end, call in (
        ("", lambda: plain(boxes, scores, OVERLAP)),
        ("_by_class", lambda: by_class(boxes, scores, labels, OVERLAP)),
    ):
        kept = call()
        times: list[float] = []
        while sum(times) < SECONDS and len(times) < 200:
            began = time.perf_counter()
            call()
            times.append(time.perf_counter() - began)
        low, middle, high = (1000 * value for value in statistics.quantiles(times, n=4))
        numbers |= {f"ms{end}": middle, f"low{end}": low, f"high{end}": high, "n": len(times)}
        numbers |= {f"kept{end}": len(kept), f"sum{end}": int(kept.sum())}
    print(json.dumps(numbers))


if __name__ == "__main__":
    from torchvision.ops import batched_nms, nms

    measure(nms, batched_nms)
