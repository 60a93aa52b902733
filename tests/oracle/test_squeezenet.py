"""ImageNet SqueezeNet 1.1, a weights file by another's hand, in our net under torchvision's keys, on real photos."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from lenslet.card.convert import load_state, read_state
from lenslet.card.registry import find, imagenet_labels
from lenslet.image import find_images, open_image, resize
from lenslet.nets import build

pytestmark = pytest.mark.data

# Caltech-101 folder -> ImageNet name. Chosen before looking at single pictures, for having one and the same object.
CLASSES = {
    "accordion": "accordion",
    "dalmatian": "dalmatian",
    "flamingo": "flamingo",
    "revolver": "revolver",
    "soccer_ball": "soccer ball",
    "strawberry": "strawberry",
    "trilobite": "trilobite",
}
EACH = 20


@pytest.fixture(scope="module")
def weights(shared: Path) -> Path:
    path = shared / "weights" / "squeezenet1_1.imagenet.safetensors"
    if not path.exists():
        pytest.skip(f"no {path}")
    return path


def prepared(path: Path) -> np.ndarray:
    """As the registry says: shorter side to 256, the middle 224 x 224, mean and std."""
    entry = find("squeezenet1_1")
    picture = open_image(path)
    height, width = picture.shape[:2]
    scale = entry.resize / min(height, width)
    picture = resize(picture, (round(height * scale), round(width * scale)))
    top, left = ((side - entry.crop) // 2 for side in picture.shape[:2])
    square = picture[top : top + entry.crop, left : left + entry.crop]
    return entry.preprocess.normalised(square[None])[0]


def test_the_file_fits_the_net_name_by_name(weights):
    net = build("squeezenet1_1", num_classes=1000)
    state = read_state(weights)
    assert load_state(net, state) == []
    assert sum(value.numel() for value in state.values()) == find("squeezenet1_1").parameters
    assert all(torch.equal(value, state[key]) for key, value in net.state_dict().items())


def test_the_file_fits_a_net_for_other_classes_but_for_the_head(weights):
    net = build("squeezenet1_1", num_classes=5)
    assert load_state(net, read_state(weights), new_head=True) == ["classifier.1.weight", "classifier.1.bias"]


def test_it_names_real_photos(weights, shared):
    """Measured: 64 % of 203; the published top-1 is 58 % on ImageNet. These pictures are 112 px, enlarged.

    A wrong order of channels gives about two thirds of that, a wrong scale half.
    """
    net = build("squeezenet1_1", num_classes=1000).eval()
    load_state(net, read_state(weights))
    labels = imagenet_labels()
    right = total = 0
    for folder, name in CLASSES.items():
        pictures = find_images(shared / "data" / "caltech101" / folder)[:EACH]
        with torch.inference_mode():
            logits = net(torch.from_numpy(np.stack([prepared(path) for path in pictures])))
        said = [labels[index] for index in logits.argmax(1).tolist()]
        assert Counter(said).most_common(1)[0][0] == name, f"{folder}: {Counter(said).most_common(3)}"
        right += said.count(name)
        total += len(said)
    assert right / total > 0.55, f"{right} of {total}"
