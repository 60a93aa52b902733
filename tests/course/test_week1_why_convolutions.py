"""Course 1.11: why convolutions; and with the same functions the costs of course 2.7 and 2.8."""

import numpy as np

from lenslet.foundations import (
    conv2d,
    conv_connections,
    conv_multiplies,
    conv_parameters,
    dense_multiplies,
    dense_parameters,
    input_features,
)

INPUTS, OUTPUTS = input_features(32, 3), input_features(28, 6)


def test_fully_connected_from_32_by_32_by_3_to_28_by_28_by_6_are_14450688_weights():
    assert (INPUTS, OUTPUTS) == (3_072, 4_704)
    assert dense_parameters(INPUTS, OUTPUTS, bias=False) == 14_450_688
    assert dense_parameters(INPUTS, OUTPUTS) == 14_450_688 + 4_704


def test_six_filters_of_5_by_5_by_3_are_456_parameters():
    assert conv_parameters(5, channels=3, filters=6) == (5 * 5 * 3 + 1) * 6 == 456


def test_the_articles_156_counts_one_input_channel_instead_of_three():
    assert conv_parameters(5, channels=1, filters=6) == (5 * 5 + 1) * 6 == 156


def test_connections_are_sparse_each_output_sees_75_of_3072_inputs():
    sparse, dense = conv_connections(28, 5, channels=3, filters=6), dense_multiplies(INPUTS, OUTPUTS)
    assert sparse == 75 * OUTPUTS == 352_800
    assert sparse / dense == 75 / 3_072


def test_a_changed_pixel_changes_no_output_beyond_its_filter():
    x, w = np.zeros((1, 3, 32, 32)), np.ones((6, 3, 5, 5))
    before = conv2d(x, w)
    x[0, 0, 16, 16] = 1
    assert (conv2d(x, w) != before).sum() == 6 * 25


def test_course_2_8_the_bottleneck_saves_nine_of_ten_multiplies():
    alone = conv_multiplies(28, 5, channels=192, filters=32)
    squeeze = conv_multiplies(28, 1, channels=192, filters=16)
    expand = conv_multiplies(28, 5, channels=16, filters=32)
    assert alone == 120_422_400
    assert (squeeze, expand) == (2_408_448, 10_035_200)
    assert squeeze + expand == 12_443_648


def test_course_2_7_a_1_by_1_convolution_shrinks_the_channels():
    assert conv2d(np.ones((1, 192, 28, 28)), np.ones((32, 192, 1, 1))).shape == (1, 32, 28, 28)
    assert conv_multiplies(28, 1, channels=192, filters=32) == 4_816_896
