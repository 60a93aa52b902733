"""What a run starts from where nobody has said."""

from lenslet import card
from lenslet.card.store import shipped

SCRATCH_RATE, LEARNED_RATE = 2e-3, 5e-4  # learned features are lost when they are moved as far as noise must be
NATURAL = "natural"  # the shipped model that colour photos start from
FEW = 50  # pictures of the smallest class up to which they do: docs/decisions/0009
FEW_FOR_KERNELS = 15  # up to which its kernels are moved gently, by AdamW


def usual_weights(net: str | None, *, grey: bool, glyphs: bool, rarest: int, freeze: str | int | None = None) -> str:
    """What a run starts from where nobody has said: `natural` for colour photos, noise for the rest.

    Args:
        net: that the caller has named; weights of another do not fit.
        grey: none of the pictures has a colour.
        glyphs: they are letters and digits.
        rarest: training pictures of the smallest class.
        freeze: what the caller freezes, if anything: it must be learned first.
    """
    if grey or glyphs or NATURAL not in shipped() or (net is not None and net != card.load(shipped()[NATURAL])[0].net):
        return "none"
    asked = freeze is not None and str(freeze).lower() not in ("none", "0")
    return NATURAL if asked or rarest <= FEW else "none"
