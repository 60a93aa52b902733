"""The studio's page Label with much in it: 10,000 pictures in a project, 1,000 boxes on a picture.

Command: python -m benchmarks.speed.studio
Minutes: 2
Measures: in a real Chromium without a screen, 1280 x 800, on the same machine as the server. Opening: from the call of
    the address until the list and the picture are there; the server was started for it, so that nothing is remembered.
    Frames: milliseconds from one frame to the next while a box is dragged, the picture zoomed, the list scrolled by six
    pictures a frame; a browser draws 60 frames a second at the most, 16.7 ms. Saving: from the end of a drag until the
    server has said that all 1,000 boxes are on the disk.
Peers: none that runs offline in a browser without a service of its own.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.record import Row, write
from lenslet.data.scenes.annotations import Annotations, Thing
from lenslet.image import save_image

PICTURES, BOXES, OPENINGS, DRAGS = 10_000, 1_000, 3, 5
FRAMES = """() => { window.frames = []; let last = performance.now();
    const tick = (now) => {
      window.frames.push(now - last); last = now; window.counting = requestAnimationFrame(tick); };
    window.counting = requestAnimationFrame(tick); }"""
STOP = "() => { cancelAnimationFrame(window.counting); return window.frames.slice(2); }"


def project(folder: Path) -> None:
    """Ten thousand names of twenty pictures; the first has a thousand boxes."""
    dice = np.random.default_rng(0)
    kinds = [save_image(dice.integers(0, 256, (480, 640, 3)).astype(np.uint8), folder / f"k{i}.jpg") for i in range(20)]
    for number in range(PICTURES - len(kinds)):
        os.link(kinds[number % 20], folder / f"picture-{number:05}.jpg")
    corners = dice.uniform(0, 1, (BOXES, 2)) * (600, 440)
    things = [Thing(f"class {i % 8}", (x, y, x + 30.0, y + 30.0)) for i, (x, y) in enumerate(corners.tolist())]
    Annotations(folder, ["k0.jpg"]).write("k0.jpg", things, None)


def served(folder: Path) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "lenslet", "studio", str(folder), "--no-browser"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if "http://" in line:
            threading.Thread(target=process.stderr.read, daemon=True).start()  # or the pipe fills
            return process, "http://" + line.partition("http://")[2].split()[0]
    raise RuntimeError("the studio did not start")


def opened(page: Any, url: str) -> float:
    start = time.perf_counter()
    page.goto(url + "label?picture=k0.jpg")
    page.wait_for_selector(".label-app[data-ready=yes]")
    return time.perf_counter() - start


def dragged(page: Any) -> tuple[list[float], float]:
    """Frames while one box goes around, and how long its saving took."""
    x, y = page.evaluate(
        """() => { const d = lensletDesk, t = d.marks.things[500], b = d.view.canvas.getBoundingClientRect();
        d.marks.selected = t.id; d.touch(false);
        const o = d.view.out((t.box[0] + t.box[2]) / 2, (t.box[1] + t.box[3]) / 2);
        return [o[0] + b.x, o[1] + b.y]; }"""
    )
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(FRAMES)
    for step in range(90):
        page.mouse.move(x + 60 * np.sin(step / 8), y + 60 * np.cos(step / 8) - 60)
    frames = page.evaluate(STOP)
    start = time.perf_counter()
    page.mouse.up()
    page.wait_for_function("lensletDesk.store.waiting.size === 0", polling=5)
    return frames, time.perf_counter() - start


def watched(page: Any, doing: str) -> list[float]:
    """Frames while a script goes on for 90 of them."""
    page.evaluate(FRAMES)
    page.evaluate(
        f"""() => new Promise((done) => {{ let n = 0;
        const step = () => {{ {doing}; if (++n < 90) requestAnimationFrame(step); else done(); }}; step(); }})"""
    )
    made: list[float] = page.evaluate(STOP)
    return made


def frames_row(what: str, frames: list[float]) -> Row:
    late = float(np.percentile(frames, 95))
    return Row(
        f"{what}: from frame to frame", round(statistics.median(frames), 1), "ms", len(frames),
        f"95 % below {late:.1f} ms, longest {max(frames):.1f} ms", "16.7 ms, as a screen has it",
    )  # fmt: skip


def main() -> None:
    from playwright.sync_api import sync_playwright

    place = Path(tempfile.mkdtemp(prefix="lenslet-studio-"))
    openings, again, drags, saves, zooms, scrolls = [], [], [], [], [], []
    try:
        project(place)
        with sync_playwright() as player:
            browser = player.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for _ in range(OPENINGS):
                process, url = served(place)
                page = browser.new_page(viewport={"width": 1280, "height": 800})
                openings.append(opened(page, url))
                again.append(opened(page, url))
                for _ in range(DRAGS):
                    frames, save = dragged(page)
                    drags += frames
                    saves.append(save)
                zooms += watched(page, "lensletDesk.view.zoom(n < 45 ? 1.03 : 1 / 1.03)")
                scrolls += watched(page, "document.querySelector('.label-rows').scrollTop += 400")
                page.close()
                process.kill()
                process.wait()
                assert process.stderr is not None
                process.stderr.close()
            browser.close()
    finally:
        shutil.rmtree(place, ignore_errors=True)

    def seconds(what: str, values: list[float], target: str = "") -> Row:
        spread = f"{min(values):.2f} to {max(values):.2f} s"
        return Row(what, round(statistics.median(values), 3), "s", len(values), spread, target)

    rows = [
        seconds(f"opening Label with {PICTURES:,} pictures, the first time", openings),
        seconds("opening it again", again),
        frames_row(f"dragging one of {BOXES:,} boxes", drags),
        frames_row(f"zooming with {BOXES:,} boxes", zooms),
        frames_row(f"scrolling through {PICTURES:,} pictures", scrolls),
        seconds(f"saving {BOXES:,} boxes after a drag", saves),
    ]
    write("studio", rows, command="python -m benchmarks.speed.studio")


if __name__ == "__main__":
    main()
