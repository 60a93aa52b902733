"""Starting from what is learned: the stages of a net that classified, or a whole detector (course 2.10)."""

from typing import Any

from lenslet.card.start import Start
from lenslet.errors import CardError
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
    if start.state is None:
        return None
    own = net.state_dict()
    fits = {k: v for k, v in start.state.items() if k in own and v.shape == own[k].shape}
    stages = tuple(f"{name}." for name in net.body)
    needed = [k for k in own if k.startswith(stages) and not k.endswith("num_batches_tracked")]
    missing = next((k for k in needed if k not in fits), None)
    if missing is not None:
        raise CardError(
            f"the weights {start.source} do not fit the stages of this net ({missing} is missing or of another shape): "
            "leave --weights or --net out, or give weights of the same net"
        )
    whole = start.net is not None and start.net.startswith("argus")
    same = whole and start.labels == names and start.head == head.to_dict()
    parts = stages + (("lateral.", "pyramid.") if whole else ()) + (("where.", "what.") if same else ())
    taken = {k: v for k, v in fits.items() if k.startswith(parts)}
    net.load_state_dict(own | taken)
    return {
        "weights": start.source,
        "licence": start.terms,
        "head": "kept" if same else "new",
        "frozen": [],
        **({"sha256": start.sha256} if start.sha256 else {}),
    }
