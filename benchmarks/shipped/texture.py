"""How `texture`, the encoder that `stylize` compares pictures through, was made: Swatch on Caltech-101.

Command: python -m benchmarks.shipped.texture [--minutes 33] [--out FOLDER]
Minutes: 35, of one core
Measures: accuracy on 8 % of the pictures, drawn at random and never trained on; they chose the epoch. What counts is
    how it paints: benchmarks/quality/style.py.
Peers: none.

Beside naming the thing in the picture, three kinds of heads make its maps fit for painting, and are thrown away:

- the style matrices of stages 1 to 4 must name the thing, too, each by itself (a 1x1 to 16 channels, their matrix, a
  dense layer): what goes together in a picture is then worth telling apart;
- the picture must come back from relu3_1 and relu4_1 by one linear step: what is where is not thrown away.

Then each channel is divided by its mean answer, and the next layer's weights multiplied by it: the net says the same,
and no channel rules a style matrix because it happens to be loud (Gatys 2015, section 2.1).
"""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

import lenslet as ll
from benchmarks.quality.transfer import DATA
from lenslet.card import Card, software
from lenslet.data import Batches, Sample, channel_statistics, decode
from lenslet.data.augment import PRESETS
from lenslet.image import Preprocess
from lenslet.loops import Recipe, fit
from lenslet.nets.swatch import Swatch, swatch_s
from lenslet.tasks.classify.loss import cross_entropy
from lenslet.tasks.classify.training import Classify

OUT = Path(__file__).parents[2] / "lenslet" / "shipped" / "texture"
SIDE, CROP, HELD = 112, 80, 0.08
AUGMENT = replace(PRESETS["full"], cutout=0.0, scale=0.15, edge="reflection")
MATRICES = {5: 32, 12: 64, 22: 128, 29: 256}  # last ReLU of stages 1 to 4 -> channels
PICTURES = {16: (128, 4), 26: (256, 8)}  # relu3_1, relu4_1 -> channels, stride
NARROW = 16
LICENCE = "CC BY 4.0 (Caltech-101: Li, Andreeto, Ranzato, Perona 2022, doi 10.22002/D1.20086)"


class Learning(nn.Module):
    """Swatch with the heads that only its training needs."""

    def __init__(self, net: Swatch, classes: int):
        super().__init__()
        self.net = net
        self.narrow = nn.ModuleDict({str(i): nn.Conv2d(c, NARROW, 1, bias=False) for i, c in MATRICES.items()})
        entries = NARROW * (NARROW + 1) // 2
        self.name = nn.ModuleDict(
            {str(i): nn.Sequential(nn.LayerNorm(entries), nn.Linear(entries, classes)) for i in MATRICES}
        )
        self.back = nn.ModuleDict({str(i): nn.Conv2d(c, 3 * s * s, 1) for i, (c, s) in PICTURES.items()})

    def forward(self, x: Tensor) -> Any:
        if self.training:  # textures at the size they have, and a place that is new each time
            top, left = (int(torch.randint(0, side - CROP + 1, ())) for side in x.shape[2:])
            x = x[..., top : top + CROP, left : left + CROP].contiguous(memory_format=torch.channels_last)
        names, pictures, seen = [], [], x
        for i, layer in enumerate(self.net.features):
            seen = layer(seen)
            if self.training and i in MATRICES:
                rows = self.narrow[str(i)](seen).float().flatten(2)
                matrix = rows @ rows.transpose(1, 2) / rows.shape[2]
                high, wide = torch.triu_indices(NARROW, NARROW)
                entries = matrix[:, high, wide]
                names.append(self.name[str(i)](entries.sign() * (entries.abs() + 1e-6).sqrt()))
            if self.training and i in PICTURES:
                pictures.append(functional.pixel_shuffle(self.back[str(i)](seen), PICTURES[i][1]))
        logits = self.net.fc(self.net.avgpool(seen).flatten(1))
        return (logits, names, pictures, x) if self.training else logits


class Textures(Classify):
    """The task: naming, by matrices too, and giving the picture back."""

    def loss(self, raw: Any, targets: Tensor) -> dict[str, Tensor]:
        logits, names, pictures, x = raw
        parts = {"loss": cross_entropy(logits, targets, smoothing=self.smoothing)}
        parts["matrices"] = 0.15 * sum(cross_entropy(name, targets, smoothing=self.smoothing) for name in names)
        parts["pictures"] = 0.3 * sum(functional.mse_loss(picture.float(), x) for picture in pictures)
        return parts


