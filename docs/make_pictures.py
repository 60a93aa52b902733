"""Make the pictures of the README: paintings of scikit-learn's photo, and pages of the studio.

Command: python docs/make_pictures.py; needs Chromium, some seconds of a CPU, and no network.
"""

import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright
from sklearn.datasets import load_sample_images

import lenslet as ll

OUT = Path(__file__).parent / "pictures"
PAGES = {"learn-convolution": "learn/convolution"}
PORT = 8797
STYLES = ("starry_night", "great_wave")


def paintings(photo: Path) -> None:
    """The photo, and each shipped style of it, side by side."""
    shown = [np.asarray(Image.open(photo))]
    for style in STYLES:
        ll.stylize(str(photo), model=style, size=512, progress=False).save(photo.with_name(f"{style}.png"))
        shown.append(np.asarray(Image.open(photo.with_name(f"{style}.png")).convert("RGB")))
    height = 300
    strip = [
        np.asarray(Image.fromarray(one).resize((round(one.shape[1] * height / one.shape[0]), height))) for one in shown
    ]
    gap = np.full((height, 8, 3), 255, np.uint8)
    Image.fromarray(np.concatenate([strip[0], gap, strip[1], gap, strip[2]], 1)).save(OUT / "paintings.jpg", quality=82)


def pages(project: Path) -> None:
    """Pages of a studio on the two photos."""
    studio = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "lenslet", "studio", project, "--port", str(PORT), "--no-browser"]
    )
    try:
        address = f"http://127.0.0.1:{PORT}"
        for _ in range(120):
            try:
                urllib.request.urlopen(address, timeout=2)
                break
            except OSError:
                time.sleep(1)
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=shutil.which("chromium"))
            page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
            for name, path in PAGES.items():
                page.goto(f"{address}/{path}")
                page.wait_for_timeout(4000)
                page.screenshot(path=OUT / f"{name}.png")
            browser.close()
    finally:
        studio.terminate()
        studio.wait()


def main() -> None:
    """All of them."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "photos"
        project.mkdir()
        images = load_sample_images()
        for pixels, name in zip(images.images, ("china.jpg", "flower.jpg"), strict=True):
            Image.fromarray(pixels).save(project / name, quality=92)
        photo = Path(folder) / "china.jpg"
        shutil.copy(project / "china.jpg", photo)
        paintings(photo)
        pages(project)


if __name__ == "__main__":
    main()
