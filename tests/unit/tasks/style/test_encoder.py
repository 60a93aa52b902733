"""What becomes of a net that paintings are compared through."""

import pytest
import torch
from torch import nn

from lenslet.errors import CallError
from lenslet.nets import build
from lenslet.nets.features import Features
from lenslet.tasks.style.encoder import OF_VGG, PIXELS, Encoder, Taps, taps_of
from lenslet.tasks.style.loss import style_matrix

HALF = {"mean": (0.5,) * 3, "std": (0.25,) * 3}


def a_net(name: str = "vgg_tiny") -> nn.Module:
    torch.manual_seed(0)
    net = build(name, num_classes=3)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean)
            nn.init.uniform_(module.running_var, 0.5, 2)
    return net.eval()


def a_picture(side: int = 64) -> torch.Tensor:
    return torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(1))


def test_with_max_pools_it_says_what_the_net_says() -> None:
    net, layers = a_net(), ("relu1_1", "relu3_1", "conv4_2")
    taps = Taps({"conv4_2": 1}, {"relu1_1": 0.5, "relu3_1": 0.5}, pool="max")
    found = Encoder(net, **HALF, taps=taps, precision="fp32")(a_picture())
    with torch.no_grad():
        expected = Features(net, layers)((a_picture() - 0.5) / 0.25)
    assert set(found) == set(layers)
    for layer in ("relu1_1", "relu3_1"):  # conv4_2 is before batch norm there, and includes it here
        torch.testing.assert_close(found[layer], expected[layer], rtol=1e-3, atol=1e-4)


def test_the_net_itself_is_not_changed() -> None:
    net = a_net()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    kinds = [type(module) for module in net.modules()]
    Encoder(net, **HALF, precision="bf16")(a_picture())
    assert [type(module) for module in net.modules()] == kinds
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert all(parameter.requires_grad for parameter in net.parameters())


def test_pools_take_the_mean() -> None:
    kinds = [type(module) for module in Encoder(a_net(), **HALF).features.net.modules()]
    assert nn.MaxPool2d not in kinds
    assert kinds.count(nn.AvgPool2d) == 5


def test_bfloat16_says_nearly_the_same() -> None:
    exact, half = (Encoder(a_net(), **HALF, precision=p)(a_picture()) for p in ("fp32", "bf16"))
    for layer, value in exact.items():
        assert half[layer].dtype == torch.bfloat16
        torch.testing.assert_close(half[layer].float(), value, rtol=0.1, atol=0.05 * float(value.abs().max()))


@pytest.mark.parametrize(
    "name", ["vgg_tiny", "squeezenet_tiny", "facet_tiny", "resnet_tiny", "googlenet_tiny", "cameo_tiny"]
)
def test_every_family_has_taps_and_slopes(name: str) -> None:
    picture = a_picture().requires_grad_()
    encoder = Encoder(a_net(name), **HALF, precision="fp32")
    found = encoder(picture)
    assert set(found) == set(encoder.taps.layers)
    assert sum(encoder.taps.style.values()) == pytest.approx(1)
    strides = [64 / value.shape[-1] for value in (found[layer] for layer in encoder.taps.style)]
    assert strides == sorted(strides)
    assert strides[-1] > strides[0]
    (slope,) = torch.autograd.grad(sum(value.square().sum() for value in found.values()), picture)
    assert slope.isfinite().all()
    assert slope.any()


def test_a_grey_net_sees_the_brightness() -> None:
    net = build("resnet_tiny", num_classes=2, in_channels=1)
    encoder = Encoder(net, mean=(0.5,), std=(0.25,), precision="fp32")
    grey = a_picture()[:, :1].expand(1, 3, 64, 64)
    layer = encoder.taps.layers[0]
    assert encoder(grey)[layer].isfinite().all()
    shifted = grey + torch.tensor([0.587, -0.299, 0]).view(1, 3, 1, 1) * 0.1  # another colour, as bright
    torch.testing.assert_close(encoder(shifted)[layer], encoder(grey)[layer], rtol=1e-3, atol=1e-4)


def test_zoom_and_margin_give_the_net_a_larger_picture() -> None:
    plain, larger = (
        Encoder(a_net(), **HALF, taps=Taps({"relu1_1": 1}, {"relu1_1": 1}, zoom=zoom, margin=margin))(a_picture())
        for zoom, margin in ((1, 0), (2, 8))
    )
    assert plain["relu1_1"].shape[2:] == (64, 64)
    assert larger["relu1_1"].shape[2:] == (160, 160)


def test_the_pixels_can_be_a_style_layer_that_holds_colours_and_their_means() -> None:
    taps = Taps({"relu1_1": 1}, {PIXELS: 1.0})
    found = Encoder(a_net(), **HALF, taps=taps)(a_picture())[PIXELS]
    torch.testing.assert_close(found[:, :3], 2 * a_picture() - 1)
    torch.testing.assert_close(style_matrix(found)[3, :3], (2 * a_picture() - 1).sum((0, 2, 3)), rtol=1e-4, atol=1e-2)


def test_vggs_taps_are_the_papers() -> None:
    assert taps_of(build("vgg_tiny")) is OF_VGG


def test_a_layer_that_is_not_there() -> None:
    with pytest.raises(CallError, match="no layer 'conv6_1'; near ones are"):
        Encoder(a_net(), **HALF, taps=Taps({"conv6_1": 1}, {"relu1_1": 1}))


def test_a_net_without_maps_is_refused() -> None:
    with pytest.raises(CallError, match="no maps"):
        taps_of(nn.Sequential(nn.Flatten(), nn.Linear(3 * 224 * 224, 2)))


def test_memory_grows_with_the_pixels() -> None:
    encoder = Encoder(a_net(), **HALF)
    assert encoder.bytes_for(128, 128) == 4 * encoder.bytes_for(64, 64) > 0
