"""Seconds to a cost: painting from coarse to fine in bfloat16, against plain L-BFGS and Adam in float32.

Command: python -m benchmarks.speed.style --write
    In parts: --size 256 --iterations 60; --only ours --target J --seconds S takes the plain way from an earlier run.
Minutes: 6 at --size 256 --iterations 60, about 60 at the full size (2 cores)
Measures: content tubingen, style starry_night, VGG-19 up to relu5_1 and conv4_2, mean pools. The plain way paints at
    the full size in float32 with `torch.optim.LBFGS` (history 100, no line search: neural-style-pt's method) and gives
    a J after so many iterations; ours, and Adam, are timed until a float32 pass says that they are there, too. All on
    one thread, in CPU-seconds, which other programs on the machine change little. Looking at content and style counts;
    judging does not. J is the one of `strength` 0.5 (relative costs), the same for all.
    The weights are random by seed unless --weights imagenet (downloaded once): the time of a step does not depend on
    them, the number of steps does.
Peers: the plain method, written here in torch as the peers have it; it runs in the same process, one after the other.
"""

import argparse
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time

import torch
from torch import Tensor

from benchmarks.record import Row, write
from lenslet.card.official import pretrained
from lenslet.image import open_image, resize
from lenslet.nets.features import Features
from lenslet.nets.vgg import VGG, E
from lenslet.tasks.style.decode import tensor
from lenslet.tasks.style.encoder import OF_VGG, Encoder, average_pools
from lenslet.tasks.style.loss import relative_content_cost
from lenslet.tasks.style.manner import BALANCE, Manner
from lenslet.tasks.style.painter import Painter

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "style"
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
STRENGTH = 0.5


def a_net(weights: str, seed: int) -> VGG:
    torch.manual_seed(seed)
    net = VGG(E, 1, hidden=1).eval().requires_grad_(False)
    if weights == "imagenet":
        state, _ = pretrained("vgg19")
        net.features.load_state_dict({k[9:]: v for k, v in state.items() if k.startswith("features.")})
    return net


class Plain:
    """J as the peers write it: float32, products of matrices by autograd."""

    def __init__(self, net: VGG, content: Tensor, style: Tensor):
        self.tapped = Features(net, OF_VGG.layers)
        with torch.no_grad():
            seen, other = self.look(content), self.look(style)
            self.content = {layer: seen[layer] for layer in OF_VGG.content}
            self.style = {layer: self.matrix(other[layer]) for layer in OF_VGG.style}

    def look(self, picture: Tensor) -> dict[str, Tensor]:
        mean, std = (picture.new_tensor(v).view(1, 3, 1, 1) for v in (MEAN, STD))
        return self.tapped((picture - mean) / std)

    @staticmethod
    def matrix(a: Tensor) -> Tensor:
        flat = a.flatten(2)[0]
        return flat @ flat.T / flat.shape[1]

    def __call__(self, picture: Tensor) -> Tensor:
        seen = self.look(picture)
        content = sum(w * relative_content_cost(self.content[k], seen[k]) for k, w in OF_VGG.content.items())
        style = sum(
            w * (self.matrix(seen[k]) - self.style[k]).square().sum() / self.style[k].square().sum()
            for k, w in OF_VGG.style.items()
        )
        return (1 - STRENGTH) * content + STRENGTH * BALANCE * style


def lbfgs(cost: Plain, start: Tensor, iterations: int) -> tuple[Tensor, list[float], float]:
    """The picture, J after each iteration, and the seconds."""
    picture = start.clone().requires_grad_()
    costs: list[float] = []
    optimizer = torch.optim.LBFGS(
        [picture], lr=1, max_iter=iterations, history_size=100, tolerance_grad=0, tolerance_change=0
    )

    def closure() -> Tensor:
        optimizer.zero_grad()
        j = cost(picture)
        j.backward()
        costs.append(float(j.detach()))
        return j

    began = process_time()
    optimizer.step(closure)
    return picture.detach(), costs, process_time() - began


def until(
    strokes: Iterator[tuple[float, Callable[[], Tensor]]], judge: Plain, target: float
) -> tuple[float, float, int]:
    """Seconds inside the painter until J is at most `target`, the J, and the steps."""
    spent, j = 0.0, float("inf")
    for step in itertools.count():
        began = process_time()
        try:
            cost, picture = next(strokes)
        except StopIteration:
            return float("nan"), j, step
        spent += process_time() - began
        if cost <= 1.03 * target:
            with torch.no_grad():
                j = float(judge(picture()))
            if j <= target:
                return spent, j, step
    raise AssertionError


