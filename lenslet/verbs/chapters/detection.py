"""Chapter 3: a net learns to find digits in photos; then, step by step, how it does (course 3.4 to 3.8)."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lenslet import draw
from lenslet.data.compose import Composing, Sprite, compose
from lenslet.data.scenes import Scene, Scenes, coco, read_boxes
from lenslet.files import whole_folder
from lenslet.image import open_image, resize, save_image
from lenslet.report import Block, Code, Pictures, Section
from lenslet.report.training import share
from lenslet.results import Detections, Evaluation
from lenslet.tasks.detect.detector import Detector
from lenslet.verbs.chapters import Chapter
from lenslet.verbs.chapters.finding import steps
from lenslet.verbs.chapters.looked import enlarged
from lenslet.verbs.train import train

if TYPE_CHECKING:
    from lenslet.data.samples import Part

_SCENES: "dict[Part, int]" = {"train": 320, "valid": 30, "test": 60}
_EPOCHS = 10
_HOW = Composing(size=(128, 128), things=(2, 4), side=(22, 60), tint=0.6)
_NAMES = tuple("0123456789")
_LEARNED = 1437  # of the 1,797 digits; the last fifth is kept back for the scenes to measure on
_PARTS = {"train": "train", "valid": "val", "test": "test"}
_SHOWN = 6


def detection(
    folder: Path, seed: int, progress: bool, *, scenes: "dict[Part, int] | None" = None, epochs: int = _EPOCHS
) -> Chapter:
    """Compose scenes, train on the folder as a user would, and show what came of it."""
    data = folder / "scenes"
    write_scenes(data, scenes or _SCENES, seed)
    model = train(
        data, task="detect", head="anchors", augment="none", batch=8, epochs=epochs, out=folder / "scenes-model",
        seed=seed, progress=progress,
    )  # fmt: skip
    assert isinstance(model, Detector)
    evaluation = model.evaluation
    assert evaluation is not None
    found = read_boxes(data)
    retrain = f"lenslet train {data} --head anchors --augment none --batch 8 --epochs {epochs} --seed {seed}"
    return Chapter(
        sections=(
            Section("3 · A net learns to find things", tuple(_learned(model, evaluation, found, epochs))),
            *steps(model, found, _crowded(seed)),
            Section(
                "Find things in your own pictures",
                (
                    "Draw boxes with any program that writes files of Pascal VOC, COCO, YOLO or Label Studio, and "
                    "train on the folder as it is. The check finds boxes that lie wrong; the report of the run shows "
                    "what is missed, found twice, or mixed up.",
                    Code(
                        f"{retrain}\n"
                        f"lenslet predict {model.folder} {data / 'test'} --plot drawn\n"
                        "lenslet data check MY-FOLDER\n"
                        "lenslet train MY-FOLDER --minutes 10"
                    ),
                ),
            ),
        ),
        numbers={f"scenes_{name}": float(evaluation[name]) for name in ("map50", "map")}
        | {"scenes_n": float(evaluation.n)},
        said=f"Argus finds digits in {evaluation.n} scenes it never saw: "
        f"mAP50 {evaluation['map50']:.2f}{_between(evaluation)}, mAP {evaluation['map']:.2f}",
        files=(folder / "scenes-model" / "report.html",),
    )


def _learned(model: Detector, evaluation: Evaluation, found: Scenes, epochs: int) -> list[Block]:
    """What it learned from, how well it finds, and some answers."""
    things = sum(len(scene.truth) for scene in found.train)
    began = " Its first stages began with the weights “natural”, which come with Lenslet." * bool(
        model.card.started_from
    )
    told = ""
    if evaluation.mistakes is not None and np.isfinite([evaluation["precision"], evaluation["recall"]]).all():
        told = (
            f" Of the answers with a score of {100 * evaluation.mistakes.threshold:.2g} % or more, "
            f"{share(evaluation['precision'])} are right, and they find {share(evaluation['recall'])} of the digits."
        )
    return [
        "A classifier says what a picture shows; a detector says which things are in it, and where. "
        f"{len(found.train)} scenes to learn from were put together a moment ago: {things:,} of scikit-learn's real "
        "digits, each in a size and colour of its own, over parts of its two real photos. We laid the digits there "
        "ourselves, so their boxes are right to the pixel.",
        Pictures(tuple((_drawn(scene.truth), _said(scene)) for scene in _even(found.train, _SHOWN)), side=220),
        f"Argus learned from them in {epochs} passes.{began} Then it was measured on {evaluation.n} further scenes, "
        "with digits that it had never seen. The photos below them are the same two, so this says how well it "
        "finds digits here, not on any photo.",
        "An answer is right if it names the digit and its box fits by half (IoU 0.5, see below). mAP50 is "
        f"{evaluation['map50']:.2f}{_between(evaluation)}: the precision, averaged over all shares of digits "
        "found and over the ten digits; 1 is perfect. mAP, which asks for tighter and tighter boxes, is "
        f"{evaluation['map']:.2f}.{told}",
        Pictures(
            tuple((_drawn(model(scene.path)), f"there: {_said(scene)}") for scene in _even(found.test, _SHOWN)),
            side=220,
        ),
    ]


def _between(evaluation: Evaluation) -> str:
    """The interval of mAP50, where enough scenes were measured to have one."""
    if "map50" not in evaluation.intervals:
        return ""
    low, high = evaluation.intervals["map50"]
    return f" (95 % interval {low:.2f} to {high:.2f})"


def _drawn(found: Detections) -> np.ndarray:
    """On the picture at twice its size: names can be read, and leave room; the best answers on top."""
    assert found.picture is not None
    ranked = found[np.argsort(found.scores, kind="stable")]
    scores = ranked.scores if (ranked.scores < 1).any() else None
    large = enlarged(open_image(found.picture), 2)
    return draw.boxes(large, ranked.boxes * 2, list(ranked.classes), scores, kinds=ranked.labels.tolist())


def _crowded(seed: int) -> list[Detections]:
    """Scenes in which digits lie on each other."""
    how = replace(_HOW, things=(2, 3), side=(44, 60), overlap=0.5, empty=0)
    return list(compose(_sprites(), _photos(), _NAMES, count=100, how=how, seed=3 * seed + 3))


def _said(scene: Scene) -> str:
    return ", ".join(sorted(scene.truth.classes)) or "nothing"


def _even(scenes: tuple[Scene, ...], count: int) -> tuple[Scene, ...]:
    """Some of them, evenly spaced: not chosen by how well they look."""
    return scenes[:: max(len(scenes) // count, 1)][:count]


def write_scenes(place: Path, counts: "dict[Part, int]", seed: int) -> None:
    """Scenes as PNG files with their boxes in COCO's form."""
    photos, sprites = _photos(), _sprites()
    with whole_folder(place) as temporary:
        parts: dict[Part, tuple[Scene, ...]] = {}
        for number, (part, count) in enumerate(counts.items()):
            own = sprites[:_LEARNED] if part == "train" else sprites[_LEARNED:]
            made = []
            for i, truth in enumerate(compose(own, photos, _NAMES, count=count, how=_HOW, seed=3 * seed + number)):
                assert isinstance(truth.picture, np.ndarray)
                path = save_image(truth.picture, temporary / _PARTS[part] / f"{i:03d}.png")
                made.append(Scene(path, path.name, truth))
            parts[part] = tuple(made)
        train, valid, test = (parts[part] for part in counts)
        scenes = Scenes(temporary, "coco", _NAMES, train, valid, test)
        coco.write(scenes, {part: [scene.name for scene in made] for part, made in parts.items()}, temporary)


def _photos() -> list[np.ndarray]:
    """A temple and a flower."""
    from sklearn.datasets import load_sample_images

    return list(load_sample_images().images)


def _sprites() -> list[Sprite]:
    """scikit-learn's digits as white strokes with a dark rim, enlarged from 8 x 8 pixels: to be read on any ground."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    made = []
    for picture, digit in zip(bunch.images, bunch.target, strict=True):
        ink = np.pad(np.rint(picture * (255 / 16)).astype(np.uint8), 1)
        large = resize(ink, (80, 80)) / 255
        white, alpha = np.clip((large - 0.36) / 0.16, 0, 1), np.clip((large - 0.1) / 0.12, 0, 1)
        stroke = np.stack([25 + 230 * white] * 3 + [255 * alpha], 2)
        made.append(Sprite(np.rint(stroke).astype(np.uint8), int(digit)))
    return made
