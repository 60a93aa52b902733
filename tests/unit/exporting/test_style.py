"""A model that paints, as a file: pixel for pixel, of any size, without torch."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lenslet as ll
from lenslet.errors import CallError
from lenslet.image import open_image, save_image


@pytest.fixture(scope="module")
def model() -> Any:
    import torch

    from lenslet.card import Card
    from lenslet.image import Preprocess
    from lenslet.nets import build
    from lenslet.tasks.style.stylist import Stylist

    arguments = {"num_classes": 3, "in_channels": 3}
    shape = Preprocess((64, 64), "crop", 3, (0.48, 0.45, 0.4), (0.25, 0.24, 0.26))
    head = {"style": "rain", "encoder": "texture", "strength": 0.2}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        net = build("brush_tiny", **arguments)
    return Stylist(net, Card("style", "brush_tiny", arguments, ("red", "green", "blue"), shape, head=head), {}, object)


@pytest.fixture(scope="module")
def made(model: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return model.export(tmp_path_factory.mktemp("exported") / "rain.onnx")


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    blocks = np.random.default_rng(0).integers(0, 256, (13, 9, 3), np.uint8).repeat(9, 0).repeat(9, 1)
    return Path(save_image(np.ascontiguousarray(blocks), tmp_path_factory.mktemp("photos") / "p.png"))


@pytest.mark.parametrize("size", [None, 24, 25, 61, 90])
@pytest.mark.parametrize("keep", [False, True])
def test_it_paints_as_the_model_does(model: Any, made: Any, photo: Path, size: int | None, keep: bool) -> None:
    opened = ll.load(made.path)
    one, other = (each(photo, size=size, keep_colours=keep) for each in (model, opened))
    assert one.picture.shape == other.picture.shape
    assert np.abs(one.picture.astype(int) - other.picture).max() <= 1
    assert one.recipe["style_names"] == other.recipe["style_names"] == ["rain"]


def test_a_batch_of_any_size_goes_through_the_graph_alone(model: Any, made: Any) -> None:
    pictures = np.random.default_rng(1).integers(0, 256, (3, 33, 50, 3), np.uint8)
    painted = ll.load(made.path).file.session.run(pictures)["painting"]
    assert painted.dtype == np.uint8
    for picture, got in zip(pictures, painted, strict=True):
        assert np.abs(model.painted(picture).astype(int) - got).max() <= 1


def test_what_it_says_and_what_it_cannot(made: Any, photo: Path, tmp_path: Path) -> None:
    opened = ll.load(made.path)
    assert repr(opened) == "ExportedStylist(rain, brush_tiny, strength 0.2)"
    assert made.parity.agree > 0.99
    with pytest.raises(CallError, match="short side must have 16"):
        opened(photo, size=12)
    with pytest.raises(CallError, match="cannot be measured"):
        opened.evaluate(photo.parent)
    with pytest.raises(CallError, match="leave --int8 out"):
        ll.export("starry_night", out=tmp_path / "m.onnx", int8=True, data=photo.parent, progress=False)


def test_it_paints_files_where_there_is_no_torch(made: Any, photo: Path, tmp_path: Path) -> None:
    words = ["stylize", str(photo), "--model", str(made.path), "--size", "64", "--out", str(tmp_path / "out.png")]
    code = "import sys; sys.modules['torch'] = None\nfrom lenslet.cli import main\nmain()"
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert open_image(tmp_path / "out.png").shape == (64, 44, 3)
