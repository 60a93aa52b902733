"""A sheet of contents x styles x encoders, to be looked at, and how near each is to its style through other eyes.

Command: python -m benchmarks.quality.style [--size 256] [--steps 30]
Minutes: 8 (2 cores)
Measures: the relative style cost of each painting through an encoder that did not paint it (SqueezeNet 1.1 with its
    ImageNet weights judges `natural` and `texture`, and `texture` judges SqueezeNet), beside the same cost of the
    photograph: 0 is the style itself.
Peers: none.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

import lenslet as ll
from benchmarks.record import RESULTS, Row, write
from lenslet import draw
from lenslet.image import open_image, resize, save_image
from lenslet.nets import build
from lenslet.tasks.style.decode import tensor
from lenslet.tasks.style.encoder import Encoder
from lenslet.tasks.style.loss import relative_style_cost, style_matrix
from lenslet.verbs.encoder import encoder_of
from lenslet.verbs.progress import bar

SHARED = Path(__file__).resolve().parents[3] / "shared"
CONTENTS = ("tubingen", "golden_gate")
STYLES = ("starry_night", "the_scream", "wave")


def squeezenet() -> Encoder:
    net = build("squeezenet1_1", num_classes=1000)
    net.load_state_dict(load_file(SHARED / "weights" / "squeezenet1_1.imagenet.safetensors"))
    return Encoder(net, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225), name="squeezenet1_1")


@torch.no_grad()
def distance(judge: Encoder, picture: np.ndarray, style: np.ndarray) -> float:
    seen, wanted = judge(tensor(picture)), judge(tensor(style))
    return sum(
        share * float(relative_style_cost(style_matrix(wanted[k]) / wanted[k][0, 0].numel(), seen[k]))
        for k, share in judge.taps.style.items()
    )


def fitted(picture: np.ndarray, size: int) -> np.ndarray:
    height, width = (round(side * size / max(picture.shape[:2])) for side in picture.shape[:2])
    return resize(picture, (height, width))


def main() -> None:
    said = argparse.ArgumentParser()
    said.add_argument("--size", type=int, default=256)
    said.add_argument("--steps", type=int, default=30)
    told = said.parse_args()
    with bar(shown=False) as silent:
        natural, texture, other = encoder_of("natural", silent), encoder_of("texture", silent), squeezenet()
    pairs = [(natural, other), (texture, other), (other, texture)]
    rows, names = [], []
    apart: dict[str, list[float]] = {encoder.name: [] for encoder, _ in pairs}
    photos: dict[str, list[float]] = {encoder.name: [] for encoder, _ in pairs}
    for content in CONTENTS:
        photo = open_image(SHARED / "data/style/content" / f"{content}.jpg")
        styles = {name: open_image(SHARED / "data/style/style" / f"{name}.jpg") for name in STYLES}
        if not rows:
            rows.append([np.full((8, 8, 3), 255, np.uint8), *(fitted(style, told.size) for style in styles.values())])
            names.append("styles")
        for encoder, judge in pairs:
            row = [fitted(photo, told.size)]
            for style in styles.values():
                made = ll.stylize(photo, style, encoder=encoder, size=told.size, steps=told.steps, progress=False)
                row.append(np.array(made.picture))
                wanted = fitted(style, told.size)
                apart[encoder.name].append(distance(judge, made.picture, wanted))
                photos[encoder.name].append(distance(judge, fitted(photo, told.size), wanted))
                print(encoder.name, content, f"{made.seconds:.0f} s", apart[encoder.name][-1], flush=True)
            rows.append(row)
            names.append(f"{encoder.name}\n{content}, {told.size} px")
    save_image(draw.strips(rows, names, side=200), RESULTS / "style.jpg")
    figures = []
    for encoder, judge in pairs:
        for what, found in (
            ("painted through", apart[encoder.name]),
            ("the photographs, beside", photos[encoder.name]),
        ):
            spread = f"{min(found):.3f} to {max(found):.3f}"
            text = f"style distance, {what} {encoder.name}, seen by {judge.name}"
            figures.append(Row(text, round(float(np.mean(found)), 3), "relative", len(found), spread))
    write("style", figures, command=f"python -m benchmarks.quality.style --size {told.size} --steps {told.steps}")


if __name__ == "__main__":
    main()
