"""What the lessons compute is what the rooms below compute: the course's own numbers come out."""

import base64

import numpy as np
import pytest
import torch

from lenslet.boxes import iou, nms
from lenslet.errors import CallError, ShapeError
from lenslet.nets import NETS
from lenslet.studio.learning import (
    bottlenecks,
    convolving,
    costs,
    going_back,
    gridding,
    likening,
    overlapping,
    pointing,
    pooling,
    racing,
    residual,
    seeing,
    stacking,
    styling,
)

COURSE = [
    [3, 0, 1, 2, 7, 4], [1, 5, 8, 9, 3, 1], [2, 7, 2, 5, 1, 3],
    [0, 1, 3, 1, 7, 8], [4, 2, 1, 6, 2, 8], [2, 4, 5, 2, 3, 9],
]  # fmt: skip
VERTICAL = [[1.0, 0.0, -1.0]] * 3


def table(sent: dict) -> np.ndarray:
    flat = np.frombuffer(base64.b64decode(sent["float32"]), "<f4")
    return flat.reshape(sent["rows"], sent["columns"])


def test_the_course_s_matrix_by_its_vertical_filter():
    asked = convolving.Convolving(table=COURSE, kernel=VERTICAL)
    found = convolving.convolved(asked, convolving.table_of(COURSE))
    assert table(found["output"]).tolist() == [[-5, -4, 0, 8], [-10, -2, 2, 3], [0, -2, -4, -7], [-3, -2, -3, -16]]
    assert table(found["input"]).tolist() == COURSE
    assert found["sides"][0] == {"n": 6, "f": 3, "p": 0, "s": 1, "out": 4}
    assert found["picture"].startswith("data:image/png;base64,")


def test_kernels_have_their_numbers_and_can_be_turned():
    assert convolving.kernel("vertical", 0, 5)["kernel"] == VERTICAL
    turned = convolving.kernel("sobel", 90, 5)
    assert turned["turned"]
    assert turned["kernel"] == [[1, 2, 1], [0, 0, 0], [-1, -2, -1]]
    assert np.sum(convolving.kernel("blur", 0, 7)["kernel"]) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("kernel", [VERTICAL, [[0.0]], [[1.0]], [[0.2, -0.1], [0.3, -0.4]]])
@pytest.mark.parametrize("signs", [True, False])
def test_any_kernel_can_be_shown(kernel, signs):
    x = np.arange(48.0).reshape(6, 8)
    found = convolving.convolved(convolving.Convolving(kernel=kernel, padding=1, stride=2, signs=signs), x)
    assert found["output"]["rows"] == found["sides"][0]["out"]


def test_a_kernel_is_learned_again_from_a_photo():
    x = np.random.default_rng(0).integers(0, 256, (60, 60)).astype(float)
    found = convolving.relearned(x, np.array(VERTICAL))
    assert np.allclose(found["kernel"], VERTICAL, atol=1e-2)
    assert found["losses"][0]["y"] > 100 * found["losses"][-1]["y"]


def test_rows_of_different_lengths_are_refused():
    with pytest.raises(ShapeError, match="equally long"):
        convolving.table_of([[1.0, 2.0], [3.0]])


def test_pooling_is_the_course_s():
    x = [[1, 3, 2, 1], [2, 9, 1, 1], [1, 3, 2, 3], [5, 6, 1, 2]]
    largest = pooling.pooled(pooling.Pooling(table=x), convolving.table_of(x))
    assert table(largest["output"]).tolist() == [[9, 2], [6, 3]]
    mean = pooling.pooled(pooling.Pooling(table=x, mode="average"), convolving.table_of(x))
    assert table(mean["output"])[0, 0] == 3.75


