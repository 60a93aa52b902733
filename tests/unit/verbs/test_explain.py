"""The verb `explain`: every method, every kind of model, and calls that are wrong."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import lenslet as ll
from lenslet.card import Card
from lenslet.errors import CallError
from lenslet.image import Preprocess
from lenslet.nets import build
from lenslet.tasks.classify.classifier import Classifier
from lenslet.tasks.face.binary import BinaryHead
from lenslet.tasks.face.embedder import Embedder
from lenslet.tasks.localize.localizer import Localizer

SHAPE = Preprocess((64, 64), "letterbox", 3, (0.5,) * 3, (0.25,) * 3)


def _net(name: str, outputs: int):
    torch.manual_seed(0)
    net = build(name, num_classes=outputs)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(module.weight, 1, 0.2)
    return net.eval()


def classifier() -> Classifier:
    arguments = {"num_classes": 3, "in_channels": 3}
    return Classifier(_net("facet_tiny", 3), Card("classify", "facet_s", arguments, ("ant", "bee", "cow"), SHAPE))


def localizer() -> Localizer:
    return Localizer(_net("locus_tiny", 7), Card("localize", "locus_s", {"num_classes": 7}, ("ant", "bee"), SHAPE))


def embedder(binary: bool = False) -> Embedder:
    card = Card("face", "cameo_s", {"num_classes": 128}, ("different", "same"), SHAPE, head={"dimensions": 128})
    return Embedder(_net("cameo_tiny", 128), card, binary=BinaryHead(128) if binary else None)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("photos")
    random = np.random.default_rng(0)
    for number in range(12):
        small = random.integers(0, 256, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(small).resize((80, 60), Image.Resampling.BICUBIC).save(place / f"{number:02}.png")
    (place / "broken.jpg").write_bytes(b"no picture")
    Image.open(place / "03.png").save(place / "copy.png")
    return place


@pytest.mark.parametrize("make", [classifier, localizer, embedder], ids=["classify", "localize", "face"])
@pytest.mark.parametrize("method", ["cam", "occlusion"])
def test_an_answer_of_every_task_is_explained(make, method, photos, tmp_path):
    found = ll.explain(make(), photos / "00.png", method=method, out=tmp_path / "why.png", progress=False)
    assert found.map.shape == (48, 64)
    assert np.ptp(found.map) > 0
    assert (tmp_path / "why.png").exists()
    assert (found.layer is None) == (method == "occlusion")


def test_the_class_may_be_chosen(photos):
    ant, bee = (ll.explain(classifier(), photos / "00.png", label=label, progress=False) for label in ("ant", "bee"))
    assert (ant.target, bee.target) == ("ant", "bee")
    assert ant.score != bee.score
    assert ant.rule == "Grad-CAM"


def test_a_model_that_finds_faces_explains_the_face_that_it_turned_upright(photos):
    """Whole pictures are taken for faces here: finding them is tested elsewhere."""
    from lenslet.tasks.face.faces import Faces

    shipped = ll.load("faces")
    model = shipped.with_parts(shipped.pipeline.finder, shipped.pipeline.points, whole=True)
    assert isinstance(model, Faces)
    found = ll.explain(model, photos / "00.png", other=photos / "01.png", progress=False)
    assert found.size == (112, 112), "the map lies over the face as the embedder saw it"
    assert found.other is not None
    assert found.map.max() > 0
    maps = ll.explain(model, photos / "00.png", method="activations", layer="layer3", unit=0, progress=False)
    assert maps["layer3"].map == (7, 7)
    with pytest.raises(CallError, match="no face is found"):
        ll.explain("faces", np.full((80, 80, 3), 128, np.uint8), method="activations", progress=False)


@pytest.mark.parametrize("binary", [False, True])
def test_of_a_pair_each_picture_has_its_map(binary, photos):
    model = embedder(binary)
    found = ll.explain(model, photos / "00.png", other=photos / "01.png", progress=False)
    assert found.other is not None
    assert found.other.picture == photos / "01.png"
    assert found.score == pytest.approx(found.other.score, rel=1e-4)
    if not binary:
        assert found.score == pytest.approx(1 - model.distance(photos / "00.png", photos / "01.png") / 2, abs=1e-4)


def test_a_shipped_detector_explains_the_box_and_not_its_neighbours():
    """A cell is drawn as a ring; two of them stand on the picture."""
    picture = np.full((240, 320, 3), (225, 222, 215), np.uint8)
    y, x = np.mgrid[:240, :320]
    for cy, cx in ((80, 90), (160, 230)):
        far = np.hypot(y - cy, x - cx)
        picture[far < 36] = (205, 160, 165)
        picture[far < 15] = (222, 190, 195)
    found = ll.explain("bloodcells", picture, progress=False)
    assert found.box is not None
    x1, y1, x2, y2 = found.box
    rows = np.linspace(0, 240, found.map.shape[0], endpoint=False)
    columns = np.linspace(0, 320, found.map.shape[1], endpoint=False)
    inside = ((rows > y1 - 15) & (rows < y2 + 15))[:, None] & ((columns > x1 - 15) & (columns < x2 + 15))
    assert found.map[inside].sum() > 0.8 * found.map.sum() > 0
    with pytest.raises(CallError, match=r"number is 99"):
        ll.explain("bloodcells", picture, number=99, progress=False)
    with pytest.raises(CallError, match="finds nothing"):
        ll.explain("bloodcells", np.full((240, 320, 3), 220, np.uint8), progress=False)


def test_a_shipped_landmarker_explains_a_point():
    picture = np.random.default_rng(0).integers(0, 256, (120, 100, 3), dtype=np.uint8)
    found = ll.explain("facepoints", picture, label="36", progress=False)
    assert found.target == "point 36"
    assert found.map.max() > 0
    assert ll.explain("facepoints", picture, progress=False).target == "all points"


def test_top_patches_of_a_folder(photos, tmp_path):
    model = classifier()
    found = ll.explain(model, photos, view="deconv", out=tmp_path / "top.png", progress=False)
    assert found.method == "top-patches"
    assert found.pictures == 12, "a copy counts once, a broken file not at all"
    assert [one.name for one in found.layers] == ["stem", "layer1", "layer2", "layer3", "layer4"]
    first = found["stem"].units[0]
    assert len({patch.picture for patch in first.patches}) == 9, "one patch a picture"
    assert [p.value for p in first.patches] == sorted((p.value for p in first.patches), reverse=True)
    named = ll.explain(model, photos, layer="layer2,fc", unit="0-1,2", view="none", progress=False)
    assert [unit.number for unit in named["fc"].units] == [0, 1, 2]
    assert named["fc"].units[0].patches[0].view is None
    assert named["fc"].units[0].patches[0].pixels.shape == (64, 64, 3), "a class sees all of the picture"


def test_filters_activations_and_painted_units(photos):
    model = classifier()
    assert ll.explain(model, progress=False).layers[0].name == "stem.conv"
    maps = ll.explain(model, photos / "00.png", method="activations", layer="layer3", progress=False)
    assert maps["layer3"].map == (4, 4)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"layer": "layer33"}, r"no layer 'layer33'; near ones are .*layer3"),
        ({"method": "top-patches", "layer": "layer2", "unit": 16}, r"layer2 has the units 0 to 15, not 16"),
        ({"method": "activations", "unit": "x"}, r"unit is 'x': give numbers"),
        ({"method": "activations", "unit": "5-3"}, r"a range begins with the smaller"),
        ({"unit": 3}, r"--unit is for single units"),
        ({"label": "cat"}, r"no class 'cat'; take one of ant"),
        ({"other": "x.png"}, r"--other is for models that compare"),
        ({"number": 1}, r"--number is for models that find"),
        ({"window": 8}, r"--window is for occlusion"),
        ({"method": "occlusion", "window": 64}, r"window is 64 and the net sees 64 x 64"),
        ({"method": "occlusion", "layer": "layer1"}, r"--layer is for methods that look into the net"),
        ({"layer": "layer1,layer2"}, r"one layer, not of 2"),
        ({"layer": "fc"}, r"answers with no map"),
        ({"method": "filters", "layer": "avgpool"}, r"avgpool is a AdaptiveAvgPool2d and has no filters"),
        ({"method": "filters", "unit": 8}, r"has the units 0 to 7, not 8"),
    ],
)
def test_a_wrong_call_is_told_in_a_sentence(given, words, photos):
    with pytest.raises(CallError, match=words):
        ll.explain(classifier(), photos / "00.png", progress=False, **given)


def test_wrong_pictures_are_told_in_a_sentence(photos, tmp_path):
    model = classifier()
    (tmp_path / "empty").mkdir()
    with pytest.raises(CallError, match="no pictures in this folder"):
        ll.explain(model, tmp_path / "empty", progress=False)
    with pytest.raises(CallError, match="none of the 1 pictures can be read"):
        ll.explain(model, photos / "broken.jpg", method="top-patches", progress=False)
    with pytest.raises(CallError, match="is a folder, and cam explains one picture"):
        ll.explain(model, photos, method="cam", progress=False)
    with pytest.raises(CallError, match="cam needs a picture"):
        ll.explain(model, method="cam", progress=False)
    with pytest.raises(CallError, match="needs pictures on the disk"):
        ll.explain(model, np.zeros((9, 9, 3), np.uint8), method="top-patches", progress=False)
    with pytest.raises(CallError, match="--label is for models with classes"):
        ll.explain(embedder(), photos / "00.png", label="ana", progress=False)


def test_a_picture_of_one_pixel_is_explained_like_any_other():
    found = ll.explain(classifier(), np.full((1, 1, 3), 90, np.uint8), progress=False)
    assert found.map.shape == (1, 1)
    assert found.drawn().ndim == 3


def test_a_net_without_convolutions_is_told_in_a_sentence(photos):
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3 * 64 * 64, 3))
    model = Classifier(net, Card("classify", "facet_s", {}, ("a", "b", "c"), SHAPE))
    for method in ("cam", "occlusion", "activations", "filters"):
        with pytest.raises(CallError, match="no convolution"):
            ll.explain(model, photos / "00.png", method=method, progress=False)
