"""Features that are computed once: the same numbers, fewer computations, nothing left behind."""

import errno
import io
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from lenslet.data import Augment, Batches
from lenslet.data.order import Order
from lenslet.image import Preprocess
from lenslet.loops import Recipe, features, fit
from lenslet.loops.features import Features, Through, remember
from lenslet.tasks.classify.training import Classify

SHAPE = Preprocess(size=(8, 8), resize="stretch", channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)
MIRROR = Augment(mirror=True)


class Front(nn.Module):
    """Counts how many pictures it has seen."""

    def __init__(self, *, vector: bool = False) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            self.conv, self.norm, self.vector = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), vector
        self.seen = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.seen += len(x)
        x = self.norm(self.conv(x)).relu()
        return x.mean((2, 3)) if self.vector else x


def pictures(n: int = 20, **how: object) -> Batches:
    dice = np.random.default_rng(0)
    pixels = dice.integers(0, 256, (n, 8, 8, 3), np.uint8)
    return Batches(pixels, np.arange(n), torch.arange(n) % 2, SHAPE, size=6, **how)  # type: ignore[arg-type]


def test_remembered_features_are_what_the_front_says_and_it_is_asked_once() -> None:
    front, source = Front(), pictures()
    kept = remember(front, source, precision="fp32")
    assert kept is not None
    for (ours, labels), (theirs, truth) in zip(kept, Through(front, source, precision="fp32"), strict=True):
        assert torch.allclose(ours, theirs, atol=2e-3, rtol=1e-3)  # kept as float16
        assert torch.equal(labels, truth)
    seen = front.seen
    for _ in range(3):
        list(kept)
    assert front.seen == seen == 40


def test_the_second_view_is_the_mirror_image_where_the_augmentation_mirrors() -> None:
    front = Front()
    for augment, same in ((MIRROR, False), (Augment(), True)):
        kept = remember(front, pictures(augment=augment, shuffle=True), views=2, precision="fp32")
        assert kept is not None
        plain, other = kept.views
        assert np.array_equal(plain, other) == same
        if not same:
            source = pictures()
            flipped = [front.eval()(images.flip(3)).detach() for images, _ in source]
            assert np.allclose(other, torch.cat(flipped).numpy(), atol=2e-3, rtol=1e-3)


def test_each_epoch_has_an_order_of_its_own_and_every_view_in_it_once() -> None:
    views = np.arange(3 * 8, dtype=np.float16).reshape(3, 8, 1)
    feed = Features(views, torch.arange(8), Order(8, 3, shuffle=True, seed=4))
    epochs = [torch.cat([x.flatten() for x, _ in feed]) for _ in range(3)]
    assert sorted(torch.cat(epochs).tolist()) == list(range(24))
    assert not torch.equal(epochs[0] % 8, epochs[1] % 8)
    again = Features(views, torch.arange(8), Order(8, 3, shuffle=True, seed=4))
    assert torch.equal(torch.cat([x.flatten() for x, _ in again]), epochs[0])
    for x, labels in again:
        assert torch.equal(x.flatten() % 8, labels.float())


def test_measuring_looks_at_the_pictures_as_they_are_in_their_order() -> None:
    kept = remember(Front(vector=True), pictures(), views=3, precision="fp32")
    assert kept is not None
    first, second = (torch.cat([x for x, _ in kept]) for _ in range(2))
    assert torch.equal(first, second)
    assert np.array_equal(first.numpy()[:, :, 0, 0], kept.views[0].astype(np.float32))


def test_the_source_is_left_as_it_was_and_hears_nothing() -> None:
    heard: list[int] = []
    source = pictures(augment=MIRROR, shuffle=True, watch=heard.append)
    remember(Front(), source, views=3)
    assert (source.augment, source.order.shuffle, source.epoch, source.order.size, heard) == (MIRROR, True, 0, 6, [])


def test_a_feed_of_features_has_as_many_batches_as_one_of_pictures_and_is_watched_alike() -> None:
    for n in (7, 12, 13):
        heard: list[int] = []
        source = pictures(n, shuffle=True, watch=heard.append)
        kept = remember(Front(), source)
        assert kept is not None
        assert len(kept) == len(source) == len(list(kept))
        told = heard.copy()
        assert told == [len(y) for _, y in source]


def test_large_features_lie_in_a_file_without_a_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LENSLET_CACHE", str(tmp_path))
    front = Front()
    small = remember(front, pictures(), views=3)
    monkeypatch.setattr(features, "IN_MEMORY", 4000)  # the first batch fits, the rest does not
    monkeypatch.setattr(features, "_AT_ONCE", 8)
    large = remember(front, pictures(), views=3)
    assert small is not None
    assert large is not None
    assert isinstance(large.views, np.memmap)
    assert np.allclose(large.views, small.views, atol=2e-3)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_no_more_views_are_kept_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    one = 20 * 4 * 6 * 6 * 2  # bytes of a view
    monkeypatch.setattr(features, "ON_DISK", int(2.5 * one))
    kept = remember(Front(), pictures(), views=6)
    assert kept is not None
    assert len(kept.views) == 2
    monkeypatch.setattr(features, "ON_DISK", one // 2)
    assert remember(Front(), pictures(), views=6) is None


@pytest.mark.parametrize(("room", "views"), [(3, 3), (0, None)])
def test_a_full_disk_costs_views_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, room: int, views: int | None
) -> None:
    class Full(io.BytesIO):
        writes = 0

        def write(self, content: object) -> int:
            self.writes += 1
            if self.writes > room:
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(content)  # type: ignore[arg-type]

    disk = Full()
    monkeypatch.setattr(features.tempfile, "TemporaryFile", lambda **_: disk)
    monkeypatch.setattr(features.np, "memmap", lambda *_, shape, **__: np.zeros(shape, np.float16))
    monkeypatch.setattr(features, "IN_MEMORY", 10)
    monkeypatch.setenv("LENSLET_CACHE", str(tmp_path))
    kept = remember(Front(), pictures(), views=5)
    assert (None if kept is None else len(kept.views)) == views


def test_enough_ends_it_after_a_view() -> None:
    kept = remember(Front(), pictures(), views=6, enough=lambda views: views == 3)
    assert kept is not None
    assert len(kept.views) == 3


def test_the_loop_learns_the_same_from_remembered_features() -> None:
    losses = []
    for remembered in (True, False):
        front, source = Front(vector=True), pictures()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            rest = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
        feed = remember(front, source, precision="fp32") if remembered else Through(front, source, precision="fp32")
        assert feed is not None
        losses.append([e.train["loss"] for e in fit(rest, Classify(), feed, None, Recipe(epochs=3))])
    assert np.allclose(losses[0], losses[1], atol=1e-3)
