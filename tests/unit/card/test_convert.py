"""Laws of `lenslet.card.convert`: what a weights file may be, and what is refused unopened."""

import os
import warnings
from collections import OrderedDict
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from lenslet.card.convert import convert, load_state, read_converted, read_state
from lenslet.errors import CardError


def a_state() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return {
        "features.0.weight": torch.randn(4, 3, 3, 3, generator=generator),
        "features.0.bias": torch.zeros(4),
        "bn.num_batches_tracked": torch.tensor(7),
        "half": torch.randn(5, generator=generator).to(torch.bfloat16),
    }


def write_pth(path: Path, what: object, *, legacy: bool = False) -> Path:
    torch.save(what, path, _use_new_zipfile_serialization=not legacy)  # noqa: TID251 - the files that others bring
    return path


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(a[k].dtype == b[k].dtype and torch.equal(a[k], b[k]) for k in a)


class Malice:
    """Unpickled the plain way, it leaves a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (os.mkdir, (str(self.path),))


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "legacy"])
def test_both_forms_of_pth_give_the_tensors(tmp_path, legacy):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert same(read_state(write_pth(tmp_path / "a.pth", a_state(), legacy=legacy)), a_state())


def test_safetensors_gives_the_tensors_whatever_its_name(tmp_path):
    save_file(a_state(), tmp_path / "weights.bin")
    assert same(read_state(tmp_path / "weights.bin"), a_state())


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "legacy"])
@pytest.mark.parametrize("hidden", [False, True], ids=["bare", "beside tensors"])
def test_a_malicious_pickle_is_refused_and_not_run(tmp_path, legacy, hidden):
    trace = tmp_path / "trace"
    bomb = {**a_state(), "x": Malice(trace)} if hidden else Malice(trace)
    path = write_pth(tmp_path / "bomb.pth", bomb, legacy=legacy)
    with pytest.raises(CardError, match=r"was not loaded: .*could run code; ask for its weights as safetensors"):
        read_state(path)
    assert not trace.exists()


def test_the_malicious_pickle_would_have_run(tmp_path):
    """Without this, the test above could pass because the file is harmless."""
    path = write_pth(tmp_path / "bomb.pth", Malice(tmp_path / "trace"))
    torch.load(path, weights_only=False)  # noqa: TID251 - shows what is refused
    assert (tmp_path / "trace").is_dir()


@pytest.mark.parametrize("wrapper", ["state_dict", "model_state_dict", "model"])
def test_the_customary_wrappers_are_opened(tmp_path, wrapper):
    path = write_pth(tmp_path / "run.pth", {wrapper: OrderedDict(a_state()), "epoch": 3, "best": 0.5})
    assert same(read_state(path), a_state())


def test_keys_of_a_parallel_net_lose_their_prefix(tmp_path):
    path = write_pth(tmp_path / "ddp.pth", {f"module.{key}": value for key, value in a_state().items()})
    assert same(read_state(path), a_state())


@pytest.mark.parametrize(
    "what",
    [{}, [1, 2], torch.zeros(3), {"epoch": 3}, {0: torch.zeros(1)}, {"a": torch.zeros(1), "b": 2}],
    ids=["empty", "list", "tensor", "no tensor", "key 0", "mixed"],
)
def test_a_pth_without_named_tensors_is_no_state_dict(tmp_path, what):
    with pytest.raises(CardError, match="is no state dict"):
        read_state(write_pth(tmp_path / "a.pth", what))


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"PK\x03\x04rubbish", b"\x80\x02rubbish", b"\x08\0\0\0\0\0\0\0{rubbish", b"\xff" * 8 + b"{"],
)
def test_rubbish_is_refused_in_a_sentence_that_names_the_file(tmp_path, content):
    (tmp_path / "a.pth").write_bytes(content)
    with pytest.raises(CardError, match=r"a\.pth"):
        read_state(tmp_path / "a.pth")


@pytest.mark.parametrize("form", ["zip", "legacy", "safetensors"])
def test_a_file_cut_short_is_refused(tmp_path, form):
    path = tmp_path / "a.pth"
    if form == "safetensors":
        save_file(a_state(), path)
    else:
        write_pth(path, a_state(), legacy=form == "legacy")
    whole = path.read_bytes()
    for length in (len(whole) // 3, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(CardError, match=r"a\.pth"):
            read_state(path)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(CardError, match="cannot be opened"):
        read_state(tmp_path / "none.pth")


def test_conversion_keeps_every_tensor_and_says_where_it_is_from(tmp_path):
    convert(write_pth(tmp_path / "a.pth", a_state()), tmp_path / "a.safetensors", origin={"source": "here"})
    assert same(read_converted(tmp_path / "a.safetensors"), a_state())
    assert same(load_file(tmp_path / "a.safetensors"), a_state())  # an ordinary safetensors file for everybody else


def test_shared_storage_is_converted_too(tmp_path):
    one = torch.randn(6)
    path = write_pth(tmp_path / "tied.pth", {"a": one, "b": one, "c": one.view(2, 3).T})
    convert(path, tmp_path / "tied.safetensors", origin={})
    assert same(read_converted(tmp_path / "tied.safetensors"), {"a": one, "b": one, "c": one.view(2, 3).T})


def test_a_changed_byte_is_noticed(tmp_path):
    path = tmp_path / "a.safetensors"
    convert(write_pth(tmp_path / "a.pth", a_state()), path, origin={})
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(CardError, match="are not those that were written"):
        read_converted(path)


def test_a_failed_conversion_leaves_nothing(tmp_path):
    (tmp_path / "a.pth").write_bytes(b"PK\x03\x04rubbish")
    with pytest.raises(CardError):
        convert(tmp_path / "a.pth", tmp_path / "a.safetensors", origin={})
    assert [path.name for path in tmp_path.iterdir()] == ["a.pth"]


def a_net(classes: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, classes))


def test_every_name_is_copied():
    ours, theirs = a_net(5), a_net(5)
    assert load_state(ours, theirs.state_dict()) == []
    assert same(ours.state_dict(), theirs.state_dict())


def test_a_new_head_keeps_its_own_values_and_takes_the_rest():
    ours, theirs = a_net(2), a_net(5)
    before = {key: value.clone() for key, value in ours.state_dict().items()}
    assert load_state(ours, theirs.state_dict(), new_head=True) == ["3.weight", "3.bias"]
    assert torch.equal(ours[3].weight, before["3.weight"])
    assert torch.equal(ours[0].weight, theirs[0].weight)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda state: {k: v for k, v in state.items() if k != "0.bias"}, "the file lacks 0.bias$"),
        (lambda state: {k: v for k, v in state.items() if k[0] != "0"}, "the file lacks 0.weight and 1 more$"),
        (
            lambda state: {**state, "aux1.fc.weight": torch.zeros(1)},
            "the file has what the net has not, aux1.fc.weight$",
        ),
        (lambda state: {**state, "0.bias": torch.zeros(9)}, r"0\.bias \(\[9\] in the file, \[4\] in the net\)"),
        (lambda state: {**state, "3.bias": torch.zeros(9)}, r"3\.bias \(\[9\] in the file, \[5\] in the net\)"),
        (lambda state: {**state, "3.weight": torch.zeros(5, 9)}, r"3\.weight \(\[5, 9\]"),
    ],
)
def test_weights_that_do_not_fit_change_nothing_and_are_named(change, said):
    net = a_net(5)
    before = {key: value.clone() for key, value in net.state_dict().items()}
    with pytest.raises(CardError, match=said):
        load_state(net, change(a_net(5).state_dict()))
    assert same(net.state_dict(), before)


def test_a_new_head_forgives_no_other_layer():
    with pytest.raises(CardError, match=r"0\.weight"):
        load_state(a_net(2), {**a_net(5).state_dict(), "0.weight": torch.zeros(9, 3, 3, 3)}, new_head=True)


def test_a_new_head_forgives_no_other_width():
    with pytest.raises(CardError, match=r"3\.weight"):
        load_state(a_net(2), {**a_net(5).state_dict(), "3.weight": torch.zeros(5, 7)}, new_head=True)
