"""Course 4.4 to 4.7: a degree of difference, a Siamese net, the triplet loss, the binary head."""

import math

import numpy as np
import pytest
import torch

from lenslet.errors import DivergedError
from lenslet.nets import build
from lenslet.results import Encoding
from lenslet.tasks.face.binary import BinaryHead
from lenslet.tasks.face.distance import pairwise, unit
from lenslet.tasks.face.learning import Learning, Raw
from lenslet.tasks.face.mine import mine
from lenslet.tasks.face.training import Face
from lenslet.tasks.face.triplet import triplet


def test_4_4_small_differences_are_the_same_person_and_large_ones_are_not() -> None:
    tau = 0.7
    ana, ana_again = Encoding(np.array([1.0, 0.0])), Encoding(np.array([0.8, 0.6]))
    bob = Encoding(np.array([-0.6, 0.8]))
    assert ana.distance(ana_again) == pytest.approx(0.2**2 + 0.6**2)
    assert ana.distance(ana_again) <= tau < ana.distance(bob)


def test_4_5_one_net_encodes_both_pictures_with_128_numbers() -> None:
    net = build("cameo_s", in_channels=3).eval()
    pictures = torch.rand(2, 3, 112, 112)
    with torch.no_grad():
        first, second = unit(net(pictures[:1])), unit(net(pictures[1:]))
        both = unit(net(pictures))
    assert first.shape == (1, 128)
    assert torch.allclose(torch.cat([first, second]), both, atol=1e-5), "the same weights, whichever side it stands on"
    d = float(pairwise(first, second))
    assert d == pytest.approx(float((first - second).square().sum()), abs=1e-5)


def test_4_6_the_loss_of_a_triplet() -> None:
    # |f(A) - f(P)|^2 = 0.5, |f(A) - f(N)|^2 = 0.51: right, but not by the margin 0.2
    anchor = torch.zeros(1, 1)
    cost = triplet(anchor, torch.tensor([[math.sqrt(0.5)]]), torch.tensor([[math.sqrt(0.51)]]), alpha=0.2)
    assert float(cost) == pytest.approx(0.19, abs=1e-5)
    # a negative at 0.7 is far enough
    cost = triplet(anchor, torch.tensor([[math.sqrt(0.5)]]), torch.tensor([[math.sqrt(0.71)]]), alpha=0.2)
    assert float(cost) == 0


def test_4_6_hard_triplets_are_those_whose_distances_are_alike() -> None:
    encodings = unit(torch.tensor([[1.0, 0.0], [0.9, 0.3], [0.8, 0.5], [-1.0, 0.0]]))
    whose = torch.tensor([0, 0, 1, 1])
    [hardest] = [row for row in mine(pairwise(encodings, encodings), whose, "batch-hard").tolist() if row[0] == 0]
    assert hardest == [0, 1, 2], "the neighbour, not the far one"


def test_4_6_a_net_that_says_the_same_of_everything_is_found_out() -> None:
    alike = torch.zeros(8, 4)
    alike[:, 0] = 1
    whose = torch.tensor([0, 0, 1, 1, 2, 2, 3, 3])
    task = Face("triplet", margin=0.2, miner="batch-hard")
    costs = [float(task.loss(Raw(alike), whose)["loss"]) for _ in range(20)]
    assert costs == pytest.approx([0.2] * 20), "the loss of f = 0 is alpha"
    assert task.miner == "semi-hard"
    assert "the encodings became one" in task.notes[0]
    with pytest.raises(DivergedError, match="all encodings became one"):
        for _ in range(60):
            task.loss(Raw(alike), whose)


def test_4_7_the_binary_head() -> None:
    head = BinaryHead(3)
    with torch.no_grad():
        head.weight.copy_(torch.tensor([1.0, -2.0, 0.5]))
        head.bias.fill_(0.25)
    a, b = torch.tensor([[0.6, 0.8, 0.0]]), torch.tensor([[0.0, 0.6, 0.8]])
    z = 1 * 0.6 - 2 * 0.2 + 0.5 * 0.8 + 0.25
    assert head.said(a, b).item() == pytest.approx(1 / (1 + math.exp(-z)))


def test_4_7_it_learns_together_with_the_net() -> None:
    made = Learning(build("cameo_tiny", num_classes=8), BinaryHead(8)).train()
    raw = made(torch.rand(4, 3, 32, 32))
    assert raw.beside is not None
    assert raw.beside.shape == (4, 4)
    Face("binary").loss(raw, torch.tensor([0, 0, 1, 1]))["loss"].backward()
    assert all(p.grad is not None for p in made.parameters() if p.requires_grad)
