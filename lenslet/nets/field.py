"""Receptive fields: which input pixels can influence one output, worked out layer by layer.

Along one axis, output index o of a layer sees the input pixels low + o * jump ... high + o * jump. A window of k taps
with stride s, padding p and dilation d makes of it

    low' = low - p * jump        high' = high + (d (k - 1) - p) * jump        jump' = s * jump

Branches that meet see the union of what each sees. Exact for convolutions and pools. Never too small, but perhaps too
large: where taps are spread unevenly (transposed convolutions, enlargements, uneven adaptive pools), and where channels
are stacked and split again, for a field belongs to a tensor and not to a channel.

Source: course 1.5 (the sizes, read backwards); Araujo, Norris, Sim 2019, Computing receptive fields of convolutional
neural networks (distill.pub), equations 2 and 4.
"""

from dataclasses import dataclass, replace
from fractions import Fraction

__all__ = ["Axis", "Field"]


@dataclass(frozen=True)
class Axis:
    """What output 0 sees along one axis, in input pixels, and how far that moves for output 1.

    Attributes:
        low, high: first and last pixel; below 0 in the padding.
        jump: pixels between the fields of neighbours; 0 where all outputs see the same.
    """

    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)
    jump: Fraction = Fraction(1)

    @property
    def size(self) -> int:
        """Pixels that one output sees."""
        return int(self.high - self.low) + 1

    def window(self, taps: int, stride: int, padding: int, dilation: int = 1) -> "Axis":
        """After a convolution or a pool."""
        reach = dilation * (taps - 1)
        return Axis(self.low - padding * self.jump, self.high + (reach - padding) * self.jump, self.jump * stride)

    def spread(self, taps: int, stride: int, padding: int, dilation: int = 1) -> "Axis":
        """After a transposed convolution: output o is made of the inputs i with i * stride - padding + tap = o."""
        reach = dilation * (taps - 1)
        step = self.jump / stride
        return Axis(self.low + (padding - reach) * step, self.high + padding * step, step)

    def resized(self, before: int, after: int) -> "Axis":
        """After an adaptive pool: output o is made of floor(o r) ... ceil((o + 1) r) - 1, r = before / after."""
        if after == 1 or before == 1:
            return self.across(before)
        ratio = Fraction(before, after)
        rounding = 1 - Fraction(1, ratio.denominator)
        return Axis(self.low - rounding * self.jump, self.high + (ratio - 1 + rounding) * self.jump, self.jump * ratio)

    def moved(self, outputs: int) -> "Axis":
        """With `outputs` new ones in front (padding), or cut off (negative)."""
        return Axis(self.low - outputs * self.jump, self.high - outputs * self.jump, self.jump)

    def every(self, step: int) -> "Axis":
        """Each `step`-th output only."""
        return replace(self, jump=self.jump * step)

    def across(self, outputs: int) -> "Axis":
        """Something that is made of all `outputs` outputs at once."""
        return Axis(self.low, self.high + (outputs - 1) * self.jump, Fraction(0))

    def union(self, other: "Axis", outputs: int) -> "Axis | None":
        """Two branches that meet; None where they do not keep in step. `outputs`: how many there are of each."""
        one, two = self, other
        if one.jump != two.jump:
            if one.jump and two.jump:
                return None
            one, two = one.across(outputs), two.across(outputs)
        return Axis(min(one.low, two.low), max(one.high, two.high), one.jump)


@dataclass(frozen=True)
class Field:
    """What each element of a tensor sees of the picture.

    Attributes:
        high, wide: along the two axes of the picture.
        dims: which dimensions of the tensor run along them; None where they are flattened into one.
        extent: how many outputs there are along each.
    """

    high: Axis
    wide: Axis
    dims: tuple[int, int] | None
    extent: tuple[int, int]

    @property
    def everywhere_same(self) -> bool:
        """Whether all elements see the same, so that their order is of no matter."""
        return not self.high.jump and not self.wide.jump

    def with_axes(self, high: Axis, wide: Axis) -> "Field":
        """The same tensor dimensions, other fields."""
        return replace(self, high=high, wide=wide)

    def across(self, dims: "set[int] | None" = None) -> "Field":
        """Made of all elements along the given tensor dimensions, or along both axes."""
        chosen = [self.dims is None or dims is None or dim in dims for dim in self.dims or (-1, -1)]
        axes = [
            axis.across(n) if all_of else axis
            for axis, n, all_of in zip((self.high, self.wide), self.extent, chosen, strict=True)
        ]
        return self.with_axes(*axes)

    def on(self, shape: tuple[int, ...], dims: tuple[int, int] | None) -> "Field":
        """The same fields on a tensor of this shape."""
        extent = self.extent if dims is None else (shape[dims[0]], shape[dims[1]])
        return replace(self, dims=dims, extent=extent)

    def union(self, other: "Field") -> "Field | None":
        """Two branches that meet; None where that cannot be told."""
        if self.dims != other.dims:
            if other.everywhere_same:
                other = replace(other, dims=self.dims)
            elif self.everywhere_same:
                return other.union(self)
            else:
                return None
        extent = (max(self.extent[0], other.extent[0]), max(self.extent[1], other.extent[1]))
        high = self.high.union(other.high, extent[0])
        wide = self.wide.union(other.wide, extent[1])
        return None if high is None or wide is None else Field(high, wide, self.dims, extent)
