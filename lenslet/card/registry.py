"""The one list of official ImageNet weights, written by hand: which net, which file, which hash, on which terms.

A row is copied from the weights table that torchvision publishes with its nets (`torchvision/models/*.py`, release 0.13
and later). The eight hexadecimal digits in each file name are the first eight of the file's sha256: that is
torchvision's own convention, and what is checked here. Nets whose file could not be confirmed there have no row.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from lenslet.errors import CallError
from lenslet.image import Preprocess

__all__ = ["REGISTRY", "TERMS", "Entry", "find", "imagenet_labels"]

HOST = "https://download.pytorch.org/models/"

TERMS = "code BSD-3-Clause; weights trained on ImageNet, commercial use unsettled"  # LICENCE in one line of a table
LICENCE = (
    "The file comes with torchvision, whose code is BSD-3-Clause; its makers state no separate licence for the weights "
    "and say that they may carry terms of the data they were trained on. ImageNet's own terms allow its pictures "
    "for non-commercial research and education. Whether weights inherit them is not settled (pytorch/vision#2597): "
    "for a product, ask your own counsel or train from scratch."
)

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
HALF = (0.5, 0.5, 0.5)

PAPER = "trained with the simple recipe of torchvision's references/classification"
NEW = "torchvision's newer recipe (IMAGENET1K_V2: label smoothing, mixup, cutmix, long schedule, EMA)"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One file of official weights and all that is needed to use it honestly.

    Attributes:
        net: name in `lenslet.nets.NETS`.
        file: name of the published file; ends in the first eight hexadecimal digits of its sha256.
        parameters: learnable numbers of the net with 1000 classes, as published (without heads that `dropped` removes).
        mebibytes: size of the file as published, in 2**20 bytes.
        top1, top5: accuracy on the ImageNet validation set as published, percent; not measured by us.
        resize: the shorter side is resized to this many pixels (bilinear, antialiased) ...
        crop: ... then a square of this many pixels is cut from the middle.
        mean, std: of the channels R, G, B after division by 255.
        arguments: what the net's constructor needs beyond `num_classes` to have this file's layout.
        dropped: beginnings of keys that the file has and the net does not.
        recipe: how the weights were made.
        note: what a user of these weights must know.
        host: the folder of the file on the network.
    """

    net: str
    file: str
    parameters: int
    mebibytes: float
    top1: float
    top5: float
    resize: int = 256
    crop: int = 224
    interpolation: str = "bilinear"
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    arguments: Mapping[str, object] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    recipe: str = PAPER
    note: str = ""
    licence: str = LICENCE
    host: str = HOST

    @property
    def url(self) -> str:
        """Where the file is published."""
        return self.host + self.file

    @property
    def digits(self) -> str:
        """The first eight hexadecimal digits of the file's sha256, which its name ends in."""
        return self.file.rsplit("-", 1)[1].removesuffix(".pth")

    @property
    def limit(self) -> int:
        """Bytes at which a download is certainly not this file: its published size and five per cent."""
        return int(self.mebibytes * 1.05 * 2**20)

    @property
    def labels(self) -> tuple[str, ...]:
        """The class names, in the order of the net's outputs."""
        return imagenet_labels()

    @property
    def preprocess(self) -> Preprocess:
        """For a card: a square of `crop` pixels out of the `resize` of the shorter side, and the normalisation."""
        return Preprocess((self.crop, self.crop), "crop", 3, self.mean, self.std, keep=self.crop / self.resize)

    def to_dict(self) -> dict[str, object]:
        """The row as plain values; the thousand labels are left to `labels`."""
        return {
            "net": self.net,
            "url": self.url,
            "sha256_begins": self.digits,
            "mebibytes": self.mebibytes,
            "parameters": self.parameters,
            "classes": len(self.labels),
            "published": {"data": "ImageNet-1K validation", "top1": self.top1, "top5": self.top5},
            "preprocessing": {
                "resize_shorter_side": self.resize,
                "centre_crop": self.crop,
                "interpolation": self.interpolation,
                "mean": list(self.mean),
                "std": list(self.std),
            },
            "arguments": dict(self.arguments),
            "dropped": list(self.dropped),
            "recipe": self.recipe,
            "note": self.note,
            "licence": self.licence,
        }


