"""Things in a large picture, found by tiles: what each way to put the tiles' answers together makes of them.

Command: python -m benchmarks.quality.tiles
Minutes: 1
Measures: F1 at IoU 0.5, the mean of four kinds of scenes, a dozen of each; in brackets F1 at IoU 0.75, and what is
    said too much and missed, of 100 things. There is no net in it: the detector is one that knows the truth and errs
    as nets do. It gives what lies in its window, cut at the edge; corners are off by 2 % of the side and half a pixel
    of the net's, normally distributed, anew in each window; what is smaller than 6 of the net's pixels, or shown to
    less than a fifth, is not found, nor is one in 20 of the rest; the score falls with the part shown. Pictures of
    2,400 x 3,200, tiles of 640 that overlap by a quarter, 3 classes. `mixed`: sides from 12 to 1,500 pixels, evenly
    in their logarithm; `crowd`: 400 of 30 to 60 pixels in rows that touch and overlap a little; `pairs`: two of a
    class, one before the other, that share 40 to 65 % of each; `large`: from 200 pixels on, most larger than the
    overlap.
Peers: the rules that such tools use: suppression by IoU; suppression by the share of the smaller box; greedy joining by
    that share, after the default of SAHI 0.11 (written out here in brief); the weighted mean of `lenslet.boxes`.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch

from benchmarks.record import Row, write
from lenslet import boxes as bx
from lenslet.results import Detections
from lenslet.tasks.detect.pieces import joined
from lenslet.tasks.detect.tiles import Window, tiles

SIZE, SIDE, NAMES = (2400, 3200), 640, ("a", "b", "c")
SEEDS = range(1000, 1012)  # the limits in `pieces` were chosen on the scenes 0 to 11


def scene(kind: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Boxes and labels; of one class, no two overlap by more than a fifth."""
    random = np.random.default_rng(seed)
    if kind == "crowd":
        y, x = np.divmod(np.arange(400), 20)
        middle = np.stack([x * 44, y * 44], 1) + random.uniform(300, 900, 2) + random.uniform(-5, 5, (400, 2))
        half = random.uniform(30, 60, (400, 2)) / 2
        return np.concatenate([middle - half, middle + half], 1), np.zeros(400, np.int64)
    if kind == "pairs":  # a detector whose own suppression is at IoU 0.7 tells them apart
        corner, side = random.uniform(0, np.array(SIZE[::-1]) - 300, (60, 2)), random.uniform(40, 130, (60, 1))
        shift = side * random.uniform([0.35, 0], [0.6, 0.1], (60, 2))
        boxes = np.concatenate([np.concatenate([c, c + side], 1) for c in (corner, corner + shift)])
        return boxes, np.tile(random.integers(0, 3, 60), 2)
    low = 12 if kind == "mixed" else 200
    kept, labels = np.empty((0, 4)), []
    for _ in range(300):
        first, second, both = random.uniform(np.log(low), np.log(1500), 3)
        sides = np.exp(0.7 * both + 0.3 * np.array([first, second]))
        corner = random.uniform(0, np.maximum(np.array(SIZE[::-1]) - sides, 1))
        box, label = np.concatenate([corner, np.minimum(corner + sides, SIZE[::-1])]), int(random.integers(3))
        same = kept[np.array(labels, int) == label]
        if len(same) and bx.inside(torch.from_numpy(box[None]), torch.from_numpy(same)).max() > 0.2:
            continue
        kept, labels = np.concatenate([kept, box[None]]), [*labels, label]
    return kept, np.array(labels, np.int64)


def oracle(truth: np.ndarray, labels: np.ndarray, window: Window, seed: int) -> Detections:
    """What an able but imperfect detector says of a window."""
    random = np.random.default_rng([seed, *window])
    frame = np.array(window, float)
    coarse = max((frame[2:] - frame[:2]).max() / SIDE, 1)
    part = np.concatenate([np.maximum(truth[:, :2], frame[:2]), np.minimum(truth[:, 2:], frame[2:])], 1)
    sides = np.clip(part[:, 2:] - part[:, :2], 0, None)
    share = sides.prod(1) / (truth[:, 2:] - truth[:, :2]).prod(1)
    found = (sides.min(1) >= 6 * coarse) & (share >= 0.2) & (random.random(len(truth)) > 0.05)
    noise = random.normal(0, 1, part.shape) * (0.02 * np.tile(sides, 2) + 0.5 * coarse)
    boxes = part + noise
    boxes = np.concatenate([np.maximum(boxes[:, :2], frame[:2]), np.minimum(boxes[:, 2:], frame[2:])], 1)
    found &= (boxes[:, 2:] > boxes[:, :2]).all(1)
    scores = np.clip(random.uniform(0.6, 0.95, len(truth)) * (0.4 + 0.6 * share), 0, 1)
    return Detections(boxes[found] - np.tile(frame[:2], 2), scores[found], labels[found], NAMES)