@torch.no_grad()
def even(net: Swatch, images: Tensor) -> None:
    """Let every channel's mean answer be 1, in place; what the net says stays the same."""
    net.eval()
    layers, seen = list(net.features), images
    before: Tensor | None = None
    for i, layer in enumerate(layers):
        if isinstance(layer, nn.Conv2d):
            if before is not None:
                layer.weight.mul_(before.view(1, -1, 1, 1))
            norm = layers[i + 1]
            assert isinstance(norm, nn.BatchNorm2d)
            found = norm(layer(seen)).relu().mean((0, 2, 3))
            before = found.clamp(min=0.05 * float(found.mean()))  # one that is nearly always silent stays quiet
            norm.weight.div_(before)
            norm.bias.div_(before)
        seen = layer(seen)
    assert before is not None
    net.fc.weight.mul_(before)


def main() -> None:
    said = argparse.ArgumentParser()
    said.add_argument("--minutes", type=float, default=33)
    said.add_argument("--out", type=Path, default=OUT)
    said.add_argument("--weights", type=Path, default=None, help="of an earlier run; nothing is trained then")
    told = said.parse_args()
    labels = tuple(p.name for p in sorted(DATA.iterdir()) if p.is_dir() and p.name != "BACKGROUND_Google")
    samples = [Sample(path, i) for i, label in enumerate(labels) for path in sorted((DATA / label).iterdir())]
    shape = Preprocess(size=(SIDE, SIDE), resize="crop", channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)
    pictures = decode([sample.path for sample in samples], shape)
    targets = torch.tensor([sample.label for sample in samples])
    held = np.random.default_rng(0).random(len(samples)) < HELD
    learn, out = np.where(~held)[0], np.where(held)[0]
    rows = np.array(pictures.rows)
    mean, std = channel_statistics(pictures.pixels, rows[learn])
    shape = replace(shape, mean=mean, std=std)
    recipe = Recipe(
        minutes=told.minutes, batch=64, optimizer="muon", rate=0.12, momentum=0.6, decay=0.0, warmup=0.0, clip=0.0,
        smoothing=0.1,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        learning = Learning(swatch_s(len(labels)), len(labels))
    net = learning.net
    if told.weights is None:
        train = Batches(
            pictures.pixels, rows[learn], targets[learn], shape, size=recipe.batch, augment=AUGMENT, shuffle=True
        )
        valid = Batches(pictures.pixels, rows[out], targets[out], shape, size=64)
        task = Textures(smoothing=recipe.smoothing)
        for epoch in fit(learning, task, train, valid, recipe):
            print(epoch.number, f"{epoch.seconds:.0f} s", epoch.train, epoch.valid, flush=True)
            told.out.mkdir(parents=True, exist_ok=True)
            state = {name: value.contiguous() for name, value in net.state_dict().items()}
            save_file(state, told.out / "as-trained.safetensors")
    else:
        net.load_state_dict(load_file(told.weights))
    some = rows[learn][:: max(1, len(learn) // 128)]
    even(net, next(iter(Batches(pictures.pixels, some, targets[learn][: len(some)], shape, size=len(some))))[0])
    card = Card(
        task="classify",
        net="swatch_s",
        net_arguments={"num_classes": len(labels), "in_channels": 3},
        labels=labels,
        preprocess=shape,
        recipe=recipe.to_dict() | {"crops": CROP, "made by": "benchmarks/shipped/texture.py"},
        data={"folder": "caltech101", "trained_on": len(learn), "held_out": len(out)},
        licence={"weights": "Apache-2.0, trained by Lenslet from noise", "data": LICENCE},
        versions=software(),
        seen="".join(f"{int(key) >> 32:08x}" for key in pictures.keys[rows[learn]]),
    )
    net.half()  # half the bytes; what that costs is measured below, on the weights as they are shipped
    model = ll.Classifier(net.float(), card)
    evaluation = model.evaluate([samples[i] for i in out])
    print(evaluation)
    model = model.with_evaluation(evaluation, "8 % of the pictures, never trained on, by which the epoch was chosen")
    model.net.half()
    model.save(told.out)


if __name__ == "__main__":
    main()
