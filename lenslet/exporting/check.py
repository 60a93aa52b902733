"""The file's answers against the model's: on photographs and on noise, at the net's size and at others."""

from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from lenslet.errors import DataError, ImageError, WorkError
from lenslet.exporting.plan import Answers, Plan
from lenslet.image import SUFFIXES, Preprocess, find_images, open_image
from lenslet.results.exported import Parity
from lenslet.runtime import OnnxFile

__all__ = ["SAMPLES", "parity", "photographs", "refuse_far"]

SAMPLES = "scikit-learn's sample photos"
YOURS = "yours"
_MOST = 8  # photographs
_LONGEST = 800  # pixels: of larger ones the middle is taken
_NOISE = ((1, 1), (3, 200), (37, 61), (150, 97), (240, 320))  # (height, width)

Pictures = list[UInt8[np.ndarray, "_ _ 3"]]


def photographs(data: str | Path | None) -> tuple[Pictures, str]:
    """Pictures to compare on, and whose they are.

    Args:
        data: a folder or pictures of the user; None: the two photographs that come with scikit-learn.

    Raises:
        DataError: none of them can be opened.
    """
    if data is None:
        from sklearn.datasets import load_sample_images

        return [np.ascontiguousarray(image) for image in load_sample_images().images], SAMPLES
    paths = chosen(data, _MOST)
    opened: Pictures = []
    why = f"{data}: there is no picture in it"
    for path in paths:
        try:
            picture = open_image(path)
        except ImageError as error:
            why = str(error)
            continue
        top, left = (max((side - _LONGEST) // 2, 0) for side in picture.shape[:2])
        opened.append(np.ascontiguousarray(picture[top : top + _LONGEST, left : left + _LONGEST]))
    if not opened:
        raise DataError(f"no picture to check the export with: {why}")
    return opened, YOURS


def chosen(data: str | Path, most: int) -> list[Path]:
    """So many pictures of a folder or pattern, evenly spaced; the same each time."""
    place = Path(data)
    if place.is_file() and place.suffix.lower() not in SUFFIXES:  # a table: its pictures lie around it
        place = place.parent
    paths = list(find_images(place))
    step = max(len(paths) / most, 1)
    return [paths[int(i * step)] for i in range(min(most, len(paths)))]


def parity(plan: Plan, file: OnnxFile, photos: Pictures, whose: str, *, seed: int = 0) -> Parity:
    """The largest differences of a file's answers to the model's.

    Pictures at the net's size go through the file as one batch, those of other sizes one by one.
    """
    dice = np.random.default_rng(seed)
    sizes = [tuple(max(side, plan.smallest) for side in size) for size in _NOISE]
    noise = [dice.integers(0, 256, (*size, 3), np.uint8) for size in sizes]
    shape = plan.card.preprocess
    exact = [_exact(shape, picture) for picture in (*photos, *noise[1:])]
    batch = _split(plan, file.session.run(np.stack(exact)), len(exact))
    same, any_size = dict.fromkeys(plan.tolerance, 0.0), dict.fromkeys(plan.tolerance, 0.0)
    agree = []
    for picture, got in zip(exact, batch, strict=True):
        _worse(same, plan, plan.answers(picture), got, picture)
    for number, picture in enumerate((*photos, *noise)):
        (got,) = _split(plan, file.session.run(picture[None]), 1)
        expected = plan.answers(picture)
        _worse(any_size, plan, expected, got, picture)
        if number < len(photos):
            agree.append(plan.agreement(expected, got))
    return Parity(len(photos), len(noise), whose, same, any_size, plan.tolerance, float(np.mean(agree)))


def refuse_far(found: Parity, where: Path) -> None:
    """Past the tolerance a file is not handed over.

    Raises:
        WorkError: it is.
    """
    for kind, values, place in (("at the net's size", found.same, 0), ("of other sizes", found.any, 1)):
        for name, value in values.items():
            limit = found.tolerance[name][place]
            if not value <= limit:
                raise WorkError(
                    f"{where} is not written: on pictures {kind} its {name} are up to {value:.2g} away from the "
                    f"model's, and {limit:g} is the most that is let through; please report this model"
                )


def _exact(shape: Preprocess, picture: UInt8[np.ndarray, "_ _ 3"]) -> UInt8[np.ndarray, "_ _ 3"]:
    """A picture that the graph need not resize."""
    prepared = shape.apply(picture)[0]
    whole = np.repeat(prepared, 3, axis=2) if prepared.shape[2] == 1 else prepared
    if shape.resize != "crop" or shape.keep == 1:
        return whole
    more = [round(side / shape.keep) - side for side in shape.size]  # what a crop will take away
    around = [(extra // 2, extra - extra // 2) for extra in more]
    return np.pad(whole, (*around, (0, 0)), mode="edge")


def _split(plan: Plan, answers: Answers, count: int) -> list[Answers]:
    if plan.split is not None:
        return plan.split(answers, count)
    return [{name: np.asarray(rows[i]) for name, rows in answers.items()} for i in range(count)]


def _worse(worst: dict[str, float], plan: Plan, expected: Answers, got: Answers, picture: np.ndarray) -> None:
    """Keep the larger of the differences so far and these."""
    if plan.aligned is not None:
        expected, got = plan.aligned(expected, got)
    longer = max(picture.shape[:2])
    for name in worst:
        apart = np.abs(expected[name].astype(np.float64) - got[name])
        far = float(apart.max(initial=0.0)) / (longer if name in plan.places else 1)
        worst[name] = max(worst[name], far) if np.isfinite(far) else float("inf")
