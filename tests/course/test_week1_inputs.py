"""Course 1.1: how many numbers a picture is."""

from lenslet.foundations import input_features


def test_a_picture_of_64_by_64_by_3_is_12288_numbers():
    assert input_features(64, channels=3) == 12_288


def test_the_articles_68_by_68_would_be_13872_numbers():
    assert input_features(68, channels=3) == 13_872


def test_a_picture_of_720_by_720_by_3_is_1555200_numbers():
    assert input_features(720) == 1_555_200
    assert input_features((720, 1280)) == 2_764_800
