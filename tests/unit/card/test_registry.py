"""Laws of the registry of official weights."""

import math
import re
from pathlib import Path

import pytest

from lenslet.card.registry import LICENCE, REGISTRY, find, imagenet_labels
from lenslet.errors import CallError

NETS = [
    *("alexnet", "googlenet", "squeezenet1_0", "squeezenet1_1"),
    *(f"vgg{depth}{bn}" for depth in (11, 13, 16, 19) for bn in ("", "_bn")),
    *(f"resnet{depth}" for depth in (18, 34, 50, 101, 152)),
]


def test_every_net_of_the_course_with_published_weights_has_a_row():
    assert sorted(REGISTRY) == sorted(NETS)


@pytest.mark.parametrize("name", NETS)
def test_a_row_is_whole(name):
    entry = find(name)
    assert entry.net == name
    assert re.fullmatch(r"https://download\.pytorch\.org/models/[\w-]+-[0-9a-f]{8}\.pth", entry.url)
    assert re.fullmatch(r"[0-9a-f]{8}", entry.digits)
    assert 50 < entry.top1 < entry.top5 < 100
    assert entry.crop <= entry.resize
    assert entry.licence == LICENCE
    assert entry.limit > entry.mebibytes * 2**20


@pytest.mark.parametrize("name", [name for name in NETS if name != "googlenet"])
def test_a_file_holds_the_nets_float32_and_little_else(name):
    """The published size and the published parameter count agree, so neither is a slip of the pen."""
    entry = find(name)
    assert math.isclose(entry.mebibytes * 2**20, 4 * entry.parameters, rel_tol=0.006)


def test_no_two_rows_share_a_file():
    assert len({entry.file for entry in REGISTRY.values()}) == len(REGISTRY)


def test_googlenet_preprocessing_is_what_torchvision_undoes_inside_the_net():
    """torchvision: ((x - mean) / std) * (std / 0.5) + (mean - 0.5) / 0.5, which is (x - 0.5) / 0.5."""
    entry = find("googlenet")
    for mean, std, m, s in zip((0.485, 0.456, 0.406), (0.229, 0.224, 0.225), entry.mean, entry.std, strict=True):
        for x in (0.0, 0.3, 1.0):
            assert math.isclose((x - mean) / std * (std / 0.5) + (mean - 0.5) / 0.5, (x - m) / s, abs_tol=1e-12)


def test_the_terms_name_both_the_code_and_the_data():
    assert "BSD-3-Clause" in LICENCE
    assert "non-commercial" in LICENCE
    assert "vision#2597" in LICENCE


def test_there_are_a_thousand_different_labels_in_the_outputs_order():
    labels = imagenet_labels()
    assert len(labels) == len(set(labels)) == 1000
    # anchors all over the list, as in the ILSVRC-2012 synset order
    known = {
        0: "tench", 1: "goldfish", 99: "goose", 130: "flamingo", 134: "crane bird", 207: "golden retriever",
        251: "dalmatian", 281: "tabby", 340: "zebra", 388: "giant panda", 407: "ambulance", 517: "crane",
        579: "grand piano", 638: "maillot", 639: "maillot tank suit", 671: "mountain bike", 762: "restaurant",
        805: "soccer ball", 879: "umbrella", 919: "street sign", 954: "banana", 963: "pizza", 999: "toilet tissue",
    }  # fmt: skip
    assert {index: labels[index] for index in known} == known
    assert all(label == label.strip() and label for label in labels)


def test_a_row_as_plain_values_says_what_a_card_needs():
    plain = find("resnet50").to_dict()
    assert plain["preprocessing"] == {
        "resize_shorter_side": 232,
        "centre_crop": 224,
        "interpolation": "bilinear",
        "mean": [0.485, 0.456, 0.406],
        "std": [0.229, 0.224, 0.225],
    }
    assert plain["published"] == {"data": "ImageNet-1K validation", "top1": 80.858, "top5": 95.434}
    assert plain["classes"] == 1000


def test_the_rule_for_a_card_has_the_size_and_the_normalisation():
    rule = find("googlenet").preprocess
    assert (rule.size, rule.resize, rule.channels) == ((224, 224), "crop", 3)
    assert (rule.mean, rule.std) == ((0.5,) * 3, (0.5,) * 3)


def test_the_table_in_the_documents_is_this_one():
    text = (Path(__file__).parents[3] / "docs" / "weights.md").read_text()
    rows = [line for line in text.splitlines() if ".pth |" in line]
    assert rows == [
        f"| {e.net} | {e.file} | {e.mebibytes:.1f} | {e.top1:.1f} | {e.top5:.1f} | {e.resize} / {e.crop} |"
        for e in REGISTRY.values()
    ]


def test_an_unknown_net_is_told_which_there_are():
    with pytest.raises(CallError, match=r"'lenet5'; they are for alexnet, .*squeezenet1_1.*from scratch"):
        find("lenet5")
