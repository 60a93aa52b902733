"""Course 2.9: implementations and weights that others have published."""

from pathlib import Path

import pytest
import torch

from lenslet.card.convert import load_state, read_state
from lenslet.card.registry import REGISTRY
from lenslet.image import open_image
from lenslet.nets import NETS, build


def test_every_official_file_belongs_to_a_net_of_the_house() -> None:
    assert {"alexnet", "vgg16", "vgg19", "resnet18", "resnet50", "googlenet", "squeezenet1_1"} <= set(REGISTRY)
    assert set(REGISTRY) <= set(NETS)


def test_a_row_carries_its_licence_its_hash_and_its_labels() -> None:
    for entry in REGISTRY.values():
        assert len(entry.digits) == 8
        int(entry.digits, 16)
        assert "2597" in entry.licence
        assert len(entry.labels) == 1000


@pytest.mark.parametrize("name", ["alexnet", "vgg16", "resnet50", "googlenet", "squeezenet1_1"])
def test_the_net_has_as_many_parameters_as_the_published_file(name: str) -> None:
    entry = REGISTRY[name]
    with torch.device("meta"):
        net = build(name, num_classes=1000, **entry.arguments)
    assert sum(p.numel() for p in net.parameters()) == entry.parameters


@pytest.mark.data
def test_published_weights_name_a_real_photo(shared: Path) -> None:
    entry = REGISTRY["squeezenet1_1"]
    net = build("squeezenet1_1", num_classes=1000).eval()
    load_state(net, read_state(shared / "weights" / "squeezenet1_1.imagenet.safetensors"))
    seen = [
        entry.preprocess.apply(open_image(path))[0]
        for path in sorted((shared / "data" / "caltech101" / "dalmatian").iterdir())[:8]
    ]
    with torch.inference_mode():
        answers = [
            net(torch.from_numpy(entry.preprocess.normalised(picture[None]))).argmax().item() for picture in seen
        ]
    assert sum(entry.labels[answer] == "dalmatian" for answer in answers) >= 5
