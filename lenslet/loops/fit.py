"""The loop that moves weights."""

import copy
import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from lenslet.errors import DivergedError, PausedError
from lenslet.loops.average import Average
from lenslet.loops.compiling import compiled
from lenslet.loops.distributed import world
from lenslet.loops.optimizers import optimizer_for
from lenslet.loops.precision import autocast, resolve, to_device
from lenslet.loops.recipe import Recipe
from lenslet.loops.state import State, copy_into, named, optimizer_tensors, restore_optimizer
from lenslet.loops.task import Task
from lenslet.loops.threads import Threads


@runtime_checkable
class Feed(Protocol):
    """What `fit` learns from: (images, targets) per batch, a new order at each iteration."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[tuple[Tensor, Any]]: ...


@runtime_checkable
class Seekable(Protocol):
    """A feed whose batches are known by their place, so that a run can go on in the middle of an epoch."""

    def seek(self, epoch: int, batch: int) -> None:
        """Let the next iteration be that of `epoch` (from 0), from `batch` on."""


@runtime_checkable
class Scheduled(Protocol):
    """A feed that changes its ways as the budget is spent."""

    def at(self, fraction: int | float) -> None:
        """Let the next iteration be one that begins when so much of the budget (0 to 1) is spent."""


@dataclass(frozen=True)
class Epoch:
    """What one pass over the training pictures did.

    `valid` is empty where the pass was not measured (a run by minutes spends at most a tenth of them on measuring).
    """

    number: int
    fraction: float
    """Of the budget spent, 0 to 1."""
    seconds: float
    """Since the start of the run."""
    rate: float
    train: dict[str, float]
    """Mean of each part of the loss over the pass."""
    valid: dict[str, float]
    best: bool
    """Whether this is the best so far, by the task's goal."""
    images_per_second: float = field(compare=False)


def fit(
    net: nn.Module,
    task: Task,
    train: Feed,
    valid: Feed | None,
    recipe: Recipe,
    *,
    resume: State | None = None,
    keep: Callable[[State], None] | None = None,
    keep_every: int | float = math.inf,
    pause: Callable[[], bool] | None = None,
) -> Iterator[Epoch]:
    """Train `net` in place, yielding after each pass over `train`.

    At each yield and at the end, also when the caller stops early, is interrupted or the loss diverges, `net` holds
    the best weights so far (of the average, where the recipe keeps one), or the last ones where nothing has been
    measured. With a budget in epochs, the same seed, machine and thread count give the same weights bit for bit, also
    when the run was killed and resumed from any state it gave to `keep`.

    In a process group (see `loops.distributed`) every process calls `fit`; the first one measures and keeps.

    Args:
        net: moves to the GPU where there is one.
        task: loss and measure.
        train: batches to learn from.
        valid: batches to choose the best epoch by; None keeps the last.
        recipe: budget, optimizer, rate and the rest.
        resume: where an earlier call had got to; a larger budget than it had goes on from there.
        keep: given the state of the run after each epoch and every `keep_every` seconds; it is the caller's to save.
        keep_every: seconds between two states within an epoch.
        pause: asked after each step; at a yes the state is kept and the run halts, to go on from this very step.

    Raises:
        PausedError: `pause` said so.
        DivergedError: the loss is NaN or infinite.
        CardError: `resume` is of another net.

    Source: course 1.13; AdamW, Loshchilov and Hutter 2017; label smoothing, Szegedy et al. 2015.
    """
    run = _Run(net, task, train, valid, recipe, keep, keep_every)
    run.pause = pause
    if resume is not None:
        run.restore(resume)
    try:
        going = run.batch > 0 or run.fraction < 1  # a state from before a last measuring has that still to do
        while going:
            epoch = run.one_pass()
            run.show_best()
            yield epoch
            run.go_on()
            run.keep_state()
            going = not run.done
    finally:
        run.wrapped = run.net  # lets the process group go, see `distributed.joined`
        run.show_best()


