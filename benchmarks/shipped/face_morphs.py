"""People who do not exist: two faces brought to the shape between them, and laid over each other.

From 267 people a net learns those 267; who is in between two of them is somebody else, with features of both, and there
are as many as one likes. Frames are paired by pose, so that a morph has one nose.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.ndimage import map_coordinates
from scipy.spatial import Delaunay

from benchmarks.shipped.face_scenes import Shot
from lenslet.image import open_image
from lenslet.tasks.face.align import SIDE, aligned

_EDGE = np.array([(x, y) for x in (0, SIDE / 2, SIDE) for y in (0, SIDE / 2, SIDE) if (x, y) != (SIDE / 2, SIDE / 2)])
_ALIKE = 0.2  # how far two poses may be apart, in distances of the eyes


def pose(points: np.ndarray) -> np.ndarray:
    """Where the tip of the nose is in the aligned face, in distances of the eyes: turned aside, and up or down."""
    eyes = np.linalg.norm(points[42:48].mean(0) - points[36:42].mean(0))
    return (points[30] - points[36:48].mean(0)) / eyes


def morph(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Two aligned faces (pixels, 68 points in them) -> the face between them."""
    places = [np.concatenate([points.clip(1, SIDE - 1), _EDGE]) for _, points in (one, other)]
    middle = (places[0] + places[1]) / 2
    mesh = Delaunay(middle)
    rows, columns = np.indices((SIDE, SIDE)) + 0.5
    pixels = np.stack([columns.ravel(), rows.ravel()], 1)
    triangle = mesh.find_simplex(pixels)
    turn = mesh.transform[triangle]
    two = np.einsum("nij,nj->ni", turn[:, :2], pixels - turn[:, 2])
    weights = np.column_stack([two, 1 - two.sum(1)])
    corners = mesh.simplices[triangle]
    mixed = np.zeros((SIDE, SIDE, 3))
    for (picture, _), there in zip((one, other), places, strict=True):
        read = np.einsum("nk,nkd->nd", weights, there[corners]) - 0.5
        grid = read[:, ::-1].T.reshape(2, SIDE, SIDE)
        for k in range(3):
            mixed[..., k] += map_coordinates(picture[..., k].astype(np.float32), grid, order=1, mode="nearest") / 2
    return np.rint(mixed).clip(0, 255).astype(np.uint8)


def morphs(frames: Sequence[Shot], count: int, each: int, seed: int = 0) -> Iterator[tuple[str, int, np.ndarray]]:
    """(name, number, picture) of people between two.

    Args:
        frames: of real people.
        count: of people to make.
        each: pictures of each, at the most.
        seed: of the choice.
    """
    dice = np.random.default_rng(seed)
    of: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for shot in frames:
        face = aligned(open_image(shot.path), shot.points)
        of.setdefault(shot.person, []).append((face.pixels, face.away(shot.points)))
    people = sorted(of)
    poses = {name: np.stack([pose(points) for _, points in own]) for name, own in of.items()}
    made = 0
    while made < count:
        a, b = (people[i] for i in dice.choice(len(people), 2, replace=False))
        apart = np.abs(poses[a][:, None] - poses[b][None]).max(2)
        pairs = np.argwhere(apart < _ALIKE)
        if len(pairs) < each:
            continue
        made += 1
        chosen = pairs[dice.permutation(len(pairs))[:each]]
        for number, (i, j) in enumerate(chosen):
            yield f"{a}-{b}", number, morph(of[a][i], of[b][j])
