"""Nets against torchvision: names and shapes of all weights, and logits where it is installed.

`torchvision_keys.json` was written from torchvision 0.27.1 (state dicts with heads where there are any, without BN's
counters of batches).
"""

import json
from pathlib import Path

import pytest
import torch

from lenslet.nets import build

KEYS = json.loads((Path(__file__).parent / "torchvision_keys.json").read_text())
ARGUMENTS = {"googlenet": {"layout": "torchvision", "heads": True}}


@pytest.mark.parametrize("name", KEYS)
def test_the_state_dict_has_torchvisions_names_and_shapes(name):
    with torch.device("meta"):
        net = build(name, **ARGUMENTS.get(name, {}))
    ours = {
        key: list(value.shape) for key, value in net.state_dict().items() if not key.endswith("num_batches_tracked")
    }
    assert ours == KEYS[name]


@pytest.mark.parametrize("name", KEYS)
def test_logits_equal_torchvisions(name):
    models = torchvision_models()
    torch.manual_seed(0)
    extra = {"aux_logits": True, "init_weights": False} if name == "googlenet" else {}
    theirs = getattr(models, name)(weights=None, **extra).eval()
    for module in theirs.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    ours = build(name, **ARGUMENTS.get(name, {})).eval()
    ours.load_state_dict(theirs.state_dict())
    picture = torch.randn(1, 3, 96, 128)
    with torch.no_grad():
        torch.testing.assert_close(ours(picture), theirs(picture))


def torchvision_models():
    """torchvision.models; a torchvision built for another torch fails in other ways than being absent."""
    try:
        import torchvision.models
    except Exception as error:
        pytest.skip(f"torchvision cannot be imported: {error}")
    return torchvision.models


@pytest.mark.data
def test_official_squeezenet_weights_load_unchanged_and_know_real_things(shared):
    from safetensors.torch import load_file

    from lenslet.image import open_image, resize

    net = build("squeezenet1_1").eval()
    net.load_state_dict(load_file(shared / "weights" / "squeezenet1_1.imagenet.safetensors"))
    mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    # ImageNet's numbers of classes that Caltech-101 has, too; each right answer among the first five.
    classes = {"pizza": {963}, "accordion": {401}, "dalmatian": {251}, "flamingo": {130}, "stop_sign": {919}}
    right = 0
    for folder, wanted in classes.items():
        for file in sorted((shared / "data" / "caltech101" / folder).glob("*.jpg"))[:4]:
            picture = torch.from_numpy(resize(open_image(file), (224, 224))).permute(2, 0, 1) / 255
            with torch.no_grad():
                top = net((picture - mean)[None] / std).topk(5).indices[0].tolist()
            right += bool(wanted & set(top))
    assert right >= 16  # of 20; chance is 0.1
