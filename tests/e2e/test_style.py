"""A style learned once: train, open, paint pictures, folders and a film, measure, go on; and what is refused."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import lenslet as ll
from lenslet.errors import CallError, CardError, ImageError
from lenslet.image import open_image, resize, save_image
from lenslet.results import Painting, Repainted
from lenslet.tasks.style import prepare, stylist
from lenslet.verbs import style_report

DICE = np.random.default_rng(0)


def stains(height: int, width: int) -> np.ndarray:
    return resize(DICE.integers(0, 256, (5, 6, 3), np.uint8), (height, width))


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures") / "photos"
    for number in range(7):
        save_image(stains(60 + number, 80), folder / ("a" if number < 4 else "b") / f"{number}.png")
    save_image(stains(50, 40), folder.parent / "monet.jpg")
    return folder


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    """Small in every way, or a test would take a minute."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepare, "CROP", 32)
        patch.setattr(prepare, "NET", "brush_tiny")
        patch.setattr(prepare, "_SMALLEST", 48)
        patch.setattr(stylist, "_MEASURED", 64)
        patch.setattr(style_report, "_SIDE", 48)
        yield


@pytest.fixture(scope="module")
def model(photos: Path, tmp_path_factory: pytest.TempPathFactory, small: None) -> ll.Stylist:
    out = tmp_path_factory.mktemp("runs") / "monet"
    made = ll.train(
        photos, task="style", style=photos.parent / "monet.jpg", weights="none", epochs=2, out=out, progress=False
    )  # fmt: skip
    assert isinstance(made, ll.Stylist)
    return made


def test_a_run_leaves_a_model_a_report_and_its_numbers(model: ll.Stylist, photos: Path) -> None:
    folder = model.folder
    assert folder is not None
    assert {"card.json", "model.safetensors", "report.html", "results.csv", "curves.png"} <= {
        p.name for p in folder.iterdir()
    }
    assert model.name == "monet"
    assert {"content", "style", "style_of_photos", "cost"} == set(model.card.metrics)
    page = (folder / "report.html").read_text()
    assert "paints like monet" in page
    assert page.count('alt="painting"') >= 1
    assert "--task style" in page
    assert str(photos.parent) not in (folder / "card.json").read_text()


def test_it_is_opened_by_its_folder_and_paints_the_same(model: ll.Stylist, photos: Path) -> None:
    opened = ll.load(model.folder)
    assert isinstance(opened, ll.Stylist)
    assert repr(opened) == "Stylist(monet, brush_tiny, strength 0.2)"
    photo = photos / "a" / "0.png"
    painting = opened(photo, size=64)
    assert painting.size == (48, 64)
    np.testing.assert_array_equal(painting.picture, model(photo, size=64).picture)
    assert model(stains(33, 47), size=None).size == (33, 47)
    kept = model(photo, size=64, keep_colours=True)
    assert not np.array_equal(kept.picture, painting.picture)


def test_one_picture_is_painted_with_its_recipe(model: ll.Stylist, photos: Path, tmp_path: Path) -> None:
    out, plot = tmp_path / "p.png", tmp_path / "sheet.png"
    painting = ll.stylize(photos / "a" / "1.png", model=model.folder, size=64, out=out, plot=plot, progress=False)
    assert isinstance(painting, Painting)
    assert painting.saved == out
    recipe = json.loads(Image.open(out).text["lenslet"])
    assert (recipe["model"], recipe["style_names"], recipe["size"]) == ("monet", ["monet"], 64)
    assert len(recipe["model_sha256"]) == 64
    assert open_image(plot).shape[1] > open_image(plot).shape[0]
    assert json.loads(painting.to_json())["steps"] == 0


