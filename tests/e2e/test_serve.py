"""`lenslet serve` as a process: it ends well, it comes back after kill -9, and it says where its token lies."""

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

import lenslet


@pytest.fixture
def place(tmp_path, monkeypatch):
    for name in ("LENSLET_TOKEN", "LENSLET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.setenv("LENSLET_KEYS", str(tmp_path / "keys"))
    pixels = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "rose.jpg")
    return tmp_path


def served(place, *words):
    """The process, its address, and what it said until it listened."""
    return started(place, [sys.executable, "-m", "lenslet", "serve", *words])


@contextmanager
def started(place, command):
    """The same of any command."""
    process = subprocess.Popen(command, cwd=place, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    said = []
    try:
        for line in process.stderr:
            said.append(line)
            if found := re.search(r"listening on (http://\S+?),", line):
                break
        else:
            pytest.fail("".join(said))
        # whatever it says later must not fill the pipe
        threading.Thread(target=lambda: said.extend(process.stderr), daemon=True).start()
        yield process, found.group(1), said
    finally:
        process.kill()
        process.wait(10)
        for pipe in (process.stdout, process.stderr):
            pipe.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as heard:
        return heard.getsockname()[1]


def ask(address, picture):
    return httpx.post(f"{address}/v1/predict/signs", files={"image": picture}, timeout=30, trust_env=False)


def test_sigterm_finishes_what_was_taken_and_kill_9_loses_only_that(place):
    picture, port = (place / "rose.jpg").read_bytes(), str(free_port())
    with served(place, "signs", "--port", port, "--json") as (process, address, _), ThreadPoolExecutor(16) as pool:
        expected = ask(address, picture).json()
        waiting = [pool.submit(ask, address, picture) for _ in range(16)]
        while "lenslet_batch_size_count" not in httpx.get(f"{address}/metrics", trust_env=False).text:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        answered = refused = 0
        for one in waiting:
            try:
                assert one.result().json()["label"] == expected["label"]
                answered += 1
            except httpx.ConnectError:  # it came after the door was shut, and knows it
                refused += 1
        assert answered + refused == 16
        assert process.wait(30) == 0
        done = json.loads(process.stdout.read())
        assert done["requests"] >= answered
    stop = threading.Event()

    def hammer():
        while not stop.is_set():
            try:
                assert ask(address, picture).status_code in (200, 503)
            except httpx.HTTPError:
                time.sleep(0.01)

    with served(place, "signs", "--port", port) as (process, address, _), ThreadPoolExecutor(8) as pool:
        hammering = [pool.submit(hammer) for _ in range(8)]
        time.sleep(0.5)
        process.kill()
        assert process.wait(10) == -signal.SIGKILL
        with served(place, "signs", "--port", port) as (_, again, _):  # the same port, at once, under the same load
            assert ask(again, picture).json()["label"] == expected["label"]
            stop.set()
            for one in hammering:
                one.result()


def test_people_outlive_kill_9_and_the_token_is_for_its_owner_alone(place, tmp_path):
    words = ("--gallery", "people.db", "--port", "0")
    with served(place, *words) as (process, address, said):
        [line] = [line for line in said if "the token lies in" in line]
        file = Path(re.search(r"the token lies in (\S+);", line).group(1))
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.is_relative_to(tmp_path / "settings")
        known = {"Authorization": f"Bearer {file.read_text().strip()}"}
        assert httpx.get(f"{address}/v1/face/list", trust_env=False).status_code == 401
        listed = httpx.get(f"{address}/v1/face/list", headers=known, trust_env=False).json()
        assert listed["people"] == []
        assert listed["gallery"] == "people.db"
        process.kill()
        process.wait(10)
    with served(place, *words) as (_, address, _):
        found = httpx.get(f"{address}/v1/face/audit", headers=known, trust_env=False).json()
        assert found["whole"] is True


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        ([], "nothing to serve", 2),
        (["nobody"], "no such model folder", 2),
        (["signs", "--port", "70000"], "0 to 65535", 2),
        (["signs", "--queue", "0"], "queue is 0", 2),
        (["signs", "--host", "203.0.113.7", "--port", "0"], "cannot be listened on", 1),
    ],
)
def test_a_server_that_cannot_start_says_why(place, words, said, code):
    command = [sys.executable, "-m", "lenslet", "serve", *words]
    found = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False, timeout=120)
    assert (found.returncode, found.stdout) == (code, "")
    assert said in found.stderr
    assert "Traceback" not in found.stderr


def test_any_other_address_demands_the_token(place, monkeypatch):
    monkeypatch.setenv("LENSLET_TOKEN", "a-token-of-the-tests")
    with served(place, "signs", "--host", "0.0.0.0", "--port", "0") as (_, address, _):
        here = address.replace("0.0.0.0", "127.0.0.1")
        assert httpx.get(f"{here}/v1/models", trust_env=False).status_code == 401
        known = {"Authorization": "Bearer a-token-of-the-tests"}
        assert httpx.get(f"{here}/v1/models", headers=known, trust_env=False).status_code == 200
        assert httpx.get(f"{here}/healthz", trust_env=False).status_code == 200


WITHOUT_TORCH = """
import sys

sys.modules["torch"] = sys.modules["cryptography"] = None  # importing them raises ModuleNotFoundError
from lenslet.cli import main

sys.argv = ["lenslet", "serve", "signs.onnx", "--port", "0"]
main()
"""


def test_an_exported_model_is_served_without_torch_and_says_the_same(place):
    command = [sys.executable, "-m", "lenslet", "export", "signs", "--out", "signs.onnx"]
    subprocess.run(command, cwd=place, capture_output=True, check=True)
    model, picture = lenslet.load("signs"), (place / "rose.jpg").read_bytes()
    with started(place, [sys.executable, "-c", WITHOUT_TORCH]) as (_, address, _):
        answer = ask(address, picture).json()
        assert np.allclose(answer["scores"], model(picture).scores, atol=1e-3)
        explained = httpx.post(f"{address}/v1/explain/signs", files={"image": picture}, timeout=30, trust_env=False)
        assert explained.status_code == 501