_ROWS = (
    Entry(
        net="alexnet",
        file="alexnet-owt-7be5be79.pth",
        parameters=61_100_840,
        mebibytes=233.087,
        top1=56.522,
        top5=79.066,
        note="The one-tower variant of 'One weird trick' (arXiv:1404.5997), not the two-tower net of 2012.",
    ),
    Entry(
        net="vgg11",
        file="vgg11-8a719046.pth",
        parameters=132_863_336,
        mebibytes=506.84,
        top1=69.020,
        top5=88.628,
    ),
    Entry(
        net="vgg11_bn",
        file="vgg11_bn-6002323d.pth",
        parameters=132_868_840,
        mebibytes=506.881,
        top1=70.370,
        top5=89.810,
    ),
    Entry(
        net="vgg13",
        file="vgg13-19584684.pth",
        parameters=133_047_848,
        mebibytes=507.545,
        top1=69.928,
        top5=89.246,
    ),
    Entry(
        net="vgg13_bn",
        file="vgg13_bn-abd245e5.pth",
        parameters=133_053_736,
        mebibytes=507.59,
        top1=71.586,
        top5=90.374,
    ),
    Entry(
        net="vgg16",
        file="vgg16-397923af.pth",
        parameters=138_357_544,
        mebibytes=527.796,
        top1=71.592,
        top5=90.382,
    ),
    Entry(
        net="vgg16_bn",
        file="vgg16_bn-6c64b313.pth",
        parameters=138_365_992,
        mebibytes=527.866,
        top1=73.360,
        top5=91.516,
    ),
    Entry(
        net="vgg19",
        file="vgg19-dcbb9e9d.pth",
        parameters=143_667_240,
        mebibytes=548.051,
        top1=72.376,
        top5=90.876,
    ),
    Entry(
        net="vgg19_bn",
        file="vgg19_bn-c79401a0.pth",
        parameters=143_678_248,
        mebibytes=548.143,
        top1=74.218,
        top5=91.842,
    ),
    Entry(
        net="resnet18",
        file="resnet18-f37072fd.pth",
        parameters=11_689_512,
        mebibytes=44.661,
        top1=69.758,
        top5=89.078,
    ),
    Entry(
        net="resnet34",
        file="resnet34-b627a593.pth",
        parameters=21_797_672,
        mebibytes=83.275,
        top1=73.314,
        top5=91.420,
    ),
    Entry(
        net="resnet50",
        file="resnet50-11ad3fa6.pth",
        parameters=25_557_032,
        mebibytes=97.79,
        top1=80.858,
        top5=95.434,
        resize=232,
        recipe=NEW,
    ),
    Entry(
        net="resnet101",
        file="resnet101-cd907fc2.pth",
        parameters=44_549_160,
        mebibytes=170.53,
        top1=81.886,
        top5=95.780,
        resize=232,
        recipe=NEW,
    ),
    Entry(
        net="resnet152",
        file="resnet152-f82ba261.pth",
        parameters=60_192_808,
        mebibytes=230.474,
        top1=82.284,
        top5=96.002,
        resize=232,
        recipe=NEW,
    ),
    Entry(
        net="googlenet",
        file="googlenet-1378be20.pth",
        parameters=6_624_904,
        mebibytes=49.731,
        top1=69.778,
        top5=89.530,
        # torchvision normalises by ImageNet's mean and std and then undoes it inside the net (`transform_input`): the
        # ported weights want (x - 0.5) / 0.5. Said as preprocessing, the net needs no such switch.
        mean=HALF,
        std=HALF,
        arguments={"layout": "torchvision"},
        dropped=("aux1.", "aux2."),
        recipe="ported from TensorFlow",
        note=(
            "The file's layout has batch norm and 3x3 kernels where the paper has 5x5 (pytorch/vision#906); "
            "its auxiliary heads were never trained and are left out."
        ),
    ),
    Entry(
        net="squeezenet1_0",
        file="squeezenet1_0-b66bff10.pth",
        parameters=1_248_424,
        mebibytes=4.778,
        top1=58.092,
        top5=80.420,
        recipe="see pytorch/vision#49",
    ),
    Entry(
        net="squeezenet1_1",
        file="squeezenet1_1-b8a52dc0.pth",
        parameters=1_235_496,
        mebibytes=4.729,
        top1=58.178,
        top5=80.624,
        recipe="see pytorch/vision#49",
    ),
)

REGISTRY: dict[str, Entry] = {row.net: row for row in _ROWS}


def find(name: str) -> Entry:
    """The row of a net.

    Raises:
        CallError: there are no official weights for this net; the sentence lists those there are.
    """
    if name not in REGISTRY:
        raise CallError(
            f"No official ImageNet weights are known for {name!r}; they are for {', '.join(REGISTRY)}, "
            "any other net is trained from scratch (weights 'none') or from a file of your own"
        )
    return REGISTRY[name]


@cache
def imagenet_labels() -> tuple[str, ...]:
    """The 1000 class names of ImageNet-1K in the order of the outputs, all different, spelt as torchvision does."""
    return tuple((files("lenslet.card") / "imagenet_labels.txt").read_text("utf-8").splitlines())
