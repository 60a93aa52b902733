"""`faces` on people it never saw: the whole pipeline (find, align, embed) on pictures as they are.

Command: python -m benchmarks.quality.faces
Minutes: 4
Measures: AUC over all pairs of pictures, and without the pairs of one clip, on the frames of the 31 people of
    face_keypoints that no model here learned from or was chosen by; AUC and identification from one picture each (the
    mean over ten choices of it, and its range) on ORL, 30 people x 10 grey portraits, for which nothing was chosen. A
    picture without a face counts as wrong.
Peers: pixels: the same aligned crops, grey, 32 x 32, each divided by its spread: what an embedder has to be better
    than.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import roc_auc_score

import lenslet as ll
from benchmarks.record import Row, write
from benchmarks.shipped.face_scenes import held_out, shots
from lenslet.image import open_image, resize

ORL = Path("../shared/data/orl_faces")
FAR = 4.0  # squared distance of what was not found, to anything


def encoded(model: ll.Faces, paths: Sequence[Path]) -> tuple[np.ndarray, np.ndarray]:
    """A row a picture, NaN where no face is found: of the embedder, and of plain pixels."""
    rows, pixels = [], []
    for path in paths:
        picture = open_image(path)
        found = model.faces(picture)
        if not found:
            rows.append(np.full(model.dimensions, np.nan))
            pixels.append(np.full(1024, np.nan))
            continue
        crop = found[0].crop.pixels
        rows.append(model.embedder.embed(crop[None])[0])
        grey = resize(crop, (32, 32)).mean(2).ravel()
        grey = grey - grey.mean()
        pixels.append(grey / (np.linalg.norm(grey) + 1e-9))
    return np.stack(rows), np.stack(pixels)


def auc(rows: np.ndarray, people: np.ndarray, clips: np.ndarray) -> tuple[float, float]:
    """Over all pairs, and without those of one clip."""
    i, j = np.triu_indices(len(rows), 1)
    near = np.nan_to_num(-((rows[i] - rows[j]) ** 2).sum(1), nan=-FAR)
    same, other = people[i] == people[j], clips[i] != clips[j]
    kept = ~same | other
    return float(roc_auc_score(same, near)), float(roc_auc_score(same[kept], near[kept]))


def identified(rows: np.ndarray, people: np.ndarray) -> list[float]:
    """Share of the other pictures whose nearest known one is of the same person; one is known of each, in turn."""
    shares = []
    for turn in range(10):
        known = np.array([np.flatnonzero(people == one)[turn] for one in np.unique(people)])
        asked = np.setdiff1d(np.arange(len(rows)), known)
        away = np.nan_to_num(((rows[asked][:, None] - rows[known][None]) ** 2).sum(2), nan=np.inf)
        right = (people[known][away.argmin(1)] == people[asked]) & np.isfinite(away.min(1))
        shares.append(float(right.mean()))
    return shares


def main() -> None:
    torch.set_num_threads(1)
    model = ll.load("faces")
    assert isinstance(model, ll.Faces)
    test = held_out([shot.person for shot in shots()])
    frames = [shot for shot in shots() if shot.person in test]
    people = np.array([shot.person for shot in frames])
    clips = np.array([f"{shot.person}{shot.path.stem[-2]}" for shot in frames])
    rows = []
    both = encoded(model, [shot.path for shot in frames])
    missing = f"no face found on {int(np.isnan(both[0][:, 0]).sum())} of {len(frames)} pictures"
    for name, vectors, target in (("faces", both[0], "at least 0.97"), ("pixels", both[1], "")):
        whole, across = auc(vectors, people, clips)
        where = f"{len(test)} people of face_keypoints held out, {name}"
        rows += [
            Row(f"{where}: AUC", round(whole, 4), "", len(frames), missing, target),
            Row(f"{where}: AUC, pairs of one clip left out", round(across, 4), "", len(frames)),
        ]
    portraits = sorted(ORL.glob("*/*.pgm"))
    people = np.array([path.parent.name for path in portraits])
    both = encoded(model, portraits)
    missing = f"no face found on {int(np.isnan(both[0][:, 0]).sum())} of {len(portraits)} pictures"
    for name, vectors in (("faces", both[0]), ("pixels", both[1])):
        shares = identified(vectors, people)
        spread = f"{100 * min(shares):.1f} to {100 * max(shares):.1f} % over ten choices of it"
        rows += [
            Row(
                f"ORL, {name}: AUC", round(auc(vectors, people, np.arange(len(people)))[0], 4), "", len(people), missing
            ),
            Row(
                f"ORL, {name}: known from one picture among 30",
                round(100 * float(np.mean(shares)), 1),
                "%",
                270,
                spread,
            ),
        ]
    for row in rows:
        print(row.what, row.value, row.unit, row.n, row.spread)
    write("faces", rows, command="python -m benchmarks.quality.faces")


if __name__ == "__main__":
    main()
