"""A net that learns through compiled kernels is the same net: names, weights, averages, states."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

import lenslet as ll
from lenslet.errors import CallError
from lenslet.loops import Recipe, State, compiling, fit
from lenslet.tasks.classify.training import Classify

# what writes no kernels, and takes a tenth of a second instead of twenty: everything before and behind it is the same
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []

    def backend(graph: torch.fx.GraphModule, inputs: list[Tensor]) -> object:
        seen.append(graph.code)
        return graph.forward

    monkeypatch.setattr(compiling, "BACKEND", backend)
    torch.compiler.reset()
    return seen


def net() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 36, 2))


def feed() -> list[tuple[Tensor, Tensor]]:
    images = torch.randn(20, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    targets = (images[:, 0].mean((1, 2)) > 0).long()
    return [(images[i : i + 8], targets[i : i + 8]) for i in (0, 8, 16)]  # the last batch is smaller


def learned(recipe: Recipe, resume: State | None = None) -> tuple[nn.Module, list[State]]:
    made, states = net(), []  # type: ignore[var-annotated]

    def keep(state: State) -> None:
        states.append(State({key: value.clone() for key, value in state.tensors.items()}, dict(state.facts)))

    list(fit(made, Classify(), feed(), feed(), recipe, resume=resume, keep=keep))
    return made, states


def test_it_learns_through_the_compiler_to_the_weights_of_the_plain_net(eager: list[str]) -> None:
    plain, states = learned(Recipe(epochs=3))
    assert not eager
    fast, kept = learned(Recipe(epochs=3, compile=True))
    assert eager
    assert "conv" in eager[0]
    assert list(fast.state_dict()) == list(plain.state_dict()) == list(net().state_dict())
    assert kept[-1].tensors.keys() == states[-1].tensors.keys()
    assert any(key.startswith("average/0.weight") for key in kept[-1].tensors)
    for name, value in plain.state_dict().items():
        assert torch.allclose(value, fast.state_dict()[name], atol=1e-6), name


def test_a_compiled_run_goes_on_where_a_plain_one_stopped_and_the_other_way(eager: list[str]) -> None:
    whole, states = learned(Recipe(epochs=4, compile=True))
    for compile_ in (True, False):
        rest, _ = learned(Recipe(epochs=4, compile=compile_), states[1])
        for name, value in whole.state_dict().items():
            assert torch.allclose(value, rest.state_dict()[name], atol=1e-6), name


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RuntimeError("InvalidCxxCompiler: No working C++ compiler found in CXX"), r"install g\+\+, or name one"),
        (RuntimeError("fatal error: Python.h: No such file"), "install python3-dev"),
        (RuntimeError("Cannot find a working triton installation"), "install the package triton"),
        (ValueError("anything\n else"), r"PyTorch's compiler says: .*anything else"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_read(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(graph: object, inputs: object) -> object:
        raise error

    monkeypatch.setattr(compiling, "BACKEND", broken)
    with pytest.raises(CallError, match=rf"--compile does not work on this machine: .*{said}.*; or leave it out"):
        compiling.check_compiler()


def test_a_call_is_refused_before_its_data_is_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(graph: object, inputs: object) -> object:
        raise RuntimeError("No working C++ compiler found")

    monkeypatch.setattr(compiling, "BACKEND", broken)
    with pytest.raises(CallError, match="--compile does not work on this machine"):
        ll.train(tmp_path / "nowhere", compile=True, progress=False)


def test_the_verb_learns_so_and_the_card_says_it(
    eager: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ran: list[nn.Module] = []
    # the checks of shapes that tests wrap around our nets are nothing that dynamo understands
    monkeypatch.setattr(sys.modules["lenslet.loops.fit"], "compiled", lambda net: ran.append(net) or net)
    monkeypatch.setenv("LENSLET_CACHE", str(tmp_path / "cache"))
    dice = np.random.default_rng(0)
    for i in range(16):
        place = tmp_path / "data" / "ab"[i % 2] / f"{i}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(dice.integers(0, 255, (32, 32), np.uint8)).save(place)
    how = {"net": "lenet5_relu", "weights": "none", "epochs": 1, "progress": False}
    model = ll.train(tmp_path / "data", compile=True, out=tmp_path / "run", **how)
    assert ran == [model.net]
    assert model.card.recipe["compile"] is True
    assert list(ll.load(tmp_path / "run").net.state_dict()) == list(model.net.state_dict())


def test_a_machine_that_compiles_passes(eager: list[str]) -> None:
    compiling.check_compiler()
    assert eager
