"""The range test leaves everything as it was, and its losses are those of a real run."""

import math

import pytest
import torch
from torch import Tensor, nn

from lenslet.errors import CallError
from lenslet.loops import Recipe
from lenslet.loops.range_test import range_test
from lenslet.tasks.classify.training import Classify

RECIPE = Recipe(epochs=1)


def _net() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Dropout(0.1), nn.Linear(8 * 36, 2)
    )


def _feed(n: int = 32, size: int = 8) -> list[tuple[Tensor, Tensor]]:
    dice = torch.Generator().manual_seed(1)
    images = torch.randn(n, 3, 8, 8, generator=dice)
    targets = (images[:, 0].mean((1, 2)) > 0).long()
    return [(images[i : i + size], targets[i : i + size]) for i in range(0, n, size)]


def test_the_net_and_the_dice_are_as_they_were() -> None:
    net = _net().eval()
    net[0].weight.grad = torch.ones_like(net[0].weight)
    before = {k: v.clone() for k, v in net.state_dict().items()}
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    steps = [step.loss for step in range_test(net, Classify(), _feed(), RECIPE)]
    assert len(set(steps)) > 50
    assert torch.equal(torch.rand(3), expected)
    assert all(torch.equal(before[k], v) for k, v in net.state_dict().items())
    assert not net.training
    assert torch.equal(net[0].weight.grad, torch.ones_like(net[0].weight))
    assert net[5].weight.grad is None


def test_a_test_that_is_stopped_early_leaves_the_net_as_it_was() -> None:
    net = _net()
    before = {k: v.clone() for k, v in net.state_dict().items()}
    run = range_test(net, Classify(), _feed(), RECIPE)
    for _ in range(5):
        next(run)
    run.close()
    assert all(torch.equal(before[k], v) for k, v in net.state_dict().items())
    assert net.training


def test_the_rate_rises_by_the_same_factor_from_the_lowest_to_the_highest() -> None:
    steps = list(range_test(_net(), Classify(), _feed(), RECIPE, lowest=1e-5, highest=1e-3, steps=21))
    assert [s.number for s in steps] == list(range(1, 22))
    assert (steps[0].rate, steps[-1].rate) == (pytest.approx(1e-5), pytest.approx(1e-3))
    assert steps[10].rate == pytest.approx(1e-4)


def test_the_untrained_net_and_the_first_step_lose_the_same() -> None:
    net = _net()
    net[4].p = 0.0
    steps = list(range_test(net, Classify(), _feed(), RECIPE))
    assert steps[0].loss == steps[0].untrained == pytest.approx(steps[0].smoothed)
    assert steps[4].untrained == steps[0].untrained  # the same batch again, four batches later
    assert min(s.loss for s in steps) < 0.7 * steps[0].loss


def test_an_explosion_ends_it() -> None:
    class Exploding(Classify):
        def loss(self, raw: Tensor, targets: Tensor) -> dict[str, Tensor]:
            return {"loss": 100 * raw.float().square().mean()}

    steps = list(range_test(_net(), Exploding(), _feed(), Recipe(epochs=1, optimizer="sgd", clip=0.0)))
    assert len(steps) < 100
    assert not math.isfinite(steps[-1].loss) or steps[-1].smoothed > 4 * min(s.smoothed for s in steps)


def test_a_loss_that_is_no_number_ends_it() -> None:
    class Poisoned(Classify):
        steps = 0

        def loss(self, raw: Tensor, targets: Tensor) -> dict[str, Tensor]:
            self.steps += 1
            return {"loss": super().loss(raw, targets)["loss"] * (math.nan if self.steps > 20 else 1)}

    net = _net()
    steps = list(range_test(net, Poisoned(), _feed(), RECIPE))
    assert len(steps) == 11
    assert math.isnan(steps[-1].loss)
    assert all(torch.isfinite(v).all() for v in net.state_dict().values())


@pytest.mark.parametrize("wrong", [{"lowest": 0.0}, {"lowest": 1.0, "highest": 0.1}, {"steps": 1}])
def test_an_empty_range_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(CallError, match="range test needs"):
        next(range_test(_net(), Classify(), _feed(), RECIPE, **wrong))


def test_no_batch_is_refused() -> None:
    with pytest.raises(CallError, match="no batch"):
        next(range_test(_net(), Classify(), [], RECIPE))
