"""The whole way by page only: pictures of blood without labels -> labelled -> trained -> corrected -> exported -> used.

Command: python -m benchmarks.quality.studio_way [FOLDER, for a screenshot of each step]
Minutes: 12, most of them two trainings of 2 and 4 minutes
Measures: a person who knows every cell (BCCD's own labels) sits before the page in a real Chromium, without a network:
    names three classes, draws the boxes of 12 pictures with the mouse, trains 2 minutes, takes what the model suggests
    on the 24 pictures that it doubts most, deletes what is wrong, draws what is missing, trains 4 minutes, takes the
    page for browsers, opens it from the disk and shows it a picture of BCCD's val part. Counted: boxes drawn, and
    strokes that correcting took beside the boxes that then were there. mAP50 of both models, on the val part, is
    measured with the command line afterwards.
Peers: none that does it in one local page without an account.
"""

import re
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import torch

import lenslet as ll
from benchmarks.record import Row, write
from benchmarks.speed.studio import served
from lenslet.boxes import iou
from lenslet.data import Scene, read_boxes

BCCD = Path("../shared/data/bccd")
BY_HAND, CORRECTED, SPARE = 12, 24, 40
MINUTES = (2, 4)
CLASSES = ("RBC", "WBC", "Platelets")
SAME = 0.5  # overlap from which a person lets a suggestion stand
WAIT = 900_000  # milliseconds for what trains
PLACE = """p => { const v = lensletDesk.view, b = v.canvas.getBoundingClientRect(), o = v.out(...p);
    return [o[0] + b.x, o[1] + b.y]; }"""


class Person:
    """Whoever sits before the page: knows the truth, and has a mouse and keys.

    Args:
        page: of Playwright.
        url: of the studio.
        truth: by the name of a picture.
        shots: where a picture of each step goes; None: nowhere.
    """

    def __init__(self, page: Any, url: str, truth: dict[str, Scene], shots: Path | None) -> None:
        self.page, self.url, self.truth, self.shots = page, url, truth, shots
        self.drawn = self.deleted = self.taken = 0

    def shot(self, name: str) -> None:
        if self.shots is not None:
            self.page.screenshot(path=str(self.shots / f"{name}.png"))

    def draw(self, label: str, box: list[float]) -> None:
        """One box: the key of its class, a drag from corner to corner."""
        page = self.page
        page.keyboard.press("Escape")
        page.keyboard.press(str(CLASSES.index(label) + 1))
        count = page.evaluate("lensletDesk.marks.things.length")
        x1, y1, x2, y2 = box
        (ax, ay), (bx, by) = (page.evaluate(PLACE, place) for place in ([x1, y1], [x2, y2]))
        page.mouse.move(ax, ay)
        page.mouse.down()
        page.mouse.move((ax + bx) / 2, (ay + by) / 2)
        page.mouse.move(bx, by)
        page.mouse.up()
        page.wait_for_function(f"lensletDesk.marks.things.length === {count + 1}")
        self.drawn += 1

    def things(self) -> list[tuple[str, list[float]]]:
        found: list[Any] = self.page.evaluate("lensletDesk.marks.things.map(t => [t.label, t.box])")
        return [(label, box) for label, box in found]

    def correct(self) -> None:
        """Take all suggestions, delete what is none, draw what is missing."""
        page = self.page
        page.locator(".label-side p, .label-side div").get_by_text(
            re.compile("suggested|found, none|No suggestion")
        ).first.wait_for(timeout=60_000)
        known = [(one.label, list(map(float, one.box))) for one in self.truth[self.name()].truth]
        before = len(self.things())
        page.keyboard.press("Shift+A")
        page.wait_for_timeout(100)
        self.taken += len(self.things()) - before
        missing = list(known)
        wrong = []
        for place, (label, box) in enumerate(self.things()):
            fits = [n for n, (other, its) in enumerate(missing) if other == label and overlap(its, box) >= SAME]
            if fits:
                missing.pop(fits[0])
            else:
                wrong.append(place)
        for place in reversed(wrong):
            page.keyboard.press("Escape")
            for _ in range(place + 1):
                page.keyboard.press(".")
            count = page.evaluate("lensletDesk.marks.things.length")
            page.keyboard.press("Delete")
            page.wait_for_function(f"lensletDesk.marks.things.length === {count - 1}")
            self.deleted += 1
        for label, box in missing:
            self.draw(label, box)

    def name(self) -> str:
        said: str = self.page.evaluate("lensletDesk.name")
        return said

    def next(self) -> None:
        now = self.name()
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("u")
        self.page.wait_for_function(f"lensletDesk.name !== {now!r} && lensletDesk.ready")

    def label_by_hand(self) -> None:
        page = self.page
        page.goto(f"{self.url}/label")
        page.wait_for_selector(".label-app[data-ready=yes]")
        for name in CLASSES:
            page.fill("#new-class", name)
            page.press("#new-class", "Enter")
        page.locator(".label-canvas canvas").focus()
        for number in range(BY_HAND):
            for one in self.truth[self.name()].truth:
                self.draw(one.label, list(map(float, one.box)))
            if number == 0:
                self.shot("1-labelled")
            self.next()

    def train(self, minutes: int, run: str) -> None:
        page = self.page
        page.goto(f"{self.url}/train")
        page.get_by_text(re.compile("Learns from the")).first.wait_for()
        page.wait_for_timeout(500)
        page.get_by_label("Minutes", exact=True).fill(str(minutes))
        page.get_by_role("button", name="Train", exact=True).click()
        page.get_by_role("heading", name=run).wait_for(timeout=WAIT)
        page.wait_for_timeout(60_000)
        self.shot(f"2-training-{run}")
        page.locator(".train-state.is-finished").wait_for(timeout=WAIT)

    def look(self, run: str) -> None:
        self.page.goto(f"{self.url}/results?run={run}")
        self.page.locator(".results-pictures img").first.wait_for()
        self.shot(f"3-results-{run}")

    def correct_doubtful(self, run: str) -> None:
        page = self.page
        page.goto(f"{self.url}/label")
        page.wait_for_selector(".label-app[data-ready=yes]")
        page.wait_for_function("document.querySelector('.label-side select option:nth-child(2)')")
        choice = page.get_by_label("Model").locator("option").all_inner_texts()
        page.get_by_label("Model").select_option(label=next(one for one in choice if run in one))
        page.get_by_role("button", name="Most doubtful first").click()
        page.wait_for_function("lensletDesk.list.rows.every(row => row.done || row.doubt !== undefined)", timeout=WAIT)
        page.locator(".label-canvas canvas").focus()
        for number in range(CORRECTED):
            self.next()
            if number == 0:
                page.get_by_text("suggested").first.wait_for(timeout=60_000)
                self.shot("4-suggested")
            self.correct()

    def take_page(self, run: str, out: Path) -> Path:
        page = self.page
        page.goto(f"{self.url}/use?model=runs/{run}")
        page.wait_for_selector("#use[data-ready]")
        with page.expect_download(timeout=WAIT) as taken:
            page.get_by_role("button", name="Page for browsers, zip").click()
        with zipfile.ZipFile(taken.value.path()) as packed:
            packed.extractall(out)
        return next(out.rglob("index.html"))


