"""Laws of `lenslet.card.download`, against a server on 127.0.0.1 that fails in every way a line can."""

import hashlib
import socket
from pathlib import Path
from unittest.mock import Mock

import pytest

from lenslet.card import download
from lenslet.card.download import _check_address, fetch, sha256_of
from lenslet.errors import DownloadError

QUICK = {"seconds": 0.3, "tries": 3, "pause": 0.01}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "net-00000000.pth"


def get(server, target: Path, **more) -> None:
    digits = hashlib.sha256(server.content).hexdigest()[:8]
    fetch(server.url + target.name, target, **{"digits": digits, **QUICK, **more})


def only(target: Path) -> bool:
    """Whether the target is there and nothing else."""
    return [path.name for path in target.parent.iterdir()] == [target.name]


def nothing(target: Path) -> bool:
    return not list(target.parent.iterdir())


def test_a_whole_file_arrives_and_progress_ends_at_its_length(weights_server, target):
    told = []
    get(weights_server, target, progress=lambda done, total: told.append((done, total)))
    assert target.read_bytes() == weights_server.content
    size = len(weights_server.content)
    assert told[0] == (0, size)
    assert told[-1] == (size, size)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert only(target)


def test_a_cut_line_is_resumed_from_where_it_broke(weights_server, target):
    weights_server.script = ["cut"]
    told = []
    get(weights_server, target, progress=lambda done, total: told.append(done))
    half = len(weights_server.content) // 2
    assert target.read_bytes() == weights_server.content
    assert weights_server.seen[1]["Range"] == f"bytes={half}-"
    assert weights_server.seen[1]["If-Range"] == '"one"'
    assert weights_server.sent == len(weights_server.content)  # no byte twice
    assert told == sorted(told)
    assert only(target)


def test_a_later_call_resumes_what_an_earlier_one_left(weights_server, target):
    weights_server.script = ["cut"]
    with pytest.raises(DownloadError, match="cut at 524288 of 1048576 bytes; what arrived is kept"):
        get(weights_server, target, tries=1)
    assert not target.exists()
    get(weights_server, target, tries=1)
    assert target.read_bytes() == weights_server.content
    assert weights_server.sent == len(weights_server.content)


def test_a_file_that_changed_meanwhile_is_fetched_anew(weights_server, target):
    weights_server.script = ["cut"]
    with pytest.raises(DownloadError):
        get(weights_server, target, tries=1)
    weights_server.content, weights_server.etag = b"other" * 9999, '"two"'
    get(weights_server, target)
    assert target.read_bytes() == weights_server.content


def test_old_bytes_never_stand_under_a_new_versions_mark(weights_server, target, monkeypatch):
    weights_server.script = ["cut"]
    with pytest.raises(DownloadError):
        get(weights_server, target, tries=1)
    weights_server.content, weights_server.etag = weights_server.content[::-1], '"two"'
    with monkeypatch.context() as crash, pytest.raises(KeyboardInterrupt):
        crash.setattr(download, "_pour", Mock(side_effect=KeyboardInterrupt))  # the notes are written, no byte yet
        get(weights_server, target)
    get(weights_server, target, tries=1)
    assert "Range" not in weights_server.seen[-1]
    assert target.read_bytes() == weights_server.content


def test_a_server_without_marks_is_not_resumed(weights_server, target):
    weights_server.etag = ""
    weights_server.script = ["cut"]
    get(weights_server, target)
    assert "Range" not in weights_server.seen[1]
    assert target.read_bytes() == weights_server.content


@pytest.mark.parametrize("second", ["ignore", "misplaced", "416", "503", "429"])
def test_a_server_that_resumes_badly_still_gives_the_whole_file(weights_server, target, second):
    weights_server.script = ["cut", second]
    get(weights_server, target)
    assert target.read_bytes() == weights_server.content
    assert only(target)


def test_a_resumed_file_with_a_wrong_hash_is_tried_once_more_from_the_start(weights_server, target):
    target.with_name(target.name + ".part").write_bytes(b"x" * 1000)
    notes = f'{{"url": "{weights_server.url}{target.name}", "mark": "\\"one\\"", "total": null}}'
    target.with_name(target.name + ".part.json").write_text(notes)
    get(weights_server, target)
    assert weights_server.seen[0]["Range"] == "bytes=1000-"
    assert "Range" not in weights_server.seen[1]
    assert target.read_bytes() == weights_server.content


