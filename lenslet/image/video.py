"""Films: every frame through a function, and into a new film with the old sound. Needs the extra `video` (PyAV).

Frames are upright uint8 RGB, as pictures are. The new film is H.264 (MPEG-4 where this build has none), which players
and browsers know, in the container that its suffix names.
"""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from lenslet.errors import CallError, ImageError, MissingError, WorkError
from lenslet.files import whole_file
from lenslet.image.names import spoken

__all__ = ["VIDEOS", "is_video", "remake"]

VIDEOS = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm"})
"""Suffixes, in lower case, of the files that are taken for films."""
_MADE = frozenset({".mkv", ".mov", ".mp4"})
_USUAL = Fraction(25)  # frames a second, of a film that does not say
_QUALITY = "18"  # of H.264: what the eye hardly tells from the original

Change = Callable[[UInt8[np.ndarray, "h w 3"]], UInt8[np.ndarray, "_ _ 3"]]


def is_video(source: object) -> bool:
    """Whether a path is taken for a film, by its suffix."""
    return isinstance(source, str | Path) and Path(source).suffix.lower() in VIDEOS


def check_made(out: str | Path) -> None:
    """See that a film could be saved under a name.

    Raises:
        CallError: the suffix names no container that is written here.
    """
    if Path(out).suffix.lower() not in _MADE:
        raise CallError(f"{spoken(str(out))}: a film is saved as one of {' '.join(sorted(_MADE))}")


def remake(
    source: str | Path, out: str | Path, change: Change, *, on_frame: Callable[[int, float], None] | None = None
) -> int:
    """Write a film anew, whole or not at all; the sound is copied where the container can carry it.

    An odd last row or column is left out, which the film's format asks for.

    Args:
        source: the film.
        out: .mp4, .mkv or .mov.
        change: what becomes of a frame; all answers have one size.
        on_frame: called with the number of frames done and the share of the film, 0 to 1; 0 where it is not known.

    Returns:
        How many frames there are.

    Raises:
        MissingError: the extra is not installed.
        ImageError: no film that can be read.
        CallError: a suffix that names no container.
        WorkError: it cannot be written.
    """
    check_made(out)
    try:
        import av
    except ImportError as error:
        raise MissingError('films need PyAV, which is not installed: pip install "lenslet[video]"') from error
    source, out = Path(source), Path(out)
    try:
        film = av.open(str(source))
    except (av.error.FFmpegError, OSError) as error:
        raise ImageError(f"{spoken(str(source))}: no film that can be opened ({error.strerror or error})") from error
    with film:
        if not film.streams.video:
            raise ImageError(f"{spoken(str(source))}: there are no pictures in this film")
        try:
            with whole_file(out) as temporary, av.open(str(temporary), "w") as made:
                count = _copied(film, made, change, on_frame)
        except av.error.InvalidDataError as error:
            raise ImageError(f"{spoken(str(source))}: this film is damaged ({error.strerror})") from error
        except (av.error.FFmpegError, OSError) as error:
            raise WorkError(f"{spoken(str(out))} cannot be written ({error.strerror or error})") from error
    if not count:
        out.unlink(missing_ok=True)
        raise ImageError(f"{spoken(str(source))}: there are no pictures in this film")
    return count


def _copied(film: Any, made: Any, change: Change, on_frame: Callable[[int, float], None] | None) -> int:
    """Frame by frame, and sound as it comes."""
    seen = film.streams.video[0]
    rate = seen.average_rate or seen.guessed_rate or _USUAL
    seconds = float(film.duration or 0) / 1e6
    heard = film.streams.audio[0] if film.streams.audio else None
    sound = _sound(made, heard) if heard is not None else None
    written: Any = None
    waiting: list[Any] = []  # sound that comes before the first frame, whose size the head of the film must say
    count = 0
    for packet in film.demux([seen, heard] if sound is not None else [seen]):
        if packet.stream is not seen:
            if packet.dts is not None:
                waiting.append(packet)
            if written is not None:
                _mux_sound(made, sound, waiting)
            continue
        for frame in packet.decode():
            changed = change(_upright(frame))
            height, width = changed.shape[0] // 2 * 2, changed.shape[1] // 2 * 2
            if written is None:
                written = _stream(made, rate, height, width)
            _put(made, written, changed[: written.height, : written.width], count)
            count += 1
            if on_frame is not None:
                on_frame(count, min(float(frame.time or 0) / seconds, 1.0) if seconds else 0.0)
    if written is not None:
        _mux_sound(made, sound, waiting)
        made.mux(written.encode())
    return count


def _mux_sound(made: Any, sound: Any, waiting: list[Any]) -> None:
    for packet in waiting:
        packet.stream = sound
        made.mux(packet)
    waiting.clear()


def _stream(made: Any, rate: Fraction, height: int, width: int) -> Any:
    from av.codec import codecs_available

    h264 = "libx264" in codecs_available
    written = made.add_stream("libx264" if h264 else "mpeg4", rate=rate)
    written.width, written.height, written.pix_fmt = width, height, "yuv420p"
    if h264:
        written.options = {"crf": _QUALITY, "preset": "fast"}
    else:
        written.bit_rate = 8 * height * width  # about what looks as good
    return written


def _put(made: Any, written: Any, picture: UInt8[np.ndarray, "h w 3"], number: int) -> None:
    import av

    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    frame.pts, frame.time_base = number, 1 / Fraction(written.codec_context.framerate)
    made.mux(written.encode(frame))


def _sound(made: Any, heard: Any) -> Any:
    """A place for the sound as it is; None where the new container cannot carry it."""
    try:
        return made.add_stream_from_template(heard)
    except (ValueError, OSError):
        return None


def _upright(frame: Any) -> UInt8[np.ndarray, "h w 3"]:
    """The pixels, turned as the camera was held."""
    turned = round(getattr(frame, "rotation", 0) / 90) % 4
    pixels: np.ndarray = np.rot90(frame.to_ndarray(format="rgb24"), turned)
    return np.ascontiguousarray(pixels)
