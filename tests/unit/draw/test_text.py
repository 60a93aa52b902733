"""Labels in any script are drawn or replaced, never a crash."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from lenslet.draw import drawable, font_file, text
from lenslet.draw.text import MISSING, font, shortened, width

TEXTS = [
    "rose",
    "Ärger, žluťoučký, ελληνικά, Ёлка",
    "قطة صغيرة",
    "חתול",
    "猫と犬",
    "고양이",
    "แมว",
    "बिल्ली",
    "🐈‍⬛ cat",
    "line\nbreak\ttab\0null",
    "\ud83d lone surrogate",
    "\U0010ffff",
    "",
    "a" * 5000,
]


@pytest.mark.parametrize("given", TEXTS, ids=range(len(TEXTS)))
def test_any_text_is_measured_shortened_and_drawn(given: str) -> None:
    plain = drawable(given)
    assert len(plain) == len(given)
    assert plain.isprintable()
    short = shortened(given, 14, 80)
    assert width(short, 14) <= 80
    canvas = Image.new("L", (100, 20))
    ImageDraw.Draw(canvas).text((0, 0), short, fill=255, font=font(14, short))
    assert (canvas.getbbox() is not None) == bool(short.strip())


def test_latin_and_arabic_are_in_the_font_that_is_always_here() -> None:
    for word in ("rose 93 %", "قطة", "Ёлка", "…"):
        assert font_file(word).name == "DejaVuSans.ttf"
        assert drawable(word) == word


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without any font of its own."""
    caches = (text.font_file, text.drawable, text._covering, text._system_files)
    monkeypatch.setattr(text, "_SYSTEM_PLACES", ())
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


@pytest.mark.usefixtures("bare")
def test_a_character_without_a_glyph_becomes_a_box() -> None:
    assert drawable("a犬b 𓀀") == f"a{MISSING}b {MISSING}"
    assert drawable("قطة") == "قطة"


def test_a_font_of_the_system_is_taken_where_it_has_the_glyphs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A font that lacks Cyrillic in the place of DejaVu; a damaged font and DejaVu as the system's."""
    fonts = font_file().parent
    (tmp_path / "NotoSansCJK-Regular.ttc").write_bytes(b"no font")
    (tmp_path / "wqy-test.ttf").write_bytes((fonts / "DejaVuSans.ttf").read_bytes())
    caches = (text.font_file, text._covering, text._system_files)
    monkeypatch.setattr(text, "_SYSTEM_PLACES", (str(tmp_path),))
    monkeypatch.setattr(text, "_dejavu", lambda: fonts / "cmb10.ttf")
    for cached in caches:
        cached.cache_clear()
    try:
        assert text.font_file("Ё").name == "wqy-test.ttf"
        assert text.font_file("A").name == "cmb10.ttf"
    finally:
        for cached in caches:
            cached.cache_clear()


def test_a_text_that_fits_stays_whole_and_a_longer_one_ends_in_an_ellipsis() -> None:
    assert shortened("rose", 14, 400) == "rose"
    short = shortened("a name that is far too long", 14, 90)
    assert short.endswith("…")
    assert "a name that is far too long".startswith(short[:-1])
    assert width("a name that is far too long"[: len(short) + 1] + "…", 14) > 90


def test_letters_that_differ_look_different() -> None:
    """The font really is loaded: no two of these are the same shape."""
    shapes = {bytes(font(20, c).getmask(c)) for c in "ABCقطЖ8"}
    assert len(shapes) == 7
