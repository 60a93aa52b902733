"""Named activations: by the paper's names and by paths, no further than asked, unharmed by ReLUs in place."""

import pytest
import torch
from torch import nn

from lenslet.errors import CallError, ShapeError
from lenslet.nets import NETS, anatomy, build, input_channels, smallest_size, usual_size
from lenslet.nets.features import Features, names_of
from lenslet.nets.vgg import vgg_tiny

TINY = [name for name in NETS if name.endswith("_tiny")] + ["resnet8", "simple_convnet", "lenet5"]


def a_net(name: str = "vgg_tiny") -> nn.Module:
    torch.manual_seed(0)
    return build(name, num_classes=3) if not name.startswith("argus") else build(name)


def pictures(name: str = "vgg_tiny", side: int = 64) -> torch.Tensor:
    side = usual_size(name) if usual_size(name) < 64 else max(smallest_size(name), side)
    return torch.randn(1, input_channels(name) or 3, side, side, generator=torch.Generator().manual_seed(1))


def calls(net: nn.Module) -> list[str]:
    """The leaves that are called, noted as they come."""
    noted: list[str] = []
    for path, module in net.named_modules():
        if next(module.children(), None) is None:
            module.register_forward_pre_hook(lambda _m, _i, path=path: noted.append(path))
    return noted


@pytest.mark.parametrize("depth", ["A", "E"])
def test_vgg_answers_to_the_papers_names(depth: str) -> None:
    from lenslet.nets import vgg

    net = vgg.VGG(getattr(vgg, depth), 3, channels=(4, 4, 4, 4, 4), hidden=8).eval()
    x = pictures()
    expected, conv = x, 0
    by_hand = {}
    stage = 1
    with torch.no_grad():
        for module in net.features:
            expected = module(expected.clone())
            if isinstance(module, nn.Conv2d):
                conv += 1
                by_hand[f"conv{stage}_{conv}"] = expected.clone()
            elif isinstance(module, nn.ReLU):
                by_hand[f"relu{stage}_{conv}"] = expected.clone()
            else:
                by_hand[f"pool{stage}"] = expected.clone()
                stage, conv = stage + 1, 0
        found = Features(net, list(by_hand))(x)
    assert list(found) == list(by_hand)
    assert ("conv4_2" in by_hand) == ("conv3_4" in by_hand) or depth == "A"
    for name, tensor in by_hand.items():
        torch.testing.assert_close(found[name], tensor, msg=name)


def test_a_path_and_a_name_are_the_same_layer() -> None:
    found = Features(a_net(), ["conv1_1", "features.0"])(pictures())
    assert torch.equal(found["conv1_1"], found["features.0"])


def test_the_pass_stops_at_the_deepest_name() -> None:
    net = a_net()
    noted = calls(net)
    Features(net, ["pool2", "conv1_1"])(pictures())
    assert noted[-1] == "features.7"
    assert noted == [f"features.{i}" for i in range(8)]
    noted.clear()
    Features(net, [])(pictures())
    assert noted == []


def test_a_relu_in_place_does_not_write_over_what_is_kept_and_stays_in_place() -> None:
    net = vgg_tiny(3)
    before = [m.inplace for m in net.modules() if isinstance(m, nn.ReLU)]
    found = Features(net, ["bn1_1", "relu1_1", "pool5"])(pictures())
    assert (found["bn1_1"] < 0).any()
    assert torch.equal(found["relu1_1"], found["bn1_1"].relu())
    assert [m.inplace for m in net.modules() if isinstance(m, nn.ReLU)] == before


def test_the_net_is_left_as_it_was() -> None:
    net = a_net().train()
    net.features[1].eval()
    modes = [m.training for m in net.modules()]
    statistics = net.features[1].running_mean.clone()
    Features(net, ["pool3"])(pictures())
    assert [m.training for m in net.modules()] == modes
    assert torch.equal(net.features[1].running_mean, statistics)
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in net.modules())


