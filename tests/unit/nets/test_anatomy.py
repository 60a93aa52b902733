"""Costs and receptive fields, against counting by hand and against the gradient."""

import json

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from lenslet.errors import CallError, ShapeError
from lenslet.nets import NETS, Inception, anatomy, build, smallest_size, usual_size
from lenslet.nets.field import Axis
from lenslet.results.anatomy import Anatomy, Comparison
from lenslet.verbs.describe import describe


def meta(name, **arguments):
    with torch.device("meta"):
        return build(name, **arguments)


# --- costs


@pytest.mark.parametrize(
    ("layer", "channels", "parameters", "macs", "output"),
    [
        (nn.Conv2d(8, 16, 3, padding=1), 8, 8 * 16 * 9 + 16, 20 * 20 * 8 * 16 * 9, (16, 20, 20)),
        (nn.Conv2d(8, 16, 3, bias=False), 8, 8 * 16 * 9, 18 * 18 * 8 * 16 * 9, (16, 18, 18)),
        (nn.Conv2d(8, 8, 3, groups=8), 8, 8 * 9 + 8, 18 * 18 * 8 * 9, (8, 18, 18)),
        (nn.Conv2d(8, 12, 3, groups=4), 8, 12 * 2 * 9 + 12, 18 * 18 * 12 * 2 * 9, (12, 18, 18)),
        (nn.Conv2d(8, 4, (1, 5), stride=(2, 1)), 8, 8 * 4 * 5 + 4, 10 * 16 * 8 * 4 * 5, (4, 10, 16)),
        (nn.ConvTranspose2d(8, 4, 4, stride=2), 8, 8 * 4 * 16 + 4, 20 * 20 * 8 * 4 * 16, (4, 42, 42)),
        (nn.Linear(20, 5), 8, 105, 8 * 20 * 20 * 5, (8, 20, 5)),
        (nn.BatchNorm2d(8), 8, 16, 0, (8, 20, 20)),
        (nn.MaxPool2d(2), 8, 0, 0, (8, 10, 10)),
        (nn.PReLU(8), 8, 8, 0, (8, 20, 20)),
    ],
    ids=repr,
)
def test_a_single_layer_costs_what_its_formula_says(layer, channels, parameters, macs, output):
    found = anatomy(layer, size=20, channels=channels)
    [row] = found.rows
    assert (row.parameters, row.macs, row.output) == (parameters, macs, output)
    assert (found.parameters, found.macs) == (parameters, macs)
    if macs:
        assert row.flops == 2 * macs
    assert row.memory_bytes == 4 * torch.Size(output).numel()


@pytest.mark.parametrize("name", NETS)
def test_rows_add_up_to_the_whole_net_and_agree_with_torchs_own_counter(name):
    net = meta(name).eval()
    found = anatomy(net)
    assert sum(row.parameters for row in found.rows) == found.parameters == sum(p.numel() for p in net.parameters())
    with FlopCounterMode(display=False) as counter:
        net(torch.empty(1, *found.input, device="meta"))
    assert 2 * found.macs == counter.get_total_flops()  # torch counts two for a multiply-add, and nothing else
    assert found.notes == ()
    assert all(row.receptive_field for row in found.rows)


def test_flops_of_the_small_layers_are_counted_as_the_docstring_says():
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(64, 2)
    )
    rows = anatomy(net, size=10).rows
    assert [row.flops for row in rows] == [2 * 64 * 4 * 27, 2 * 256, 256, 4 * 64, 0, 2 * 128]


def test_a_layer_that_writes_over_its_input_or_only_looks_at_it_takes_no_memory():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.ReLU(), nn.Flatten(), nn.Dropout())
    assert [row.memory_bytes for row in anatomy(net, size=10).rows] == [1024, 0, 1024, 0, 0]


