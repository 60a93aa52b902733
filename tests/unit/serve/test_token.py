"""Where the token comes from: nobody else can read it, and it is not on the command line."""

import stat

import pytest

from lenslet.errors import CallError
from lenslet.serve import token as tokens


@pytest.fixture(autouse=True)
def _own_settings(tmp_path, monkeypatch):
    monkeypatch.delenv("LENSLET_TOKEN", raising=False)
    monkeypatch.setattr(tokens.platformdirs, "user_config_dir", lambda *a, **k: str(tmp_path / "settings"))


def test_none_is_made_where_none_is_needed():
    assert tokens.find_token(None, make=False) == (None, None)
    assert not tokens.own_file().exists()


def test_one_is_made_once_for_its_owner_alone(tmp_path):
    made, file = tokens.find_token(None, make=True)
    assert file == tmp_path / "settings" / "serve.token"
    assert len(made) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert tokens.find_token(None, make=True) == (made, file)


def test_the_environment_goes_before_and_a_named_file_before_that(tmp_path, monkeypatch):
    monkeypatch.setenv("LENSLET_TOKEN", "from-the-environment")
    assert tokens.find_token(None, make=True) == ("from-the-environment", None)
    named, file = tokens.find_token(tmp_path / "named", make=False)
    assert (len(named) >= 32, file) == (True, tmp_path / "named")


@pytest.mark.parametrize(
    "text", ["short", "with a space in the middle", "not-ascii-\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4"]
)
def test_a_token_that_is_none_is_refused(tmp_path, text):
    file = tmp_path / "token"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(CallError, match="16 characters"):
        tokens.find_token(file, make=False)


def test_a_file_that_others_may_read_is_refused(tmp_path):
    file = tmp_path / "token"
    file.write_text("0123456789abcdef")
    file.chmod(0o644)
    with pytest.raises(CallError, match="chmod 600"):
        tokens.find_token(file, make=False)
