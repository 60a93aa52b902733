"""The law of the cache: whatever happened to the folder, it gives what decoding anew would give, and decodes only what
is new."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lenslet.data import cache, decode
from lenslet.image import Preprocess, open_image

SHAPE = Preprocess(size=(8, 8), resize="stretch", channels=3, mean=(0.5,) * 3, std=(0.2,) * 3)
names = st.sampled_from([f"{name}.ppm" for name in "abcdef"])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), names, st.integers(0, 7)),
        st.tuples(st.just("break"), names, st.integers(0, 1)),
        st.tuples(st.sampled_from(["move", "copy", "swap"]), names, names),
        st.tuples(st.just("remove"), names, names),
        st.tuples(st.just("clean"), names, st.integers(0, 600)),
        st.tuples(st.just("decode"), names, names),
    ),
    min_size=4,
    max_size=14,
)


def _do(folder: Path, step: tuple) -> None:
    what, name, value = step
    path = folder / name
    if what == "write":
        path.write_bytes(b"P6 8 8 255\n" + bytes([value * 30]) * 192)
    elif what == "break":
        path.write_bytes(b"no picture" * value)
    elif what == "clean":
        cache.clean(limit_bytes=value)
    elif what != "decode" and path.exists():
        other = folder / str(value)
        if what == "remove":
            path.unlink()
        elif what == "move":
            path.replace(other)
        elif what == "copy" and other != path:
            shutil.copy2(path, other)
        elif what == "swap" and other.exists() and other != path:
            path.rename(folder / "aside")
            other.rename(path)
            (folder / "aside").rename(other)


@settings(deadline=None, max_examples=12)
@given(steps)
def test_the_cache_gives_what_decoding_anew_gives(steps: list[tuple]) -> None:
    module, honest = sys.modules["lenslet.data.decode"], open_image
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setenv("LENSLET_CACHE", os.path.join(place, "cache"))  # noqa: PTH118
        folder = Path(place, "data")
        folder.mkdir()
        decoded: list[bytes] = []
        kept: set[bytes] = set()

        def watched(source: object, **how: object) -> np.ndarray:
            if isinstance(source, bytes):
                decoded.append(source)
            return honest(source, **how)  # type: ignore[arg-type]

        patch.setattr(module, "open_image", watched)
        for step in [*steps, ("decode", "", "")]:
            _do(folder, step)
            if step[0] == "clean":
                kept.clear()
            if step[0] != "decode":
                continue
            paths = sorted(folder.iterdir())
            decoded.clear()
            made = decode(paths, SHAPE, too_many=1.0)
            contents = [p.read_bytes() for p in paths]
            for content, row in zip(contents, made.rows, strict=True):
                assert (row >= 0) == content.startswith(b"P6")
                assert row < 0 or (made.pixels[row] == content[-1]).all()
            assert len(decoded) == len(set(decoded))
            assert not set(decoded) & kept
            kept |= {c for c in contents if c.startswith(b"P6")}
