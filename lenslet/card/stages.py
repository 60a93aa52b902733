"""Starting a net of another task from what is learned: the stages of a net that classified, or a whole model."""

from typing import Any

from torch import nn

from lenslet.card.start import Start
from lenslet.errors import CardError

__all__ = ["take_stages"]

STAGES = ("stem.", "layer1.", "layer2.", "layer3.", "layer4.")


def take_stages(
    net: nn.Module,
    start: Start,
    *,
    own: str,
    ending: tuple[str, ...],
    keep_ending: bool,
    stages: tuple[str, ...] = STAGES,
) -> dict[str, Any] | None:
    """Copy what fits of the start's weights into a net, and say for the card what that was.

    The stages are needed. Of weights of the net's own family the rest comes along, too; what ends the net only where it
    means the same.

    Args:
        net: changed in place.
        start: the weights.
        own: how the names of the net's own family begin.
        ending: how the names of the weights begin that end the net.
        keep_ending: whether those mean the same in the start.
        stages: how the names of the weights begin that are needed.

    Returns:
        None where the start is noise.

    Raises:
        CardError: the weights are not for this net.
    """
    if start.state is None:
        return None
    mine = net.state_dict()
    fits = {k: v for k, v in start.state.items() if k in mine and v.shape == mine[k].shape}
    needed = [k for k in mine if k.startswith(stages) and not k.endswith("num_batches_tracked")]
    missing = next((k for k in needed if k not in fits), None)
    if missing is not None:
        raise CardError(
            f"the weights {start.source} do not fit the stages of this net ({missing} is missing or of another shape): "
            "leave --weights or --net out, or give weights of the same net"
        )
    family = start.net is not None and start.net.startswith(own)
    kept = family and keep_ending
    taken = {k: v for k, v in fits.items() if k.startswith(stages) or (family and (kept or not k.startswith(ending)))}
    net.load_state_dict(mine | taken)
    return {
        "weights": start.source,
        "licence": start.terms,
        "head": "kept" if kept else "new",
        "frozen": [],
        **({"sha256": start.sha256} if start.sha256 else {}),
    }
