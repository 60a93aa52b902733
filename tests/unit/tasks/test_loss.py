"""The loss and the softmax, by hand."""

import math

import pytest
import torch

from lenslet.tasks.classify.decode import probabilities
from lenslet.tasks.classify.loss import cross_entropy
from lenslet.tasks.classify.training import Classify


def test_equal_logits_cost_the_logarithm_of_the_classes() -> None:
    assert cross_entropy(torch.zeros(3, 4), torch.tensor([0, 1, 2])).item() == pytest.approx(math.log(4))


def test_smoothing_spreads_the_truth() -> None:
    logits = torch.tensor([[2.0, 0.0]])
    log = logits.log_softmax(1)[0]
    expected = -(0.9 + 0.05) * log[0] - 0.05 * log[1]
    assert cross_entropy(logits, torch.tensor([0]), smoothing=0.1).item() == pytest.approx(expected.item())


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_soft_targets_cost_the_mixture_of_what_each_class_costs(smoothing: float) -> None:
    dice = torch.Generator().manual_seed(0)
    logits, targets = torch.randn(6, 4, generator=dice), torch.tensor([0, 1, 2, 3, 0, 1])
    hard = torch.nn.functional.one_hot(targets, 4).float()
    same = Classify(smoothing=smoothing).loss(logits, hard)["loss"].item()
    assert same == pytest.approx(Classify(smoothing=smoothing).loss(logits, targets)["loss"].item(), rel=1e-6)
    mixed = 0.7 * hard + 0.3 * hard.flip(0)
    parts = [cross_entropy(logits, t, smoothing=smoothing).item() for t in (targets, targets.flip(0))]
    found = cross_entropy(logits, mixed, smoothing=smoothing).item()
    assert found == pytest.approx(0.7 * parts[0] + 0.3 * parts[1], rel=1e-5)
    by_torch = torch.nn.functional.cross_entropy(logits, mixed, label_smoothing=smoothing)
    assert found == by_torch.item()


def test_probabilities_add_up_and_never_overflow() -> None:
    found = probabilities(torch.tensor([[1e4, -1e4, 0.0], [0.0, 0.0, 0.0]]))
    assert torch.isfinite(found).all()
    assert found.sum(1).tolist() == pytest.approx([1, 1])
    assert found[0, 0] == 1
    cold, hot = (probabilities(torch.tensor([[1.0, 0.0]]), temperature=t)[0, 0] for t in (0.5, 2.0))
    assert cold > hot


def test_auxiliary_heads_count_three_tenths() -> None:
    logits, targets = torch.randn(4, 3, generator=torch.Generator().manual_seed(0)), torch.tensor([0, 1, 2, 0])
    parts = Classify().loss((logits, logits, logits), targets)
    assert sum(parts.values()).item() == pytest.approx(1.6 * parts["loss"].item())


def test_measuring_counts_over_batches_of_different_sizes() -> None:
    logits = torch.eye(3) * 9
    found = Classify().measure([(logits, torch.tensor([0, 1, 2])), (logits[:1], torch.tensor([2]))])
    assert found["accuracy"] == 0.75
