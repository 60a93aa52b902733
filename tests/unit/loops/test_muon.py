"""Muon: steps of kernels are orthogonal, kernels keep their length, and all else moves as by AdamW."""

import pytest
import torch
from torch import nn

from lenslet.loops.muon import Muon, kernels, orthogonalised


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))


@pytest.mark.parametrize("shape", [(16, 144), (64, 27), (32, 32)])
def test_a_step_keeps_the_directions_and_evens_their_strengths(shape: tuple[int, int]) -> None:
    left, _, right = torch.linalg.svd(noise(*shape), full_matrices=False)
    strengths = torch.logspace(0, -1, min(shape))  # 1 to 0.1
    step = orthogonalised(left @ torch.diag(strengths) @ right)
    within = left.T @ step @ right.T  # diagonal, where the directions are the same
    found = within.diagonal()
    assert (within - torch.diag(found)).abs().max() < 0.05  # bfloat16
    assert found.min() > 0.3
    assert found.max() < 1.3


def test_the_strength_of_a_gradient_does_not_matter_and_none_is_none() -> None:
    matrix = noise(8, 72)
    assert torch.allclose(orthogonalised(matrix), orthogonalised(1000 * matrix), atol=0.02)
    assert torch.equal(orthogonalised(torch.zeros(4, 9)), torch.zeros(4, 9))


def test_a_kernel_keeps_its_length_and_moves_by_the_rate() -> None:
    kernel = nn.Parameter(3 * noise(16, 8, 3, 3))
    before = kernel.detach().clone()
    kernel.grad = noise(1, 16, 8, 3, 3)[0]
    Muon([{"params": [kernel], "kernels": True}], lr=0.1).step()
    assert torch.allclose(kernel.norm(), before.norm())
    # 16 directions, each 0.1 far where the kernel's length is sqrt(16)
    assert ((kernel - before).norm() / before.norm()).item() == pytest.approx(0.1, rel=0.3)
    assert ((kernel - before) * kernel.grad).sum() < 0


def test_all_but_kernels_moves_as_by_adamw_and_vectors_ten_times_as_far() -> None:
    ours, theirs = (nn.Linear(5, 3) for _ in range(2))
    theirs.load_state_dict(ours.state_dict())
    muon = Muon([{"params": list(ours.parameters()), "weight_decay": 0.1}], lr=0.5, rest=0.02)
    groups = [{"params": [theirs.weight]}, {"params": [theirs.bias], "lr": 0.1}]
    adamw = torch.optim.AdamW(groups, lr=0.01, betas=(0.85, 0.99), weight_decay=0.1)
    x = noise(7, 5)
    for _ in range(5):
        for net, optimizer in ((ours, muon), (theirs, adamw)):
            optimizer.zero_grad()
            net(x).square().mean().backward()
            optimizer.step()
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_what_has_no_gradient_stays() -> None:
    kernel, bias = nn.Parameter(noise(4, 2, 3, 3)), nn.Parameter(noise(4))
    before = kernel.detach().clone(), bias.detach().clone()
    Muon([{"params": [kernel], "kernels": True}, {"params": [bias]}], lr=0.1).step()
    assert torch.equal(kernel, before[0])
    assert torch.equal(bias, before[1])


def test_kernels_are_those_whose_maps_are_normalised() -> None:
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, bias=False), nn.BatchNorm2d(8), nn.Conv2d(8, 4, 1), nn.Flatten(), nn.Linear(4, 2)
    )
    assert kernels(net) == {net[0].weight}


def test_fit_lets_the_length_of_all_other_weights_change() -> None:
    from lenslet.loops import Recipe
    from lenslet.loops.optimizers import optimizer_for

    net = nn.Sequential(nn.Conv2d(3, 8, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 4, 1), nn.Flatten())
    before = [p.norm().item() for p in (net[0].weight, net[3].weight)]
    optimizer = optimizer_for(net, Recipe(epochs=1, optimizer="muon", rate=0.2, momentum=0.6))
    for group in optimizer.param_groups:
        group["lr"] = 0.2
    for number in range(3):
        optimizer.zero_grad()
        net(noise(4 + number, 3, 5, 5)).square().mean().backward()
        optimizer.step()
    assert net[0].weight.norm().item() == pytest.approx(before[0], rel=1e-4)
    assert abs(net[3].weight.norm().item() / before[1] - 1) > 1e-3
