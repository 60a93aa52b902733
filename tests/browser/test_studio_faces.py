"""Use, Faces: somebody is unknown, enrolled, known, verified, and forgotten; with the models that ship."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import faults

pytestmark = [pytest.mark.browser, pytest.mark.data]


@pytest.fixture
def people(shared: Path, tmp_path: Path) -> list[Path]:
    """Two pictures of one person and one of another."""
    found = []
    for name, many in (("Bill_Clinton", 2), ("Andy_Roddick", 1)):
        for number, path in enumerate(sorted((shared / "data" / "face_keypoints" / name).iterdir())[:many]):
            found.append(Path(shutil.copy(path, tmp_path / f"{name}-{number}.jpg")))
    return found


def test_enrolled_known_and_forgotten(
    people: list[Path], studio: Any, tab: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.setenv("LENSLET_KEYS", str(tmp_path / "keys"))
    page = tab(studio(root).url + "/use?tab=faces&model=faces")
    page.set_default_timeout(60_000)
    page.wait_for_selector("#use[data-ready]")
    page.locator("#use-file").set_input_files(people)
    page.wait_for_function("document.querySelectorAll('.use-thumb').length === 3")

    def picture(number: int) -> None:
        page.locator(".use-thumb").nth(number).click()
        page.wait_for_selector("#use-faces button[aria-pressed=true]")

    def said(button: str) -> str:
        page.get_by_role("button", name=button, exact=True).click()
        page.wait_for_selector("#use-face-answer .use-verdict dl")
        text: str = page.locator("#use-face-answer").inner_text()
        return text

    picture(0)
    page.get_by_role("button", name="Enrol", exact=True).click()  # without a name the browser asks for it
    assert page.evaluate("document.activeElement.id") == "use-name"
    page.keyboard.type("بيل")
    page.locator("#use-note").fill("asked on 3 May")
    page.keyboard.press("Enter")
    page.wait_for_selector("#use-people tbody tr")
    assert "is enrolled, with 1 picture" in page.locator("#use-face-answer").inner_text()
    row = page.locator("#use-people tbody tr").inner_text()
    assert "بيل" in row and "asked on 3 May" in row and (root / "people.db").exists()

    picture(1)
    known = said("Identify")
    assert known.startswith("بيل")
    assert all(word in known for word in ("Distance", "Threshold", "FAR", "not of your people"))
    assert said("Verify").startswith("Yes, بيل")
    picture(2)
    unknown = said("Identify")
    assert unknown.startswith("unknown") and "Nearest, and too far" in unknown
    assert faults(page) == []
    page.get_by_role("button", name="Calibrate").click()
    page.locator("#use-said [role=alert]").wait_for()  # of one person no threshold can be found

    page.get_by_role("button", name="Delete بيل").click()
    page.locator("#use-confirm").get_by_role("button", name="Keep").wait_for()
    assert faults(page) == []
    page.locator("#use-confirm").get_by_role("button", name="Keep").click()
    assert page.locator("#use-people tbody tr").count() == 1
    page.get_by_role("button", name="Delete بيل").click()
    page.locator("#use-confirm").get_by_role("button", name="Delete").click()
    page.wait_for_selector("#use-receipt .use-verdict")
    assert "1 encoding and 0 kept pictures removed" in page.locator("#use-receipt").inner_text()
    assert "holds none of it" in page.locator("#use-receipt").inner_text()
    assert "Nobody yet" in page.locator("#use-people").inner_text()
