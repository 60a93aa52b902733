"""What a person of several pictures is: the nearest, the mean distance, their middle, or the two nearest.

Command: python -m benchmarks.quality.gallery_rule
Minutes: 1
Measures: ORL (../shared/data/orl_faces), 10 draws of 20 people who are enrolled with K pictures, and compared with all
    pictures that are left; encodings are whitened principal components of the other people, without a trained
    model. Equal error rate, and the share of own pictures let in at one stranger in a hundred; also where one of the
    K pictures is of another person. Means of the draws; the table stands in docs/decisions/0016-the-gallery.md.
"""

from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[3] / "shared" / "data" / "orl_faces"
DRAWS, ENROLLED, SEED = 10, 20, 0
RULES = ("nearest", "mean", "middle", "two nearest")


def pictures() -> tuple[np.ndarray, np.ndarray]:
    looks, who = [], []
    for number, folder in enumerate(sorted(path for path in ROOT.iterdir() if path.is_dir())):
        for file in sorted(folder.glob("*.*")):
            grey = np.asarray(Image.open(file).convert("L").resize((32, 40)), float)
            looks.append(((grey - grey.mean()) / grey.std()).ravel())
            who.append(number)
    return np.array(looks), np.array(who)


def distances(mine: np.ndarray, probe: np.ndarray) -> list[float]:
    each = np.sort(((mine - probe) ** 2).sum(1))
    middle = mine.sum(0)
    middle = middle / np.linalg.norm(middle)
    return [each[0], each.mean(), float(((middle - probe) ** 2).sum()), each[:2].mean()]


def judged(genuine: np.ndarray, impostor: np.ndarray) -> tuple[float, float]:
    """Equal error rate, and true accepts at one false accept in a hundred."""
    at = np.sort(np.concatenate([genuine, impostor]))
    accepted = np.searchsorted(np.sort(impostor), at, side="right") / len(impostor)
    refused = 1 - np.searchsorted(np.sort(genuine), at, side="right") / len(genuine)
    best = np.abs(accepted - refused).argmin()
    return (accepted[best] + refused[best]) / 2, float((genuine <= np.quantile(impostor, 0.01)).mean())


def draw(looks: np.ndarray, who: np.ndarray, count: int, dice: np.random.Generator, *, wrong: bool) -> np.ndarray:
    """(rules, 2) of one draw."""
    people = dice.permutation(np.unique(who))
    test, rest = people[:ENROLLED], np.isin(who, people[ENROLLED:])
    mean = looks[rest].mean(0)
    _, spread, axes = np.linalg.svd(looks[rest] - mean, full_matrices=False)
    kept = min(60, len(spread) - 1)
    codes = (looks - mean) @ (axes[:kept].T / spread[:kept])
    codes /= np.linalg.norm(codes, axis=1, keepdims=True)
    sets = {}
    for person in test:
        own = dice.choice(np.flatnonzero(who == person), count, replace=False)
        if wrong:
            own[-1] = dice.choice(np.flatnonzero(np.isin(who, test) & (who != person)))
        sets[person] = own
    genuine, impostor = [], []
    for probe in np.flatnonzero(np.isin(who, test)):
        for person in test:
            if probe not in sets[person]:
                found = distances(codes[sets[person]], codes[probe])
                (genuine if who[probe] == person else impostor).append(found)
    g, i = np.array(genuine), np.array(impostor)
    return np.array([judged(g[:, rule], i[:, rule]) for rule in range(len(RULES))])


def main() -> None:
    looks, who = pictures()
    cells = []
    for count, wrong in ((2, False), (3, False), (5, False), (5, True)):
        dice = np.random.default_rng(SEED)
        cells.append(np.mean([draw(looks, who, count, dice, wrong=wrong) for _ in range(DRAWS)], 0))
    for number, rule in enumerate(RULES):
        row = " | ".join(f"{100 * cell[number, 0]:.1f} %, {100 * cell[number, 1]:.1f} %" for cell in cells)
        print(f"| {rule} | {row} |")


if __name__ == "__main__":
    main()
