"""Scenes with faces whose boxes are known: heads cut out softly and laid over photographs, frames, and nothing at all.

The box of a face, here as in WIDER FACE: from ear to ear and from the hairline to the chin. Of the 68 points that is
their own box, its upper edge raised by 0.3 of its height (the brows are the uppermost points). The finder of OpenCV,
YuNet, draws the same box to within 4 % of a side in the median of 400 frames.
"""

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from lenslet.data.compose import Composing, Sprite, compose
from lenslet.image import open_image, resize
from lenslet.results import Detections

FACES = Path("../shared/data/face_keypoints")
PHOTOS = Path("../shared/data/caltech101")
NAMES = ("face",)
FOREHEAD = 0.3  # of the height of the points' box
# Classes of Caltech-101 that show people, now and then or always; found by eye. Nothing of them is laid under a scene.
PEOPLE = frozenset((
    "Faces", "Faces_easy", "BACKGROUND_Google", "buddha", "dollar_bill", "wheelchair", "accordion", "anchor", "bass",
    "cannon", "crocodile_head", "cup", "euphonium", "flamingo", "gerenuk", "kangaroo", "lamp", "saxophone", "sea_horse",
    "Motorbikes",
))  # fmt: skip
_PER_CLASS = 60  # pictures of a class of Caltech-101, so that airplanes are not half of the world


@dataclass(frozen=True)
class Shot:
    """A frame of `face_keypoints`: its file, its person, its 68 points."""

    path: Path
    person: str
    points: np.ndarray

    @property
    def box(self) -> np.ndarray:
        """Of the face, x1 y1 x2 y2."""
        return face_box(self.points)


def face_box(points: np.ndarray) -> np.ndarray:
    """The box of a face from its 68 points: see the head of this file."""
    low, high = points.min(0), points.max(0)
    return np.array([low[0], low[1] - FOREHEAD * (high[1] - low[1]), high[0], high[1]])


def shots() -> list[Shot]:
    """All frames."""
    with (FACES / "keypoints.csv").open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    return [Shot(FACES / row[0], row[0].split("/")[0], np.array(row[1:], np.float64).reshape(68, 2)) for row in rows]


