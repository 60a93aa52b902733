"""Starting from what is learned already (course 2.9, 2.10)."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

import lenslet as ll
from lenslet.errors import CallError, CardError, MissingError


def test_another_models_features_are_taken_over_and_its_head_is_not(digits: Path, tmp_path: Path) -> None:
    first = ll.train(digits, net="facet_tiny", size=32, epochs=3, out=tmp_path / "a", progress=False)
    (tmp_path / "two").mkdir()
    for label in ("0", "1"):
        (tmp_path / "two" / label).symlink_to(digits / label)
    second = ll.train(
        tmp_path / "two", weights=tmp_path / "a", size=32, epochs=1, rate=1e-9, out=tmp_path / "b", progress=False
    )
    assert second.card.net == "facet_tiny"
    assert second.card.preprocess.mean == first.card.preprocess.mean
    assert torch.allclose(second.net.stem.conv.weight, first.net.stem.conv.weight, atol=1e-5)  # type: ignore[attr-defined,union-attr]
    assert second.net.fc.out_features == 2  # type: ignore[attr-defined,union-attr]
    assert "on top of a" in second.card.licence["weights"]


def test_a_state_dict_in_a_file_is_taken_where_it_fits(digits: Path, tmp_path: Path) -> None:
    from lenslet.nets import build

    save_file(build("facet_tiny", num_classes=7).state_dict(), tmp_path / "w.safetensors")
    file = tmp_path / "w.safetensors"
    model = ll.train(digits, net="facet_tiny", weights=file, size=32, epochs=1, out=tmp_path / "c", progress=False)
    assert len(model.labels) == 3
    with pytest.raises(CardError, match="not for this"):
        ll.train(
            digits, net="resnet8", weights=tmp_path / "w.safetensors", epochs=1, out=tmp_path / "d", progress=False
        )


def test_wrong_calls_are_refused(digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LENSLET_OFFLINE", "1")
    with pytest.raises(CallError, match="need a net"):
        ll.train(digits, weights="imagenet", out=tmp_path / "e", progress=False)
    with pytest.raises(CallError, match="no such file"):
        ll.train(digits, weights="gone.pth", out=tmp_path / "e", progress=False)
    with pytest.raises(MissingError, match="squeezenet1_1"):
        ll.train(digits, net="squeezenet1_1", weights="imagenet", out=tmp_path / "e", progress=False)
    with pytest.raises(MissingError):
        ll.load("resnet18")
