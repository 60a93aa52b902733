"""The losses that learn a distance, by numbers worked out by hand."""

import math

import pytest
import torch

from lenslet.errors import CallError
from lenslet.tasks.face.binary import BinaryHead, binary_loss
from lenslet.tasks.face.contrastive import contrastive
from lenslet.tasks.face.distance import pairwise, unit
from lenslet.tasks.face.margin import Centres, margin_loss
from lenslet.tasks.face.mine import MINERS, mine
from lenslet.tasks.face.triplet import triplet, triplets_loss

EAST, NORTH, WEST = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]]), torch.tensor([[-1.0, 0.0]])


def on_a_line(*places: float) -> torch.Tensor:
    """Squared distances between points of a line."""
    x = torch.tensor(places)
    return (x[:, None] - x[None, :]).square()


def test_distances_are_squared_and_from_0_to_4():
    d = pairwise(torch.cat([EAST, NORTH, WEST]), EAST)
    assert d.flatten().tolist() == pytest.approx([0, 2, 4])
    assert unit(torch.tensor([[3.0, 4.0]])).tolist()[0] == pytest.approx([0.6, 0.8])


def test_the_triplet_loss_of_the_course():
    assert float(triplet(EAST, EAST, NORTH, alpha=0.2)) == 0  # 0 - 2 + 0.2 is below 0
    assert float(triplet(EAST, NORTH, EAST, alpha=0.2)) == pytest.approx(2.2)
    both = triplet(torch.cat([EAST, EAST]), torch.cat([EAST, NORTH]), torch.cat([NORTH, EAST]), alpha=0.2)
    assert float(both) == pytest.approx(2.2), "it is the sum over the triplets"
    alike = triplet(EAST, EAST, EAST, alpha=0.2)
    assert float(alike) == pytest.approx(0.2), "all encodings the same: it stands at alpha"


def test_triplets_that_are_learned_do_not_dilute_the_others():
    d = on_a_line(0.0, 1.0, 0.5, 9.0)
    rows = torch.tensor([[0, 1, 2], [0, 1, 3]])
    assert float(triplets_loss(d, rows, alpha=0.2)) == pytest.approx(1 - 0.25 + 0.2)
    assert float(triplets_loss(d, rows[1:], alpha=0.2)) == 0


# identities 0 0 | 1 1 on a line: 0.0 1.0 | 1.05 3.0
PLACES, WHOSE = on_a_line(0.0, 1.0, 1.05, 3.0), torch.tensor([0, 0, 1, 1])


def rows(miner: str, alpha: float = 0.2) -> set[tuple[int, ...]]:
    return {tuple(row) for row in mine(PLACES, WHOSE, miner, alpha=alpha).tolist()}


def test_all_triplets():
    assert rows("all") == {
        (0, 1, 2), (0, 1, 3), (1, 0, 2), (1, 0, 3), (2, 3, 0), (2, 3, 1), (3, 2, 0), (3, 2, 1),
    }  # fmt: skip


def test_batch_hard_takes_the_farthest_of_ones_own_and_the_nearest_of_the_others():
    assert rows("batch-hard") == {(0, 1, 2), (1, 0, 2), (2, 3, 1), (3, 2, 1)}


def test_semi_hard_takes_what_is_just_beyond_the_positive():
    found = rows("semi-hard")
    assert (0, 1, 2) in found  # 1.05^2 lies between 1 and 1.2
    assert (1, 0, 2) in found  # nothing lies between: the farthest of those that are nearer
    assert (2, 3, 0) in found  # both others are nearer than 1.95^2: the farther of them
    assert (3, 2, 1) in found  # 4 lies between 1.95^2 = 3.80 and 4.00 ... it is the nearest beyond


def test_random_gives_every_anchor_and_positive_some_negative():
    found = rows("random")
    assert {row[:2] for row in found} == {(0, 1), (1, 0), (2, 3), (3, 2)}
    assert all(WHOSE[a] != WHOSE[n] for a, _, n in found)


@pytest.mark.parametrize("miner", MINERS)
@pytest.mark.parametrize("whose", [[0, 0, 0], [0, 1, 2]])
def test_a_batch_without_triplets_gives_none(miner, whose):
    assert mine(on_a_line(0.0, 1.0, 2.0), torch.tensor(whose), miner).shape == (0, 3)


def test_an_unknown_miner_is_refused():
    with pytest.raises(CallError, match="semi-hard"):
        mine(PLACES, WHOSE, "hardest")


def test_the_contrastive_loss_by_hand():
    encodings = torch.cat([EAST, EAST, NORTH])
    apart = contrastive(encodings, torch.tensor([0, 0, 1]), margin=1.0)
    assert float(apart) == pytest.approx(0, abs=1e-5), "the others are sqrt(2) away, farther than the margin"
    near = contrastive(encodings, torch.tensor([0, 1, 1]), margin=1.0)
    # drawn together: the pair at squared distance 2; pushed: the pair at distance 0 (each counted in both directions)
    assert float(near) == pytest.approx(2 + 1, abs=5e-3)


def test_the_binary_head_of_the_course():
    head = BinaryHead(2)
    with torch.no_grad():
        head.weight.copy_(torch.tensor([-2.0, 1.0]))
        head.bias.fill_(0.5)
    expected = 1 / (1 + math.exp(-(-2 * 1 + 1 * 1 + 0.5)))
    assert head.said(EAST, NORTH).item() == pytest.approx(expected)
    assert torch.sigmoid(head(EAST, NORTH)).item() == pytest.approx(expected)


def test_the_binary_loss_weighs_both_answers_alike():
    whose = torch.tensor([0, 0, 1, 2, 3, 4])
    sure = torch.where(whose[:, None] == whose[None, :], 20.0, -20.0)
    assert float(binary_loss(sure, whose)) == pytest.approx(0, abs=1e-4)
    assert float(binary_loss(torch.zeros(6, 6), whose)) == pytest.approx(2 * math.log(2))


def test_the_margin_has_to_be_won():
    cosines = torch.tensor([[0.9, 0.9]])
    assert float(margin_loss(cosines, torch.tensor([0]), margin=0.0, scale=10)) == pytest.approx(math.log(2))
    with_margin = float(margin_loss(cosines, torch.tensor([0]), margin=0.3, scale=10))
    assert with_margin == pytest.approx(math.log(1 + math.exp(3)))


def test_cosines_do_not_depend_on_the_length_of_a_centre():
    centres = Centres(2, 2)
    with torch.no_grad():
        centres.weight.copy_(torch.tensor([[5.0, 0.0], [0.0, 0.1]]))
    assert centres(EAST).tolist()[0] == pytest.approx([1, 0])
