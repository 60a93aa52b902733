"""Weeks 1 and 2: convolutions, and the nets that are made of them."""

from lenslet.studio.learning.item import Item

__all__ = ["NETS"]

NETS: tuple[Item, ...] = (
    Item(
        "1.1",
        "input size: 64x64x3 = 12,288",
        "A picture is height × width × channels numbers: 64 × 64 × 3 are 12,288, and 720 × 720 × 3 are "
        "1,555,200. A dense layer has a weight for each of them and each of its outputs.",
        ("lenslet.foundations.input_features",),
        "/learn/volumes",
    ),
    Item(
        "1.2",
        "convolution by hand",
        "Lay the kernel on a patch, multiply what lies together, add up, write the sum down, and go on to the "
        "next place. A 6 × 6 picture and a 3 × 3 kernel give 4 × 4 sums.",
        ("lenslet.foundations.conv2d", "lenslet.foundations.conv2d_by_hand"),
        "/learn/convolution",
    ),
    Item(
        "1.3",
        "edges, at any angle, own and learned kernels",
        "1 0 −1 in every row answers where the left is brighter than the right: a vertical edge. Sobel and "
        "Scharr weigh the middle row more. The numbers need not be chosen by hand: they can be learned from "
        "examples.",
        (
            "lenslet.foundations.edges",
            "lenslet.foundations.kernels",
            "lenslet.foundations.learn_kernel",
            "lenslet filter",
        ),
        "/learn/convolution",
    ),
    Item(
        "1.4",
        "padding: valid and same",
        "Without padding the picture shrinks, and its border is seen less. p zeros on each side give n + 2p − f"
        " + 1. “valid” is p = 0; “same” is p = (f − 1) / 2, and keeps the size.",
        ("lenslet.foundations.output_size", "lenslet.foundations.conv2d"),
        "/learn/convolution",
    ),
    Item(
        "1.5",
        "stride",
        "The kernel goes on by s pixels. There are floor((n + 2p − f) / s) + 1 places: where the last step "
        "would leave the picture, it is not taken.",
        ("lenslet.foundations.output_size", "lenslet.foundations.conv2d"),
        "/learn/convolution",
    ),
    Item(
        "1.6",
        "volumes",
        "A filter has as many channels as what it looks at; the products of all channels go into one sum. Each "
        "filter gives one map, and the maps are the channels of what comes next: 6 × 6 × 3 with two filters of "
        "3 × 3 × 3 is 4 × 4 × 2.",
        ("lenslet.foundations.conv2d",),
        "/learn/volumes",
    ),
    Item(
        "1.7",
        "one layer: a = g(w*a + b)",
        "One layer: z = w * a + b, a bias for each filter, then a = g(z), with g the ReLU. Ten filters of 3 × 3"
        " × 3 have 280 parameters, however large the picture is.",
        ("lenslet.foundations.conv_layer", "lenslet.foundations.conv_parameters"),
        "/learn/volumes",
    ),
    Item(
        "1.8",
        "a simple ConvNet",
        "39 × 39 × 3 becomes 37 × 37 × 10, 17 × 17 × 20, 7 × 7 × 40, and then 1,960 numbers for the classifier:"
        " height and width shrink, channels grow.",
        ("lenslet.nets.simple_convnet", "lenslet describe"),
        "/learn/costs?net=simple_convnet",
    ),
    Item(
        "1.9",
        "pooling",
        "Of each window the largest number, or the mean. It has f and s, and nothing to learn. (n − f) / s + 1 "
        "windows a side; each channel by itself.",
        ("lenslet.foundations.pool2d", "lenslet.foundations.pool2d_by_hand"),
        "/learn/pooling",
    ),
    Item(
        "1.10",
        "a CNN in the manner of LeNet-5",
        "Conv, pool, conv, pool, then dense layers of 120 and 84, then softmax. Most activations are in front, "
        "most parameters in the dense layers.",
        ("lenslet.nets.lenet_course", "lenslet describe"),
        "/learn/costs?net=lenet_course",
    ),
    Item(
        "1.11",
        "why convolutions",
        "Two reasons: a filter that is good in one place is good in all of them (shared parameters), and each "
        "output looks at a few inputs only (sparse connections). 456 parameters do what a dense layer needs "
        "14,450,688 weights for.",
        (
            "lenslet.foundations.conv_parameters",
            "lenslet.foundations.dense_parameters",
            "lenslet.foundations.conv_connections",
        ),
        "/learn/volumes",
    ),
    Item(
        "1.12",
        "the way back",
        "The gradient of a kernel's number is the sum over all places of what it met, times the gradient there."
        " What goes back to the picture is the kernel, laid down again at every place, times the gradient of "
        "that place.",
        ("lenslet.foundations.conv2d_backward", "lenslet.foundations.pool2d_backward"),
        "/learn/backward",
    ),
    Item(
        "1.13",
        "a classifier of hand signs",
        "A folder a class, and a net that learns to tell them apart: six hand signs, or your own pictures. The "
        "page Train does it, and shows the curves as they grow.",
        ("lenslet.train", "lenslet train"),
        "/train",
    ),
    Item(
        "2.1",
        "LeNet-5, original and ReLU",
        "1998: conv, pool, conv, pool, dense; about 60,000 parameters; grey pictures of 32 × 32, tanh instead of ReLU.",
        ("lenslet.nets.lenet5", "lenslet.nets.lenet5_relu"),
        "/learn/costs?net=lenet5",
    ),
    Item(
        "2.2",
        "AlexNet",
        "2012: the same idea, and 60 million parameters: 11 × 11 filters at stride 4 in front, ReLU, dropout, "
        "two dense layers of 4,096.",
        ("lenslet.nets.alexnet",),
        "/learn/costs?net=alexnet",
    ),
    Item(
        "2.3",
        "VGG-16 and VGG-19",
        "2014: nothing but 3 × 3 same convolutions and 2 × 2 pools, with twice the channels after each pool. "
        "138 million parameters, nearly all of them in the first dense layer.",
        ("lenslet.nets.vgg16", "lenslet.nets.vgg19"),
        "/learn/costs?net=vgg16",
    ),
    Item(
        "2.4",
        "residual block",
        "a[l+2] = g(z[l+2] + a[l]): the input is added before the last ReLU. With weights of 0 the block is "
        "g(a[l]), so that a deeper net can easily do what a shallower one does.",
        ("lenslet.nets.BasicBlock", "lenslet.nets.Bottleneck"),
        "/learn/residual",
    ),
    Item(
        "2.5",
        "ResNet, and the CIFAR family",
        "18 to 152 layers of such blocks; from 50 on a 1 × 1 convolution shrinks the channels before the 3 × 3,"
        " and one widens them again after it.",
        ("lenslet.nets.resnet50", "lenslet.nets.resnet20"),
        "/learn/costs?net=resnet50",
    ),
    Item(
        "2.6",
        "plain against residual, measured",
        "In theory more layers never hurt; a deep plain net still learns worse, even what it is shown. With the"
        " sums around every two layers it does not. Let both learn, and see.",
        ("lenslet.nets.plain20", "lenslet.nets.resnet20", "lenslet describe"),
        "/learn/residual",
    ),
    Item(
        "2.7",
        "1x1 convolution",
        "A 1 × 1 filter looks at one place and all channels: a small dense layer for every pixel. It shrinks "
        "channels as pooling shrinks height and width: 28 × 28 × 192 with 32 filters is 28 × 28 × 32.",
        ("lenslet.foundations.conv2d", "lenslet.foundations.conv_multiplies"),
        "/learn/bottleneck",
    ),
    Item(
        "2.8",
        "inception, GoogLeNet",
        "Do not choose between 1 × 1, 3 × 3, 5 × 5 and pooling: do all, and put the maps together. A 1 × 1 "
        "bottleneck in front of the 5 × 5 saves nine tenths of the multiplies.",
        ("lenslet.nets.Inception", "lenslet.nets.googlenet", "lenslet.foundations.conv_multiplies"),
        "/learn/bottleneck",
    ),
    Item(
        "2.9",
        "others' implementations and weights",
        "Take a net that others have trained. In Train choose what a net begins with: weights that come with "
        "Lenslet, official ones, or a model of your own.",
        ("lenslet.load", "lenslet models", "lenslet train"),
        "/train",
    ),
    Item(
        "2.10",
        "transfer learning: freezing, features computed once",
        "With few pictures keep what another net has learned, and learn a new head. With more, let the last "
        "stages learn, too, at smaller rates. Train does this when a net begins with weights.",
        ("lenslet train", "lenslet.nets.stages.split", "lenslet.loops.features.remember"),
        "/train",
    ),
    Item(
        "2.11",
        "augmentation, PCA colour among it",
        "Mirrored, cropped, turned, sheared, recoloured copies are further examples for free; boxes and points "
        "go along. The page Data shows what becomes of your own pictures.",
        ("lenslet.data.Augment", "lenslet.data.mixup.mixup", "lenslet train --show-augmented"),
        "/data",
    ),
)
