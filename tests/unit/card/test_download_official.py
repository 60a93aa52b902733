"""Laws of `lenslet.card.official`: official weights by name, once, checked, and a way out where there is no network."""

import hashlib
import io
import threading

import pytest
import torch

from lenslet.card import download, official
from lenslet.card.official import is_stored, pretrained, pull
from lenslet.card.registry import REGISTRY, Entry
from lenslet.card.store import published_file, stored_file
from lenslet.errors import CallError, CardError, DownloadError, MissingError


@pytest.fixture
def entry(weights_server, monkeypatch, tmp_path) -> Entry:
    """A net "tiny" in the registry, whose file the server has, and an empty cache."""
    state = {"fc.weight": torch.arange(600.0).reshape(20, 30), "fc.bias": torch.ones(20), "aux1.w": torch.zeros(3)}
    file = io.BytesIO()
    torch.save(state, file)  # noqa: TID251 - the published form
    weights_server.content = file.getvalue()
    digits = hashlib.sha256(weights_server.content).hexdigest()[:8]
    row = Entry(
        net="tiny",
        file=f"tiny-{digits}.pth",
        parameters=620,
        mebibytes=len(weights_server.content) / 2**20,
        top1=60.0,
        top5=80.0,
        dropped=("aux1.", "aux2."),
        host=weights_server.url,
    )
    monkeypatch.setitem(REGISTRY, "tiny", row)
    monkeypatch.setenv("LENSLET_CACHE", str(tmp_path))
    monkeypatch.delenv("LENSLET_OFFLINE", raising=False)
    monkeypatch.setattr(official, "fetch", lambda *a, **k: download.fetch(*a, **k, seconds=0.5, tries=3, pause=0.01))
    return row


def test_weights_are_downloaded_once_and_kept_as_safetensors(weights_server, entry):
    assert not is_stored("tiny")
    state, row = pretrained("tiny")
    assert row is entry
    assert torch.equal(state["fc.weight"], torch.arange(600.0).reshape(20, 30))
    again, _ = pretrained("tiny")
    assert again.keys() == state.keys()
    assert len(weights_server.seen) == 1
    assert is_stored("tiny")
    assert not published_file(entry).exists()
    assert stored_file(entry).exists()
    left = {path.name for path in stored_file(entry).parent.iterdir()}
    assert left == {stored_file(entry).name, f".{stored_file(entry).name}.lock"}


def test_keys_that_the_net_has_not_are_left_out(entry):
    assert set(pretrained("tiny")[0]) == {"fc.weight", "fc.bias"}


def test_progress_is_told_while_it_downloads_and_not_after(weights_server, entry):
    told = []
    pull("tiny", progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (len(weights_server.content),) * 2
    told.clear()
    pull("tiny", progress=lambda done, total: told.append((done, total)))
    assert told == []


def test_a_cut_line_is_survived(weights_server, entry):
    weights_server.script = ["cut", "503"]
    pretrained("tiny")
    assert weights_server.sent < len(weights_server.content) * 1.5


def test_two_that_want_the_same_file_fetch_it_once(weights_server, entry):
    found = []
    threads = [threading.Thread(target=lambda: found.append(pretrained("tiny")[0])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(weights_server.seen) == 1


def test_offline_says_what_is_missing_where_it_looked_and_what_to_use_instead(
    weights_server, entry, monkeypatch, tmp_path
):
    monkeypatch.setenv("LENSLET_OFFLINE", "1")
    with pytest.raises(MissingError) as said:
        pretrained("tiny")
    for part in ("tiny", str(tmp_path / "weights"), entry.file, "LENSLET_OFFLINE", "'none'", "path", "copy"):
        assert part in str(said.value)
    assert weights_server.seen == []


def test_what_is_in_the_cache_needs_no_network(weights_server, entry, monkeypatch):
    pretrained("tiny")
    monkeypatch.setenv("LENSLET_OFFLINE", "1")
    pretrained("tiny")
    assert len(weights_server.seen) == 1


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (["page"], "is not the published file"),
        (["404"], "the server answered 404"),
        (["500"] * 3, "in 3 tries"),
        (["hang"] * 3, "in 3 tries"),
        (["longer"], "is not the published file"),
    ],
)
def test_a_failed_download_names_the_reason_and_the_way_out(weights_server, entry, script, reason):
    weights_server.script = script
    with pytest.raises(DownloadError) as said:
        pretrained("tiny")
    assert reason in str(said.value)
    assert "'none' trains from scratch" in str(said.value)
    assert entry.file in str(said.value)
    assert not is_stored("tiny")


def test_a_file_copied_by_hand_is_used_and_left_where_it_is(weights_server, entry, monkeypatch):
    published_file(entry).parent.mkdir(parents=True)
    published_file(entry).write_bytes(weights_server.content)
    monkeypatch.setenv("LENSLET_OFFLINE", "1")
    assert is_stored("tiny")
    assert set(pretrained("tiny")[0]) == {"fc.weight", "fc.bias"}
    assert published_file(entry).exists()


def test_a_wrong_file_copied_by_hand_is_not_believed(weights_server, entry):
    published_file(entry).parent.mkdir(parents=True)
    published_file(entry).write_bytes(weights_server.content[:-1])
    with pytest.raises(CardError, match=f"does not begin with {entry.digits}"):
        pretrained("tiny")
    assert weights_server.seen == []


def test_a_damaged_cache_is_fetched_anew(weights_server, entry):
    stored = pull("tiny")
    content = bytearray(stored.read_bytes())
    content[-1] ^= 1
    stored.write_bytes(content)
    pretrained("tiny")
    assert len(weights_server.seen) == 2


def test_a_published_file_with_code_in_it_is_refused(weights_server, entry, monkeypatch, tmp_path):
    class Malice:
        def __reduce__(self):
            return (print, ("run",))

    file = io.BytesIO()
    torch.save(Malice(), file)  # noqa: TID251
    weights_server.content = file.getvalue()
    digits = hashlib.sha256(weights_server.content).hexdigest()[:8]
    row = Entry(
        net="bad", file=f"bad-{digits}.pth", parameters=1, mebibytes=1.0, top1=1.0, top5=2.0, host=weights_server.url
    )
    monkeypatch.setitem(REGISTRY, "bad", row)
    with pytest.raises(CardError, match="could run code"):
        pretrained("bad")
    assert not stored_file(row).exists()


def test_the_terms_travel_in_the_file(entry):
    from safetensors import safe_open

    with safe_open(pull("tiny"), framework="pt") as opened:
        notes = opened.metadata()
    assert notes["licence"] == entry.licence
    assert notes["source"] == entry.url
    assert notes["source_sha256"].startswith(entry.digits)


def test_a_net_without_official_weights_is_a_wrong_call(entry):
    with pytest.raises(CallError, match="No official ImageNet weights"):
        pretrained("facet")