def test_volumes_and_what_layers_cost():
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3)).astype(np.uint8)
    found = stacking.layered(stacking.Layered(filters=[[VERTICAL] * 3] * 2, biases=[0, 5]), pixels)
    assert found["output"] == [18, 28, 2]
    assert found["parameters"] == 56
    assert len(found["maps"]) == 2
    ten = stacking.costs(stacking.Sized(n=64, f=3, filters=10))
    assert (ten["inputs"], ten["parameters"]) == (12288, 280)
    eleven = stacking.costs(stacking.Sized(n=32, f=5, filters=6))
    assert (eleven["parameters"], eleven["dense"], eleven["side"]["out"]) == (456, 14_450_688, 28)


def test_the_way_back_is_what_trying_finds():
    asked = going_back.Back(x=[row[:5] for row in COURSE[:5]], w=VERTICAL)
    found = going_back.gone_back(asked)
    assert np.allclose(found["dw"], found["tried"], atol=1e-3)
    assert found["db"] == 9
    pooled = going_back.gone_back(going_back.Back(way="max", x=[[1, 3], [2, 9]], w=[[0, 0], [0, 0]]))
    assert pooled["dx"] == [[0, 0], [0, 1]]


def test_every_net_can_be_chosen_and_described():
    offered = {row["value"] for row in costs.families()}
    assert offered == {name for name in NETS if not name.endswith("_tiny") and name not in ("resnet8", "plain8")}
    assert {name for names in costs.FAMILIES.values() for name in names} <= offered
    assert costs.described("simple_convnet", None)["rows"][0]["output"] == [10, 37, 37]
    with pytest.raises(CallError, match="no net"):
        costs.described("../../etc", None)


def test_the_bottleneck_is_the_course_s():
    found = bottlenecks.saved(bottlenecks.Bottleneck())
    assert (found["direct"], found["first"], found["second"]) == (120_422_400, 2_408_448, 10_035_200)
    assert bottlenecks.block()["output"] == [256, 28, 28]


def test_blocks_without_weights_hand_on_what_they_got():
    assert residual.through(residual.Through(scale=0.0, blocks=5))["same"]
    other = residual.through(residual.Through(scale=1.0, blocks=5))
    assert not other["same"]
    assert other["largest"]["residual"][-1] > other["largest"]["plain"][-1]


def test_both_nets_learn_in_turn():
    rows = list(racing.learning(8, 2, pictures=64))
    assert [(row["net"], row["pass"]) for row in rows] == [("plain", 1), ("residual", 1), ("plain", 2), ("residual", 2)]
    assert all(0 <= row["error"] <= 100 and row["loss"] > 0 for row in rows)


def test_iou_of_the_course_and_its_relatives():
    found = overlapping.compared(overlapping.Two(first=(2, 1, 4, 3), second=(1, 2, 3, 4)))
    assert found["iou"] == pytest.approx(1 / 7)
    assert found["giou"] < found["iou"]


@pytest.mark.parametrize("overlap", [0.0, 0.3, 0.5, 1.0])
def test_suppression_step_by_step_is_nms(overlap):
    dice = np.random.default_rng(1)
    corners = dice.integers(0, 60, (25, 2))
    boxes = np.concatenate([corners, corners + dice.integers(10, 40, (25, 2))], 1)
    scores, labels = dice.random(25).round(3), dice.integers(0, 2, 25)
    asked = overlapping.Scored(
        boxes=boxes.tolist(), scores=scores.tolist(), labels=labels.tolist(), overlap=overlap, at_least=0.2
    )
    found = overlapping.suppressed(asked)
    tensors = torch.tensor(boxes, dtype=torch.float64), torch.tensor(scores), torch.tensor(labels)
    assert found["kept"] == nms(*tensors, overlap=overlap, at_least=0.2).tolist()
    dropped = [one["box"] for step in found["steps"] for one in step["dropped"]]
    assert sorted([*found["low"], *found["kept"], *dropped]) == list(range(25))
    fit = iou(tensors[0], tensors[0])
    for step in found["steps"]:
        assert all(one["iou"] == float(fit[step["kept"], one["box"]]) > overlap for one in step["dropped"])


