"""Which cell owns which truth."""

import torch

from lenslet.boxes import cxcywh_to_xyxy
from lenslet.tasks.detect.assign import centre_cells, owner, task_aligned
from lenslet.tasks.detect.cells import cells

MAPS = [torch.zeros(1, 1, 8, 8), torch.zeros(1, 1, 4, 4), torch.zeros(1, 1, 2, 2)]  # of 64 x 64 pixels
GRID = cells(MAPS, (8, 16, 32))


def truth(*rows: tuple[float, float, float, float]) -> torch.Tensor:
    return torch.tensor([rows], dtype=torch.float32)


def test_cells_lie_stride_by_stride_from_the_upper_left_on():
    assert GRID.centres[0].tolist() == [4, 4]
    assert GRID.centres[1].tolist() == [12, 4]
    assert GRID.centres[64].tolist() == [8, 8]
    assert GRID.centres[-1].tolist() == [48, 48]
    assert GRID.strides.long().bincount()[[8, 16, 32]].tolist() == [64, 16, 4]


def test_the_cell_that_holds_the_centre_owns_the_object():
    given = centre_cells(GRID, truth((10, 20, 20, 30)), torch.tensor([[0]]))
    assert given.place.tolist() == [3 * 8 + 1]  # the centre is (15, 25), and cells are 8 wide
    assert given.worth.tolist() == [1]


def test_large_things_are_owned_by_cells_of_a_large_stride():
    given = centre_cells(GRID, truth((0, 0, 100, 60), (0, 0, 130, 250)), torch.tensor([[0, 1]]))
    assert GRID.strides[given.place].tolist() == [16, 32]


def test_of_two_things_in_one_cell_the_smaller_one_gets_it():
    both = truth((8, 8, 24, 24), (14, 14, 18, 18))
    given = centre_cells(GRID, both, torch.tensor([[0, 0]]))
    assert given.truth.tolist() == [1]


def test_a_centre_at_the_very_edge_belongs_to_the_last_cell():
    assert owner(GRID, torch.tensor([[64.0, 64.0]]), torch.tensor([8.0])).tolist() == [63]


def aligned(boxes: torch.Tensor, kinds: list[int], scores: torch.Tensor, said: torch.Tensor, **how: int):
    return task_aligned(scores[None], said[None], GRID.centres, boxes, torch.tensor([kinds]), **how)


def test_no_truth_owns_nothing():
    given = aligned(torch.zeros(1, 3, 4), [-1, -1, -1], torch.rand(84, 2), torch.rand(84, 4))
    assert not len(given.place)


def test_only_cells_inside_a_truth_can_own_it_and_the_best_does_with_the_worth_of_its_iou():
    box = truth((16, 16, 48, 48))
    around = cxcywh_to_xyxy(torch.cat([GRID.centres, torch.full((84, 2), 20.0)], 1))
    around[3 * 8 + 3] = box[0, 0]  # this cell says it exactly
    around[0] = box[0, 0]  # so does this one, from outside
    given = aligned(box, [1], torch.full((84, 2), 0.5), around, most=3)
    best = int(given.worth.argmax())
    assert given.place[best] == 3 * 8 + 3
    assert given.worth[best].item() == 1
    assert 0 not in given.place.tolist()
    assert len(given.place) == 3


def test_a_cell_that_two_want_goes_to_the_one_it_fits_better():
    both = truth((0, 0, 64, 64), (0, 0, 60, 64))
    said = both[0, 1].expand(84, 4).clone()
    given = aligned(both, [0, 0], torch.full((84, 1), 0.5), said, most=100)
    assert set(given.truth.tolist()) == {1} or (given.truth == 1).sum() > (given.truth == 0).sum()
    assert len(set(given.place.tolist())) == len(given.place)


def test_a_thing_between_the_middles_of_all_cells_is_not_forgotten():
    tiny = truth((5, 5, 7, 7))
    given = aligned(tiny, [0], torch.full((84, 1), 0.01), torch.zeros(84, 4))
    assert given.place.tolist() == [0]