class _Run:
    """The state of a run between two yields."""

    def __init__(
        self,
        net: nn.Module,
        task: Task,
        train: Feed,
        valid: Feed | None,
        recipe: Recipe,
        keep: Callable[[State], None] | None,
        keep_every: int | float,
    ) -> None:
        self.net, self.task, self.train, self.valid, self.recipe = net, task, train, valid, recipe
        self.world = world()
        self.keep, self.keep_every = keep if self.world.first else None, keep_every
        self.device = (
            torch.device("cuda", torch.cuda.current_device()) if torch.cuda.is_available() else torch.device("cpu")
        )
        net.to(self.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.precision = resolve(recipe.precision, net)
        self.optimizer = optimizer_for(net, recipe)
        self.average = Average(net, recipe.average) if recipe.average else None
        self.wrapped = self.world.wrap(net)
        if recipe.compile:
            self.wrapped = compiled(self.wrapped)
        self.pause: Callable[[], bool] | None = None
        self.best: dict[str, Tensor] | None = None
        self.best_score = (-math.inf, -math.inf)
        self.last: dict[str, Tensor] | None = None
        self.number = self.batch = self.steps = self.worse = 0
        self.sums: dict[str, float] = {}
        self.over = self.done = False
        self.start = self.kept = time.perf_counter()
        self.spent_measuring = self.last_measuring = 0.0
        self.dice = _dice(recipe.seed)
        # by minutes no two runs are equal anyway; by epochs they are, and must stay so
        self.threads = Threads(tuned=recipe.minutes is not None)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.start

    @property
    def fraction(self) -> float:
        """Of the budget spent, the same in all processes. By minutes, the time of one last measuring is kept back."""
        return self.world.from_first([self._own_fraction()])[0]

    def _own_fraction(self) -> float:
        if self.recipe.minutes is None:
            assert self.recipe.epochs is not None
            return 1.0 if self.over else self.steps / (self.recipe.epochs * len(self.train))
        # the time kept back changes with each measuring, and what is over must stay over
        seconds, budget = self.seconds, self.recipe.minutes * 60 - self.last_measuring
        self.over = self.over or seconds >= budget
        return 1.0 if self.over else seconds / budget

    def one_pass(self) -> Epoch:
        """One epoch, or what is left of it, or what the minutes leave of it, and its measuring."""
        outside = torch.get_rng_state()  # dropout draws from the global dice: ours must not disturb the caller's
        torch.set_rng_state(self.dice)
        try:
            if self.batch == 0:
                self.number += 1
                self.sums = {}
            began, seen = self.seconds, 0
            self.net.train()
            for images, targets in self._batches():
                fraction = self.fraction
                if fraction >= 1 and self.batch:  # a pass that has begun has at least one step
                    break
                with self.threads.step(len(images)):
                    parts, pictures = self._step(images, targets, fraction)
                for name, value in parts.items():
                    self.sums[name] = self.sums.get(name, 0.0) + value
                seen += pictures
                self.batch += 1
                halt = self.pause is not None and self.pause()
                if self.keep is not None and (halt or time.perf_counter() - self.kept >= self.keep_every):
                    self.dice = torch.get_rng_state()
                    self.keep_state()
                if halt:
                    raise PausedError(f"paused in epoch {self.number}")
            spent = self.seconds - began
            losses = {name: value / self.batch for name, value in self.sums.items()} if self.batch else {}
            ended = self.fraction
            measured = self._measure() if self._worth_measuring(ended) else {}
            better = self._keep_if_better(measured)
            # after a pass that was not measured the clock is not asked again: if the budget has run out meanwhile, the
            # next pass is the last one, and is measured
            own = self._own_fraction() if measured or self.over else ended
            fraction = self.world.from_first([own])[0]
            self.batch, self.done = 0, fraction >= 1
        finally:
            self.dice = torch.get_rng_state()
            torch.set_rng_state(outside)
        return Epoch(
            number=self.number,
            fraction=fraction,
            seconds=self.seconds,
            rate=self.optimizer.param_groups[-1]["lr"],
            train=losses,
            valid=measured,
            best=better,
            images_per_second=seen / spent if spent else 0.0,
        )

    def _batches(self) -> Iterator[tuple[Tensor, Any]]:
        """The batches of this epoch that are not learned from yet."""
        if isinstance(self.train, Scheduled):
            epochs = self.recipe.epochs  # by epochs, where a run was stopped within one must not matter
            self.train.at(self.fraction if epochs is None else (self.number - 1) / epochs)
        if isinstance(self.train, Seekable):
            self.train.seek(self.number - 1, self.batch)
            return iter(self.train)
        return islice(iter(self.train), self.batch, None)

    def _step(self, images: Tensor, targets: Any, fraction: float) -> tuple[dict[str, float], int]:
        """Forward, backward, update; the parts of the loss as numbers, and the pictures of all processes."""
        for group in self.optimizer.param_groups:
            group["lr"] = group["scale"] * self.recipe.rate_at(fraction)
        pictures = int(self.world.summed([len(images)])[0])
        images = images.to(self.device, memory_format=torch.channels_last)
        with autocast(self.precision, self.device):
            raw = self.wrapped(images)
        parts = self.task.loss(raw, to_device(targets, self.device))
        # a mean over one's own pictures, weighed so that the mean over the processes is the mean over all pictures
        weight = self.world.size * len(images) / pictures
        total = torch.stack(list(parts.values())).sum() * weight
        shares = [part.item() * len(images) / pictures for part in parts.values()]
        numbers = dict(zip(parts, self.world.summed(shares), strict=True))
        loss = sum(numbers.values())
        if not math.isfinite(loss):
            raise DivergedError(
                f"the loss became {loss} in epoch {self.number}: "
                f"try a rate below {self.recipe.rate:g}, or precision fp32"
            )
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        if self.recipe.clip:
            nn.utils.clip_grad_norm_(self.net.parameters(), self.recipe.clip)
        self.optimizer.step()
        self.steps += 1
        if self.average is not None:
            self.average.update(self.net)
        return numbers, pictures

    def _worth_measuring(self, fraction: float) -> bool:
        if self.valid is None or not self.world.first:
            return False
        return self.recipe.minutes is None or fraction >= 1 or self.spent_measuring <= 0.1 * self.seconds

    @torch.no_grad()
    def _measure(self) -> dict[str, float]:
        assert self.valid is not None
        net = self.average.net if self.average is not None else self.net
        began = self.seconds
        net.eval()
        with self.threads.chosen():
            measured = self.task.measure(self._outputs(net, self.valid))
        self.last_measuring = self.seconds - began
        self.spent_measuring += self.last_measuring
        return measured

    def _outputs(self, net: nn.Module, batches: Feed) -> Iterable[tuple[Any, Any]]:
        for images, targets in batches:
            with autocast(self.precision, self.device):
                raw = net(images.to(self.device, memory_format=torch.channels_last))
            yield raw, to_device(targets, self.device)

    def _keep_if_better(self, measured: dict[str, float]) -> bool:
        """Remember the weights if these numbers are the best; of equal ones the lower loss, then the later, wins."""
        better = self._is_better(measured)
        if better:
            source = self.average.net if self.average is not None else self.net
            self.best = copy.deepcopy(source.state_dict())
        if measured and self.recipe.patience:
            self.worse = 0 if better else self.worse + 1
        if self.recipe.patience:
            self.over = bool(self.world.from_first([self.over or self.worse >= self.recipe.patience])[0])
        return better

    def _is_better(self, measured: dict[str, float]) -> bool:
        if self.valid is not None and not measured:
            return False
        score = (measured.get(self.task.goal, 0.0), -measured.get("loss", 0.0))
        if self.best is not None and score < self.best_score:
            return False
        self.best_score = score
        return True

    def keep_state(self) -> None:
        """Give the caller all that is needed to go on from here."""
        if self.keep is None:
            return
        tensors = named("net", self.net.state_dict()) | named("optimizer", optimizer_tensors(self.optimizer))
        if self.average is not None:
            tensors |= named("average", self.average.net.state_dict())
        if self.best is not None:
            tensors |= named("best", self.best)
        counters = {name: getattr(self, name) for name in _COUNTERS}
        facts = counters | {
            "over": self.batch == 0 and self.done,
            "seconds": self.seconds,
            "best_score": list(self.best_score) if self.best is not None else None,
            "averaged": self.average.steps if self.average is not None else 0,
            "budget": [self.recipe.epochs, self.recipe.minutes],
            "recipe": asdict(self.recipe),
        }
        self.keep(State(tensors | {"dice/state": self.dice}, facts))
        self.kept = time.perf_counter()

    def restore(self, state: State) -> None:
        """Go back to where `state` was taken."""
        facts = state.facts
        for name in _COUNTERS:
            setattr(self, name, facts[name])
        copy_into(self.net, state.part("net"))
        restore_optimizer(self.optimizer, state.part("optimizer"))
        if self.average is not None:
            copy_into(self.average.net, state.part("average"))
            self.average.steps = facts["averaged"]
        if facts["best_score"] is not None:
            goal, loss = facts["best_score"]
            self.best, self.best_score = state.part("best"), (goal, loss)
        self.dice = state.tensors["dice/state"]
        self.over = state.is_over(self.recipe.epochs, self.recipe.minutes)
        self.start = time.perf_counter() - facts["seconds"]

    def show_best(self) -> None:
        """Put the best weights into the caller's net; the weights in training are set aside for `go_on`."""
        shown = self.best if self.best is not None else self.average.net.state_dict() if self.average else None
        if shown is not None:
            if self.last is None:
                self.last = copy.deepcopy(self.net.state_dict())
            self.net.load_state_dict(shown)
        self.net.eval()

    def go_on(self) -> None:
        """Take the weights in training up again."""
        if self.last is not None:
            self.net.load_state_dict(self.last)
            self.last = None


# what a state carries by its own name; all are numbers, or numbers by name
_COUNTERS = ("number", "batch", "steps", "worse", "sums", "spent_measuring", "last_measuring")


def _dice(seed: int) -> Tensor:
    """The state of a random generator that starts at `seed`."""
    return torch.Generator().manual_seed(seed).get_state()