def overlap(a: list[float], b: list[float]) -> float:
    return float(iou(torch.tensor([a]), torch.tensor([b]))[0, 0])


def main(shots: Path | None) -> None:
    from playwright.sync_api import sync_playwright

    scenes = read_boxes(BCCD)
    chosen = scenes.train[: BY_HAND + CORRECTED + SPARE]
    with tempfile.TemporaryDirectory() as place, sync_playwright() as player:
        folder = Path(place, "blood")
        folder.mkdir()
        for scene in chosen:
            shutil.copy(scene.path, folder)
        process, url = served(folder)
        browser = player.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(30_000)
        try:
            person = Person(page, url.rstrip("/"), {scene.path.name: scene for scene in chosen}, shots)
            person.label_by_hand()
            by_hand = person.drawn
            person.train(MINUTES[0], "detect-1")
            person.look("detect-1")
            person.correct_doubtful("detect-1")
            person.train(MINUTES[1], "detect-2")
            person.look("detect-2")
            index = person.take_page("detect-2", Path(place, "page"))
        finally:
            process.terminate()
            process.wait()
        shown = browser.new_page(viewport={"width": 1280, "height": 800})
        shown.goto(index.as_uri())
        shown.wait_for_selector("body[data-ready]", timeout=120_000)
        shown.set_input_files("#file", scenes.valid[0].path)
        shown.wait_for_selector("body[data-answer]", timeout=120_000)
        said = shown.inner_text("#headline")
        print("the exported page says of", scenes.valid[0].path.name, ":", said, flush=True)
        if shots is not None:
            shown.screenshot(path=str(shots / "5-exported.png"))
        browser.close()
        runs = [folder / "runs" / name for name in ("detect-1", "detect-2")]
        first, second = (float(ll.load(run).evaluate(scenes.valid)["map50"]) for run in runs)
        right = len(ll.load(runs[1])(scenes.valid[0].path))
    corrected = person.taken - person.deleted + person.drawn - by_hand
    strokes = person.drawn - by_hand + person.deleted + CORRECTED
    rows = [
        Row(f"boxes drawn by hand on the first {BY_HAND} pictures", by_hand, "boxes", 1),
        Row(
            f"boxes that the next {CORRECTED} pictures got, in so many strokes", corrected, "boxes", 1,
            f"{strokes} strokes: {CORRECTED} times accept all, {person.deleted} deleted, "
            f"{person.drawn - by_hand} drawn",
        ),
        Row(
            f"the model of {BY_HAND} pictures and {MINUTES[0]} minutes: mAP50 on BCCD's val",
            round(first, 3), "mAP50", 1,
        ),
        Row(
            f"that of {BY_HAND + CORRECTED} pictures and {MINUTES[1]} minutes", round(second, 3), "mAP50", 1,
            f"the exported page, opened from the disk, said of a new picture: {said}; the model itself finds {right}",
        ),
    ]  # fmt: skip
    write("studio-way", rows, command="python -m benchmarks.quality.studio_way")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
