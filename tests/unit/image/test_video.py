"""Films: every frame through a function, sound and length kept, and clear sentences for what is none."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from lenslet.errors import CallError, ImageError
from lenslet.image.video import is_video, remake

av = pytest.importorskip("av")


def a_film(path: Path, frames: int = 6, *, sound: bool = False, size: tuple[int, int] = (48, 64)) -> Path:
    with av.open(str(path), "w") as made:
        stream = made.add_stream("mpeg4", rate=Fraction(12))
        stream.height, stream.width, stream.pix_fmt = *size, "yuv420p"
        if sound:
            heard = made.add_stream("aac", rate=8000)
        for number in range(frames):
            picture = np.full((*size, 3), 20 + 30 * number, np.uint8)
            made.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        if sound:
            noise = av.AudioFrame.from_ndarray(np.zeros((1, 4000), np.float32), format="fltp", layout="mono")
            noise.sample_rate, noise.pts = 8000, 0
            made.mux(heard.encode(noise))
            made.mux(heard.encode())
        made.mux(stream.encode())
    return path


def frames_of(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as film:
        return [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]


def test_every_frame_goes_through_and_sound_and_speed_stay(tmp_path: Path) -> None:
    source, out, told = a_film(tmp_path / "a.mp4", sound=True), tmp_path / "new" / "b.mp4", []
    assert remake(source, out, lambda f: 255 - f, on_frame=lambda n, share: told.append((n, share))) == 6
    made, before = frames_of(out), frames_of(source)
    assert len(made) == 6
    assert np.abs(made[3].mean() - (255 - before[3].mean())) < 6
    assert [n for n, _ in told] == [1, 2, 3, 4, 5, 6]
    assert told[-1][1] <= 1
    with av.open(str(out)) as film:
        assert film.streams.video[0].average_rate == 12
        assert film.streams.audio


def test_frames_may_become_of_another_and_of_an_odd_size(tmp_path: Path) -> None:
    remake(a_film(tmp_path / "a.mp4"), tmp_path / "b.mkv", lambda f: f[:33, :25])
    assert frames_of(tmp_path / "b.mkv")[0].shape == (32, 24, 3)


def test_what_is_no_film_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"nothing of the kind" * 50)
    with pytest.raises(ImageError, match="no film that can be opened"):
        remake(tmp_path / "a.mp4", tmp_path / "b.mp4", lambda f: f)
    with pytest.raises(ImageError, match="no film that can be opened"):
        remake(tmp_path / "nobody.mp4", tmp_path / "b.mp4", lambda f: f)
    with pytest.raises(CallError, match="a film is saved as one of"):
        remake(tmp_path / "a.mp4", tmp_path / "b.gif", lambda f: f)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.mp4"]


def test_a_film_that_breaks_off_in_the_middle_of_the_work_leaves_nothing(tmp_path: Path) -> None:
    def breaks(frame: np.ndarray) -> np.ndarray:
        raise KeyboardInterrupt

    source = a_film(tmp_path / "a.mp4")
    with pytest.raises(KeyboardInterrupt):
        remake(source, tmp_path / "b.mp4", breaks)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.mp4"]


@pytest.mark.parametrize(("name", "film"), [("a.MP4", True), ("a.webm", True), ("a.gif", False), ("a", False)])
def test_films_are_known_by_their_suffix(name: str, film: bool) -> None:
    assert is_video(name) == film
    assert not is_video(np.zeros(3))
