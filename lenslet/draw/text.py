"""Text in any script: a font that has its glyphs, its size in pixels, and shortening to a width."""

import importlib.util
import os
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont

MISSING = "□"
"""Stands for a character that no font on this machine can draw."""

# DejaVu Sans comes with Matplotlib, and with it Latin, Greek, Cyrillic, Hebrew, Arabic and more. Chinese, Japanese,
# Korean, Thai and Indian scripts are drawn where the system has a font of such a name (the start of its file name).
_SYSTEM_FONTS = (
    *("NotoSansCJK", "NotoSans", "SourceHanSans", "DroidSansFallback", "wqy-", "uming", "ipag", "NanumGothic"),
    *("msyh", "msgothic", "malgun", "simsun", "YuGoth", "Nirmala", "LeelawUI"),
    *("PingFang", "Hiragino", "AppleSDGothic", "Arial Unicode"),
)
_SYSTEM_PLACES = (
    *("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts"),
    *("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts", "C:/Windows/Fonts"),
)


@cache
def font_file(text: str = "") -> Path:
    """The file of a font that can draw `text`: DejaVu Sans if it can, else one of the system's, else DejaVu anyhow."""
    wanted = frozenset(character for character in text if not _in_font(_dejavu(), character))
    return _covering(wanted) if wanted else _dejavu()


def font(size: int, text: str = "") -> ImageFont.FreeTypeFont:
    """A font of this height in pixels that can draw `text`."""
    return _opened(font_file(text), size)


@lru_cache(maxsize=4096)
def drawable(text: str) -> str:
    """`text` on one line, with a box in the place of every character that no font here can draw."""
    plain = "".join(character if character.isprintable() else " " for character in _no_surrogates(text))
    file = font_file(plain)
    return "".join(character if _in_font(file, character) else MISSING for character in plain)


def width(text: str, size: int) -> int:
    """How wide a line of text is, pixels."""
    return round(font(size, text).getlength(text))


def shortened(text: str, size: int, most: int) -> str:
    """The text, cut and ended with an ellipsis where it is wider than `most` pixels."""
    text = drawable(text)
    if width(text, size) <= most:
        return text
    low, high = 0, len(text)
    while low < high:  # the longest beginning that fits
        middle = (low + high + 1) // 2
        if width(text[:middle].rstrip() + "…", size) <= most:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"


@lru_cache(maxsize=64)
def _opened(file: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, size)


@cache
def _dejavu() -> Path:
    """Found without importing Matplotlib, which costs half a second."""
    spec = importlib.util.find_spec("matplotlib")
    assert spec is not None, "Matplotlib is a dependency of lenslet"
    assert spec.origin is not None
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"


@lru_cache(maxsize=16384)
def _in_font(file: Path, character: str) -> bool:
    """Whether the font has a glyph of its own for this character; what is never seen needs none."""
    if character.isspace() or unicodedata.category(character) in {"Cf", "Mn"}:
        return True
    opened = _opened(file, 16)
    return _shape(opened, character) != _shape(opened, "\U0010fffe")  # a code that no font may have


def _shape(opened: ImageFont.FreeTypeFont, character: str) -> tuple[tuple[int, int], bytes]:
    mask = opened.getmask(character, mode="L")
    return mask.size, bytes(mask)


@cache
def _covering(wanted: frozenset[str]) -> Path:
    """The font of the system with the most of these characters; DejaVu where none has any."""
    best, most = _dejavu(), 0
    for file in _system_files():
        try:
            found = sum(_in_font(file, character) for character in wanted)
        except OSError:  # a damaged font is the system's trouble, not ours
            continue
        if found == len(wanted):
            return file
        if found > most:
            best, most = file, found
    return best


@cache
def _system_files() -> tuple[Path, ...]:
    """Regular sans-serif fonts of the system, those first that hold many scripts."""
    found = [
        (rank, Path(place) / file)
        for folder in _SYSTEM_PLACES
        for place, _, files in os.walk(Path(folder).expanduser())
        for file in files
        for rank, start in enumerate(_SYSTEM_FONTS)
        if file.startswith(start) and file.lower().endswith((".ttf", ".ttc", ".otf"))
        if "-" not in file or "Regular" in file or rank > 1
    ]
    return tuple(file for _, file in sorted(found))


def _no_surrogates(text: str) -> str:
    """File names that are no valid UTF-8 carry lone surrogates, which FreeType refuses."""
    return text.encode("utf-8", "replace").decode("utf-8")
