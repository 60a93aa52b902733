"""Small colour pictures: the net, the recipe and the whitening of their own, from the folder to the loaded model."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import unfold

import lenslet as ll
from lenslet.tasks.classify.prepare import prepare


@pytest.fixture(scope="module")
def tiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two kinds of coloured tiles of 32 px, 40 of each: stripes that lie, stripes that stand."""
    place, dice = tmp_path_factory.mktemp("tiles"), np.random.default_rng(0)
    for kind in ("lie", "stand"):
        (place / kind).mkdir()
        for number in range(40):
            wave = np.sin(np.arange(32) * dice.uniform(0.5, 1) + dice.uniform(0, 6))[:, None, None]
            picture = 128 + 60 * wave * dice.uniform(-1, 1, 3) + dice.normal(0, 20, (32, 32, 3))
            picture = picture if kind == "lie" else picture.swapaxes(0, 1)
            Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(place / kind / f"{number}.png")
    return place


def test_a_run_by_the_defaults_learns_and_the_model_needs_no_data_to_load(tiles: Path, tmp_path: Path) -> None:
    model = ll.train(tiles, epochs=12, weights="none", out=tmp_path / "run", progress=False)
    recipe = model.card.recipe
    assert (model.card.net, recipe["optimizer"], recipe["augment"]) == ("bead_s", "muon", "small")
    assert model.evaluation is not None
    assert model.evaluation["accuracy"] > 0.8
    loaded, file = ll.load(tmp_path / "run"), tiles / "lie" / "3.png"
    assert np.array_equal(loaded(file).scores, model(file).scores)
    assert (tmp_path / "run" / "report.html").exists()


def test_the_stem_whitens_the_training_pictures(tiles: Path) -> None:
    prepared = prepare(tiles, net="bead_tiny", weights="none", size=None, augment="none", budget={"epochs": 1})
    pictures = torch.cat([images for images, _ in prepared.train])
    kernels = prepared.net.get_parameter("stem.conv.weight")[:12].flatten(1)
    maps = kernels @ unfold(pictures, 2).transpose(0, 1).flatten(1)
    assert torch.allclose(maps @ maps.T / maps.shape[1], torch.eye(12), atol=0.1)


def test_weights_to_start_from_keep_their_own_stem(tiles: Path, tmp_path: Path) -> None:
    first = ll.train(tiles, net="bead_tiny", weights="none", epochs=1, out=tmp_path / "a", progress=False)
    stem = first.net.get_parameter("stem.conv.weight").clone()
    again = ll.train(tiles, weights=tmp_path / "a", epochs=1, out=tmp_path / "b", progress=False)
    assert again.card.net == "bead_tiny"
    assert torch.equal(again.net.get_parameter("stem.conv.weight"), stem)


def test_grey_pictures_go_through_a_bead_that_is_named(digits: Path, tmp_path: Path) -> None:
    model = ll.train(digits, net="bead_tiny", epochs=3, out=tmp_path / "run", progress=False)
    assert model.card.net_arguments["in_channels"] == 1
    assert model.card.recipe["augment"] == "glyph"


def test_a_bead_learns_a_few_by_heart(tiles: Path, tmp_path: Path) -> None:
    model = ll.train(tiles, overfit=8, epochs=60, out=tmp_path / "run", progress=False)
    assert model.card.net == "bead_s"


def test_both_mirror_images_are_asked_here_and_in_an_exported_file(tiles: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    model = ll.train(tiles, net="bead_tiny", weights="none", epochs=1, out=tmp_path / "run", progress=False)
    pictures = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), np.uint8)
    mirrored = np.ascontiguousarray(pictures[:, :, ::-1])
    with torch.inference_mode():
        each = [
            model.net(torch.from_numpy(model.card.preprocess.normalised(one))).float() for one in (pictures, mirrored)
        ]
    assert not torch.allclose(each[0], each[1], atol=1e-3)
    assert torch.allclose(model.logits(pictures), (each[0] + each[1]) / 2, atol=1e-5)
    assert np.allclose(model.scores(pictures), model.scores(mirrored), atol=1e-6)
    exported = ll.load(model.export(tmp_path / "m.onnx").path)
    assert np.allclose(exported.scores(pictures), model.scores(pictures), atol=1e-3)


@pytest.mark.parametrize("augment", ["none", "glyph"])
def test_what_was_not_learned_mirrored_is_not_asked_mirrored(tiles: Path, augment: str) -> None:
    prepared = prepare(tiles, net="bead_tiny", weights="none", size=None, augment=augment, budget={"epochs": 1})
    assert prepared.card.head == {}