def test_the_cell_of_the_centre_and_the_most_similar_anchor_own_a_box():
    asked = gridding.Things(boxes=[(100, 110, 240, 180)], kinds=[1], anchors=[(60, 110), (140, 70)])
    [thing] = gridding.assigned(asked)["things"]
    assert (thing["row"], thing["column"], thing["anchors"]) == (1, 1, [1])
    assert thing["alike"][1] == 1
    assert thing["said"] == pytest.approx([170 / 96 - 1, 145 / 96 - 1, 70 / 96, 140 / 96])
    [cell] = gridding.assigned(asked)["y"]
    assert [anchor["p"] for anchor in cell["anchors"]] == [0, 1]
    assert cell["anchors"][1]["kinds"] == [0, 1, 0]


def test_two_things_in_one_cell_have_an_anchor_each_and_a_third_none():
    boxes = [(100, 110, 180, 190), (105, 115, 175, 185), (102, 112, 178, 188)]
    found = gridding.assigned(gridding.Things(boxes=boxes, kinds=[0, 1, 2], anchors=[(60, 110), (140, 70)]))
    assert sorted(len(thing["anchors"]) for thing in found["things"]) == [0, 1, 1]


@pytest.mark.parametrize("stride", [288, 96, 48, 32, 16])
def test_boxes_at_the_very_edge_have_a_cell(stride):
    found = gridding.assigned(
        gridding.Things(boxes=[(287, 287, 288, 288), (0, 0, 0, 0)], kinds=[0, 1], anchors=[(9, 9)], stride=stride)
    )
    first = found["things"][0]
    assert (first["row"], len(first["anchors"])) == (288 // stride - 1, 1)
    assert gridding.best_shapes([(0, 0, 50, 20)], 1) == [[50, 20]]


def test_points_are_shares_of_the_picture_and_change_places_in_the_mirror():
    asked = pointing.Pointing(
        truth=[(10, 10), (30, 10), (20, 40)],
        answer=[(10, 10), (30, 10), (20, 40)],
        names=["left eye", "right eye", "chin"],
        size=(50, 40),
    )
    found = pointing.pointed(asked)
    assert found["nme"] == 0
    assert found["y"] == [1, 0.25, 0.2, 0.75, 0.2, 0.5, 0.8]
    assert found["mirrored"] == [[10, 10], [30, 10], [20, 40]]


def test_a_triplet_costs_what_the_formula_says():
    rows = likening.encoded([likening.digit(n) for n in (3, 13, 8)])
    found = likening.three(likening.Triplet(anchor="", positive="", negative="", alpha=0.2), rows)
    near, far = ((rows[0] - rows[1]) ** 2).sum(), ((rows[0] - rows[2]) ** 2).sum()
    assert found["near"] == pytest.approx(near, abs=1e-6)
    assert found["far"] == pytest.approx(far, abs=1e-6)
    assert found["loss"] == pytest.approx(max(near - far + 0.2, 0), abs=1e-5)
    assert found["kind"] == "easy"
    with pytest.raises(CallError, match="no digit"):
        likening.digit(5000)


def test_the_style_of_a_picture_in_pieces_is_nearer_than_its_content():
    dice = np.random.default_rng(0)
    content, style = (
        np.kron(dice.integers(0, 256, (10, 10, 3)), np.ones((16, 16, 1))).astype(np.uint8) for _ in range(2)
    )
    own = styling.compared(styling.Styled(kind="style", beta=2), content, style)
    assert own["style"] < 1e-12
    assert own["total"] == pytest.approx(own["content"])
    pieces = styling.compared(styling.Styled(kind="shuffled"), content, style)
    assert pieces["style_relative"] < 0.1 < pieces["content_relative"]


def test_units_are_those_of_models_that_ship():
    with pytest.raises(CallError, match="choose one"):
        seeing.sheet("/etc/passwd", "filters", "")
