"""Chapter 1: LeNet-5 learns 1,797 handwritten digits, and is measured on those it never saw."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lenslet.draw import filters as draw_filters
from lenslet.draw import grid
from lenslet.image import open_image, save_image
from lenslet.report import Block, Code, Figure, Section
from lenslet.report.training import confusion_png, errors, share
from lenslet.results import Evaluation
from lenslet.tasks.classify.classifier import Classifier
from lenslet.verbs.chapters import Chapter
from lenslet.verbs.train import train

if TYPE_CHECKING:
    from torch import nn

_EPOCHS = 60


def digits(folder: Path, seed: int, progress: bool) -> Chapter:
    """Write the digits as PNG files, train on the folder as a user would, and show what came of it."""
    data = folder / "digits"
    _write_digits(data)
    model = train(data, net="lenet5_relu", epochs=_EPOCHS, out=folder / "digits-model", seed=seed, progress=progress)
    assert isinstance(model, Classifier)
    evaluation = model.evaluation
    assert evaluation is not None
    low, high = evaluation.intervals["accuracy"]
    weights = first_convolution(model).weight.detach().cpu().numpy()
    shown = [open_image(path) for path in sorted(data.rglob("*.png"))[::30][:60]]
    learned = (
        "These are scikit-learn's 1,797 digits, each 8 × 8 pixels, written by 13 people. LeNet-5, the net that "
        "read cheques in 1998, "
        f"learned {model.card.data['trained_on']} of them in {_EPOCHS} passes and was then measured on the "
        f"other {evaluation.n}, which it had never seen.",
        Figure(grid(shown, columns=15), "Every thirtieth digit of the set."),
        f"It reads {share(evaluation.metrics['accuracy'])} of the unseen digits right. With {evaluation.n} "
        f"pictures, the true share lies "
        f"between {share(low)} and {share(high)} (95 % Wilson interval).",
        Figure(
            confusion_png(evaluation),
            "Rows are the truth, columns the answer; a perfect reader fills the diagonal.",
            560,
        ),
    )
    inside = (
        "The six 5 × 5 filters of the first layer. Nobody drew them: they began as noise, and training made "
        "them detectors of edges "
        "and strokes in different directions. Compare them with the hand-made ones in the next chapter.",
        Figure(draw_filters(weights), "Orange is positive, blue negative."),
        "And this is what each of them makes of a seven: bright where the filter finds what it looks for.",
        Figure(
            grid(_maps(model, min((data / "7").iterdir())), columns=7),
            "The digit as the net sees it, then its six feature maps.",
        ),
    )
    retrain = f"lenslet train {data} --net lenet5_relu --epochs {_EPOCHS} --seed {seed}"
    return Chapter(
        sections=(
            Section("1 · A net learns to read digits", learned),
            Section("Where it errs", _misses(evaluation)),
            Section("What it learned to look for", inside),
            Section(
                "Do it with your own pictures",
                (
                    "Put the pictures of each class into a folder with its name, and train. The run's folder "
                    "gets a report like this one.",
                    Code(f"{retrain}\nlenslet predict {model.folder} {data}/7\nlenslet train MY-FOLDER --minutes 3"),
                ),
            ),
        ),
        numbers={"digits_accuracy": evaluation.metrics["accuracy"], "digits_n": float(evaluation.n)},
        said=f"LeNet-5 reads {share(evaluation.metrics['accuracy'])} of {evaluation.n} handwritten digits it never saw "
        f"(95 % interval {share(low)} to {share(high)})",
        files=(folder / "digits-model" / "report.html",),
    )


def _maps(model: Classifier, path: Path) -> list[np.ndarray]:
    """A picture, and what the first convolution of a model makes of it, enlarged."""
    import torch

    seen = model.card.preprocess.apply(open_image(path))[0]
    layer, images = first_convolution(model), torch.from_numpy(model.card.preprocess.normalised(seen[None]))
    with torch.inference_mode():
        maps = layer(images.to(layer.weight.device))[0].relu().cpu()
    scaled = (255 * maps / maps.amax().clamp(min=1e-6)).round().to(torch.uint8).numpy()
    return [np.repeat(np.repeat(np.repeat(m[:, :, None], 3, 2), 4, 0), 4, 1) for m in (seen[:, :, 0], *scaled)]


def first_convolution(model: Classifier) -> "nn.Conv2d":
    """The layer nearest to the picture."""
    from torch import nn

    return next(m for m in model.net.modules() if isinstance(m, nn.Conv2d))


def _misses(evaluation: Evaluation) -> tuple[Block, ...]:
    """The worst errors, without the confusion matrix, which stands above."""
    return tuple(b for b in errors(evaluation) if not isinstance(b, Figure))


def _write_digits(place: Path) -> None:
    """scikit-learn's digits as PNG files, a folder per class."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    for number, (picture, digit) in enumerate(zip(bunch.images, bunch.target, strict=True)):
        ink = np.round(picture * (255 / 16)).astype(np.uint8)
        save_image(np.repeat(ink[:, :, None], 3, axis=2), place / str(digit) / f"{number:04d}.png")
