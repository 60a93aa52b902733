"""The nets that say where: locus gives numbers, stylus maps."""

import pytest
import torch

from lenslet.card.stages import take_stages
from lenslet.card.start import Start
from lenslet.errors import CardError
from lenslet.nets import build


@pytest.mark.parametrize("size", [(32, 32), (64, 96), (100, 70)])
@pytest.mark.parametrize("channels", [1, 3])
def test_both_read_pictures_of_any_sides_from_32_on(size: tuple[int, int], channels: int) -> None:
    picture = torch.zeros(2, channels, *size)
    assert build("locus_tiny", num_classes=7, in_channels=channels).eval()(picture).shape == (2, 7)
    maps = build("stylus_tiny", num_classes=7, in_channels=channels).eval()(picture)
    assert maps.shape == (2, 7, -(-size[0] // 8), -(-size[1] // 8))


@pytest.mark.parametrize("name", ["locus_tiny", "stylus_tiny"])
def test_every_parameter_is_reached_by_the_gradient(name: str) -> None:
    torch.manual_seed(0)
    net = build(name, num_classes=3)
    net(torch.randn(4, 3, 64, 64)).square().sum().backward()
    assert [key for key, p in net.named_parameters() if p.grad is None] == []


def test_a_thing_moved_across_the_picture_moves_the_places_of_locus_and_not_what_is_there() -> None:
    from lenslet.nets.locus import _means

    maps = torch.full((1, 1, 8, 8), -50.0)
    maps[0, 0, 1, 2] = 50
    x, y = _means(maps)[0].tolist()
    assert (x, y) == pytest.approx((4 * (2.5 / 8 - 0.5), 4 * (1.5 / 8 - 0.5)))


@pytest.mark.parametrize("family", ["locus", "stylus"])
def test_the_stages_of_a_facet_fit_and_the_ending_is_new(family: str) -> None:
    facet = build("facet_tiny", num_classes=4, in_channels=3)
    net = build(f"{family}_tiny", num_classes=4, in_channels=3)
    fresh = {key: value.clone() for key, value in net.state_dict().items()}
    start = Start("facet_tiny", facet.state_dict(), source="a facet", terms="any")
    said = take_stages(net, start, own=family, ending=("fc.", "out."), keep_ending=True)
    assert said is not None
    assert said["head"] == "new"
    state = net.state_dict()
    assert torch.equal(state["layer3.0.conv1.weight"], facet.state_dict()["layer3.0.conv1.weight"])
    last = "fc.weight" if family == "locus" else "out.weight"
    assert torch.equal(state[last], fresh[last])


def test_weights_of_another_net_are_refused() -> None:
    bead = build("bead_tiny", num_classes=4, in_channels=3)
    start = Start("bead_tiny", bead.state_dict(), source="a bead")
    with pytest.raises(CardError, match="do not fit the stages"):
        take_stages(build("locus_tiny", num_classes=4), start, own="locus", ending=("fc.",), keep_ending=True)


def test_from_noise_nothing_is_taken() -> None:
    assert take_stages(build("locus_tiny"), Start(), own="locus", ending=("fc.",), keep_ending=True) is None