def test_a_folder_is_painted_into_a_folder(model: ll.Stylist, photos: Path, tmp_path: Path) -> None:
    source = tmp_path / "in"
    save_image(stains(40, 50), source / "x.png")
    save_image(stains(40, 50), source / "x.jpg")
    save_image(stains(40, 50), source / "deep" / "y.jpg")
    (source / "broken.jpg").write_bytes(b"nothing")
    made = ll.stylize(source, model=model, out=tmp_path / "out", size=48, progress=False)
    assert isinstance(made, Repainted)
    assert made.count == 3
    assert [one.picture.name for one in made.unreadable] == ["broken.jpg"]
    names = sorted(str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*.png"))
    assert names == ["deep/y.png", "x-2.png", "x.png"]
    told = json.loads(made.to_json())
    assert (told["pictures"], len(told["unreadable"])) == (3, 1)


def test_a_film_is_painted_frame_by_frame(model: ll.Stylist, tmp_path: Path) -> None:
    av = pytest.importorskip("av")
    with av.open(str(tmp_path / "a.mp4"), "w") as film:
        stream = film.add_stream("mpeg4", rate=10)
        stream.height, stream.width, stream.pix_fmt = 48, 64, "yuv420p"
        for picture in (stains(48, 64), stains(48, 64)):
            film.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        film.mux(stream.encode())
    made = ll.stylize(tmp_path / "a.mp4", model=model, out=tmp_path / "b.mp4", size=32, progress=False)
    assert isinstance(made, Repainted)
    assert made.film
    assert made.count == 2
    with av.open(str(tmp_path / "b.mp4")) as film:
        assert [(f.height, f.width) for f in film.decode(video=0)] == [(24, 32)] * 2


def test_it_is_measured_on_photos_that_it_has_not_seen(model: ll.Stylist, photos: Path, tmp_path: Path) -> None:
    found = ll.evaluate(model, photos, out=tmp_path, progress=False)
    assert found.task == "style"
    assert found.n == model.card.data["held_out"]
    assert found["cost"] == pytest.approx(0.8 * found["content"] + 20 * found["style"], rel=1e-6)
    assert "Photos and paintings" in (tmp_path / "report.html").read_text()
    assert ll.evaluate(model, photos, include_seen=True, progress=False).n == 7


def test_a_run_goes_on(model: ll.Stylist, photos: Path, tmp_path: Path) -> None:
    import torch

    call = {"task": "style", "style": photos.parent / "monet.jpg", "progress": False}
    first = ll.train(photos, epochs=1, out=tmp_path / "run", weights=model.folder, **call)
    assert first.card.started_from == {"weights": str(model.folder)}
    longer = ll.train(resume=tmp_path / "run", epochs=2, progress=False)
    assert isinstance(longer, ll.Stylist)
    assert len((tmp_path / "run" / "results.csv").read_text().splitlines()) == 3
    assert all(torch.isfinite(value).all() for value in longer.net.state_dict().values())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"style": ["a.png"]}, "give a style or --model, not both"),
        ({"steps": 5}, "--steps is for painting step by step"),
        ({"encoder": "signs"}, "--encoder is for painting step by step"),
        ({"model": "signs"}, "is of the task classify and paints nothing"),
        ({"size": 3}, "the short side must have 16"),
        ({"steady": 1.0}, "steady is 0"),
        ({"out": "a"}, "a name without a suffix names no format"),
    ],
)
def test_what_a_model_cannot_do_is_said(given: dict, said: str, model: ll.Stylist, photos: Path) -> None:
    with pytest.raises(CallError, match=said):
        ll.stylize(photos / "a" / "0.png", **{"model": model, "progress": False, **given})


def test_many_pictures_need_a_model_and_a_place(model: ll.Stylist, photos: Path, tmp_path: Path) -> None:
    with pytest.raises(CallError, match="give --model, which is quick"):
        ll.stylize(photos, photos.parent / "monet.jpg", progress=False)
    with pytest.raises(CallError, match="give --out, a folder for them"):
        ll.stylize(photos, model=model, progress=False)
    with pytest.raises(CallError, match="would be lost; choose another folder"):
        ll.stylize(photos, model=model, out=photos, progress=False)
    with pytest.raises(CallError, match="is the name of one picture"):
        ll.stylize(photos, model=model, out=tmp_path / "a.png", progress=False)
    with pytest.raises(CallError, match="give the style: one picture or more, or --model"):
        ll.stylize(photos / "a" / "0.png", progress=False)
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "a.jpg").write_bytes(b"nothing")
    with pytest.raises(ImageError, match="none of the 1 pictures can be painted"):
        ll.stylize(tmp_path / "bad", model=model, out=tmp_path / "o", progress=False)


def test_what_cannot_be_trained_is_said(photos: Path, tmp_path: Path) -> None:
    call = {"task": "style", "progress": False, "out": tmp_path / "run"}
    with pytest.raises(CallError, match="the task style needs --style"):
        ll.train(photos, **call)
    with pytest.raises(CallError, match="--overfit is not for the task style"):
        ll.train(photos, style=photos.parent / "monet.jpg", overfit=2, **call)
    with pytest.raises(CallError, match="--weights signs paints nothing"):
        ll.train(photos, style=photos.parent / "monet.jpg", weights="signs", **call)
    with pytest.raises(CallError, match="facet_s does not paint: give --net brush_s"):
        ll.train(photos, style=photos.parent / "monet.jpg", net="facet_s", **call)
    with pytest.raises(CallError, match="strength is 0"):
        ll.train(photos, style=photos.parent / "monet.jpg", strength=3.0, **call)
    with pytest.raises(CallError, match="--style is for the task style, and this data is for classify"):
        ll.train(photos, style=photos.parent / "monet.jpg", progress=False)
    assert not (tmp_path / "run").exists()


def test_a_damaged_card_is_no_model(model: ll.Stylist, tmp_path: Path) -> None:
    from dataclasses import replace

    from lenslet.card import save

    for head in ({}, {"encoder": "natural", "strength": 7}):
        save(tmp_path / "bad", replace(model.card, head=head), model.net.state_dict())
        with pytest.raises(CardError, match="the card is damaged"):
            ll.load(tmp_path / "bad")


def test_what_is_for_answers_points_to_stylize(model: ll.Stylist, photos: Path) -> None:
    with pytest.raises(CallError, match="stylize PICTURE --model"):
        ll.predict(model.folder, [photos / "a" / "0.png"])
    with pytest.raises(CallError, match="gives no answers that could be explained"):
        ll.explain(model, photos / "a" / "0.png", progress=False)
