"""Output sizes and margins."""

import pytest

from lenslet.errors import CallError, ShapeError
from lenslet.foundations import output_size
from lenslet.foundations.sizes import margins


@pytest.mark.parametrize(
    ("n", "f", "stride", "expected"),
    [
        (6, 3, 1, (1, 1)),
        (6, 5, 1, (2, 2)),
        (6, 2, 1, (0, 1)),  # an even filter: the one more after
        (6, 4, 1, (1, 2)),
        (6, 3, 2, (0, 1)),
        (7, 3, 2, (1, 1)),
        (5, 1, 3, (0, 0)),  # steps past the end need no margin
    ],
)
def test_same_puts_the_odd_zero_after(n, f, stride, expected):
    assert margins(n, f, padding="same", stride=stride) == expected
    assert output_size(n, f, padding="same", stride=stride) == -(-n // stride)


def test_valid_is_no_padding():
    assert margins(6, 3, padding="valid", stride=2) == (0, 0)


def test_a_filter_may_just_fit():
    assert output_size(3, 3) == 1
    assert output_size(1, 3, padding=1) == 1


@pytest.mark.parametrize(("n", "f", "padding"), [(2, 3, 0), (2, 5, 1), (2, 3, "valid"), (0, 1, 0), (3, 0, 0)])
def test_a_filter_larger_than_the_padded_input_is_an_error(n, f, padding):
    with pytest.raises(ShapeError, match=f"{f}.*{n}|{n}.*{f}"):
        output_size(n, f, padding=padding)


@pytest.mark.parametrize("wrong", [{"stride": 0}, {"stride": -1}, {"padding": -1}, {"padding": "full"}])
def test_a_stride_or_padding_without_sense_is_an_error(wrong):
    with pytest.raises(CallError, match=str(next(iter(wrong.values())))):
        output_size(6, 3, **wrong)
