"""Chapter 2: what a convolution does to a real photo (course 1.2, 1.3)."""

from pathlib import Path

import numpy as np

from lenslet.image import save_image
from lenslet.report import Code, Figure, Pictures, Section
from lenslet.verbs.chapters import Chapter
from lenslet.verbs.filter import filter as filter_picture

_SHOWN = {
    "vertical": "vertical edges: 1 0 −1 in every row. Walls light up, the horizon is gone.",
    "horizontal": "horizontal edges: the same, turned. Roofs and the horizon.",
    "sobel": "Sobel: both directions together, the middle row counting twice.",
    "scharr": "Scharr: like Sobel, and equal in all directions.",
    "sharpen": "sharpen: each pixel against its neighbours.",
    "gaussian": "Gaussian: the weighted mean of the neighbours, a soft blur.",
}


def filters(folder: Path, seed: int, progress: bool) -> Chapter:  # noqa: ARG001  every chapter takes the same
    """Run the classic kernels over the photo of a Chinese temple that scikit-learn ships."""
    photo = np.ascontiguousarray(_photo())
    place = folder / "filters"
    save_image(photo, place / "photo.png")
    pictures = []
    for kernel, caption in _SHOWN.items():
        result = filter_picture(place / "photo.png", kernel=kernel, out=place / f"{kernel}.png")
        pictures.append((result.picture, caption))
    return Chapter(
        sections=(
            Section(
                "2 · What a convolution does",
                (
                    "A convolution slides a small window of numbers over the picture and writes down, at each "
                    "place, the sum of the products. "
                    "Nine numbers are enough to find edges. A ConvNet is nothing but many of these, stacked, "
                    "with the numbers learned.",
                    Figure(photo, "The photo (china.jpg, shipped with scikit-learn)."),
                    Pictures(tuple(pictures), side=240),
                    Code(
                        f"lenslet filter {place / 'photo.png'} --kernel sobel -o edges.png\nlenslet filter "
                        f"photo.jpg --kernel '1 0 -1; 1 0 -1; 1 0 -1' -o mine.png"
                    ),
                ),
            ),
        ),
        said=f"{len(_SHOWN)} classic filters on a photo: {place}",
        files=(place,),
    )


def _photo() -> np.ndarray:
    from sklearn.datasets import load_sample_image

    photo: np.ndarray = load_sample_image("china.jpg")
    return photo
