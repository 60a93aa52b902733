"""A run that goes on from a state ends where one that never stopped ends, bit for bit."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from lenslet.data import Augment, Batches
from lenslet.errors import CardError, PausedError
from lenslet.image import Preprocess
from lenslet.loops import Epoch, Recipe, State, fit
from lenslet.nets import build
from lenslet.tasks.classify.training import Classify

SHAPE = Preprocess(size=(32, 32), resize="stretch", channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)
CHANGE = Augment(mirror=True, rotate=10, shift=0.1, cutout=0.2)


def _feed(**how: object) -> Batches:
    dice = np.random.default_rng(0)
    pixels = dice.integers(0, 256, (26, 32, 32, 3), np.uint8)
    labels = torch.arange(26) % 2
    options = {"size": 4, "augment": CHANGE, "shuffle": True, "seed": 3} | how
    return Batches(pixels, np.arange(26), labels, SHAPE, **options)  # type: ignore[arg-type]


def _net(name: str = "facet_tiny") -> nn.Module:
    torch.manual_seed(1)
    return build(name, num_classes=2, dropout=0.2)


def _run(
    recipe: Recipe, resume: State | None = None, **how: object
) -> tuple[dict[str, Tensor], list[State], list[Epoch]]:
    net, states = _net("bead_tiny" if recipe.optimizer == "muon" else "facet_tiny"), []  # type: ignore[var-annotated]

    def keep(state: State) -> None:
        states.append(State({k: v.clone() for k, v in state.tensors.items()}, json.loads(json.dumps(state.facts))))

    epochs = list(
        fit(
            net,
            Classify(),
            _feed(**how),
            _feed(augment=None, shuffle=False),
            recipe,
            resume=resume,
            keep=keep,
            keep_every=0,
        )
    )
    return {k: v.clone() for k, v in net.state_dict().items()}, states, epochs


def _same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return all(torch.equal(one[k], other[k]) for k in one)


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(epochs=3, precision="fp32"),
        Recipe(epochs=3, precision="bf16", average=0.0),
        Recipe(epochs=3, optimizer="sgd", precision="fp32"),
        Recipe(epochs=3, optimizer="muon", precision="fp32"),
    ],
    ids=["adamw", "bf16 without average", "sgd", "muon"],
)
def test_from_every_state_of_a_run_the_end_is_the_same_bit_for_bit(recipe: Recipe, tmp_path: Path) -> None:
    whole, states, epochs = _run(recipe)
    assert len(states) == 3 * 7 + 3
    assert {s.facts["batch"] for s in states} == set(range(8))
    for state in states[3::7] + states[5::11]:  # in mid-epoch, before and after a measuring, at the end
        state.save(tmp_path / "state.safetensors")
        torch.rand(5)
        resumed, _, rest = _run(recipe, State.load(tmp_path / "state.safetensors"))
        assert _same(whole, resumed)
        assert [(e.number, e.train, e.valid) for e in rest] == [
            (e.number, e.train, e.valid) for e in epochs if e.number > 3 - len(rest)
        ]


def test_balanced_classes_resume_too() -> None:
    recipe = Recipe(epochs=2, precision="fp32")
    whole, states, _ = _run(recipe, balance=True)
    assert _same(whole, _run(recipe, states[3], balance=True)[0])


def test_a_finished_run_goes_on_with_a_larger_budget() -> None:
    first, states, _ = _run(Recipe(epochs=2, precision="fp32"))
    assert states[-1].is_over(2, None)
    assert not states[-1].is_over(4, None)
    assert not states[-2].is_over(2, None)
    longer, _, epochs = _run(Recipe(epochs=4, precision="fp32"), states[-1])
    assert [e.number for e in epochs] == [3, 4]
    assert not _same(first, longer)
    again, _, none = _run(Recipe(epochs=2, precision="fp32"), states[-1])
    assert none == []
    assert _same(first, again)


def test_a_state_keeps_the_memory_order_of_moments() -> None:
    _, states, _ = _run(Recipe(epochs=1, precision="fp32"))
    net = _net().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    run = fit(net, Classify(), _feed(), None, Recipe(epochs=2, precision="fp32"), resume=states[-1])
    next(run)
    run.close()


def test_patience_ends_a_run_that_gets_no_better() -> None:
    class Worse(Classify):
        """Each measuring is worse than the one before."""

        score = 1.0

        def measure(self, outputs: object) -> dict[str, float]:
            self.score -= 0.1
            return {"accuracy": self.score}

    epochs = list(fit(_net(), Worse(), _feed(), _feed(), Recipe(epochs=9, patience=2, precision="fp32")))
    assert [e.number for e in epochs] == [1, 2, 3]
    assert epochs[-1].fraction == 1


def test_another_nets_state_is_refused() -> None:
    _, states, _ = _run(Recipe(epochs=1, precision="fp32"))
    with pytest.raises(CardError, match="of another net"):
        list(fit(build("lenet5_relu", num_classes=2), Classify(), _feed(), None, Recipe(epochs=2), resume=states[0]))


@pytest.mark.parametrize("damage", ["cut", "foreign", "version", "text"])
def test_a_damaged_state_is_refused_with_a_sentence(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    State({"a/b": torch.zeros(3)}, {"x": 1}).save(path)
    content = path.read_bytes()
    if damage == "cut":
        path.write_bytes(content[:-5])
    elif damage == "foreign":
        save_file({"a": torch.zeros(1)}, path)
    elif damage == "version":
        path.write_bytes(content.replace(b'format\\": 1', b'format\\": 9'))
    else:
        path.write_bytes(b"hello")
    with pytest.raises(CardError, match=r"is damaged|another version"):
        State.load(path)


@pytest.mark.parametrize("step", [1, 5, 7, 12])  # 7 steps an epoch
def test_a_run_that_was_paused_goes_on_bit_for_bit_from_that_very_step(step: int, tmp_path: Path) -> None:
    recipe = Recipe(epochs=2, precision="fp32")
    whole, _, _ = _run(recipe)
    asked: list[int] = []

    def pause() -> bool:
        asked.append(1)
        return len(asked) == step

    def keep(state: State) -> None:
        state.save(tmp_path / "state.safetensors")

    valid = _feed(augment=None, shuffle=False)
    with pytest.raises(PausedError, match="paused in epoch"):
        list(fit(_net(), Classify(), _feed(), valid, recipe, keep=keep, pause=pause))
    state = State.load(tmp_path / "state.safetensors")
    assert state.facts["steps"] == step
    assert _same(whole, _run(recipe, state)[0])
