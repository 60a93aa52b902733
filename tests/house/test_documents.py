"""What the documents say is run: Python blocks, commands, links, generated pages, the map of the course."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image

from lenslet.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
COLOURS = {"rose": (200, 30, 60), "tulip": (230, 180, 30), "violet": (90, 40, 160)}


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


PAGES_WITH_PYTHON = [page for page in PAGES if blocks(page, "python")]
COMMANDS = [
    (name_of(page), line.strip())
    for page in PAGES
    for block in blocks(page, "sh")
    for line in block.replace("\\\n", " ").splitlines()
    if line.strip() and not line.startswith("#")
]


@pytest.fixture(scope="module")
def flowers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place that has what the documents speak of: flowers/, flowers-test/, photos/, rose.jpg."""
    place = tmp_path_factory.mktemp("documents")
    random = np.random.default_rng(0)

    def picture(path: Path, colour: tuple[int, int, int]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.clip(np.array(colour) + random.normal(0, 25, (40, 48, 3)), 0, 255)
        Image.fromarray(pixels.astype(np.uint8)).save(path)

    for name, colour in COLOURS.items():
        for number in range(10):
            picture(place / "flowers" / name / f"{number}.jpg", colour)
            picture(place / "flowers-test" / name / f"{number}.jpg", colour)
    picture(place / "rose.jpg", COLOURS["rose"])
    shutil.copytree(place / "flowers-test" / "tulip", place / "photos")
    return place


@pytest.mark.parametrize("page", PAGES_WITH_PYTHON, ids=name_of)
def test_the_python_of_a_page_runs_from_top_to_bottom(page, flowers, monkeypatch):
    monkeypatch.chdir(flowers)
    code = "\n".join(blocks(page, "python"))
    code = re.sub(r"minutes=[\d.]+", "epochs=1, size=32", code)  # the same call, on a budget for a test
    exec(compile(code, name_of(page), "exec"), {"__name__": "__main__"})


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_every_command_on_a_page_exists_and_parses(page, line):
    group = typer.main.get_command(app)
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for part in line.split("&&"):
        program, *arguments = shlex.split(part, comments=True)
        assert program in ("lenslet", "make", "pip", "git", "cd"), f"{page}: what is {program}?"
        if program == "make":
            assert next(word for word in arguments if "=" not in word) in targets
        if program == "lenslet":
            command, rest = group, arguments
            while hasattr(command, "commands"):
                name, *rest = rest
                command = command.commands[name]
            command.make_context(command.name, rest)


@pytest.mark.parametrize("page", [ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *PAGES], ids=name_of)
def test_every_link_to_a_file_of_ours_leads_somewhere(page):
    for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
        assert "://" in link or (page.parent / link).exists(), link


@pytest.mark.parametrize(
    "script",
    [["docs/make_cli.py"], ["docs/make_http.py"], ["-m", "benchmarks.table"]],
    ids=["cli.md", "http.md", "figures"],
)
def test_generated_pages_are_current(script):
    result = subprocess.run([sys.executable, *script, "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"run: python {' '.join(script)}\n{result.stdout}{result.stderr}"


def course_rows() -> list[list[str]]:
    lines = (ROOT / "docs" / "course.md").read_text().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| \d\.\d+ ", line)]


def test_the_course_map_has_every_row_once():
    numbers = [row[0].split()[0] for row in course_rows()]
    weeks = {1: 13, 2: 11, 3: 8, 4: 12}
    assert numbers == [f"{week}.{item}" for week, last in weeks.items() for item in range(1, last + 1)]


@pytest.mark.parametrize("row", course_rows(), ids=lambda row: row[0].split()[0])
def test_the_course_map_names_code_and_tests_that_exist(row):
    _, code, test, studio = row
    assert (code == "later") == (test == "later")
    assert studio  # a page of the studio, or `later`
    for path in re.findall(r"`([\w/]+\.(?:py|md))`", f"{code} {test}"):
        assert (ROOT / path).is_file(), path
    for dotted in re.findall(r"`(lenslet\.[\w.]+)`", code):
        module, _, name = dotted.rpartition(".")
        imported = __import__(module, fromlist=[name])
        assert hasattr(imported, name), dotted
    if code != "later":
        assert re.findall(r"`(?:lenslet\.[\w.]+|lenslet \w+)", code)
        assert re.findall(r"`tests/course/[\w]+\.py`", test)
    for command in re.findall(r"`lenslet (\w+)", code):
        assert command in typer.main.get_command(app).commands


def test_the_documentation_builds_strictly_and_fetches_nothing(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    for page in tmp_path.rglob("*.html"):
        loaded = re.findall(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=\"?(\w+:?//[^\"\s>]+)", page.read_text())
        assert not [address for address in loaded if "canonical" not in address], page
