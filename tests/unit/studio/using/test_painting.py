"""A painting of the page: watched, stopped with the picture kept, taken away with its recipe."""

import io
import json
import sys
import threading
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lenslet.results import Painting

SMALL = {"content": "project:0.png", "style": "project:1.png", "size": 64, "steps": 2}


def wait(use: Any) -> dict[str, Any]:
    for thread in [one for one in threading.enumerate() if one.name == "painting"]:
        thread.join(600)
    made: dict[str, Any] = use("painting").json()
    return made


def test_it_is_watched_and_taken_away(use: Any) -> None:
    assert use("painting").json() == {"state": "none"}
    assert "no painting yet" in use("painting/painting.png").json()["error"]
    use.post("painting", SMALL)
    now = wait(use)
    assert now["state"] == "done" and now["step"] == now["of"] and len(now["costs"]) == now["of"] + 1
    assert now["costs"][-1] < now["costs"][0] and now["share"] == 1 and now["version"] >= 1
    painting = Image.open(io.BytesIO(use("painting/painting.png").content))
    assert painting.size == (64, 32) == Image.open(io.BytesIO(use("painting/seen").content)).size
    recipe = json.loads(painting.text["lenslet"])  # type: ignore[attr-defined]
    assert (recipe["content_name"], recipe["style_names"], recipe["steps"]) == ("0.png", ["1.png"], 2)
    assert use("painting/recipe.json").json()["recipe"]["size"] == 64
    assert Image.open(io.BytesIO(use("painting/sheet.png").content)).width > 200
    assert "painting.png, sheet.png or recipe.json" in use("painting/other").json()["error"]


def test_a_model_that_holds_a_style_paints_at_once(use: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    use.post("painting", {"content": "project:0.png", "model": "signs"})
    assert "paints nothing" in wait(use)["error"]
    assert "choose the picture whose style" in use.post("painting", {"content": "project:0.png"}).json()["error"]
    assert "no such model" in use.post("painting", {"content": "project:0.png", "model": "none"}).json()["error"]

    def at_once(content: Any, style: Any, **given: Any) -> Painting:
        assert (style, given) == ([], {"size": 64, "keep_colours": False, "progress": False, "model": "signs"})
        pixels = np.zeros((32, 64, 3), np.uint8)
        return Painting(pixels, pixels, [pixels], {"encoder": "signs"}, seconds=0.5)

    monkeypatch.setattr(sys.modules["lenslet.verbs.stylize"], "stylize", at_once)
    use.post("painting", {"content": "project:0.png", "model": "signs", "size": 64})
    now = wait(use)
    assert (now["state"], now["costs"], now["seconds"], now["error"]) == ("done", [], 0.5, "")
    recipe = json.loads(Image.open(io.BytesIO(use("painting/painting.png").content)).text["lenslet"])  # type: ignore[attr-defined]
    assert recipe["content_name"] == "0.png" and "style_names" not in recipe


def test_stopped_it_keeps_the_picture_so_far(use: Any) -> None:
    use.post("painting", {**SMALL, "steps": 500})
    assert "being made already" in use.post("painting", SMALL).json()["error"]
    use.post("painting/stop")
    now = wait(use)
    assert now["state"] == "stopped" and 0 <= now["step"] < now["of"]
    assert Image.open(io.BytesIO(use("painting/painting.png").content)).size == (64, 32)
    assert use("painting/recipe.json").json()["stopped"] is True


def test_what_cannot_be_painted_is_said(use: Any, project: Any) -> None:
    thin = io.BytesIO()
    Image.new("RGB", (2000, 3)).save(thin, "PNG")
    held = use.lay("thin.png", thin.getvalue()).json()
    use.post("painting", {**SMALL, "content": f"tray:{held['id']}"})
    now = wait(use)
    assert now["state"] == "failed" and "pixels on the short side" in now["error"]
    assert "not here any more" in use.post("painting", {**SMALL, "style": "tray:none"}).json()["error"]


@pytest.mark.parametrize("wrong", [{"size": 5000}, {"strength": 2}, {"start": "elsewhere"}, {"steps": 0}])
def test_choices_have_their_limits(use: Any, wrong: dict[str, Any]) -> None:
    assert use.post("painting", {**SMALL, **wrong}).status_code == 422
