"""The page on serving is done as it says: every curl on it, by curl."""

import os
import re
import shutil
import subprocess
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lenslet.serve.app import create_app
from lenslet.serve.limits import Limits
from lenslet.serve.run import listening, server_of
from lenslet.verbs.gallery import Gallery

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "serving.md").read_text()
LINES = [
    line for block in re.findall(r"^```bash\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL) for line in block.splitlines()
]
TOKEN = "a-token-of-the-tests"


@pytest.fixture
def address(tmp_path, looks, monkeypatch):
    """A server as the page starts it, in a folder that has what the page speaks of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LENSLET_KEYS", str(tmp_path / "keys"))
    random = np.random.default_rng(0)
    for name in ("rose", "slide", "monet", "ana", "bo", "door"):
        Image.fromarray(random.integers(0, 255, (48, 48, 3), dtype=np.uint8)).save(f"{name}.jpg")
    shutil.copy("ana.jpg", "door.jpg")
    limits = Limits()
    with Gallery(tmp_path / "people.db", looks()) as people, listening("127.0.0.1", 0) as heard:
        app = create_app(["signs", "bloodcells"], gallery=people, token=TOKEN, limits=limits)
        server = server_of(app, limits)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [heard]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"127.0.0.1:{heard.getsockname()[1]}"
        server.should_exit = True
        thread.join(30)


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_every_curl_of_the_page_is_answered(address, tmp_path):
    assert len(LINES) == 22
    for line in LINES:
        command = line.replace("localhost:8000", address).replace(
            "curl ", "curl --fail-with-body --silent --show-error "
        )
        found = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env={**os.environ, "TOKEN": TOKEN, "no_proxy": "*"},
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert found.returncode == 0, f"{line}\n{found.stdout[-500:]!r}\n{found.stderr[-500:]!r}"
        written = re.search(r" -o (\S+)", line)
        assert (tmp_path / written[1]).stat().st_size > 100 if written else found.stdout, line
    assert Image.open(tmp_path / "painting.png").text["lenslet"]


def test_the_page_names_every_route():
    app = create_app(["signs"], limits=Limits())
    routes = {*app.openapi()["paths"]} - {"/v1/predict/{model}", "/v1/explain/{model}"}
    text = "\n".join(LINES)
    assert not [route for route in routes if f"localhost:8000{route}" not in text]
    from lenslet.serve.people import FORMS

    assert not [name for name in (*FORMS, "list", "audit") if f"/v1/face/{name}" not in text]
