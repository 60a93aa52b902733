"""How `faces`, the face model that ships with Lenslet, was made.

Command: python -m benchmarks.shipped.faces [EPOCHS [MORPHS]]; MORPHS people who do not exist are learned from, too (see
    face_morphs.py): none, for at the same cost they did harm (docs/decisions/0018)
Minutes: 4 on one core of an AMD EPYC; a run that was stopped begins anew
Measures: AUC, EER and one-shot error of the whole pipeline (find, align, embed) on the frames as they are of the 10 %
    of the people that nothing was learned from or chosen by, the same as for `facepoints` and `facefinder`; twelve
    others choose the epoch and the threshold. benchmarks/quality/faces.py measures on ORL, too.
Peers: see there.
"""

import shutil
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import lenslet as ll
from benchmarks.shipped.caltech_people import caltech_people
from benchmarks.shipped.face_morphs import morphs
from benchmarks.shipped.face_scenes import Shot, held_out, shots
from lenslet.card.start import start
from lenslet.data.augment import Augment
from lenslet.data.camera import Camera
from lenslet.data.identities import read_identities
from lenslet.data.split import short_key
from lenslet.files import whole_folder
from lenslet.image import open_image, save_image
from lenslet.loops import fit
from lenslet.tasks.face import defaults
from lenslet.tasks.face.align import aligned
from lenslet.tasks.face.prepare import prepare

OUT = Path(__file__).parents[2] / "lenslet" / "shipped" / "faces"
CROPS, FRAMES = "runs/faces-crops", Path("runs/faces-frames")
EPOCHS, CHOOSE = 14, 12
PEOPLE = 267
START = "facepoints"  # whose stages know faces already: better than those of natural (docs/decisions/0018)
EACH = 8  # pictures of one who does not exist
MARGIN, RAMP = 0.2, 0.5  # on the cosine; share of the epochs in which it grows to that from 0
BUDGET = {"batch": 64, "optimizer": "adamw", "rate": 2e-3}
AUGMENT = Augment(
    mirror=True, rotate=10, scale=0.12, aspect=0.06, shift=0.05, brightness=0.2, contrast=0.3, saturation=0.4, pca=0.2,
    cutout=0.25, camera=Camera(grey=0.25, balance=0.1, gamma=0.35, light=0.3, coarse=0.35, least=0.3, noise=0.04),
)  # fmt: skip
LICENCE = (
    "MIT (udacity/P1_Facial_Keypoints; frames from YouTube Faces); CC BY 4.0 (Caltech-101: Li, Andreeto, Ranzato, "
    "Perona 2022, doi 10.22002/D1.20086)"
)
MEASURED = (
    "the frames, as they are, of 31 of 310 people held out by the hash of their name; nothing was learned from or "
    "chosen by them, also not by the finder and the points; many pairs are frames of one clip, which is easy"
)
LIMITS = (
    "learned from 267 people of public life, grown up, on television frames with faces of 40 to 110 pixels, and 26 on "
    "photographs: far too few for access control, police, payments or anything else where an error hurts somebody. "
    "Between pictures of different cameras, years, and light it errs far more often than its numbers on one film say; "
    "more with profiles, children, covered or made-up faces, and people who look unlike those 293, who are no fair "
    "sample of mankind: sex, age and skin are not labelled, so how error differs between groups is not known. No "
    "liveness check: a photograph of a face is a face. Calibrate the threshold on your own people"
)


def parts() -> tuple[list[Shot], list[Shot], list[Shot]]:
    """Frames to learn from, to choose by, to measure on; nobody is in two."""
    every = shots()
    test = held_out([shot.person for shot in every])
    rest = [shot for shot in every if shot.person not in test]
    chosen = set(sorted(held_out([shot.person for shot in rest]))[:CHOOSE])
    return (
        [shot for shot in rest if shot.person not in chosen],
        [shot for shot in rest if shot.person in chosen],
        [shot for shot in every if shot.person in test],
    )


def write_crops(place: Path, frames: Iterable[Shot], part: str) -> None:
    for shot in frames:
        crop = aligned(open_image(shot.path), shot.points)
        save_image(crop.pixels, place / part / shot.person / f"{shot.path.stem}.png")


def write_found(place: Path) -> None:
    """Of photographs the largest face that the pipeline finds."""
    found = ll.load("faces")
    assert isinstance(found, ll.Faces)
    for person, path in caltech_people():
        faces = found.faces(path)
        if faces:
            save_image(faces[0].crop.pixels, place / "train" / person / f"{path.stem}.png")


def write_frames(place: Path, frames: Iterable[Shot]) -> None:
    for shot in frames:
        (place / shot.person).mkdir(exist_ok=True)
        shutil.copyfile(shot.path, place / shot.person / shot.path.name)


def main() -> None:
    made_up = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    learn, choose, test = parts()
    assert len({shot.person for shot in learn}) == PEOPLE
    crops = Path(f"{CROPS}-{made_up}")
    if not crops.exists():
        with whole_folder(crops) as temporary:
            write_crops(temporary, learn, "train")
            for name, number, picture in morphs(learn, made_up, EACH):
                save_image(picture, temporary / "train" / name / f"{number}.png")
            write_found(temporary)
            write_crops(temporary, choose, "val")
    if not FRAMES.exists():
        with whole_folder(FRAMES) as temporary:
            write_frames(temporary, test)
    defaults.PRESETS["face"] = AUGMENT
    epochs = int(sys.argv[1]) if len(sys.argv) > 1 else EPOCHS
    p = prepare(
        read_identities(crops), start=lambda _: start(START, None), net="cameo_s", size=112, augment="face",
        budget={"epochs": epochs, **BUDGET},
    )  # fmt: skip
    p.task.margin = 0.0
    for epoch in fit(p.net, p.task, p.train, p.valid, p.recipe):
        p.task.margin = MARGIN * min(1.0, epoch.number / (RAMP * epochs))
        print(epoch.number, epoch.train, epoch.valid, flush=True)
    model, _, _ = p.measured(p.model())
    assert model.evaluation is not None
    print("crops of those it was chosen by", model.evaluation)
    card = replace(
        model.card,
        head=model.card.head | {"finder": "facefinder", "points": "facepoints"},
        recipe=model.card.recipe | {"made by": "benchmarks/shipped/faces.py", "margin": MARGIN, "ramp": RAMP},
        data=model.card.data | {"folder": "face_keypoints, caltech101/Faces", "morphs": made_up, "limits": LIMITS},
        licence={"weights": f"Apache-2.0, trained by Lenslet on top of {START}", "data": LICENCE},
        # of the frames, not of the crops that were cut out of them: what people will try it on
        seen=start(START, None).seen
        + "".join(short_key(path) for path in [*(s.path for s in learn + choose), *(p for _, p in caltech_people())]),
    )
    # where both kinds count alike, every fifth stranger is let in: a face model should begin with one in a hundred
    both, strict = card.thresholds["distance"], card.thresholds["distance@far=1e-2"]
    thresholds = card.thresholds | {"distance": strict, "far": 0.01, "distance_where_both_count_alike": both}
    model.card = replace(card, thresholds=thresholds)
    model.net.half()  # half the bytes; the card's numbers are of these weights
    model.save(OUT)
    faces = ll.load(OUT)
    assert isinstance(faces, ll.Faces)
    evaluation = faces.evaluate(FRAMES)
    print(evaluation)
    measured = faces.with_evaluation(evaluation, MEASURED)
    measured.net.half()
    measured.save(OUT)


if __name__ == "__main__":
    main()
