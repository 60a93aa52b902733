"""What several views of a picture become."""

import numpy as np
import pytest
import torch

from lenslet.errors import CallError
from lenslet.tasks.face.decode import dimensions_of
from lenslet.tasks.face.distance import unit
from lenslet.tasks.face.views import VIEWS, joined, views_of

PICTURES = np.random.default_rng(0).integers(0, 255, (3, 6, 6, 1), dtype=np.uint8)


@pytest.mark.parametrize(("views", "count"), [("one", 1), ("mirror", 2), ("symmetries", 8)])
def test_each_view_of_all_pictures_after_the_other(views, count):
    seen = views_of(PICTURES, views)
    assert seen.shape == (3 * count, 6, 6, 1)
    assert np.array_equal(seen[:3], PICTURES)
    if views == "mirror":
        assert np.array_equal(seen[3:], PICTURES[:, :, ::-1])


def test_encodings_of_a_picture_and_its_mirror_image_are_the_same():
    weights = torch.randn(36, 5, generator=torch.Generator().manual_seed(0))

    def encode(pictures: np.ndarray) -> torch.Tensor:
        return joined(unit(torch.from_numpy(views_of(pictures, "mirror")).float().flatten(1) @ weights), "mirror")

    assert torch.allclose(encode(PICTURES), encode(np.ascontiguousarray(PICTURES[:, :, ::-1])), atol=1e-6)


def test_symmetries_stand_side_by_side_and_distances_are_their_mean():
    raw = unit(torch.randn(8 * 2, 4, generator=torch.Generator().manual_seed(0)))
    a, b = joined(raw, "symmetries")
    assert a.shape == (32,)
    each = raw.view(8, 2, 4)
    assert float((a - b).square().sum()) == pytest.approx(
        float((each[:, 0] - each[:, 1]).square().sum(1).mean()), rel=1e-5
    )


def test_a_projection_makes_them_short():
    raw = unit(torch.randn(8 * 2, 4))
    assert joined(raw, "symmetries", torch.eye(32)[:, :7]).shape == (2, 7)


@pytest.mark.parametrize(
    "head",
    [
        {},
        {"dimensions": 128, "views": "all"},
        {"dimensions": True, "views": "one"},
        {"dimensions": 10**9, "views": "one"},
    ],
)
def test_a_head_of_nonsense_is_refused(head):
    with pytest.raises(CallError, match="the head says"):
        dimensions_of(head)


def test_heads_that_are_written_can_be_read():
    assert [dimensions_of({"dimensions": 64, "views": views}) for views in VIEWS] == [64] * len(VIEWS)
