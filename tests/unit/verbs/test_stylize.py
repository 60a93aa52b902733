"""The verb `stylize`: what a user asks of it, and what happens when something is wrong."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import lenslet
from lenslet.errors import CallError, ImageError, MissingError
from lenslet.image import open_image
from lenslet.results import Painting
from lenslet.tasks.style.painter import Painter
from lenslet.verbs.stylize import stylize

DICE = np.random.default_rng(0)
QUICK = {"size": 64, "steps": 2, "progress": False}


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "photo.png"
    Image.fromarray(DICE.integers(0, 256, (9, 12, 3), np.uint8)).resize((120, 90)).save(path)
    return path


@pytest.fixture(scope="module")
def monet(photo: Path) -> Path:
    path = photo.with_name("monet.jpg")
    Image.fromarray(DICE.integers(0, 256, (20, 16, 3), np.uint8)).resize((80, 100)).save(path)
    return path


def test_a_painting_comes_back_and_is_saved_with_its_recipe(photo: Path, monet: Path, tmp_path: Path) -> None:
    out, plot = tmp_path / "new" / "painting.png", tmp_path / "sheet.png"
    painting = lenslet.stylize(photo, monet, out=out, plot=plot, seed=7, strength=0.7, **QUICK)
    assert isinstance(painting, Painting)
    assert painting.size == (48, 64)
    np.testing.assert_array_equal(open_image(out), painting.picture)
    recipe = json.loads(Image.open(out).text["lenslet"])
    assert recipe["schema"] == 1
    assert recipe["content_name"] == "photo.png"
    assert recipe["style_names"] == ["monet.jpg"]
    assert (recipe["seed"], recipe["strength"], recipe["encoder"]) == (7, 0.7, "texture")
    assert str(photo.parent) not in json.dumps(recipe), "where files lie is nobody's business"
    assert open_image(plot).shape[1] > 3 * 60
    first, last = painting.costs[0], painting.costs[-1]
    assert sum(last.values()) < sum(first.values())
    told = json.loads(painting.to_json())
    assert told["steps"] == 2
    assert told["stopped"] is False
    assert told["out"] == str(out)


def test_a_jpeg_is_saved_without_one(photo: Path, monet: Path, tmp_path: Path) -> None:
    painting = stylize(photo, monet, out=tmp_path / "a.jpg", **QUICK)
    assert open_image(tmp_path / "a.jpg").shape == painting.picture.shape


def test_pictures_between_are_kept_when_asked_for(photo: Path, monet: Path, tmp_path: Path) -> None:
    stylize(photo, monet, out=tmp_path / "a.png", every=2, size=64, steps=5, progress=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-0002.png", "a-0004.png", "a.png"]


def test_ctrl_c_keeps_the_picture_so_far(
    photo: Path, monet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strokes = Painter.strokes

    def interrupted(self):
        for stroke in strokes(self):
            if stroke.step == 2:
                raise KeyboardInterrupt
            yield stroke

    monkeypatch.setattr(Painter, "strokes", interrupted)
    painting = stylize(photo, monet, out=tmp_path / "a.png", size=64, steps=9, progress=False)
    assert painting.stopped
    assert len(painting.costs) == 2
    assert (tmp_path / "a.png").exists()


def test_ctrl_c_before_the_first_stroke_is_ctrl_c(photo: Path, monet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(Painter, "strokes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        stylize(photo, monet, **QUICK)


@pytest.mark.parametrize(
    "content",
    [
        np.full((3, 3, 3), 90, np.uint8),
        DICE.integers(0, 256, (50, 40), np.uint8),
        DICE.integers(0, 256, (50, 40, 4), np.uint8),
        DICE.integers(0, 65536, (50, 40), np.uint16),
    ],
    ids=["3 x 3", "grey", "alpha", "16 bit"],
)
def test_pictures_of_every_kind_can_be_painted(content: np.ndarray, monet: Path) -> None:
    painting = stylize(content, [monet, content], **QUICK)
    assert max(painting.size) == 64
    assert painting.recipe["style_names"] == ["monet.jpg", "style"]


def test_any_model_is_an_encoder(photo: Path, monet: Path) -> None:
    model = lenslet.load("signs")
    painting = stylize(photo, monet, encoder=model, **QUICK)
    assert painting.recipe["encoder"] == model.card.net
    assert stylize(photo, monet, encoder="bloodcells", **QUICK).recipe["encoder"] == "bloodcells"


def test_official_weights_offline_are_a_clear_sentence(
    photo: Path, monet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LENSLET_OFFLINE", "1")
    monkeypatch.setenv("LENSLET_CACHE", str(tmp_path))
    with pytest.raises(MissingError, match="official weights of vgg19 are not here"):
        stylize(photo, monet, encoder="vgg19", **QUICK)


@pytest.mark.data
def test_squeezenet_with_its_imagenet_weights(
    photo: Path, monet: Path, shared: Path, tmp_path: Path, monkeypatch
) -> None:
    """As official weights come, from the file that there is for development."""
    from safetensors.torch import load_file

    from lenslet.card import official
    from lenslet.card.registry import find

    state = load_file(shared / "weights" / "squeezenet1_1.imagenet.safetensors")
    monkeypatch.setattr(official, "pretrained", lambda name, progress=None: (state, find(name)))
    monkeypatch.setattr(official, "is_stored", lambda name: True)
    painting = stylize(photo, monet, encoder="squeezenet1_1", **QUICK)
    assert painting.recipe["encoder"] == "squeezenet1_1"
    assert painting.recipe["encoder_terms"]


def test_a_vgg_is_built_without_its_dense_layers(photo: Path, monet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The papers' net, made small and random here; the batch norms of a vgg11_bn make it another way."""
    import torch

    from lenslet.card import official
    from lenslet.card.registry import find
    from lenslet.nets import NETS
    from lenslet.nets.vgg import vgg_tiny

    torch.manual_seed(0)
    state = vgg_tiny(1000).state_dict()
    monkeypatch.setitem(NETS, "vgg11_bn", vgg_tiny)
    monkeypatch.setattr(official, "pretrained", lambda name, progress=None: (state, find(name)))
    monkeypatch.setattr(official, "is_stored", lambda name: True)
    assert stylize(photo, monet, encoder="vgg11_bn", **QUICK).recipe["encoder"] == "vgg11_bn"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"out": "painting"}, "a name without a suffix names no format"),
        ({"plot": "sheet.xyz"}, "suffix .xyz names no format"),
        ({"every": 5}, "needs out"),
        ({"every": 0, "out": "a.png"}, "every is a number of steps, 1 or more"),
        ({"strength": 2}, "strength is 0"),
        ({"encoder": "nothing"}, "there is no such model folder"),
        ({"encoder": 5}, "an encoder is the name of a model or net"),
        ({"style_weights": [1, 2]}, "1 styles and 2 weights"),
        ({"size": 20}, "take a size of"),
    ],
)
def test_wrong_calls(given: dict, said: str, photo: Path, monet: Path, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CallError, match=said):
        stylize(photo, monet, **{**QUICK, **given})
    assert not list(tmp_path.iterdir())


def test_the_pictures_are_not_painted_over(photo: Path, monet: Path) -> None:
    with pytest.raises(CallError, match="is one of the pictures, which would be lost"):
        stylize(photo, monet, out=photo, **QUICK)
    with pytest.raises(ImageError, match="there is no such file"):
        stylize(photo, "nobody.jpg", **QUICK)


def test_a_ribbon_is_refused(monet: Path) -> None:
    with pytest.raises(CallError, match=r"take a size of .* or more, or crop the content"):
        stylize(np.zeros((2, 900, 3), np.uint8), monet, **QUICK)
