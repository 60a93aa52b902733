"""Course 3.1: localisation. y = (p_c, b_x, b_y, b_h, b_w, c_1, c_2, c_3), a loss masked by p_c, IoU to measure it.

The course's example: is there a pedestrian, a car or a motorcycle, or only background?
"""

from pathlib import Path

import numpy as np
import pytest
import torch

import lenslet as ll
from lenslet.nets import build
from lenslet.tasks.localize.base import localizations
from lenslet.tasks.localize.decode import NUMBERS, boxes, told
from lenslet.tasks.localize.loss import losses
from lenslet.tasks.localize.prepare import prepare

NAMES = ("pedestrian", "car", "motorcycle")
SIZE = (100, 100)


def logit(p: float) -> float:
    return float(np.log(p / (1 - p)))


def test_3_1_the_answer_has_eight_numbers_for_three_classes() -> None:
    assert NUMBERS + len(NAMES) == 8
    net = build("locus_tiny", num_classes=8, in_channels=3)
    assert net.eval()(torch.zeros(2, 3, 64, 64)).shape == (2, 8)


def test_3_1_the_courses_car_lies_where_its_numbers_say() -> None:
    # b_x = 0.5, b_y = 0.7, b_h = 0.3, b_w = 0.4: the middle, the height and the width, as shares of the picture
    raw = torch.tensor([[9.0, logit(0.5), logit(0.7), logit(0.3), logit(0.4), -9.0, 9.0, -9.0]])
    assert boxes(raw)[0].tolist() == pytest.approx([0.3, 0.55, 0.7, 0.85])
    from lenslet.image.resizing import letterboxed

    answer = next(localizations(told(raw), [letterboxed((200, 200), SIZE)], NAMES, [None]))
    assert answer.label == "car"
    assert answer.box.tolist() == pytest.approx([60, 110, 140, 170], abs=1e-3)


def test_3_1_without_an_object_the_rest_does_not_matter() -> None:
    # y = (0, ?, ?, ?, ?, ?, ?, ?): whatever stands there costs the same, and learns nothing
    truth = torch.tensor([[[-1.0, 0, 0, 0, 0]]])
    one, other = torch.zeros(1, 8), torch.cat([torch.zeros(1, 1), torch.full((1, 7), 5.0)], 1).requires_grad_()
    cost = [torch.stack(list(losses(raw, truth, SIZE).values())).sum() for raw in (one, other)]
    assert cost[0].item() == cost[1].item()
    cost[1].backward()
    assert other.grad is not None
    assert other.grad[0, 0] != 0
    assert (other.grad[0, 1:] == 0).all()


def test_3_1_with_an_object_every_part_counts() -> None:
    truth = torch.tensor([[[1.0, 30, 55, 70, 85]]])
    raw = torch.zeros(1, 8, requires_grad=True)
    sum(losses(raw, truth, SIZE).values()).backward()
    assert raw.grad is not None
    assert (raw.grad[0] != 0).sum() >= 7  # b_x = 0.5 is right already


def test_3_1_of_data_with_boxes_it_has_to_be_asked_for(tmp_path: Path) -> None:
    from PIL import Image

    from lenslet.card.start import Start
    from lenslet.verbs.preparing import task_of

    rows = ["image,label,xmin,ymin,xmax,ymax"]
    for number in range(4):
        Image.new("RGB", (64, 64), (10 * number, 80, 80)).save(tmp_path / f"{number}.png")
        rows.append(f"{number}.png,car,10,10,40,{40 + number}" if number else f"{number}.png,,,,,")
    (tmp_path / "labels.csv").write_text("\n".join(rows))
    assert task_of(tmp_path, None) == "detect"
    assert task_of(tmp_path, "localize") == "localize"
    ready = prepare(tmp_path, start=Start(), net="locus_tiny", budget={"epochs": 1, "seed": 0})
    assert ready.card.data["without_boxes"] in (0, 1)
    assert isinstance(ready.model(), ll.Localizer)
