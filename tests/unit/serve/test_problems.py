"""What is said to strangers holds nothing of this machine."""

import pytest

from lenslet.errors import CallError, ImageError, KindError, MissingError, WorkError
from lenslet.serve.problems import public, refused


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("/home/ana/people.db: there is no gallery", "people.db: there is no gallery"),
        ("the file '/var/lib/x y' is", "the file 'x y' is"),
        ("see ~/.config/lenslet/keys/a.key.", "see a.key."),
        ("../up/card.json is damaged", "card.json is damaged"),
        (r"C:\Users\Ana\m is damaged", "m is damaged"),
        ("postgresql://ana:pw@db/people is away", "the database is away"),
        ("say --largest or --keep-pictures", "say largest or keep_pictures"),
        ("images/s, and/or 2026/11", "images/s, and/or 2026/11"),
        ("POST /v1/face/list", "POST list"),
        ("two\n  lines", "two lines"),
    ],
)
def test_of_a_path_the_last_part_stays(said, told):
    assert public(said) == told


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (KindError("x"), 415),
        (ImageError("x"), 422),
        (CallError("x"), 409),
        (MissingError("x"), 501),
        (WorkError("x"), 500),
        (ModuleNotFoundError("x", name="torch"), 501),
        (MemoryError(), 503),
        (RuntimeError("/home/ana"), 500),
    ],
)
def test_each_error_has_its_status(error, status):
    response = refused(error)
    assert response.status_code == status
    assert b"/home" not in response.body
