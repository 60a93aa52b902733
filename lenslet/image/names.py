"""Names for sentences: a file's, and that of a kind of file which is no picture that can be opened here."""

from pathlib import Path

# What often lies under a picture's name and is called by its own: (place, bytes there, what it is and what to do).
_FOREIGN = (
    (4, b"ftypheic", "a HEIC photo, which cannot be opened here; save it as JPEG or PNG"),
    (4, b"ftypheix", "a HEIC photo, which cannot be opened here; save it as JPEG or PNG"),
    (4, b"ftypmif1", "a HEIF photo, which cannot be opened here; save it as JPEG or PNG"),
    (4, b"ftyp", "a video, not a picture; save single frames as JPEG or PNG"),
    (0, b"%PDF", "a PDF document, not a picture; save its pages as PNG"),
    (0, b"%!PS", "a PostScript file, which is never run here; save it as PNG"),
    (0, b"\xc5\xd0\xd3\xc6", "a PostScript file, which is never run here; save it as PNG"),
    (0, b"8BPS", "a Photoshop file, which cannot be opened here; save it as PNG"),
    (0, b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture, which cannot be opened here; save it as JPEG or PNG"),
    (0, b"\x00\x00\x01\x00", "an icon, which cannot be opened here; save it as PNG"),
    (0, b"PK\x03\x04", "a zip archive, not a picture; unpack it first"),
    (0, b"\x89PNG", "a PNG that breaks off or is damaged in its header; copy or download it again"),
    (0, b"\xff\xd8", "a JPEG that breaks off or is damaged in its header; copy or download it again"),
    (0, b"GIF8", "a GIF that breaks off or is damaged in its header; copy or download it again"),
    (0, b"II*\x00", "a TIFF that breaks off or is damaged in its header; copy or download it again"),
    (0, b"MM\x00*", "a TIFF that breaks off or is damaged in its header; copy or download it again"),
    (0, b"version https://git-lfs", "a Git LFS pointer, not the picture itself; fetch it with: git lfs pull"),
)


def spoken(source: str | Path | bytes) -> str:
    """How a sentence calls this source; a name that is no valid UTF-8 is made printable."""
    if isinstance(source, bytes):
        return f"the picture given as {len(source)} bytes"
    return str(source).encode("utf-8", "replace").decode().replace("\x00", "\\0") or "the empty path"


def foreign_kind(start: bytes) -> str:
    """What a file is that begins with `start` and that Pillow does not know: the end of the sentence "x is ..."."""
    for place, mark, kind in _FOREIGN:
        if start[place : place + len(mark)] == mark:
            return kind
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in text:
        return "an SVG drawing, which cannot be opened here; save it as PNG"
    if text.startswith((b"<!doctype", b"<html", b"<head")):
        return "a web page, not a picture: the download went wrong; download it again"
    if not any(start):
        return "filled with zero bytes: the copy went wrong; copy it again"
    return "no picture of a kind known here (JPEG, PNG, WebP, GIF, BMP, TIFF, PNM, AVIF); remove it, or save it as one"
