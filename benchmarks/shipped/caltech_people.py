"""Who is who on Caltech-101's class Faces: its pictures stand in the order of the people, which was read off by eye.

Twenty-six people, each in several rooms and lights: few, and just what frames of one film lack.
"""

from collections.abc import Iterator
from pathlib import Path

PHOTOS = Path("../shared/data/caltech101/Faces")
# The numbers of a person's first and last picture. Left out: a drawing, and people of one picture.
PEOPLE = (
    (1, 22), (24, 42), (43, 48), (49, 67), (69, 88), (90, 112), (114, 132), (133, 136), (138, 157), (159, 163),
    (165, 168), (169, 172), (174, 193), (195, 214), (216, 238), (240, 261), (262, 265), (267, 285), (286, 304),
    (306, 325), (327, 345), (346, 364), (366, 387), (393, 397), (399, 417), (418, 435),
)  # fmt: skip


def caltech_people() -> Iterator[tuple[str, Path]]:
    """(person, file) of those that are at hand."""
    for number, (first, last) in enumerate(PEOPLE):
        for index in range(first, last + 1):
            path = PHOTOS / f"image_{index:04}.jpg"
            if path.exists():
                yield f"caltech-{number:02}", path
