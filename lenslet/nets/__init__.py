"""Nets: one architecture per file; each maps a batch of pictures to raw logits, the same in training and evaluation.

    from lenslet.nets import NETS, build
    net = build("resnet18", num_classes=10)

Names in the state dict are torchvision's, so that official weights load unchanged.
"""

from lenslet.nets.alexnet import AlexNet, alexnet, alexnet_tiny
from lenslet.nets.anatomy import anatomy
from lenslet.nets.argus import Argus, argus_l, argus_m, argus_resnet18, argus_s, argus_tiny
from lenslet.nets.bead import Bead, bead_m, bead_s, bead_tiny
from lenslet.nets.brush import Brush, brush_s, brush_tiny
from lenslet.nets.cameo import Cameo, cameo_m, cameo_s, cameo_tiny, signet_s
from lenslet.nets.catalogue import NETS, build, check_size, input_channels, smallest_size, usual_size
from lenslet.nets.facet import Facet, facet_l, facet_m, facet_s, facet_tiny
from lenslet.nets.googlenet import GoogLeNet, GoogLeNetOutputs, googlenet, googlenet_tiny
from lenslet.nets.inception import Inception
from lenslet.nets.lenet import LeNet5, lenet5, lenet5_relu, lenet_course
from lenslet.nets.locus import Locus, locus_m, locus_s, locus_tiny
from lenslet.nets.resnet import (
    BasicBlock,
    Bottleneck,
    ResNet,
    resnet18,
    resnet34,
    resnet50,
    resnet101,
    resnet152,
    resnet_tiny,
)
from lenslet.nets.resnet_cifar import (
    CifarResNet,
    plain8,
    plain20,
    plain32,
    plain44,
    plain56,
    plain110,
    resnet8,
    resnet20,
    resnet32,
    resnet44,
    resnet56,
    resnet110,
)
from lenslet.nets.simple_convnet import SimpleConvNet, simple_convnet
from lenslet.nets.squeezenet import Fire, SqueezeNet, squeezenet1_0, squeezenet1_1, squeezenet_tiny
from lenslet.nets.stylus import Stylus, stylus_m, stylus_s, stylus_tiny
from lenslet.nets.swatch import Swatch, swatch_s, swatch_tiny
from lenslet.nets.vgg import VGG, vgg11, vgg11_bn, vgg13, vgg13_bn, vgg16, vgg16_bn, vgg19, vgg19_bn, vgg_tiny

__all__ = [
    "NETS",
    "VGG",
    "AlexNet",
    "Argus",
    "BasicBlock",
    "Bead",
    "Bottleneck",
    "Brush",
    "Cameo",
    "CifarResNet",
    "Facet",
    "Fire",
    "GoogLeNet",
    "GoogLeNetOutputs",
    "Inception",
    "LeNet5",
    "Locus",
    "ResNet",
    "SimpleConvNet",
    "SqueezeNet",
    "Stylus",
    "Swatch",
    "alexnet",
    "alexnet_tiny",
    "anatomy",
    "argus_l",
    "argus_m",
    "argus_resnet18",
    "argus_s",
    "argus_tiny",
    "bead_m",
    "bead_s",
    "bead_tiny",
    "brush_s",
    "brush_tiny",
    "build",
    "cameo_m",
    "cameo_s",
    "cameo_tiny",
    "check_size",
    "facet_l",
    "facet_m",
    "facet_s",
    "facet_tiny",
    "googlenet",
    "googlenet_tiny",
    "input_channels",
    "lenet5",
    "lenet5_relu",
    "lenet_course",
    "locus_m",
    "locus_s",
    "locus_tiny",
    "plain8",
    "plain20",
    "plain32",
    "plain44",
    "plain56",
    "plain110",
    "resnet8",
    "resnet18",
    "resnet20",
    "resnet32",
    "resnet34",
    "resnet44",
    "resnet50",
    "resnet56",
    "resnet101",
    "resnet110",
    "resnet152",
    "resnet_tiny",
    "signet_s",
    "simple_convnet",
    "smallest_size",
    "squeezenet1_0",
    "squeezenet1_1",
    "squeezenet_tiny",
    "stylus_m",
    "stylus_s",
    "stylus_tiny",
    "swatch_s",
    "swatch_tiny",
    "usual_size",
    "vgg11",
    "vgg11_bn",
    "vgg13",
    "vgg13_bn",
    "vgg16",
    "vgg16_bn",
    "vgg19",
    "vgg19_bn",
    "vgg_tiny",
]