def ours(painter: Callable[[], Painter]) -> Iterator[tuple[float, Callable[[], Tensor]]]:
    made = painter()
    for stroke in made.strokes():
        full = stroke.image().shape[2:] == made.sizes[-1]
        yield (stroke.cost if full else float("inf")), stroke.image


def adam(cost: Plain, start: Tensor, most: int) -> Iterator[tuple[float, Callable[[], Tensor]]]:
    picture = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([picture], lr=0.02)
    for _ in range(most):
        optimizer.zero_grad()
        j = cost(picture)
        j.backward()
        optimizer.step()
        yield float(j.detach()), picture.detach().clone


def _way(scales: int | None) -> str:
    return "ours, at the full size only" if scales == 1 else "ours, coarse to fine"


def main() -> None:
    said = argparse.ArgumentParser()
    said.add_argument("--size", type=int, default=512)
    said.add_argument("--iterations", type=int, default=300)
    said.add_argument("--steps", type=int, default=80, help="ours, at the full size, at the most; twice as many before")
    said.add_argument("--scales", type=int, default=None, help="sizes, ours; as `stylize` has them unless given")
    said.add_argument("--seed", type=int, default=0)
    said.add_argument("--weights", choices=("random", "imagenet"), default="random")
    said.add_argument("--only", choices=("all", "ours", "adam"), default="all")
    said.add_argument("--target", type=float, default=None, help="J of an earlier run of the plain way")
    said.add_argument("--seconds", type=float, default=None, help="and its seconds")
    said.add_argument("--write", action="store_true", help="keep the figures in benchmarks/results")
    told = said.parse_args()

    torch.set_num_threads(1)
    net = a_net(told.weights, told.seed)
    photo, style = (open_image(DATA / place) for place in ("content/tubingen.jpg", "style/starry_night.jpg"))

    def painter() -> Painter:
        encoder = Encoder(net, mean=MEAN, std=STD, taps=OF_VGG, name="vgg19")
        manner = Manner(strength=STRENGTH, steps=told.steps, method="lbfgs", scales=told.scales)
        return Painter(encoder, photo, [style], manner, size=told.size)

    shape = painter()
    targets, content = shape.targets(shape.sizes[-1])
    average_pools(net)  # the same pools for all
    side = [round(length * told.size / max(style.shape[:2])) for length in style.shape[:2]]
    judge = Plain(net, content, tensor(resize(style, (side[0], side[1]))))
    with torch.no_grad():
        check = float(sum(targets.cost(content).values())), float(judge(content))
    print(f"J of the content itself: ours {check[0]:.4f}, plain {check[1]:.4f}", flush=True)

    if told.target is None:
        _, costs, seconds = lbfgs(judge, content, told.iterations)
        target = min(costs)
        print(f"plain L-BFGS: J {costs[0]:.3f} -> {target:.4f} in {seconds:.0f} s, {len(costs)} passes", flush=True)
    else:
        target, seconds = told.target, told.seconds or float("nan")
    rows = [Row(f"plain L-BFGS, float32, {told.iterations} iterations", round(seconds, 1), "CPU-s", 1)]
    if told.only in ("all", "ours"):
        took, j, steps = until(ours(painter), judge, target)
        print(f"ours: J {j:.4f} in {took:.0f} s, {steps} steps: {seconds / took:.1f} times fewer", flush=True)
        rows.append(
            Row(
                f"{_way(told.scales)}, bfloat16, to the same J",
                round(took, 1),
                "CPU-s",
                1,
                f"{steps} steps",
                "a quarter",
            )
        )
    if told.only in ("all", "adam"):
        took, j, steps = until(adam(judge, content, 3 * told.iterations), judge, target)
        print(f"Adam: J {j:.4f} in {took:.0f} s, {steps} steps", flush=True)
        rows.append(Row("Adam, float32, to the same J", round(took, 1), "CPU-s", 1, f"{steps} steps"))
    if told.write:
        given = f"--size {told.size} --iterations {told.iterations} --weights {told.weights} --seed {told.seed}"
        given += f" --steps {told.steps} --only {told.only}" + (f" --scales {told.scales}" if told.scales else "")
        write("style-speed", rows, command=f"python -m benchmarks.speed.style {given} --write")


if __name__ == "__main__":
    main()
