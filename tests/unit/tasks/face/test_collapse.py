"""Collapse is seen when it is there, and only then."""

import pytest
import torch

from lenslet.tasks.face.collapse import Collapse, spread
from lenslet.tasks.face.distance import pairwise, unit


def test_spread_is_the_mean_squared_distance():
    encodings = unit(torch.randn(7, 5, generator=torch.Generator().manual_seed(0)))
    pairs = pairwise(encodings, encodings)[~torch.eye(7, dtype=torch.bool)]
    assert spread(encodings) == pytest.approx(float(pairs.mean()), rel=1e-4)
    assert spread(encodings[:1].repeat(4, 1)) == pytest.approx(0, abs=1e-5)


def test_twenty_batches_at_the_margin_are_a_collapse():
    watch = Collapse(margin=0.2)
    assert not any(watch.seen(0.2, 0.01) for _ in range(19))
    assert watch.seen(0.201, 0.01)


def test_a_loss_at_the_margin_with_spread_encodings_is_none():
    watch = Collapse(margin=0.2)
    assert not any(watch.seen(0.2, 0.7) for _ in range(100))


def test_one_better_batch_begins_the_count_anew():
    watch = Collapse(margin=0.2)
    assert not any(watch.seen(0.2, 1.0 if i % 10 == 0 else 1e-4) for i in range(200))


def test_without_a_margin_the_spread_alone_decides():
    watch = Collapse(margin=None)
    assert any(watch.seen(3.0, 1e-5) for _ in range(20))