@pytest.mark.parametrize("notes", ["", "[]", "{", '{"url": "http://elsewhere/", "mark": "m", "total": 3}'])
def test_notes_that_mean_nothing_start_anew(weights_server, target, notes):
    target.with_name(target.name + ".part").write_bytes(b"x" * 1000)
    target.with_name(target.name + ".part.json").write_text(notes)
    get(weights_server, target)
    assert target.read_bytes() == weights_server.content
    assert only(target)


@pytest.mark.parametrize("word", ["page", "longer", "shorter"])
def test_a_wrong_file_is_removed_and_said_in_one_sentence(weights_server, target, word):
    weights_server.script = [word] * 3
    with pytest.raises(DownloadError, match=r"is not the published file .* was removed"):
        get(weights_server, target)
    assert nothing(target)
    assert len(weights_server.seen) == 1  # asking again would bring the same


@pytest.mark.parametrize("word", ["endless", "huge"])
def test_a_file_that_is_too_long_is_stopped(weights_server, target, word):
    weights_server.script = [word]
    with pytest.raises(DownloadError, match="sends more than the 1100000 bytes"):
        get(weights_server, target, limit=1_100_000)
    assert nothing(target)


@pytest.mark.parametrize("status", ["404", "403", "410"])
def test_a_refusal_is_final(weights_server, target, status):
    weights_server.script = [status] * 3
    with pytest.raises(DownloadError, match=f"the server answered {status}"):
        get(weights_server, target)
    assert len(weights_server.seen) == 1
    assert nothing(target)


def test_a_broken_server_is_asked_a_limited_number_of_times(weights_server, target):
    weights_server.script = ["500"] * 9
    with pytest.raises(DownloadError, match="in 3 tries: the server answered 500"):
        get(weights_server, target)
    assert len(weights_server.seen) == 3
    assert nothing(target)


@pytest.mark.parametrize("word", ["hang", "silent"])
def test_a_server_that_falls_silent_is_left_and_asked_again(weights_server, target, word):
    weights_server.script = [word]
    get(weights_server, target)
    assert target.read_bytes() == weights_server.content


def test_silence_to_the_end_is_said_with_its_length(weights_server, target):
    weights_server.script = ["silent"] * 9
    with pytest.raises(DownloadError, match=r"in 2 tries: .*(timed out|no byte came for 0.3 s)"):
        get(weights_server, target, tries=2)


def test_no_server_is_said_at_once(target):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(DownloadError, match=r"cannot be reached .*refused"):
        fetch(f"http://127.0.0.1:{port}/net.pth", target, digits="00000000", tries=9, pause=60.0)
    assert nothing(target)


def test_a_redirect_on_this_machine_is_followed(weights_server, target):
    weights_server.script = ["next_door"]
    get(weights_server, target)
    assert target.read_bytes() == weights_server.content


def test_a_redirect_to_plain_http_elsewhere_is_not(weights_server, target):
    weights_server.script = ["elsewhere"]
    with pytest.raises(DownloadError, match=r"leads to http://weights\.invalid/file, which was not asked"):
        get(weights_server, target)
    assert nothing(target)


@pytest.mark.parametrize(
    ("url", "came_from", "fine"),
    [
        ("https://download.pytorch.org/x", "", True),
        ("http://download.pytorch.org/x", "", False),
        ("http://127.0.0.1:9/x", "", True),
        ("http://localhost/x", "http://127.0.0.1/y", True),
        ("http://localhost/x", "https://download.pytorch.org/y", False),
        ("http://127.0.0.1.evil.example/x", "", False),
        ("file:///etc/passwd", "", False),
        ("ftp://127.0.0.1/x", "", False),
    ],
)
def test_only_https_or_this_machine_is_asked(url, came_from, fine):
    if fine:
        _check_address(url, came_from=came_from)
    else:
        with pytest.raises(DownloadError, match="https only"):
            _check_address(url, came_from=came_from)


def test_a_folder_that_cannot_be_written_is_said(weights_server, tmp_path):
    missing = tmp_path / "file"
    missing.write_text("not a folder")
    with pytest.raises(DownloadError, match="could not be written"):
        get(weights_server, missing / "net-00000000.pth")


def test_an_interrupted_download_keeps_what_arrived(weights_server, target):
    def stop(done: int, total: int | None) -> None:
        if done > 100_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(weights_server, target, progress=stop)
    assert not target.exists()
    get(weights_server, target)
    assert int(weights_server.seen[1]["Range"][6:-1]) > 0
    assert target.read_bytes() == weights_server.content


def test_sha256_is_that_of_the_standard(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    # FIPS 180-2, appendix B.1
    assert sha256_of(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
