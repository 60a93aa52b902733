"""Which pictures come when."""

import torch

from lenslet.data.order import Order, chances


def test_processes_share_every_batch_and_lose_no_picture() -> None:
    whole = [chosen.tolist() for _, chosen in Order(23, 6, shuffle=True, seed=1).batches(2)]
    shares = [Order(23, 6, shuffle=True, seed=1, rank=rank, processes=3).batches(2) for rank in range(3)]
    for batch, parts in zip(whole, zip(*shares, strict=True), strict=False):
        assert torch.cat([chosen for _, chosen in parts]).tolist() == batch


def test_every_process_has_two_pictures_to_learn_from() -> None:
    for count in range(6, 40):
        order = Order(count, 6, shuffle=True, processes=3)
        for rank in range(3):
            mine = Order(count, 6, shuffle=True, rank=rank, processes=3).batches(0)
            sizes = [len(chosen) for _, chosen in mine]
            assert len(sizes) == len(order)
            assert min(sizes) >= 2


def test_a_batch_is_known_by_its_place() -> None:
    order = Order(20, 4, shuffle=True, seed=9)
    whole = {number: chosen.tolist() for number, chosen in order.batches(3)}
    assert {number: chosen.tolist() for number, chosen in order.batches(3, first=2)} == {
        number: chosen for number, chosen in whole.items() if number >= 2
    }


def test_dice_of_different_places_have_nothing_in_common() -> None:
    order = Order(4, 2, seed=3)
    places = [(), (0,), (0, 0), (0, 0, 0), (1,), (0, 1), (1, 0), (0, 1, 0)]
    draws = {float(torch.rand(1, generator=order.dice(*place), dtype=torch.float64)) for place in places}
    assert len(draws) == len(places)
    assert torch.equal(torch.rand(3, generator=order.dice(1, 2)), torch.rand(3, generator=order.dice(1, 2)))


def test_with_chances_rare_classes_come_as_often_as_frequent_ones() -> None:
    targets = torch.tensor([0] * 900 + [1] * 100)
    order = Order(1000, 50, shuffle=True, chances=chances(targets))
    drawn = torch.cat([targets[chosen] for epoch in range(4) for _, chosen in order.batches(epoch)])
    assert 0.45 < drawn.float().mean() < 0.55
