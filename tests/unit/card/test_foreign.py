"""State dicts from elsewhere: what is taken, under which names, and what is refused."""

import pytest
import torch
from torch import nn

from lenslet.card.foreign import halved, has_body, start_from
from lenslet.errors import CardError
from lenslet.nets import build


def of(name: str, classes: int = 5, seed: int = 1) -> dict[str, torch.Tensor]:
    torch.manual_seed(seed)
    return build(name, num_classes=classes).state_dict()


def taken(name: str, state: dict[str, torch.Tensor], *, classes: int = 3, keep: bool = False) -> nn.Module:
    torch.manual_seed(2)
    net = build(name, num_classes=classes)
    start_from(net, state, keep_head=keep)
    return net


@pytest.mark.parametrize("name", ["resnet_tiny", "vgg_tiny", "squeezenet_tiny", "googlenet_tiny", "facet_tiny"])
@pytest.mark.parametrize("prefix", ["", "module.", "model.", "backbone.", "module.encoder_q.", "_orig_mod."])
def test_the_body_is_taken_behind_whatever_prefix_and_the_head_is_new(name, prefix):
    state = of(name)
    around = {f"{prefix}{key}": value for key, value in state.items()}
    if prefix:
        around |= {"optimizer.step": torch.zeros(1), "queue": torch.zeros(3)}
    net = taken(name, around)
    fresh = taken(name, of(name, seed=9)).state_dict()
    for key, value in net.state_dict().items():
        if value.shape == state[key].shape and value.ndim > 1:
            assert torch.equal(value, state[key])
        elif value.ndim > 1:
            assert torch.equal(value, fresh[key])  # the head: the net's own, whatever the weights are


def test_an_equal_number_of_classes_keeps_the_head_only_where_it_is_asked_for():
    state = of("facet_tiny", 3)
    assert not torch.equal(taken("facet_tiny", state).fc.weight, state["fc.weight"])
    assert torch.equal(taken("facet_tiny", state, keep=True).fc.weight, state["fc.weight"])


@pytest.mark.parametrize("other", [None, "head.fc", "classifier", "last_linear", "head"])
def test_a_head_may_be_missing_or_called_otherwise(other):
    state = of("resnet_tiny")
    weight, bias = state.pop("fc.weight"), state.pop("fc.bias")
    if other:
        state |= {f"{other}.weight": weight, f"{other}.bias": bias}
    net = taken("resnet_tiny", state)
    assert torch.equal(net.layer4[0].conv3.weight, state["layer4.0.conv3.weight"])


def test_timms_names_of_a_vgg_are_understood():
    ours = of("vgg_tiny")
    theirs = {key: value for key, value in ours.items() if key.startswith("features.")}
    for old, new in (
        ("classifier.0", "pre_logits.fc1"),
        ("classifier.3", "pre_logits.fc2"),
        ("classifier.6", "head.fc"),
    ):
        weight = ours[f"{old}.weight"]
        side = 7 if new.endswith("fc1") else 1
        theirs[f"{new}.weight"] = weight if new == "head.fc" else weight.view(len(weight), -1, side, side)
        theirs[f"{new}.bias"] = ours[f"{old}.bias"]
    net = taken("vgg_tiny", theirs)
    assert torch.equal(net.classifier[0].weight, ours["classifier.0.weight"])
    assert torch.equal(net.classifier[3].weight, ours["classifier.3.weight"])


def test_counters_of_batch_norm_may_be_missing():
    state = {key: value for key, value in of("resnet_tiny").items() if "num_batches" not in key}
    assert torch.equal(taken("resnet_tiny", state).conv1.weight, state["conv1.weight"])


def test_weights_of_another_net_are_refused_and_change_nothing():
    net = build("resnet_tiny", num_classes=3)
    before = {key: value.clone() for key, value in net.state_dict().items()}
    broken = of("resnet_tiny")
    del broken["layer2.0.conv1.weight"]
    wide = of("resnet_tiny") | {"layer1.0.conv1.weight": torch.zeros(9, 9, 1, 1)}
    more = of("resnet_tiny") | {"layer5.0.weight": torch.zeros(1)}
    for state in (of("facet_tiny"), broken, wide, more, {"x": torch.zeros(1)}, {}):
        with pytest.raises(CardError, match="not for this ResNet"):
            start_from(net, state, keep_head=False)
    assert all(torch.equal(before[key], value) for key, value in net.state_dict().items())


def test_halves_are_half_as_large_and_small_things_stay_as_they_are():
    state = of("facet_tiny")
    small = halved(state)
    assert small["fc.weight"].dtype == torch.float16
    assert small["stem.bn.running_var"].dtype == torch.float32
    assert torch.equal(small["stem.bn.num_batches_tracked"], state["stem.bn.num_batches_tracked"])
    net = taken("facet_tiny", small, classes=5, keep=True)
    assert all(value.dtype != torch.float16 for value in net.state_dict().values())
    assert torch.allclose(net.fc.weight, state["fc.weight"], atol=1e-3)


def test_a_number_too_large_for_a_half_is_refused():
    with pytest.raises(CardError, match=r"fc\.weight holds a number that float16 cannot hold"):
        halved({"fc.weight": torch.full((2, 2), 1e6)})


def test_a_body_is_recognised_by_its_names():
    net = build("googlenet_tiny", num_classes=2)
    state = {f"module.{key}": value for key, value in of("googlenet_tiny").items() if not key.startswith("fc.")}
    assert has_body(net, state)
    assert not has_body(net, of("resnet_tiny"))
    assert not has_body(build("googlenet", num_classes=2, layout="torchvision"), state)
