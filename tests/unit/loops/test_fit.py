"""The loop on a net of two layers, where everything can be checked."""

import math

import pytest
import torch
from torch import Tensor, nn

from lenslet.errors import DivergedError
from lenslet.loops import Recipe, fit
from lenslet.loops.average import Average
from lenslet.tasks.classify.training import Classify


def _net(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Dropout(0.1), nn.Linear(8 * 36, 2)
    )


def _feed(n: int = 32, size: int = 8) -> list[tuple[Tensor, Tensor]]:
    dice = torch.Generator().manual_seed(1)
    images = torch.randn(n, 3, 8, 8, generator=dice)
    targets = (images[:, 0].mean((1, 2)) > 0).long()
    return [(images[i : i + size], targets[i : i + size]) for i in range(0, n, size)]


def _state(net: nn.Module) -> dict[str, Tensor]:
    return {k: v.clone() for k, v in net.state_dict().items()}


def test_it_learns_and_says_so() -> None:
    net = _net()
    epochs = list(fit(net, Classify(), _feed(), _feed(), Recipe(epochs=30, rate=1e-2)))
    assert [e.number for e in epochs] == list(range(1, 31))
    assert epochs[-1].fraction == 1
    assert epochs[-1].train["loss"] < epochs[0].train["loss"] / 2
    assert max(e.valid["accuracy"] for e in epochs) == 1.0
    assert not net.training


def test_the_same_seed_gives_the_same_weights_bit_for_bit() -> None:
    states = []
    for _ in range(2):
        net = _net()
        list(fit(net, Classify(smoothing=0.1), _feed(), _feed(), Recipe(epochs=3, seed=5)))
        torch.rand(7)  # whatever happens outside must not matter
        states.append(_state(net))
    assert all(torch.equal(states[0][k], states[1][k]) for k in states[0])
    other = _net()
    list(fit(other, Classify(smoothing=0.1), _feed(), _feed(), Recipe(epochs=3, seed=6)))
    assert any(not torch.equal(states[0][k], other.state_dict()[k]) for k in states[0])


def test_the_callers_dice_are_left_alone() -> None:
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    first = torch.rand(1)
    for _ in fit(_net_keeping_dice(), Classify(), _feed(), None, Recipe(epochs=2)):
        pass
    assert torch.equal(torch.cat([first, torch.rand(1)]), expected)


def _net_keeping_dice() -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        return _net()


def test_looking_at_the_best_weights_between_epochs_changes_nothing() -> None:
    watched, alone = _net(), _net()
    for _ in fit(watched, Classify(), _feed(), _feed(), Recipe(epochs=4)):
        watched(torch.randn(2, 3, 8, 8))
    list(fit(alone, Classify(), _feed(), _feed(), Recipe(epochs=4)))
    assert all(
        torch.equal(a, b) for a, b in zip(watched.state_dict().values(), alone.state_dict().values(), strict=True)
    )


def test_at_the_end_the_net_holds_the_best_epoch_not_the_last() -> None:
    class Judge(Classify):
        """Says that the second epoch is the best."""

        calls = 0

        def measure(self, outputs: object) -> dict[str, float]:
            list(outputs)  # type: ignore[call-overload]
            self.calls += 1
            return {"accuracy": 1.0 if self.calls == 2 else 0.5}

    net, kept = _net(), {}
    for epoch in fit(net, Judge(), _feed(), _feed(), Recipe(epochs=5)):
        if epoch.best:
            kept = _state(net)
            best = epoch.number
    assert best == 2
    assert all(torch.equal(kept[k], v) for k, v in net.state_dict().items())


def test_a_loss_that_is_no_number_stops_with_the_last_good_weights() -> None:
    class Poisoned(Classify):
        steps = 0

        def loss(self, raw: Tensor, targets: Tensor) -> dict[str, Tensor]:
            self.steps += 1
            parts = super().loss(raw, targets)
            return {"loss": parts["loss"] * (math.nan if self.steps > 6 else 1)}

    net = _net()
    good = {}
    with pytest.raises(DivergedError, match="became nan in epoch 2"):
        for _ in fit(net, Poisoned(), _feed(), _feed(), Recipe(epochs=5)):
            good = _state(net)
    assert good
    assert all(torch.equal(good[k], v) for k, v in net.state_dict().items())
    assert all(torch.isfinite(v).all() for v in net.state_dict().values())


def test_an_interrupted_loop_leaves_the_best_weights() -> None:
    net = _net()
    run = fit(net, Classify(), _feed(), _feed(), Recipe(epochs=50))
    next(run)
    best = _state(net)
    run.close()
    assert all(torch.equal(best[k], v) for k, v in net.state_dict().items())


def test_a_budget_in_minutes_ends_and_reaches_the_whole_schedule() -> None:
    epochs = list(fit(_net(), Classify(), _feed(), _feed(), Recipe(minutes=0.02)))
    assert epochs[-1].fraction == 1
    assert epochs[-1].valid
    assert epochs[-1].rate < Recipe(epochs=1).rate / 2


def test_the_average_of_constant_weights_is_constant_and_of_a_ramp_lags() -> None:
    net = nn.Linear(1, 1, bias=False)
    average = Average(net, 0.1)
    for step in range(1, 101):
        net.weight.data.fill_(float(step))
        average.update(net)
    assert 80 < average.net.weight.item() < 100


def test_without_a_valid_part_the_last_weights_are_kept() -> None:
    net = _net()
    epochs = list(fit(net, Classify(), _feed(), None, Recipe(epochs=2, average=0.0)))
    assert all(e.valid == {} and e.best for e in epochs)


def test_with_a_falloff_what_is_near_the_picture_moves_less() -> None:
    moved = {}
    for falloff in (1.0, 0.1):
        net = _net()
        before = _state(net)
        list(fit(net, Classify(), _feed(), None, Recipe(epochs=1, falloff=falloff, average=0.0)))
        moved[falloff] = (net.state_dict()["0.weight"] - before["0.weight"]).abs().mean().item()
    assert 0 < moved[0.1] < moved[1.0] / 3


def test_a_budget_that_runs_out_between_two_looks_at_the_clock_is_still_measured_at_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The clock goes on by a jump at every look: whichever look is the first past the end, the last weights count."""
    for jump in (0.31, 0.47, 0.53, 0.71, 0.9, 1.0, 1.1, 1.3, 1.7, 2.3, 3.1):
        now = [0.0]

        def look(jump: float = jump, now: list[float] = now) -> float:
            now[0] += jump
            return now[0]

        with monkeypatch.context() as patch:
            patch.setattr("time.perf_counter", look)
            epochs = list(fit(_net(), Classify(), _feed(), _feed(), Recipe(minutes=1.5, precision="fp32")))
        assert epochs[-1].valid
        assert epochs[-1].fraction >= 1
        assert all(epoch.train for epoch in epochs)
