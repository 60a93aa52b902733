"""Course, week 1: the simple ConvNet (1.8) and the LeNet-like example (1.10), layer by layer."""

import torch

from lenslet.nets import lenet_course, simple_convnet
from lenslet.verbs.describe import describe


def test_1_8_simple_convnet_39_37_17_7_1960():
    """course.md 1.8: 39x39x3 -> 37x37x10 (f3 s1) -> 17x17x20 (f5 s2) -> 7x7x40 (f5 s2) -> 1,960 -> softmax."""
    found = describe(simple_convnet())
    assert found.input == (3, 39, 39)
    maps = [row for row in found.rows if row.kind == "Conv2d"]
    assert [row.output for row in maps] == [(10, 37, 37), (20, 17, 17), (40, 7, 7)]
    assert found["flatten"].output == (1960,)
    assert [row.parameters for row in maps] == [280, 5020, 20040]
    # softmax over ten, or one logistic unit
    assert simple_convnet(10)(torch.zeros(2, 3, 39, 39)).shape == (2, 10)
    assert simple_convnet(1)(torch.zeros(2, 3, 39, 39)).shape == (2, 1)


def test_1_10_lenet_like_on_32x32x3_layer_by_layer():
    """course.md 1.10: conv, pool, conv, pool, FC 120, FC 84, softmax 10 on 32x32x3; 1.11: the first conv has 456."""
    found = describe(lenet_course())
    assert found.input == (3, 32, 32)
    kinds = ("Conv2d", "MaxPool2d", "Linear")
    rows = [row for row in found.rows if row.kind in kinds]
    assert [(row.kind, row.output, row.parameters) for row in rows] == [
        ("Conv2d", (6, 28, 28), 456),
        ("MaxPool2d", (6, 14, 14), 0),
        ("Conv2d", (16, 10, 10), 2416),
        ("MaxPool2d", (16, 5, 5), 0),
        ("Linear", (120,), 48120),
        ("Linear", (84,), 10164),
        ("Linear", (10,), 850),
    ]
    assert found.parameters == 62_006
