"""How `facefinder`, the face detector that ships with Lenslet, was made.

Command: python -m benchmarks.shipped.facefinder [EPOCHS]
Minutes: 16 on one core of an AMD EPYC, 13 of them training; a run that was stopped goes on
Measures: COCO's mAP50 and mAP, recall and precision, on scenes composed of people and photographs held out by the hash
    of their name; six other people choose the epoch and the threshold. benchmarks/quality/face_finder.py measures it
    beside YuNet, also on photographs that nobody composed.
Peers: see there.
"""

import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np

import lenslet as ll
from benchmarks.shipped.face_scenes import composed, empty, framed, held_out, photos, shots
from lenslet.data import Scene, read_boxes
from lenslet.files import whole_folder
from lenslet.image import save_image
from lenslet.results import Detections

OUT = Path(__file__).parents[2] / "lenslet" / "shipped" / "facefinder"
RUN, SCENES = Path("runs/facefinder"), Path("runs/facefinder-scenes")
EPOCHS, FOUND = 4, 0.975
COUNTS = {"train": (1700, 800, 700), "val": (150, 60, 60), "test": (300, 0, 100)}
LICENCE = (
    "faces: MIT (udacity/P1_Facial_Keypoints; frames from YouTube Faces); photographs, and natural: CC BY 4.0 "
    "(Caltech-101: Li, Andreeto, Ranzato, Perona 2022, doi 10.22002/D1.20086)"
)
MEASURED = (
    "300 scenes composed of 31 people and of photographs held out by the hash of their name, and 100 such photographs "
    "without people; nothing was learned from or chosen by them"
)
LIMITS = (
    "learned from 279 people of public life in television frames, grown up, lit for cameras, from the front to a "
    "three-quarter view, cut out and laid over photographs; children, masks, veils, profiles, faces turned by more "
    "than 35 degrees in the picture, faces below 16 pixels at 320 pixels a picture, drawings and statues are not to be "
    "trusted. The box reaches from ear to ear and from the hairline to the chin. It finds faces; it does not know whose"
)


def parts() -> Iterator[tuple[str, Iterator[Detections]]]:
    """Scenes of each part; nobody, and no photograph of test, is in two."""
    every = shots()
    test = held_out([shot.person for shot in every])
    rest = [shot for shot in every if shot.person not in test]
    valid = held_out([shot.person for shot in rest])
    valid = set(sorted(valid)[:6])
    grounds, unseen = photos()
    learned = [shot for shot in rest if shot.person not in valid]
    chosen = [shot for shot in rest if shot.person in valid]
    measured = [shot for shot in every if shot.person in test]
    kept = grounds[::47]  # to choose by
    for seed, (part, frames, below) in enumerate(
        [("train", learned, sorted(set(grounds) - set(kept))), ("val", chosen, kept), ("test", measured, unseen)]
    ):
        scenes, cut, nothing = COUNTS[part]
        yield (
            part,
            chain(composed(frames, below, scenes, seed), framed(frames, cut, seed), empty(below, nothing, seed)),
        )


def write(place: Path) -> Path:
    """The scenes as pictures and a table of boxes."""
    with (place / "faces.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["image", "label", "xmin", "ymin", "xmax", "ymax", "part"])
        for part, scenes in parts():
            for number, scene in enumerate(scenes):
                name = f"{part}/{number:04d}.png"
                save_image(scene.picture, place / name)
                for box in scene.boxes.round(2).tolist():
                    writer.writerow([name, "face", *box, part])
                if not len(scene):
                    writer.writerow([name, "", "", "", "", "", part])
    return place


def main() -> None:
    """A run that was stopped goes on; one that is over is only measured and saved anew."""
    epochs = int(sys.argv[1]) if len(sys.argv) > 1 else EPOCHS
    if not SCENES.exists():
        with whole_folder(SCENES) as temporary:
            write(temporary)
    if (RUN / "report.html").exists():
        model = ll.load(RUN)
    elif (RUN / "state.safetensors").exists():
        model = ll.train(resume=RUN, epochs=epochs, progress=False)
    else:
        model = ll.train(SCENES, task="detect", size=320, epochs=epochs, out=RUN, progress=False)
    scenes = read_boxes(SCENES)
    threshold = chosen(model, scenes.valid)
    how = f"the highest, in steps of 0.05, at which {FOUND:.1%} of the faces of {len(scenes.valid)} scenes are found"
    model = model.with_threshold(threshold, how)
    licence = {"weights": "Apache-2.0, trained by Lenslet on top of natural", "data": LICENCE}
    recipe = model.card.recipe | {"made by": "benchmarks/shipped/facefinder.py"}
    about = model.card.data | {"folder": "face_keypoints, caltech101", "limits": LIMITS}
    model.card = replace(model.card, licence=licence, recipe=recipe, data=about)
    model.net.half()  # half the bytes; the card's numbers are of these weights
    model.save(OUT)
    again = ll.load(OUT)
    evaluation = again.evaluate(scenes.test)
    print(evaluation)
    measured = again.with_evaluation(evaluation, MEASURED)
    measured.net.half()
    measured.save(OUT)


def chosen(model: ll.Detector, scenes: Sequence[Scene]) -> float:
    """A lowest score for a finder: what it misses is lost, and what is no face is found out later."""
    best = []
    for scene in scenes:
        found = model(scene.path, at_least=0.01)
        same = overlaps(scene.truth.boxes, found.boxes) >= 0.5
        best += (same * found.scores).max(1, initial=0).tolist()
    steps = [step / 20 for step in range(1, 15)]
    return max((step for step in steps if np.mean(np.array(best) >= step) >= FOUND), default=steps[0])


def overlaps(boxes: np.ndarray, other: np.ndarray) -> np.ndarray:
    """IoU of each with each."""
    both = np.minimum(boxes[:, None, 2:], other[None, :, 2:]) - np.maximum(boxes[:, None, :2], other[None, :, :2])
    shared = both.clip(0).prod(2)
    areas = [(b[:, 2:] - b[:, :2]).prod(1) for b in (boxes, other)]
    return np.asarray(shared / (areas[0][:, None] + areas[1][None] - shared + 1e-9))


if __name__ == "__main__":
    main()
