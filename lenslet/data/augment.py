"""Random changes that leave the label as it is: geometry as ONE affine matrix per picture, colour as one more.

Mirror, crop, rotation, shear, zoom and shift are multiplied into a 2x3 matrix, and the whole batch is sampled once
through those matrices: one interpolation, however many changes. Boxes and points follow with the inverse of the same
matrix. An elastic displacement, when asked for, is added to the same positions and costs no second interpolation.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor
from torch.nn.functional import grid_sample

from lenslet.data.camera import Camera
from lenslet.errors import CallError

__all__ = ["IMAGENET_COLOURS", "PRESETS", "Augment", "Dice", "principal_colours"]

Number = int | float
Axes = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]

# Rows: principal directions of RGB over ImageNet, each times its strength, channels in 0..1: the numbers that AlexNet
# and ResNet recipes have passed on (facebookarchive/fb.resnet.torch, datasets/imagenet.lua), about half the spreads.
IMAGENET_COLOURS: Axes = (
    (0.2175 * -0.5675, 0.2175 * -0.5808, 0.2175 * -0.5836),
    (0.0188 * 0.7192, 0.0188 * -0.0045, 0.0188 * -0.6948),
    (0.0045 * 0.4009, 0.0045 * -0.8140, 0.0045 * 0.4203),
)
_AT_ONCE = 240_000  # numbers of the pictures changed together: 1 MB of floats
LUMA = (0.299, 0.587, 0.114)  # grey as in ITU-R BT.601, what Pillow's convert("L") uses


@dataclass(frozen=True, kw_only=True)
class Augment:
    """How far each random change may go; zero and False leave that change out.

    Coordinates: the picture spans 0..width by 0..height, x to the right and y down, so that the centre of the pixel in
    row r, column c lies at (c + 0.5, r + 0.5) and boxes need no half-pixel corrections.

    Args:
        mirror: left and right change places in half of the pictures.
        rotate: degrees, drawn evenly from -rotate..rotate, about the centre.
        turn: none, one, two or three quarters of a turn, equally often: for pictures in which no side is the upper one.
        shear: slant in x per unit of y, drawn evenly from -shear..shear.
        scale: the zoom lies between 1 / (1 + scale) and 1 + scale, evenly in its logarithm.
        aspect: as `scale`, for width against height at equal area.
        shift: fraction of each side, drawn evenly from -shift..shift; with `scale` this is the random crop.
        whole: shifts are of whole pixels: with `mirror` alone beside it every pixel then stays exactly as it is, and a
            picture of 32 px loses nothing.
        elastic: standard deviation of the displacement, as a fraction of the shorter side.
        elastic_width: how smooth it is: sigma of the Gaussian, as a fraction of the side (Simard's 4 of 28 pixels).
        brightness: the picture times a factor from 1 - brightness..1 + brightness.
        contrast: as brightness, about the picture's own mean grey.
        saturation: as brightness, about each pixel's own grey; colour pictures only.
        pca: standard deviation of the weights on `colours` (AlexNet: 0.1); colour pictures only.
        colours: three directions in RGB, each times its strength: ImageNet's, or those of `principal_colours`.
        cutout: side of a square, as a fraction of the shorter side, painted in the picture's mean colour.
        camera: another camera and another light, see `Camera`; None: those that there were.
        edge: what lies outside of the picture: "border" repeats the last pixel, "reflection" mirrors, "zeros" is black.

    Source: course 2.11; Krizhevsky 2012, section 4.1 (PCA colour); Simard 2003 (elastic); DeVries 2017 (cutout).
    """

    mirror: bool = False
    rotate: Number = 0.0
    turn: bool = False
    shear: Number = 0.0
    scale: Number = 0.0
    aspect: Number = 0.0
    shift: Number = 0.0
    whole: bool = False
    elastic: Number = 0.0
    elastic_width: Number = 0.14
    brightness: Number = 0.0
    contrast: Number = 0.0
    saturation: Number = 0.0
    pca: Number = 0.0
    colours: Axes = IMAGENET_COLOURS
    cutout: Number = 0.0
    camera: Camera | None = None
    edge: str = "border"

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int | float) and not (math.isfinite(value) and value >= 0):
                raise CallError(f"Augment({field.name}={value}): a range is a finite number of at least 0.")
        for name in ("shift", "elastic", "brightness", "contrast", "saturation", "cutout"):
            if getattr(self, name) > 1:
                raise CallError(f"Augment({name}={getattr(self, name)}): this is a fraction and at most 1.")
        if self.elastic_width < 0.02:
            raise CallError(f"Augment(elastic_width={self.elastic_width}): finer than 0.02 is noise, not a bend.")
        if self.edge not in ("border", "reflection", "zeros"):
            raise CallError(f'Augment(edge="{self.edge}"): choose "border", "reflection" or "zeros".')

    @classmethod
    def none(cls) -> "Augment":
        """No change at all."""
        return cls()

    @property
    def moves(self) -> bool:
        """Whether pixels may change places."""
        return (
            self.mirror
            or self.turn
            or any((self.rotate, self.shear, self.scale, self.aspect, self.shift, self.elastic))
        )

    def draw(self, n: int, generator: torch.Generator) -> "Dice":
        """Draw everything random for a batch of `n`; each range only changes its own part of it."""
        knots = len(_knots(self.elastic_width))
        return Dice(
            move=torch.rand(n, 7, generator=generator) * 2 - 1,
            colour=torch.rand(n, 5, generator=generator) * 2 - 1,
            weights=torch.randn(n, 3, generator=generator),
            noise=torch.randn(n, 2, knots, knots, generator=generator) if self.elastic else None,
            turns=torch.randint(4, (n,), generator=generator) if self.turn else None,
            camera=None if self.camera is None else self.camera.draw(n, generator),
        )

    def matrices(self, dice: "Dice", height: int, width: int) -> Float[Tensor, "n 2 3"]:
        """One matrix per picture that maps a position in the OUTPUT to the position in the INPUT it is read from.

        Labels travel the other way: a point of the input lands, in the output, where the inverse matrix puts it.

        Args:
            dice: what `draw` gave.
            height: pixels.
            width: pixels.

        Returns:
            Matrices in the pixel coordinates told above, rows x and y; the identity where nothing is asked for.
        """
        even = dice.move.T
        flip = torch.where((even[0] < 0) & self.mirror, -1.0, 1.0)
        angle = even[1] * math.radians(self.rotate)
        if dice.turns is not None:
            angle = angle + dice.turns * (math.pi / 2)
        slant = even[2] * self.shear
        shrink = torch.exp(-even[3] * math.log1p(self.scale))
        stretch = torch.exp(even[4] * math.log1p(self.aspect) / 2)
        cos, sin = torch.cos(angle), torch.sin(angle)
        # mirror @ stretch @ shear @ rotate / zoom, written out
        across, down = flip * shrink * stretch, shrink / stretch
        a, b = across * (cos + slant * sin), across * (slant * cos - sin)
        c, d = down * sin, down * cos
        x, y = width / 2, height / 2
        move_x, move_y = even[5] * self.shift * width, even[6] * self.shift * height
        if self.whole:
            move_x, move_y = move_x.round(), move_y.round()
        out_x, out_y = x + move_x, y + move_y  # where the centre goes
        rows = torch.stack([a, b, x - a * out_x - b * out_y, c, d, y - c * out_x - d * out_y], dim=1)
        return rows.view(-1, 2, 3)

    def __call__(
        self,
        pictures: UInt8[Tensor, "n c h w"] | Float[Tensor, "n c h w"],
        generator: torch.Generator,
        *,
        mean: Sequence[Number] | None = None,
        std: Sequence[Number] | None = None,
    ) -> Float[Tensor, "n c h w"]:
        """Change every picture of a batch in its own way: `apply` with fresh dice."""
        return self.apply(pictures, self.draw(len(pictures), generator), mean=mean, std=std)

    def apply(
        self,
        pictures: UInt8[Tensor, "n c h w"] | Float[Tensor, "n c h w"],
        dice: "Dice",
        *,
        mean: Sequence[Number] | None = None,
        std: Sequence[Number] | None = None,
    ) -> Float[Tensor, "n c h w"]:
        """Change every picture of a batch as the dice say.

        Args:
            pictures: bytes 0..255, or floats 0..1; on any device.
            dice: of as many pictures.
            mean: one a channel; with `std`, the result is normalised: (value - mean) / std.
            std: one a channel.

        Returns:
            A new float32 tensor in channels_last order, which nets read fastest: 0..1 unless normalised.
        """
        n, channels, height, width = pictures.shape
        out = torch.empty(
            pictures.shape, dtype=torch.float32, device=pictures.device, memory_format=torch.channels_last
        )
        matrices = self.matrices(dice, height, width) if self.moves else None
        shape = (1, channels, 1, 1)
        middle = None if mean is None else torch.tensor(mean, device=out.device).view(shape)
        spread = None if std is None else torch.tensor(std, device=out.device).view(shape)
        # A few pictures at a time: what lies between two steps then stays in the processor's cache, and the allocator
        # hands out the same memory again and again; a whole batch at once takes three times as long on a CPU.
        step = max(1, _AT_ONCE // (channels * height * width)) if out.device.type == "cpu" else n
        for start in range(0, n, step):
            part = slice(start, start + step)
            x = _floats(pictures[part])
            if matrices is not None:
                x = self._warp(x, matrices[part], dice.noise[part] if dice.noise is not None else None)
            x = self._recolour(x, dice.colour[part], dice.weights[part])
            if self.camera is not None and dice.camera is not None:
                x = self.camera(x, dice.camera[part])
            x = self._cut(x, dice.colour[part])
            if middle is not None and spread is not None:
                x = x.sub_(middle).div_(spread)
            out[part] = x
        return out

    def _warp(
        self,
        x: Float[Tensor, "n c h w"],
        matrices: Float[Tensor, "n 2 3"],
        noise: Float[Tensor, "n 2 knots knots"] | None,
    ) -> Float[Tensor, "n c h w"]:
        """Read every picture through its matrix, plus the elastic bend if there is one."""
        height, width = x.shape[2:]
        # grid_sample counts from -1 to 1 over the whole picture, edges included, when align_corners is False
        unit = torch.tensor([2 / width, 2 / height])
        matrices = matrices * unit.view(2, 1)
        matrices[:, :, 2] -= 1
        grid = _positions(matrices.to(x.device), height, width)
        if noise is not None:
            down, across = (_bumps(size, self.elastic_width).to(x.device) for size in (height, width))
            bend = down @ noise.to(x.device) @ across.T * (self.elastic * min(height, width))
            grid += bend.permute(0, 2, 3, 1) * unit.to(x.device)
        return grid_sample(x, grid, mode="bilinear", padding_mode=self.edge, align_corners=False)

    def _recolour(
        self, x: Float[Tensor, "n c h w"], even: Float[Tensor, "n 5"], weights: Float[Tensor, "n 3"]
    ) -> Float[Tensor, "n c h w"]:
        """Brightness, contrast, saturation and PCA colour as one matrix and offset per picture."""
        n, channels = x.shape[:2]
        if not (self.brightness or self.contrast or (channels == 3 and (self.saturation or self.pca))):
            return x
        even, flat = even.to(x.device), x.flatten(2)
        gain = (1 + even[:, 0] * self.brightness).view(n, 1, 1)
        slope = (1 + even[:, 1] * self.contrast).view(n, 1, 1)
        colour = torch.eye(channels, device=x.device)
        grey = torch.full((1, channels), 1 / channels, device=x.device)
        matrix, push = colour.expand(n, -1, -1), torch.zeros(n, channels, 1, device=x.device)
        if channels == 3:
            grey = torch.tensor([LUMA], device=x.device)
            keep = (1 + even[:, 2] * self.saturation).view(n, 1, 1)
            matrix = keep * colour + (1 - keep) * grey
            axes = torch.tensor(self.colours, device=x.device)
            push = (self.pca * weights.to(x.device) @ axes).unsqueeze(2)
        mean = grey @ flat.mean(2, keepdim=True)  # n 1 1: mean grey, which saturation leaves as it is
        return torch.baddbmm(gain * (1 - slope) * mean + push, gain * slope * matrix, flat).clamp_(0, 1).view(x.shape)

    def _cut(self, x: Float[Tensor, "n c h w"], even: Float[Tensor, "n 5"]) -> Float[Tensor, "n c h w"]:
        """Paint a square in the picture's mean colour."""
        if not self.cutout:
            return x
        height, width = x.shape[2:]
        half = self.cutout * min(height, width) / 2
        centres = (even[:, 3:5].to(x.device) + 1) / 2
        columns = ((torch.arange(width, device=x.device) + 0.5) - centres[:, :1] * width).abs() < half
        rows = ((torch.arange(height, device=x.device) + 0.5) - centres[:, 1:] * height).abs() < half
        return torch.where(rows[:, None, :, None] & columns[:, None, None, :], x.mean((2, 3), keepdim=True), x)


@dataclass(frozen=True)
class Dice:
    """The random numbers of a batch, before any range is applied to them.

    Attributes:
        move: even in -1..1: mirror (when below 0), rotation, shear, scale, aspect, shift in x, shift in y.
        colour: even in -1..1: brightness, contrast, saturation, place of the cut-out in x, in y.
        weights: normal: of the three principal colours.
        noise: normal: displacement in x and y at the knots of a coarse lattice; None where nothing is bent.
        turns: quarters of a turn, 0 to 3; None where nothing is turned.
        camera: see `Camera.draw`; None where the camera stays.
    """

    move: Float[Tensor, "n 7"]
    colour: Float[Tensor, "n 5"]
    weights: Float[Tensor, "n 3"]
    noise: Float[Tensor, "n 2 knots knots"] | None = None
    turns: Int[Tensor, " n"] | None = None
    camera: Float[Tensor, "n k"] | None = None


def _floats(x: UInt8[Tensor, "n c h w"] | Float[Tensor, "n c h w"]) -> Float[Tensor, "n c h w"]:
    """A new tensor of float32 in 0..1, channel after channel: who receives it may change it in place."""
    if x.dtype == torch.uint8:
        return x.contiguous().float().div_(255)  # bytes are put in order before they become four times as large
    return x.to(torch.float32, memory_format=torch.contiguous_format, copy=True)


def _positions(matrices: Float[Tensor, "n 2 3"], height: int, width: int) -> Float[Tensor, "n h w 2"]:
    """Where each output pixel's centre is read in the input. (F.affine_grid takes 4 to 5 times as long.)"""
    across = matrices[:, :, 0, None] * (torch.arange(width, device=matrices.device) + 0.5)
    down = matrices[:, :, 1, None] * (torch.arange(height, device=matrices.device) + 0.5) + matrices[:, :, 2, None]
    return across.transpose(1, 2)[:, None, :, :] + down.transpose(1, 2)[:, :, None, :]


def _knots(sigma: Number) -> Float[Tensor, " knots"]:
    """Places of Gaussian bumps, one sigma apart, on a side from 0 to 1 and a little beyond.

    Smoothing white noise over all pixels, as Simard did, gives the same kind of displacement for more work.
    """
    return torch.arange(-2 * sigma, 1 + 2.5 * sigma, sigma)


def _bumps(size: int, sigma: Number) -> Float[Tensor, "size knots"]:
    """Weights of the knots at each pixel; rows have length 1: the spread is even everywhere."""
    places = (torch.arange(size) + 0.5) / size
    weights = torch.exp(-0.5 * ((places[:, None] - _knots(sigma)) / sigma) ** 2)
    return weights / weights.square().sum(1, keepdim=True).sqrt()


def principal_colours(pictures: UInt8[Tensor, "n 3 h w"]) -> Axes:
    """Measure the three principal directions of RGB over some pictures, each times its standard deviation (0..1).

    Args:
        pictures: bytes, a few hundred of the training set are enough.

    Returns:
        Value for `Augment(colours=...)`, the strongest direction first.

    Source: Krizhevsky 2012, section 4.1. The paper multiplies by eigenvalues, which
    change with the unit of a pixel; spreads do not.
    """
    pixels = pictures.transpose(0, 1).flatten(1).double() / 255
    values, vectors = torch.linalg.eigh(torch.cov(pixels))
    rows = (vectors * values.clamp(min=0).sqrt()).T.flip(0).tolist()
    first, second, third = (tuple(row) for row in rows)
    return first, second, third


PRESETS: dict[str, Augment] = {
    "none": Augment(),
    "light": Augment(mirror=True, scale=0.1, shift=0.06, brightness=0.1, contrast=0.1),
    "small": Augment(mirror=True, shift=0.078, whole=True, edge="reflection"),  # up to 2 of 32 pixels
    "full": Augment(
        mirror=True, rotate=15, shear=0.1, scale=0.2, aspect=0.1, shift=0.1,
        brightness=0.2, contrast=0.2, saturation=0.2, pca=0.1,
    ),
    "glyph": Augment(rotate=12, shear=0.15, scale=0.12, shift=0.06, elastic=0.025),
}  # fmt: skip