Way = Callable[[Sequence[Detections], Sequence[Window]], Detections]


def home(answers: Sequence[Detections], windows: Sequence[Window]) -> tuple[torch.Tensor, ...]:
    boxes = np.concatenate([a.boxes + np.tile(np.array(w[:2]), 2) for a, w in zip(answers, windows, strict=True)])
    scores, labels = (np.concatenate([getattr(a, name) for a in answers]) for name in ("scores", "labels"))
    return torch.from_numpy(boxes), torch.from_numpy(scores), torch.from_numpy(labels)


def by_iou(answers: Sequence[Detections], windows: Sequence[Window]) -> Detections:
    boxes, scores, labels = home(answers, windows)
    kept = bx.nms(boxes, scores, labels, overlap=0.5)
    return Detections(boxes[kept].numpy(), scores[kept].numpy(), labels[kept].numpy(), NAMES)


def by_mean(answers: Sequence[Detections], windows: Sequence[Window]) -> Detections:
    boxes, scores, labels = bx.merge(*home(answers, windows), overlap=0.5)
    return Detections(boxes.numpy(), scores.numpy(), labels.numpy(), NAMES)


def by_share(answers: Sequence[Detections], windows: Sequence[Window], join: bool = False) -> Detections:
    """Best first: what has half of the smaller box in common with it is dropped, or joined to it."""
    boxes, scores, labels = home(answers, windows)
    order = scores.sort(descending=True, stable=True).indices
    near = (bx.inside(boxes[:, None], boxes) >= 0.5) & (labels[:, None] == labels)
    left, rows, made = torch.ones(len(boxes), dtype=torch.bool), [], []
    for i in order.tolist():
        if left[i]:
            group = near[i] & left
            left[group] = False
            rows.append(i)
            some = boxes[group] if join else boxes[i : i + 1]
            made.append(torch.cat([some[:, :2].min(0).values, some[:, 2:].max(0).values]))
    return Detections(torch.stack(made).numpy(), scores[rows].numpy(), labels[rows].numpy(), NAMES)


def ours(answers: Sequence[Detections], windows: Sequence[Window]) -> Detections:
    return joined(answers, windows, SIZE, side=SIDE, overlap=0.25)


WAYS: dict[str, Way] = {
    "suppression by IoU 0.5": by_iou,
    "suppression by share 0.5": by_share,
    "joining by share 0.5": partial(by_share, join=True),
    "weighted mean, IoU 0.5": by_mean,
    "Lenslet": ours,
}


def score(found: Detections, truth: np.ndarray, labels: np.ndarray, overlap: float) -> tuple[int, int, int]:
    """Right, said twice (overlaps a thing that a better one has), missed."""
    near = bx.iou(torch.from_numpy(np.array(found.boxes)), torch.from_numpy(truth)).numpy()
    near[found.labels[:, None] != labels] = 0
    taken = np.zeros(len(truth), bool)
    twice = 0
    for row in near:
        best = int(np.where(taken, 0, row).argmax())
        if row[best] >= overlap and not taken[best]:
            taken[best] = True
        else:
            twice += 1
    return int(taken.sum()), twice, int((~taken).sum())


def f1(right: float, wrong: float, missed: float) -> float:
    return float(2 * right / (2 * right + wrong + missed))


def main() -> None:
    rows = []
    for name, way in {"the whole picture only": None, **WAYS}.items():
        means, low, notes = [], 1.0, []
        for kind in ("mixed", "crowd", "pairs", "large"):
            counts, fine, each = np.zeros(3), np.zeros(3), []
            for seed in SEEDS:
                truth, labels = scene(kind, seed)
                windows = [Window(0, 0, SIZE[1], SIZE[0]), *tiles(*SIZE, side=SIDE)]
                answers = [oracle(truth, labels, window, seed) for window in windows]
                found = answers[0] if way is None else way(answers, windows)
                one = score(found, truth, labels, 0.5)
                counts += one
                fine += score(found, truth, labels, 0.75)
                each.append(f1(*one))
            of = (counts[0] + counts[2]) / 100
            means.append(float(np.mean(each)))
            low = min(low, *each)
            notes.append(
                f"{kind} {means[-1]:.3f} (at 0.75 {f1(*fine):.3f}; too much {counts[1] / of:.1f} %, "
                f"missed {counts[2] / of:.1f} %)"
            )
        what = f"things in tiles put together by: {name}" if way else f"things found in {name}"
        rows.append(
            Row(what, round(float(np.mean(means)), 3), "F1", 4 * len(SEEDS), f"{', '.join(notes)}; worst {low:.3f}")
        )
    write("tiles", rows, command="python -m benchmarks.quality.tiles")


if __name__ == "__main__":
    main()
