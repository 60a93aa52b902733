"""OpenAPI says what is true: schemathesis tries it against the server and finds nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lenslet.verbs.gallery import Gallery


@pytest.fixture(scope="module")
def described(home):
    return home.get("/openapi.json").json()


def test_every_route_says_what_it_takes_and_gives(described):
    assert described["info"]["title"] == "Lenslet"
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], path
            assert "200" in operation["responses"], path
            if method == "post":
                fields = operation["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]
                assert all(field["description"] for field in fields.values()), path
            for status, answer in operation["responses"].items():
                for kind, said in answer.get("content", {}).items():
                    known = "example" in said or "examples" in said or "image" in kind or "text" in kind
                    assert known or path.endswith("export"), f"{path} {status} has no example"


def test_routes_about_people_are_marked(described):
    for path, operations in described["paths"].items():
        for operation in operations.values():
            assert bool(operation.get("security")) == path.startswith("/v1/face/")


HOOKS = """
import io
import schemathesis
from hypothesis import strategies
from PIL import Image

def picture(shade):
    stream = io.BytesIO()
    Image.new("RGB", (40, 48), (shade, 20, 200)).save(stream, "PNG")
    return stream.getvalue()

schemathesis.openapi.format("binary", strategies.sampled_from([picture(60), picture(120), picture(180)]))
"""


def test_schemathesis_finds_nothing(serving, looks, tmp_path, monkeypatch):
    """Its own command, every check; pictures are pictures, for no schema says what bytes make one."""
    monkeypatch.setenv("LENSLET_KEYS", str(tmp_path / "keys"))
    (tmp_path / "hooks.py").write_text(HOOKS)
    with (
        Gallery(tmp_path / "people.db", looks()) as people,
        serving(["signs"], gallery=people, painting=64, steps=1) as client,
    ):
        command = [Path(sys.executable).with_name("schemathesis"), "run", f"{client.base_url}/openapi.json"]
        command += ["-H", "Authorization: Bearer a-token-of-the-tests", "--checks", "all", "--seed", "1", "--no-color"]
        command += [
            "--phases",
            "coverage,fuzzing",
            "--max-examples",
            "2",
            "--max-time",
            "20",
            "--generation-database",
            "none",
        ]
        found = subprocess.run(
            command,
            env={**os.environ, "SCHEMATHESIS_HOOKS": str(tmp_path / "hooks.py")},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
    assert found.returncode == 0, found.stdout[-4000:]
    assert "Tested: 16" in found.stdout
