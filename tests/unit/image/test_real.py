"""Real files: what lies in ../shared/data opens, and grey PGM as well as JPEG."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lenslet.image import find_images, image_size, letterbox, open_image


@pytest.mark.data
@pytest.mark.parametrize(
    ("folder", "size"),
    [("orl_faces", (112, 92)), ("sign_digits/0", (100, 100)), ("bccd", (480, 640)), ("style", None)],
)
def test_real_pictures_open_at_the_size_their_header_states(
    folder: str, size: tuple[int, int] | None, shared: Path
) -> None:
    found = find_images(shared / "data" / folder)
    for path in found[:: max(len(found) // 12, 1)]:
        image = open_image(path)
        assert image.shape[:2] == image_size(path)
        assert size is None or image.shape[:2] == size
        assert image.std() > 5  # a picture, not a flat field


@pytest.mark.data
def test_a_pgm_face_is_grey_and_exact(shared: Path) -> None:
    path = find_images(shared / "data" / "orl_faces")[0]
    image = open_image(path)
    header, pixels = path.read_bytes()[:-10304], path.read_bytes()[-10304:]
    assert header.startswith(b"P5")
    assert image[:, :, 1].tobytes() == pixels
    assert (image[:, :, 0] == image[:, :, 2]).all()


@pytest.mark.data
def test_the_short_way_of_training_shows_the_same_picture(shared: Path) -> None:
    """A JPEG decoded at a fraction of its size, at the net's size, is the same to a few grey levels."""
    path = find_images(shared / "data" / "style" / "content")[0]
    photo = Image.fromarray(open_image(path)).resize((2048, 1536))
    import io

    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=92)
    whole, short = (open_image(buffer.getvalue(), at_least=hint) for hint in (None, (128, 128)))
    assert short.shape[0] < whole.shape[0]
    a, b = (letterbox(picture, (128, 128))[0].astype(int) for picture in (whole, short))
    assert np.abs(a - b).mean() < 1.5
