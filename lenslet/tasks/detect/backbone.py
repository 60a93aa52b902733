"""Starting from what is learned: the stages of a net that classified, or a whole detector (course 2.10)."""

from typing import Any

from lenslet.card.stages import take_stages
from lenslet.card.start import Start
from lenslet.nets import Argus
from lenslet.tasks.detect.head import Head


def take_over(net: Argus, start: Start, names: tuple[str, ...], head: Head) -> dict[str, Any] | None:
    """Copy what fits of the start's weights into a net, and say for the card what that was.

    The stages are needed. Of a detector the pyramid comes along, and the heads, too, where head and classes are the
    same.

    Args:
        net: changed in place.
        start: the weights.
        names: of the classes.
        head: what the net's maps are to mean.

    Raises:
        CardError: the weights are not for this net.
    """
    same = start.labels == names and start.head == head.to_dict()
    stages = tuple(f"{name}." for name in net.body)
    return take_stages(net, start, own="argus", ending=("where.", "what."), keep_ending=same, stages=stages)
