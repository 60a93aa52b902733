"""Learning a distance, as `fit` sees it."""

from collections.abc import Iterable, Sequence

import numpy as np
from jaxtyping import Int
from torch import Tensor

from lenslet.errors import CallError, DivergedError
from lenslet.tasks.face.binary import BinaryHead, binary_loss
from lenslet.tasks.face.collapse import Collapse, spread
from lenslet.tasks.face.contrastive import contrastive
from lenslet.tasks.face.distance import pairwise
from lenslet.tasks.face.episodes import one_shot_error
from lenslet.tasks.face.learning import LOSSES, Raw
from lenslet.tasks.face.margin import margin_loss
from lenslet.tasks.face.metrics import Apart, all_pairs, area, by_head, distances, rates
from lenslet.tasks.face.mine import MINERS, mine
from lenslet.tasks.face.triplet import triplets_loss

__all__ = ["Face", "answers_of"]

_EASIER = {"batch-hard": "semi-hard", "semi-hard": "all", "random": "all"}
_PAIRS = 100_000  # to measure an epoch by


class Face:
    """The task: a loss on distances to learn, the area under the ROC curve to choose the best epoch by.

    Args:
        loss: a name in `learning.LOSSES`.
        margin: alpha of triplets, margin of the contrastive loss, or on the cosine; None: 0.2, 1.0 and 0.2.
        scale: of the cosines, see `margin_loss`.
        miner: of triplets, a name in `mine.MINERS`.
        groups: of each identity that is measured, by its number; empty where there are none.
        head: of the binary loss, by which its answers are measured.

    Raises:
        CallError: no such loss or miner.
    """

    goal = "auc"  # one-shot answers on a few identities soon are all right, and say no more

    def __init__(
        self,
        loss: str = "margin",
        *,
        margin: int | float | None = None,
        scale: int | float | None = None,
        miner: str = "semi-hard",
        groups: Sequence[str] = (),
        head: BinaryHead | None = None,
    ) -> None:
        if loss not in LOSSES:
            raise CallError(f"loss is {loss!r}: give one of {', '.join(LOSSES)}")
        if miner not in MINERS:
            raise CallError(f"miner is {miner!r}: give one of {', '.join(MINERS)}")
        self.kind, self.miner, self.groups, self.head = loss, miner, tuple(groups), head
        self.scale = scale
        self.margin = margin if margin is not None else 1.0 if loss == "contrastive" else 0.2
        self.watch = self._watch()
        self.notes: list[str] = []
        """What happened on the way, in sentences."""

    def loss(self, raw: Raw, targets: Int[Tensor, " n"]) -> dict[str, Tensor]:
        """The loss of a batch.

        Raises:
            DivergedError: the encodings have collapsed, and there is no easier way to mine left.
        """
        f = raw.encodings
        if self.kind == "margin":
            assert raw.beside is not None
            value = margin_loss(raw.beside, targets, margin=self.margin, scale=self.scale)
        elif self.kind == "binary":
            assert raw.beside is not None
            value = binary_loss(raw.beside, targets)
        elif self.kind == "contrastive":
            value = contrastive(f, targets, margin=self.margin)
        else:
            apart = pairwise(f, f)
            value = triplets_loss(apart, mine(apart, targets, self.miner, alpha=self.margin), alpha=self.margin)
        if self.watch.seen(float(value.detach()), spread(f)):
            self._collapsed()
        return {"loss": value}

    def measure(self, outputs: Iterable[tuple[Raw, Tensor]]) -> dict[str, float]:
        """`found`: the share of one-shot answers that are right; `auc`; and `eer`, the equal error rate."""
        pairs = [(raw.encodings.float().cpu().numpy(), targets.cpu().numpy()) for raw, targets in outputs]
        encodings = np.concatenate([f for f, _ in pairs])
        identities = np.concatenate([who for _, who in pairs])
        apart = answers_of(self.head)
        error, _, _ = one_shot_error(encodings, identities, self.groups or None, apart=apart, episodes=200)
        chosen = all_pairs(identities, most=_PAIRS)
        _, fars, tars = rates(distances(encodings, chosen, apart), chosen.same)
        auc = area(fars, tars)
        gap = np.abs(fars - (1 - tars)).argmin()
        right = auc if np.isnan(error) else 1 - error / 100
        return {"found": right, "auc": auc, "eer": float((fars[gap] + 1 - tars[gap]) / 2)}

    def _watch(self) -> Collapse:
        return Collapse(self.margin if self.kind == "triplet" else None)

    def _collapsed(self) -> None:
        easier = _EASIER.get(self.miner) if self.kind == "triplet" else None
        if easier is None:
            way = f" with every triplet (miner {self.miner})" if self.kind == "triplet" else ""
            raise DivergedError(
                f"all encodings became one, so that nothing is told apart any more, under the loss {self.kind}{way}: "
                "give a lower --rate, more pictures a batch, or --loss margin, which has nothing to gain from it"
            )
        self.notes.append(
            f"the encodings became one under the miner {self.miner}, whose triplets were too hard for them: the miner "
            f"is {easier} from then on"
        )
        self.miner, self.watch = easier, self._watch()


def answers_of(head: BinaryHead | None) -> Apart | None:
    """How far two are apart by the binary head: 4 times the probability that they are different; None without one."""
    if head is None:
        return None
    return by_head(head.weight.detach().float().cpu().numpy(), float(head.bias.detach()))