def test_gradients_flow_to_the_picture_and_are_autograds() -> None:
    net = a_net().double()
    x = pictures(side=32).double().requires_grad_()
    tapped = Features(net, ["conv1_1", "relu3_1"])

    def cost(x: torch.Tensor) -> torch.Tensor:
        found = tapped(x)
        return found["conv1_1"].square().mean() + found["relu3_1"].square().mean()

    (slope,) = torch.autograd.grad(cost(x), x)
    along = torch.randn(x.shape, dtype=x.dtype, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        by_difference = (cost(x + 1e-6 * along) - cost(x - 1e-6 * along)) / 2e-6
    torch.testing.assert_close((slope * along).sum(), by_difference, rtol=1e-5, atol=1e-9)


def test_nothing_is_copied() -> None:
    """The tensor that comes back is the layer's own."""
    net = a_net()
    own: list[torch.Tensor] = []
    net.features[0].register_forward_hook(lambda _m, _i, out: own.append(out))
    assert Features(net, ["conv1_1"])(pictures())["conv1_1"] is own[0]


@pytest.mark.parametrize("name", TINY)
def test_every_layer_of_every_net_can_be_asked_for(name: str) -> None:
    net, x = a_net(name), pictures(name)
    listed = names_of(net, size=x.shape[-1])
    with torch.no_grad():
        found = Features(net, [row.name for row in listed])(x)
    assert [tuple(found[row.name].shape[1:]) for row in listed] == [row.output for row in listed]


def test_names_agree_with_the_anatomy_about_what_a_layer_sees() -> None:
    for name in ("vgg_tiny", "resnet_tiny", "googlenet_tiny"):
        net = a_net(name)
        rows = {row.name: row for row in reversed(anatomy(net, size=64).rows)}  # the first of a name
        seen = {row.path: row for row in names_of(net, size=64) if row.path in rows}
        assert len(seen) > 10
        for path, row in seen.items():
            assert row.receptive_field == rows[path].receptive_field, path
            assert row.stride == rows[path].stride, path


def test_what_an_output_sees_is_where_the_gradient_lands() -> None:
    net = a_net("vgg_tiny").double()
    row = next(row for row in names_of(net, size=64) if row.name == "conv3_1")
    assert row.receptive_field == (18, 18)
    assert row.stride == (4, 4)
    x = pictures().double().requires_grad_()
    (slope,) = torch.autograd.grad(Features(net, ["conv3_1"])(x)["conv3_1"][0, :, 6, 9].sum(), x)
    rows, columns = slope.abs().sum((0, 1)).nonzero().T
    left, top, right, bottom = row.sees(6, 9)
    assert left <= columns.min() <= columns.max() < right
    assert top <= rows.min() <= rows.max() < bottom
    assert (right - left, bottom - top) == (18, 18)


def test_an_unknown_name_is_answered_with_near_ones() -> None:
    with pytest.raises(CallError, match=r"this VGG has no layer 'conv3_9'; near ones are .*conv3_1"):
        Features(a_net(), ["conv3_9"])
    with pytest.raises(CallError, match=r"no layer 'conv4_2'"):
        Features(a_net("facet_tiny"), ["conv4_2"])
    with pytest.raises(CallError, match="there are "):
        Features(a_net(), ["zzzz"])


def test_a_layer_that_is_never_called_is_told() -> None:
    net = nn.Sequential(nn.Conv2d(3, 2, 1))
    net.spare = nn.Linear(1, 1)
    net.forward = net[0].forward
    with pytest.raises(CallError, match="has a layer spare, but does not call it"):
        Features(net, ["spare"])(torch.zeros(1, 3, 4, 4))


class WritesOver(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 2, 1)
        self.second = nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.first(x)
        y += 1
        return self.second(y)


def test_a_net_that_writes_over_an_answer_is_found_out() -> None:
    with pytest.raises(CallError, match="writes over what first answers"):
        Features(WritesOver(), ["first", "second"])(torch.zeros(1, 3, 4, 4))


def test_a_picture_that_the_net_cannot_read() -> None:
    with pytest.raises(ShapeError, match="picture of 8x8; torch says"):
        names_of(a_net(), size=8)
