"""What the frozen front of a net says of the pictures, computed once and handed out in each epoch (course 2.10)."""

import copy
import tempfile
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import numpy as np
import torch
from jaxtyping import Float, Float16
from torch import Tensor, nn

from lenslet.data import Batches
from lenslet.data.order import InOrder, Order
from lenslet.files import cache_folder
from lenslet.loops.precision import autocast, resolve

__all__ = ["Features", "Through", "remember"]

IN_MEMORY = 256 * 2**20  # bytes: features up to this size stay in memory, larger ones go into a file
ON_DISK = 4 * 2**30  # bytes: no more views are kept than fit into this
MOST_VIEWS = 8
_AT_ONCE = 64  # pictures that go through the front together; it needs no gradients, so the batch of the recipe is small


class Features(InOrder):
    """A feed of remembered features: (features, targets) per batch, each picture in another view at each epoch.

    Args:
        views: what the front said, kept as float16, the views one after the other.
        targets: of the pictures, in the order of the second axis.
        order: of the pictures, in batches.
        watch: called with the number of pictures of each batch handed out.
    """

    def __init__(
        self,
        views: Float16[np.ndarray, "v n ..."],
        targets: Tensor,
        order: Order,
        *,
        watch: Callable[[int], Any] | None = None,
    ) -> None:
        super().__init__(order)
        self.views, self.targets, self.watch = views, targets, watch
        # a picture's first view is its own, so that each epoch has all kinds of views in it
        self.began = torch.randint(len(views), (len(targets),), generator=order.dice(0, 0)) if order.shuffle else None

    def __iter__(self) -> Iterator[tuple[Float[Tensor, "b c h w"], Tensor]]:
        for epoch, _, chosen in self.turn():
            view = (
                (self.began[chosen] + epoch) % len(self.views) if self.began is not None else torch.zeros_like(chosen)
            )
            taken = torch.from_numpy(self.views[view.numpy(), chosen.numpy()]).float()
            # the loop wants a map (channels_last); a vector is a map of one pixel
            yield taken if taken.ndim == 4 else taken[:, :, None, None], self.targets[chosen]
            if self.watch is not None:
                self.watch(len(chosen) * self.order.processes)


class Through:
    """A feed that sends every batch of another one through the front, and remembers nothing."""

    def __init__(self, front: nn.Module, source: Batches, *, precision: str) -> None:
        self.front, self.source, self.precision = front, source, precision

    def __len__(self) -> int:
        return len(self.source)

    def seek(self, epoch: int, batch: int) -> None:
        """As the other feed does."""
        self.source.seek(epoch, batch)

    def __iter__(self) -> Iterator[tuple[Float[Tensor, "b c h w"], Tensor]]:
        for images, targets in self.source:
            taken = _forward(self.front, images, self.precision).float()
            yield taken if taken.ndim == 4 else taken[:, :, None, None], targets


def remember(
    front: nn.Module,
    source: Batches,
    *,
    views: int = 1,
    precision: str = "auto",
    enough: Callable[[int], bool] | None = None,
    progress: Callable[[float], None] | None = None,
) -> Features | None:
    """Send every picture through the front in several views, and keep what comes out.

    The first view is the picture as it is, the second its mirror image where the augmentation mirrors at all, every
    further one is augmented. What is large lies in a file without a name, which vanishes with the process, however that
    ends.

    Args:
        front: in evaluation mode; no gradient flows into it.
        source: the pictures; its augmentation, order and watch are left as they are.
        views: how many at the most; fewer where they would not fit into `ON_DISK`, or onto the disk.
        precision: of the front: "auto", "bf16" or "fp32".
        enough: asked after each view with their number so far; True ends it there.
        progress: called with the fraction done.

    Returns:
        The features; None where not even one view of them can be kept.
    """
    precision = resolve(precision, front)
    store: _Store | None = None
    targets: list[Tensor] = []
    whole = 0
    try:
        for view in range(min(views, MOST_VIEWS)):
            walk = _walk(source, view)
            for number, (images, truth) in enumerate(walk):
                flipped = (
                    images.flip(3) if view == 1 and source.augment is not None and source.augment.mirror else images
                )
                said = _forward(front, flipped, precision).float().clamp_(-65504, 65504).half().cpu().numpy()
                if store is None:
                    store = _Store(said.shape[1:])
                if view == number == 0 and said[0].nbytes * len(said) * len(walk) > ON_DISK:
                    return None
                store.add(said)
                if view == 0:
                    targets.append(truth)
                if progress is not None:
                    progress((view + (number + 1) / len(walk)) / min(views, MOST_VIEWS))
            whole = view + 1
            assert store is not None
            if (enough is not None and enough(whole)) or store.bytes / whole * (whole + 1) > ON_DISK:
                break
    except OSError:  # the disk is full: what is whole serves as well
        if not whole:
            if store is not None:
                store.close()
            return None
    assert store is not None
    kept = store.array(whole, sum(len(t) for t in targets))
    return Features(kept, torch.cat(targets), source.order, watch=source.watch)


class _Store:
    """Rows of float16, in memory while they are few, then in a file without a name.

    Written with plain writes, because a full disk is an error there and a crash in a memory map.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape, self.bytes = shape, 0
        self.rows: list[np.ndarray] = []
        self.file: BinaryIO | None = None

    def add(self, rows: Float16[np.ndarray, "b ..."]) -> None:
        self.bytes += rows.nbytes
        if self.file is None and self.bytes > IN_MEMORY:
            place = cache_folder() / "features"
            place.mkdir(parents=True, exist_ok=True)
            self.file = tempfile.TemporaryFile(dir=place)  # noqa: SIM115  closed when it is mapped
            for earlier in self.rows:
                self.file.write(np.ascontiguousarray(earlier).data)
            self.rows = []
        if self.file is None:
            self.rows.append(rows)
        else:
            self.file.write(np.ascontiguousarray(rows).data)

    def array(self, views: int, count: int) -> Float16[np.ndarray, "v n ..."]:
        shape = (views, count, *self.shape)
        if self.file is None:
            return np.concatenate(self.rows)[: views * count].reshape(shape)
        self.file.flush()
        kept = np.memmap(self.file, np.float16, "r", shape=shape)
        self.close()  # the map holds the file by itself
        return kept

    def close(self) -> None:
        if self.file is not None:
            self.file.close()


def _walk(source: Batches, view: int) -> Batches:
    """The pictures of `source` in order, without side effects; the first two views are not augmented."""
    walk = copy.copy(source)
    walk.watch = walk.mixup = None
    walk.order = Order(len(source.rows), _AT_ONCE, seed=source.order.seed)  # of all pictures, in every process
    walk.seek(view, 0)
    if view < 2:
        walk.augment = None
    return walk


@torch.no_grad()
def _forward(front: nn.Module, images: Tensor, precision: str) -> Tensor:
    """Through the front, wherever its weights are."""
    device = next(front.parameters()).device
    with autocast(precision, device):
        said: Tensor = front.eval()(images.to(device, memory_format=torch.channels_last))
    return said
