"""What the tests of the foundations share."""

import pytest


@pytest.fixture
def unchecked(monkeypatch):
    """As a user runs it: the annotations are checked in tests only, and would speak before our sentence does."""
    monkeypatch.setattr("jaxtyping._decorator.config.jaxtyping_disable", True)
