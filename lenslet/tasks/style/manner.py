"""How a painting is to be made: everything but the pictures and the encoder."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from lenslet.errors import CallError

__all__ = ["Manner"]

# Relative style costs fall much deeper than relative content costs rise before a picture looks painted: with this
# factor a strength of 0.5 is the middle between photograph and painting (looked at: benchmarks/quality/style.py)
BALANCE = 100.0


@dataclass(frozen=True, kw_only=True)
class Manner:
    """All that can be chosen.

    Attributes:
        strength: of the style, 0 (the photograph) to 1 (the style alone): the costs are relative ones.
        alpha, beta: weights of the course's J = alpha J_content + beta J_style, instead of `strength`.
        style_weights: one a style, of any sum; equal unless given.
        style_scale: size of the style's strokes: the style's long side in units of the painting's.
        start: paint on the content, or on noise.
        colours: the style's, or keep the content's and paint its brightness only.
        variation: weight of the total variation, which makes smooth.
        steps: on the painting's full size; each coarser size has twice as many.
        scales: sizes to paint at, each twice the one before; None: as many as there are from 128 pixels up.
        method: of `paint`.
        rate: Adam's step.
        seed: of noise.
    """

    strength: float | int = 0.5
    alpha: float | int | None = None
    beta: float | int | None = None
    style_weights: tuple[float | int, ...] = ()
    style_scale: float | int = 1.0
    start: Literal["content", "noise"] = "content"
    colours: Literal["style", "content"] = "style"
    variation: float | int = 0.0
    steps: int = 60
    scales: int | None = None
    method: Literal["lbfgs", "adam"] = "lbfgs"
    rate: float | int = 0.02
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.strength <= 1:
            raise CallError(f"strength is 0 (the photograph) to 1 (the style alone), not {self.strength}")
        if (self.alpha is None) != (self.beta is None):
            raise CallError("alpha and beta go together: give both, or strength instead")
        for name in ("alpha", "beta", "variation"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < float("inf"):
                raise CallError(f"{name} is a weight, 0 or more, not {value}")
        if any(not 0 <= weight < float("inf") for weight in self.style_weights):
            raise CallError(f"weights of styles are 0 or more, not {self.style_weights}")
        if self.style_weights and not sum(self.style_weights):
            raise CallError("one of the styles must weigh more than 0")
        if not 0.05 <= self.style_scale <= 20:
            raise CallError(f"style_scale is 0.05 to 20 times the painting's size, not {self.style_scale}")
        if self.steps < 1:
            raise CallError(f"steps is 1 or more, not {self.steps}")
        if self.scales is not None and self.scales < 1:
            raise CallError(f"scales is 1 (full size only) or more, not {self.scales}")
        if not 0 < self.rate < float("inf"):
            raise CallError(f"rate is above 0, not {self.rate}")

    def weights(self, styles: int) -> list[float]:
        """Of the styles, with the sum 1.

        Raises:
            CallError: not one a style.
        """
        given = self.style_weights or (1,) * styles
        if len(given) != styles:
            raise CallError(f"{styles} styles and {len(given)} weights do not go together; give one a style")
        return [weight / sum(given) for weight in given]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for a recipe."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
