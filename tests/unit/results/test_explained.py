"""Attribution and Units: frozen, to JSON and back, drawn."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lenslet.errors import CallError, ShapeError
from lenslet.results import Attribution, Patch, Unit, UnitLayer, Units

PICTURE = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)


def attribution(**more) -> Attribution:
    map = np.zeros((4, 6))
    map[1, 4] = 2.5
    map[0, 0] = -1 / 3
    given = {"method": "cam", "rule": "Grad-CAM", "model": "signs", "target": "3", "kind": "logit", "score": 1 / 7}
    return Attribution(**(given | {"map": map, "layer": "layer3", "picture": PICTURE, "size": (40, 60)} | more))


def test_the_peak_is_in_pixels_of_the_original():
    assert attribution().peak == (45, 15)


def test_every_number_comes_back_from_json(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(PICTURE).save(path)
    one = attribution(picture=path, box=(1.5, 2, 30, 1e-7 + 20), other=attribution(picture=path))
    again = Attribution.from_json(one.to_json())
    assert again == one
    assert hash(again) == hash(one)
    assert again.picture == path
    assert again.drawn().shape == one.drawn().shape
    assert json.loads(one.to_json())["peak"] == [45, 15]
    assert attribution(score=2) != one


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 1, "method": "filters"}', '{"schema": 9}'])
def test_other_json_is_refused_in_a_sentence(text):
    with pytest.raises(CallError, match="JSON of an attribution"):
        Attribution.from_json(text)
    with pytest.raises(CallError):
        Units.from_json(text)


def test_what_is_no_map_is_refused():
    with pytest.raises(ShapeError, match="rows, columns"):
        attribution(map=np.zeros((0, 3)))
    with pytest.raises(CallError, match="finite"):
        attribution(map=np.array([[np.nan]]))
    with pytest.raises(CallError, match="finite"):
        attribution(score=np.inf)
    with pytest.raises(CallError, match="knows no picture"):
        attribution(picture=None).drawn()


def test_it_is_frozen():
    with pytest.raises(ValueError, match="read-only"):
        attribution().map[0, 0] = 1


def test_the_overlay_glows_where_the_map_does_and_nowhere_else():
    hot = attribution().overlay().astype(int)
    colour = np.ptp(hot, 2)
    assert colour[10:20, 40:50].mean() > 40
    assert colour[30:, :20].max() == 0, "grey where nothing speaks, also where something speaks against it"


def units(method: str = "top-patches") -> Units:
    tile = np.full((3, 3, 3), 90, np.uint8)
    patches = tuple(Patch(9 - rank, Path(f"{rank}.png"), (-1.5, 2, 3, 4), tile, tile) for rank in range(9))
    array = {
        "filters": np.ones((3, 3, 3)),
        "activations": np.ones((5, 7)) / 3,
        "visualise": np.zeros((9, 9, 3), np.uint8),
    }
    one = [Unit(number, 9.0, patches if method == "top-patches" else (), array.get(method)) for number in (0, 7)]
    layers = tuple(UnitLayer(f"layer{i}", 32, tuple(one), (5, 7), (3, 3), 2.0) for i in (1, 2))
    return Units(method, "signs", layers, "photos", "a note", 900)


@pytest.mark.parametrize("method", ["top-patches", "filters", "activations", "visualise"])
def test_a_sheet_has_a_section_a_layer_and_json_has_all_but_the_pixels(method, tmp_path):
    one = units(method)
    sheet = one.drawn()
    assert sheet.dtype == np.uint8
    shorter = Units(method, "signs", one.layers[:1], "photos", "a note", 900).drawn()
    assert sheet.shape[0] > shorter.shape[0] + 40
    again = Units.from_json(one.to_json())
    assert again == one
    with pytest.raises(CallError, match=r"no pixels|no such file"):
        again.drawn()
    assert one.plot(tmp_path / "sheet.png").exists()


def test_patches_are_cut_anew_from_the_originals_after_json(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(PICTURE).save(path)
    patch = Patch(1.0, path, (-2, 0, 6, 8))
    one = Units("top-patches", "m", (UnitLayer("a", 4, (Unit(0, 1.0, (patch,)),)),))
    assert Units.from_json(one.to_json()).drawn().shape == one.drawn().shape


def test_what_a_layer_says_of_itself():
    one = units()["layer1"]
    assert one.says == "32 units · map 7 × 5 · each sees 3 × 3 px · stride 2"
    assert UnitLayer("c", 8, (), None, (5, 5), 1.0).says == "8 filters of 5 × 5 · stride 1"
    with pytest.raises(CallError, match="there are layer1, layer2"):
        units()["layer9"]
    with pytest.raises(CallError, match="a method is one of"):
        Units("guess", "m", ())