def held_out(people: Sequence[str]) -> set[str]:
    """A tenth of the people, by the hash of their name: those that `facepoints` is measured on, too."""
    order = sorted(set(people), key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    return set(order[: len(order) // 10])


def photos() -> tuple[list[Path], list[Path]]:
    """Photographs without people: to learn from, and a tenth, by the hash of their name, to measure on."""
    learn, test = [], []
    for folder in sorted(PHOTOS.iterdir()):
        if folder.is_dir() and folder.name not in PEOPLE:
            for path in sorted(folder.iterdir())[:_PER_CLASS]:
                digest = hashlib.sha256(f"{folder.name}/{path.name}".encode()).digest()
                (test if digest[0] < 26 else learn).append(path)
    return learn, test


def head(shot: Shot, dice: np.random.Generator) -> Sprite | None:
    """A head with its hair and some neck, or with the shoulders, cut out of its frame with a soft edge."""
    picture = open_image(shot.path)
    high, wide = picture.shape[:2]
    low, far = shot.points.min(0), shot.points.max(0)
    width, height = (far - low).tolist()
    middle = (low + far) / 2 + np.array([0, -0.2 * height])
    if (low < 0).any() or (far > [wide, high]).any() or low[1] < FOREHEAD * height:
        return None  # a part of the face is not on the frame
    half = np.array([width * dice.uniform(0.62, 0.95), height * dice.uniform(0.85, 1.15)])
    mask = Image.new("L", (wide, high))
    pen = ImageDraw.Draw(mask)
    pen.ellipse([*(middle - half), *(middle + half)], fill=255)
    if dice.random() < 0.4:  # with the shoulders, down to the edge of the frame
        top, out = far[1] - 0.1 * height, width * dice.uniform(0.9, 1.6)
        neck = 0.3 * width
        x = (low[0] + far[0]) / 2
        pen.polygon(
            [(x - neck, top), (x + neck, top), (x + out, top + 0.6 * height), (x + out, high), (x - out, high),
             (x - out, top + 0.6 * height)], fill=255,
        )  # fmt: skip
    mask = mask.filter(ImageFilter.GaussianBlur(width * dice.uniform(0.02, 0.08)))
    # its outline, not the corners of its box, which would make the box of a turned face too large
    oval = np.concatenate([shot.points, _forehead(shot.points)])
    left, top, right, bottom = mask.getbbox()
    cut = np.dstack([picture, np.array(mask)])[top:bottom, left:right]
    return Sprite(cut, 0, (oval - [left, top]).clip(0, [right - left, bottom - top]))


def _forehead(points: np.ndarray) -> np.ndarray:
    """The hairline: the brows, moved away from the chin, along the axis of the face."""
    brows, chin = points[17:27], points[8]
    low, far = points.min(0), points.max(0)
    axis = brows.mean(0) - chin
    moved = brows + axis / np.linalg.norm(axis) * FOREHEAD * (far[1] - low[1])
    return moved[2:8]


def patch(path: Path, dice: np.random.Generator) -> Sprite:
    """A piece of a photograph cut out as softly as a head: what is cut out is not for that a face."""
    picture = open_image(path)
    high, wide = picture.shape[:2]
    side = int(min(high, wide) * dice.uniform(0.5, 1))
    top, left = dice.integers(high - side + 1), dice.integers(wide - side + 1)
    piece = picture[top : top + side, left : left + side]
    mask = Image.new("L", (side, side))
    edge = side * 0.1
    ImageDraw.Draw(mask).ellipse([edge * 2, edge, side - edge * 2, side - edge], fill=255)
    soft = mask.filter(ImageFilter.GaussianBlur(side * dice.uniform(0.01, 0.05)))
    return Sprite(np.dstack([piece, np.array(soft)]), 1)


def composed(
    frames: Sequence[Shot], grounds: Sequence[Path], count: int, seed: int, *, spoiled: bool = True
) -> Iterator[Detections]:
    """Scenes of 160 to 320 pixels with up to four faces of 20 pixels to most of the picture.

    Args:
        frames: to cut heads out of.
        grounds: photographs to lay them on.
        count: of scenes.
        seed: of everything random.
        spoiled: some are grey, blurred, dark, or badly compressed.
    """
    dice = np.random.default_rng([seed, 7])
    backgrounds = [open_image(path) for path in grounds]
    for number in range(count):
        high, wide = (int(dice.integers(160, 321)) for _ in range(2))
        some = [frames[i] for i in dice.integers(len(frames), size=5)]
        sprites = [sprite for sprite in (head(shot, dice) for shot in some) if sprite is not None]
        sprites += [patch(grounds[i], dice) for i in dice.integers(len(grounds), size=2)]
        most = min(high, wide)
        # the side is that of the whole head: the face is about half of it
        how = Composing(
            size=(high, wide), things=(1, 4), side=(40, most), turn=float(dice.choice([10, 10, 35])), overlap=0.02,
            empty=0.08,
        )  # fmt: skip
        if dice.random() < 0.2:  # one large one
            how = replace(how, things=(1, 1), side=(most * 0.85, most), empty=0)
        (scene,) = compose(sprites, backgrounds, ("face", "thing"), count=1, how=how, seed=seed * 100_003 + number)
        faces = scene[scene.labels == 0]
        canvas = scene.picture
        assert isinstance(canvas, np.ndarray)
        canvas = spoil(canvas, dice) if spoiled else canvas
        yield Detections.truth(faces.boxes, faces.labels, NAMES, picture=canvas, size=canvas.shape[:2])


def framed(frames: Sequence[Shot], count: int, seed: int) -> Iterator[Detections]:
    """Frames as they are, or cut closer, down to the bare face."""
    dice = np.random.default_rng([seed, 8])
    for _ in range(count):
        shot = frames[int(dice.integers(len(frames)))]
        picture, box = open_image(shot.path), shot.box
        high, wide = picture.shape[:2]
        if dice.random() < 0.6:
            side = (box[2:] - box[:2]) * dice.uniform(1.0, 2.0, 2)
            centre = (box[:2] + box[2:]) / 2 + (side - (box[2:] - box[:2])) * dice.uniform(-0.4, 0.4, 2)
            low = np.clip(np.floor(centre - side / 2), 0, None).astype(int)
            far = np.minimum(np.ceil(centre + side / 2), [wide, high]).astype(int)
            picture = picture[low[1] : far[1], low[0] : far[0]]
            box = box - np.tile(low, 2)
            wide, high = far - low
        box = box.clip(0, np.tile([wide, high], 2))
        canvas = spoil(np.ascontiguousarray(picture), dice)
        yield Detections.truth(box[None], np.zeros(1, np.int64), NAMES, picture=canvas, size=canvas.shape[:2])


def empty(grounds: Sequence[Path], count: int, seed: int) -> Iterator[Detections]:
    """Photographs without people, as they are."""
    dice = np.random.default_rng([seed, 9])
    for i in dice.permutation(len(grounds))[:count]:
        canvas = spoil(open_image(grounds[i]), dice)
        yield Detections.none(NAMES, canvas, canvas.shape[:2])


def spoil(picture: np.ndarray, dice: np.random.Generator) -> np.ndarray:
    """Grey in a quarter of the pictures, darker or lighter, sometimes blurred, smaller and larger again, compressed."""
    image = Image.fromarray(picture)
    if dice.random() < 0.25:
        image = image.convert("L").convert("RGB")
    if dice.random() < 0.5:
        gamma = np.exp(dice.uniform(-0.6, 0.6))
        image = image.point([round(255 * (v / 255) ** gamma) for v in range(256)] * 3)
    if dice.random() < 0.2:
        image = image.filter(ImageFilter.GaussianBlur(dice.uniform(0.4, 1.6)))
    made = np.array(image)
    if dice.random() < 0.15:
        size = made.shape[:2]
        less = dice.uniform(0.5, 0.9)
        made = resize(resize(made, (max(round(size[0] * less), 8), max(round(size[1] * less), 8))), size)
    if dice.random() < 0.6:
        memory = io.BytesIO()
        Image.fromarray(made).save(memory, "JPEG", quality=int(dice.integers(30, 96)))
        made = open_image(memory.getvalue())
    return made
