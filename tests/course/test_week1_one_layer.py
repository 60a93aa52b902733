"""Course 1.7: one layer of a convolutional network."""

import numpy as np
import pytest

from lenslet.foundations import conv_layer, conv_parameters, relu, sigmoid, tanh


def test_z_is_w_convolved_with_a_plus_b_and_a_is_g_of_z():
    a = np.arange(108.0).reshape(1, 3, 6, 6) / 100
    w = np.ones((10, 3, 3, 3))
    w[5:] *= -1
    z, out = conv_layer(a, w, np.arange(10.0), g=relu)
    assert z.shape == out.shape == (1, 10, 4, 4)
    assert z[0, 3, 0, 0] == pytest.approx(a[0, :, :3, :3].sum() + 3)
    np.testing.assert_array_equal(out, np.maximum(z, 0))
    assert (out[:, 5:] == 0).any()
    assert (out[:, :5] > 0).all()


@pytest.mark.parametrize(
    ("g", "answers"),
    [(relu, [0, 0, 2]), (tanh, [-np.tanh(2), 0, np.tanh(2)]), (sigmoid, [1 / (1 + np.e**2), 0.5, 1 / (1 + np.e**-2)])],
)
def test_the_activations_are_their_formulas(g, answers):
    np.testing.assert_allclose(g(np.array([-2.0, 0.0, 2.0])), answers, atol=1e-15)


def test_the_sigmoid_of_large_numbers_does_not_overflow():
    assert sigmoid(np.array([-1e4, 1e4])).tolist() == [0, 1]


def test_10_filters_of_3_by_3_by_3_are_280_parameters_whatever_the_image():
    assert conv_parameters(3, channels=3, filters=10) == (27 + 1) * 10 == 280
    w, b = np.zeros((10, 3, 3, 3)), np.zeros(10)
    assert w.size + b.size == 280
    for side in (6, 60):
        assert conv_layer(np.ones((1, 3, side, side)), w, b)[0].shape == (1, 10, side - 2, side - 2)
