"""How much a painted film flickers: frame by frame, held steady, and by a model that was trained without second views.

Command: python -m benchmarks.quality.style_film --write
    With --against FOLDER also a model that was trained otherwise.
Minutes: 3 (2 cores)
Measures: two films of 24 frames and 320 pixels, made of golden_gate, so that it is known where each point of a frame
    lies in the next: one stands still, one pans by whole pixels (3 across, 1 down a frame); both with the noise of a
    camera (sd 0.01) and a light that trembles by 2 %. The flicker is the mean absolute difference of neighbouring
    paintings, laid upon each other as the film moves, in levels of 255; beside it that of the films themselves.
Peers: none.
"""

import argparse
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np

import lenslet as ll
from benchmarks.record import Row, write
from lenslet.image import open_image, resize
from lenslet.tasks.style.steady import Steady
from lenslet.tasks.style.stylist import Stylist

PHOTO = Path(__file__).resolve().parents[3] / "shared" / "data" / "style" / "content" / "golden_gate.jpg"
FRAMES, HEIGHT, WIDTH = 24, 240, 320
MODELS = ("starry_night", "great_wave")


def film(across: int, down: int, seed: int = 0) -> list[np.ndarray]:
    dice = np.random.default_rng(seed)
    whole = resize(open_image(PHOTO), (HEIGHT + FRAMES * down + 8, WIDTH + FRAMES * across + 8)).astype(np.float32)
    frames = []
    for number in range(FRAMES):
        cut = whole[number * down :, number * across :][:HEIGHT, :WIDTH]
        seen = cut * (1 + 0.02 * dice.uniform(-1, 1)) + dice.normal(0, 0.01 * 255, cut.shape)
        frames.append(np.clip(np.rint(seen), 0, 255).astype(np.uint8))
    return frames


def flicker(frames: list[np.ndarray], across: int, down: int) -> float:
    apart = []
    for one, two in pairwise(frames):
        before, after = one[down:, across:], two[: HEIGHT - down, : WIDTH - across]
        apart.append(np.abs(before[16:-16, 16:-16].astype(float) - after[16:-16, 16:-16]).mean())
    return float(np.mean(apart))


def painted(frames: list[np.ndarray], model: Stylist, steady: float) -> list[np.ndarray]:
    held: Callable[[np.ndarray, np.ndarray], np.ndarray] = Steady(steady)
    return [held(frame, model.paint(frame)) for frame in frames]


def main() -> None:
    said = argparse.ArgumentParser()
    said.add_argument("--against", type=Path, nargs="*", default=[])
    said.add_argument("--write", action="store_true")
    told = said.parse_args()
    rows = []
    for name, across, down in (("stands still", 0, 0), ("pans", 3, 1)):
        frames = film(across, down)
        own = flicker(frames, across, down)
        rows.append(Row(f"flicker of a film that {name}, itself", round(own, 2), "levels of 255", FRAMES - 1))
        for place in (*MODELS, *told.against):
            model = ll.load(place)
            assert isinstance(model, Stylist)
            model.net.float()
            for how, steady in (("each frame for itself", 0.0), ("held steady", 0.8)):
                found = flicker(painted(frames, model, steady), across, down)
                what = f"flicker of a film that {name}, painted by {Path(place).name}, {how}"
                rows.append(Row(what, round(found, 2), "levels of 255", FRAMES - 1))
                print(rows[-1].what, rows[-1].value, flush=True)
    if told.write:
        write("style-film", rows, command="python -m benchmarks.quality.style_film --write")


if __name__ == "__main__":
    main()
