"""The object a user holds: a net that paints any picture in its one style, at once."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from lenslet.card import Card, fingerprint
from lenslet.data.split import without_seen
from lenslet.errors import CallError, CardError, DataError, ImageError
from lenslet.exporting import Plan
from lenslet.image import find_images, open_image
from lenslet.results import Evaluation, Miss
from lenslet.results.intervals import bootstrap
from lenslet.tasks.style.base import BaseStylist, sized
from lenslet.tasks.style.decode import pixels, tensor, with_border
from lenslet.tasks.style.encoder import Encoder
from lenslet.tasks.style.graph import plan
from lenslet.tasks.style.training import Goal, judged
from lenslet.tasks.trained import TrainedModel

__all__ = ["Stylist"]

STYLE = "style/"
"""How the names of a style's matrices begin, beside those of the weights."""
_MEASURED = 256  # pixels of the long side of what is measured
_WORST = 12


class Stylist(TrainedModel, BaseStylist):
    """A trained net with its card: call it with a picture, measure it on photos, save it.

    Args:
        net: picture -> painting, in normalised numbers.
        card: preprocessing and all that is known about it; its head says which style, strength and encoder.
        style: layer of that encoder -> the style's matrix, divided by its number of positions.
        eyes: opens the encoder, which only measuring needs.
        evaluation: the measurement its card quotes, where it is at hand.
        folder: where it lies on the disk, if it does.
    """

    def __init__(
        self,
        net: nn.Module,
        card: Card,
        style: Mapping[str, Float[Tensor, "_ _"]],
        eyes: Callable[[], Encoder],
        *,
        evaluation: Evaluation | None = None,
        folder: Path | None = None,
    ) -> None:
        super().__init__(net, card, evaluation=evaluation, folder=folder)
        self.style, self.eyes = style, eyes

    @classmethod
    def restored(
        cls, net: nn.Module, card: Card, state: Mapping[str, Tensor], folder: Path, eyes: Callable[[Any], Encoder]
    ) -> "Stylist":
        """From its folder.

        Raises:
            CardError: the card does not say what a style needs.
        """
        said = card.head
        if not isinstance(said.get("encoder"), str) or not isinstance(said.get("strength"), int | float):
            raise CardError(f"{folder}: the card is damaged: its head names no encoder and strength")
        if not 0 <= said["strength"] <= 1:
            raise CardError(f"{folder}: the card is damaged: a strength of {said['strength']}")
        style = {name.removeprefix(STYLE): value.float() for name, value in state.items() if name.startswith(STYLE)}
        net.load_state_dict({name: value for name, value in state.items() if not name.startswith(STYLE)})
        return cls(net, card, style, lambda: eyes(said["encoder"]), folder=folder)

    @property
    def fingerprint(self) -> str:
        """What decides its answers: SHA-256 over weights, net and preprocessing."""
        return fingerprint(self.card, self.net.state_dict())

    @torch.no_grad()
    def painted(self, photo: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        """The painting of a photo, pixel for pixel; in float32, so that it depends on its photo alone."""
        device, shape = next(self.net.parameters()).device, self.card.preprocess
        values = tensor(photo).to(device)
        mean, std = (values.new_tensor(v).view(1, 3, 1, 1) for v in (shape.mean, shape.std))
        normalised = ((values - mean) / std).contiguous(memory_format=torch.channels_last)
        return pixels(with_border(self.net, normalised).float() * std + mean)

    def evaluate(
        self,
        data: str | Path | Sequence[str | Path],
        *,
        include_seen: bool = False,
        on_picture: Callable[[int, int], None] | None = None,
    ) -> Evaluation:
        """Measure on photos: how far paintings are from their content and from the style, 0 where they have arrived.

        `content` is about 1 where nothing of the photo is left; `style` is beside `style_of_photos`, that of the photos
        as they are. `cost` is what was to fall.

        Args:
            data: a folder of photos, with any folders below it; or files.
            include_seen: measure on photos it was trained on, too.
            on_picture: called with (done, of) photos.

        Raises:
            DataError: none of them can be read.
            CallError, CardError: the encoder that it was trained through is not there.
        """
        paths = find_images(data) if isinstance(data, str | Path) else [Path(path) for path in data]
        paths, notes = without_seen(paths, paths, self.card.seen, include_seen=include_seen)
        goal, strength = Goal(self.eyes(), self.style), float(self.card.head["strength"])
        rows, read, skipped = [], [], []
        for number, path in enumerate(paths, start=1):
            try:
                photo = sized(open_image(path, at_least=(2 * _MEASURED, 2 * _MEASURED)), _MEASURED)
            except (ImageError, CallError) as error:
                skipped.append((str(path), str(error)))
                continue
            rows.append(self._costs(photo, goal))
            read.append(path)
            if on_picture is not None:
                on_picture(number, len(paths))
        if not rows:
            raise DataError(f"none of the {len(paths)} pictures can be read; the first: {skipped[0][1]}")
        table = np.array([(c, s, o, judged(c, s, strength)) for c, s, o in rows])
        names = ("content", "style", "style_of_photos", "cost")
        between = bootstrap(table)
        worst = np.argsort(-table[:, 3], kind="stable")[:_WORST]
        return Evaluation(
            task="style",
            n=len(rows),
            metrics=dict(zip(names, table.mean(0).tolist(), strict=True)),
            intervals={} if between is None else dict(zip(names, between, strict=True)),
            labels=(self.name,),
            worst=tuple(
                Miss(read[i], self.name, f"content {table[i, 0]:.3f}, style {table[i, 1]:.4f}", 1.0, table[i, 3].item())
                for i in worst
            ),
            skipped=tuple(skipped),
            notes=(*notes, f"relative costs through {goal.encoder.name}, photos of {_MEASURED} pixels"),
        )

    @torch.no_grad()
    def _costs(self, photo: UInt8[np.ndarray, "h w 3"], goal: Goal) -> tuple[float, float, float]:
        """Content and style cost of the painting, and style cost of the photo itself."""
        before, after = tensor(photo), tensor(self.paint(photo))
        content, style = goal.costs(after, before)
        return float(content), float(style), float(goal.costs(before, before)[1])

    def state(self) -> dict[str, Tensor]:
        """The weights, and the style's matrices beside them."""
        own = super().state()
        kind = next(self.net.parameters()).dtype
        return own | {STYLE + name: matrix.to(kind) for name, matrix in self.style.items()}

    def _plan(self) -> Plan:
        return plan(self)

    def _with(self, card: Card, evaluation: Evaluation | None) -> "Stylist":
        return Stylist(self.net, card, self.style, self.eyes, evaluation=evaluation, folder=self.folder)
