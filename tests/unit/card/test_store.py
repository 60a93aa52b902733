"""Laws of the cache folder and its lock."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lenslet.card import store
from lenslet.card.registry import find
from lenslet.card.store import locked, offline, published_file, stored_file, weights_folder
from lenslet.errors import DownloadError

HOLD = "import sys, time\nfrom pathlib import Path\nfrom lenslet.card.store import locked\n" + (
    "with locked(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(600)\n"
)


def test_the_folder_is_the_users_choice(monkeypatch, tmp_path):
    monkeypatch.setenv("LENSLET_CACHE", str(tmp_path / "there"))
    assert weights_folder() == tmp_path / "there" / "weights"
    assert stored_file(find("resnet18")) == tmp_path / "there" / "weights" / "resnet18-f37072fd.safetensors"
    assert published_file(find("resnet18")) == tmp_path / "there" / "weights" / "resnet18-f37072fd.pth"


@pytest.mark.parametrize(("value", "meant"), [("1", True), ("true", True), ("0", False), ("", False), ("No", False)])
def test_offline_is_read_from_the_environment(monkeypatch, value, meant):
    monkeypatch.setenv("LENSLET_OFFLINE", value)
    assert offline() is meant


def test_two_holders_take_turns(tmp_path):
    inside, most = 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(3):
            with locked(tmp_path / "file"):
                inside += 1
                most = max(most, inside)
                threading.Event().wait(0.01)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_a_killed_process_leaves_no_lock(tmp_path):
    path = tmp_path / "file"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout.readline() == "held\n"
            with (tmp_path / ".file.lock").open("ab") as handle:
                assert not store._try_lock(handle)
        finally:
            other.send_signal(signal.SIGKILL)
    with locked(path):
        pass


def test_an_error_inside_frees_the_lock(tmp_path):
    with pytest.raises(ZeroDivisionError), locked(tmp_path / "file"):
        1 / 0  # noqa: B018
    with locked(tmp_path / "file"):
        pass


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DownloadError, match="set LENSLET_CACHE"), locked(tmp_path / "file" / "weights" / "x"):
        pass


def test_shipped_models_are_folders_with_a_card():
    for name, folder in store.shipped().items():
        assert (folder / "card.json").is_file()
        assert Path(folder).name == name


def test_a_shipped_name_is_found_unless_a_model_folder_has_it(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "SHIPPED", tmp_path / "shipped")
    (tmp_path / "shipped" / "signs").mkdir(parents=True)
    (tmp_path / "shipped" / "signs" / "card.json").write_text("{}")
    (tmp_path / "shipped" / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    assert list(store.shipped()) == ["signs"]
    assert store.find_shipped("signs") == tmp_path / "shipped" / "signs"
    assert store.find_shipped("empty") is None
    (tmp_path / "signs" / "left").mkdir(parents=True)  # a folder of pictures of that name
    assert store.find_shipped("signs") == tmp_path / "shipped" / "signs"
    (tmp_path / "signs" / "card.json").write_text("{}")
    assert store.find_shipped("signs") is None