class Own(nn.Module):
    """A user's module: functions, a layer used twice, one never used, a parameter of its own, a branch on numbers."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 6, 3, padding=1)
        self.twice = nn.Conv2d(6, 6, 3, padding=1)
        self.unused = nn.Linear(5, 5)
        self.scale = nn.Parameter(torch.ones(6, 1, 1))
        self.kernel = nn.Parameter(torch.ones(6, 6, 5, 5))

    def forward(self, x):
        x = F.relu(self.first(x))
        x = self.twice(self.twice(x)) + x
        if x.sum() == x.sum():  # cannot be traced, and needs numbers
            x = F.conv2d(x * self.scale, self.kernel, padding=2)
        return F.adaptive_avg_pool2d(x, 1).flatten(1)


def test_a_users_own_module_is_described_whole():
    net = Own().train()
    found = anatomy(net, size=16)
    assert net.training and net.first.training
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in net.modules())
    names = [row.name for row in found.rows]
    assert names[:5] == ["first", "relu", "twice", "twice", "add"]
    twice = [row for row in found.rows if row.name == "twice"]
    assert [row.parameters for row in twice] == [330, 0]
    assert [row.macs for row in twice] == [256 * 324] * 2
    assert found["convolution"].macs == 256 * 6 * 6 * 25
    assert found["convolution"].receptive_field == (11, 11)
    assert found["unused"].kind == "Linear (not called)" and found["unused"].macs == 0
    assert sum(row.parameters for row in found.rows) == found.parameters == sum(p.numel() for p in net.parameters())
    assert found.macs == 256 * (27 * 6 + 2 * 324 + 900)


def test_attention_is_counted_and_its_receptive_field_is_not_claimed():
    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.patches = nn.Conv2d(3, 16, 4, 4)
            self.attend = nn.MultiheadAttention(16, 2, batch_first=True)

        def forward(self, x):
            tokens = self.patches(x).flatten(2).transpose(1, 2)
            return self.attend(tokens, tokens, tokens)[0]

    net = Attention().eval()
    found = anatomy(net, size=32)
    assert found["attend"].receptive_field is None
    assert any("not known" in note for note in found.notes)
    assert sum(row.parameters for row in found.rows) == found.parameters
    # 64 tokens: four projections of 16x16, scores and their use: twice 64x64x16.
    assert found.macs == 64 * 48 * 16 + 4 * 64 * 16 * 16 + 2 * 64 * 64 * 16


# --- receptive fields


def seen_by_gradient(net, size):
    """(height, width) of the input that the middle element of the output depends on, by back-propagation.

    Maxima become means and all weights positive, so that nothing cancels and every path carries.
    """
    net = net.double().eval()
    for module in list(net.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.MaxPool2d):
                sides = (child.kernel_size, child.stride, child.padding, child.ceil_mode)
                setattr(module, name, nn.AvgPool2d(*sides))
    for parameter in net.parameters():
        parameter.data = torch.rand_like(parameter) / parameter[0].numel() ** 0.5 + 0.1 / parameter[0].numel()
    picture = torch.rand(1, 3, *size, dtype=torch.float64, requires_grad=True)
    out = net(picture)
    out[0, :, out.shape[2] // 2, out.shape[3] // 2].sum().backward()
    rows, columns = (picture.grad[0].abs().sum(0) > 0).nonzero(as_tuple=True)
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1


def features_of(name):
    """A net up to its last map."""
    net = build(name)
    if hasattr(net, "features"):
        return net.features
    keep = []
    for child in net.children():
        if isinstance(child, nn.AdaptiveAvgPool2d):
            break
        keep.append(child)
    return nn.Sequential(*keep)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("alexnet_tiny", 300),
        ("vgg_tiny", 260),
        ("resnet_tiny", 260),
        ("resnet8", 64),
        ("plain8", 64),
        ("facet_tiny", 260),
        ("squeezenet_tiny", 300),
        ("lenet_course", 32),
    ],
)
def test_the_receptive_field_is_what_the_gradient_reaches(name, size):
    net = features_of(name)
    assert anatomy(net, size=size).rows[-1].receptive_field == seen_by_gradient(net, (size, size))


class Branches(nn.Module):
    """Branches that shift against each other, lopsided windows, dilation, steps, padding, a transposed convolution."""

    def __init__(self):
        super().__init__()
        self.wide = nn.Conv2d(3, 4, (1, 7), padding=(0, 3))
        self.tall = nn.Conv2d(3, 4, (5, 1), padding=(2, 0))
        self.dilated = nn.Conv2d(4, 4, 3, padding=0, dilation=3)
        self.lean = nn.Conv2d(8, 4, 2, stride=2)
        self.block = Inception(4, 2, 2, 2, 2, 2, 2)

    def forward(self, x):
        one, two = self.wide(x), self.tall(x)
        shifted = self.dilated(F.pad(one, (6, 0, 0, 6)))  # all of it to the right, all of it downwards
        return self.block(self.lean(torch.cat([shifted, two], 1))[:, :, ::2, 1::2])


def test_branches_see_the_union_of_what_each_sees():
    net = Branches()
    assert anatomy(net, size=100).rows[-1].receptive_field == seen_by_gradient(net, (100, 100))
    assert anatomy(net, size=100).rows[-1].stride == (4, 4)


def test_channels_stacked_and_split_again_keep_the_union_which_is_never_too_small():
    class StackAndSplit(nn.Module):
        def __init__(self):
            super().__init__()
            self.wide = nn.Conv2d(3, 4, (1, 7), padding=(0, 3))
            self.tall = nn.Conv2d(3, 4, (5, 1), padding=(2, 0))
            self.last = nn.Conv2d(4, 4, 3, padding=1)

        def forward(self, x):
            wide, _ = torch.cat([self.wide(x), self.tall(x)], 1).chunk(2, 1)
            return self.last(wide)

    net = StackAndSplit()
    assert anatomy(net, size=40).rows[-1].receptive_field == (7, 9)  # a field is of a tensor, not of a channel
    assert seen_by_gradient(net, (40, 40)) == (3, 9)


@pytest.mark.parametrize(
    "net",
    [
        nn.ConvTranspose2d(3, 4, 4, 2, 1),
        nn.Sequential(nn.Conv2d(3, 3, 3, 2, 1), nn.ConvTranspose2d(3, 4, 2, 2), nn.Conv2d(4, 4, 3, 1, 1)),
        nn.Sequential(nn.Conv2d(3, 3, 3, 2, 1), nn.Upsample(scale_factor=2), nn.Conv2d(3, 4, 3, 1, 1)),
        nn.Sequential(nn.Conv2d(3, 3, 3, 2, 1), nn.AdaptiveAvgPool2d((5, 7)), nn.Conv2d(3, 4, 1)),
    ],
    ids=["transposed", "down and up", "nearest", "adaptive"],
)
def test_uneven_taps_never_make_the_receptive_field_too_small(net):
    claimed = anatomy(net, size=40, channels=3).rows[-1].receptive_field
    seen = seen_by_gradient(net, (40, 40))
    assert all(true <= said <= true + 2 * 2 for true, said in zip(seen, claimed, strict=True))


def test_a_squeeze_and_excitation_gate_lets_every_output_see_the_whole_picture():
    class Gate(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3, padding=1)
            self.dense = nn.Linear(4, 4)

        def forward(self, x):
            x = self.conv(x)
            return x * self.dense(x.mean((2, 3)))[:, :, None, None].sigmoid()

    last = anatomy(Gate(), size=20).rows[-1]
    assert last.receptive_field == (22, 22)  # 20 and the border of padding
    assert last.stride is None


def test_channels_last_layers_keep_the_receptive_field():
    class ChannelsLast(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(3, 8, 4, 4)
            self.depthwise = nn.Conv2d(8, 8, 7, padding=3, groups=8)
            self.norm = nn.LayerNorm(8)
            self.dense = nn.Linear(8, 8)

        def forward(self, x):
            x = self.stem(x)
            y = self.dense(self.norm(self.depthwise(x).permute(0, 2, 3, 1)))
            return x + y.permute(0, 3, 1, 2)

    last = anatomy(ChannelsLast(), size=64).rows[-1]
    assert (last.kind, last.receptive_field, last.stride) == ("add", (28, 28), (4, 4))


def test_writing_into_a_part_of_a_map_makes_the_field_unknown_not_wrong():
    class Paste(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 3, 3, padding=1)

        def forward(self, x):
            y = x.clone()
            y[:, :, :8] = self.conv(x)[:, :, :8]
            return y * 2

    assert anatomy(Paste(), size=16).rows[-1].receptive_field is None


def test_one_axis_by_hand():
    axis = Axis().window(3, 1, 1).window(2, 2, 0).window(3, 1, 1)
    assert (axis.low, axis.high, axis.jump, axis.size) == (-3, 4, 2, 8)
    assert Axis().window(3, 2, 1).union(Axis().window(1, 1, 0), 10) is None  # out of step


# --- the verb and its value


@pytest.mark.parametrize("name", ["vgg16", "resnet152", "googlenet", "lenet5"])
def test_describe_by_name_uses_the_usual_size(name):
    found = describe(name)
    assert isinstance(found, Anatomy)
    assert found.net == name and found.input[1:] == (usual_size(name),) * 2
    assert found.rows[-1].output[-1] in (10, 1000)


def test_describe_takes_a_size_a_number_of_classes_and_another_net():
    found = describe("resnet18", size=64, num_classes=5, compare="resnet34")
    assert isinstance(found, Comparison)
    assert found.first.input == found.second.input == (3, 64, 64)
    assert found.first.rows[-1].output == (5,)
    plain = found.to_dict()
    assert plain["net"] == "resnet18" and plain["compare"]["net"] == "resnet34"
    assert plain["compare"]["first_to_second"]["macs"] == found.first.macs / found.second.macs
    assert {"parameters", "multiply-adds", "FLOPs"} <= {row[0] for row in found.table()}
    assert json.loads(found.to_json())["schema"] == 1


def test_describe_takes_a_users_module_and_a_model_with_a_card():
    class Card:
        net = "resnet8"
        preprocess = type("P", (), {"size": (24, 40), "channels": 1})()

    class Model:
        net = build("resnet8", in_channels=1)
        card = Card()

    assert describe(Own(), size=16).net == "Own"
    assert describe(Model()).input == (1, 24, 40)
    assert describe(Model(), size=32).input == (1, 32, 32)


def test_json_and_back_is_the_same_value():
    for net in ("resnet8", "lenet5"):
        found = describe(net)
        assert Anatomy.from_json(found.to_json()) == found
    with pytest.raises(CallError, match="JSON of a described net"):
        Anatomy.from_json("{}")


def test_the_table_has_a_row_a_layer_between_header_and_totals():
    found = describe("lenet5")
    header, *rows, total = found.table()
    assert {"output", "parameters", "multiply-adds", "FLOPs", "memory", "sees", "stride"} <= set(header)
    assert len(rows) == len(found) == len(found.rows)
    assert total[3:6] == ("61,706", "416,520", f"{found.flops:,}")
    assert "61,706" in str(found).splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("vgg17",), "there is no net 'vgg17'; did you mean"),
        (("vgg16", 0), "size is the side of the picture in pixels, 1 or more, not 0"),
        (("alexnet", 20), "alexnet cannot run on a picture of 3x20x20 .*; its smallest picture is 63x63; torch says"),
        (("lenet5", 64), "LeNet-5 reads pictures of 32x32 pixels only"),
        ((3,), "describe takes the name of a net, a model, or a torch module, not a int"),
    ],
)
def test_a_wrong_call_is_answered_with_a_sentence(arguments, sentence):
    net, *size = arguments
    with pytest.raises(CallError, match=sentence):
        describe(net, size=size[0] if size else None)


def test_num_classes_without_a_name_is_refused():
    with pytest.raises(CallError, match="goes with the name of a net"):
        describe(Own(), num_classes=3)
    with pytest.raises(CallError, match="1 or more"):
        describe("resnet18", num_classes=0)


def test_a_module_that_fails_by_itself_says_why_and_is_left_as_it_was():
    class Broken(nn.Module):
        def forward(self, x):
            raise KeyError("no such head")

    net = nn.Sequential(nn.Conv2d(3, 3, 3), Broken()).train()
    with pytest.raises(ShapeError, match="no such head"):
        anatomy(net, size=8)
    assert net.training and not net[0]._forward_hooks


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_a_size_that_is_too_small_leaves_nothing_on_stderr(device, capfd):
    with torch.device(device):
        net = build("alexnet_tiny")
    with pytest.raises(ShapeError, match="its smallest picture is 63x63"):
        anatomy(net, size=20)
    assert capfd.readouterr().err == ""


def test_the_smallest_sizes_are_described_too():
    for name in ("lenet5", "alexnet", "vgg11", "resnet18", "resnet8", "googlenet", "squeezenet1_0", "facet_m"):
        assert anatomy(meta(name), size=smallest_size(name)).macs > 0
