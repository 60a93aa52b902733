"""`predict --engine ray` on a local Ray: the same rows as without it, one a file, whoever is killed in the middle."""

import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from PIL import Image

import lenslet as ll
from lenslet.card import Card, save
from lenslet.image import Preprocess
from lenslet.nets import build
from lenslet.verbs.bulk import Bulk, answers, on_ray

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray.data.context"),  # its own settings, set by itself
    pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning"),  # and its processes
    pytest.mark.skipif(find_spec("ray") is None, reason='Ray is not installed: pip install "lenslet[ray]"'),
]
FILES = 400  # seven parts
PREDICT = [sys.executable, "-c", "from lenslet.cli import main; main()", "predict", "--engine", "ray"]


@pytest.fixture(scope="module")
def ray() -> Iterator[str]:
    """A local Ray with two cores, in this process; its address, for others."""
    assert "RAY_ADDRESS" not in os.environ, "these tests start a Ray of their own"
    on_ray.ready()
    import ray

    on_ray.start(2)
    yield ray.get_runtime_context().gcs_address
    ray.shutdown()
    gc.collect()  # of its processes, while their warnings are still ours


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A net that has learned nothing: its answers are as good as any to be compared."""
    arguments = {"num_classes": 3, "in_channels": 1}
    shape = Preprocess(size=(32, 32), resize="stretch", channels=1, mean=(0.5,), std=(0.25,))
    folder = tmp_path_factory.mktemp("model")
    card = Card("classify", "lenet5_relu", arguments, ("a", "b", "ج"), shape)
    save(folder, card, build("lenet5_relu", **arguments).state_dict())
    return folder


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    dice = np.random.default_rng(0)
    for number in range(FILES - 2):
        Image.fromarray(dice.integers(0, 256, (24, 24), np.uint8)).save(folder / f"{number}.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff no more")
    (folder / os.fsdecode(b"\xff odd\n.png")).write_bytes((folder / "0.png").read_bytes())
    return folder


def test_ray_listens_on_this_machine_only(ray):
    import ray as started

    assert ray.startswith("127.0.0.1:")
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
    assert [node["NodeManagerAddress"] for node in started.nodes()] == ["127.0.0.1"]


def rows(folder: Path) -> list[dict[str, object]]:
    lines = [line for part in sorted(folder.glob("part-*.jsonl")) for line in part.read_text("utf-8").splitlines()]
    return [json.loads(line) for line in lines]


def test_the_rows_are_those_of_predict_whoever_wrote_them(ray, model, photos, tmp_path):
    out = tmp_path / "out"
    first = ll.predict(model, [photos, photos / "0.png"], out=out, progress=False)
    for number in (0, 2, 3, 6):
        (out / f"part-{number:05d}.jsonl").unlink()
    bulk = ll.predict(model, [photos], out=out, engine="ray", workers=1, progress=False)
    assert isinstance(first, Bulk)
    assert isinstance(bulk, Bulk)
    assert bulk.predicted == 3 * answers.FEWEST + FILES % answers.FEWEST
    assert (bulk.files, bulk.unreadable, bulk.labels) == (FILES, 1, first.labels)
    found = {str(row["image"]): row for row in rows(out)}
    assert len(found) == len(rows(out)) == FILES
    for answer in ll.predict(model, [photos]):
        row = found[str(answer.picture)]
        expected = json.loads(answer.to_json())
        assert row.keys() == expected.keys()
        if "error" in row:
            assert row == expected
        else:
            assert row["label"] == expected["label"]
            assert row["scores"] == pytest.approx(expected["scores"], abs=1e-6)
    (out / "part-00001.jsonl").unlink()
    again = ll.predict(model, [photos], out=out, progress=False)
    assert isinstance(again, Bulk)
    assert (again.predicted, again.labels) == (answers.FEWEST, first.labels)


def test_what_things_are_on_pictures_is_the_same_too(ray, untrained, photos, tmp_path):
    untrained("detect", ("a", "b")).save(tmp_path / "finder")
    few = [photos / f"{number}.png" for number in range(70)]
    here = ll.predict(tmp_path / "finder", few, out=tmp_path / "here", at_least=0.01, progress=False)
    there = ll.predict(
        tmp_path / "finder", few, out=tmp_path / "there", at_least=0.01, engine="ray", workers=1, progress=False
    )
    assert isinstance(here, Bulk)
    assert isinstance(there, Bulk)
    assert here.labels
    assert (there.files, there.labels, there.nothing) == (70, here.labels, here.nothing)
    for one, other in zip(rows(tmp_path / "here"), rows(tmp_path / "there"), strict=True):
        assert [thing["class"] for thing in one["objects"]] == [thing["class"] for thing in other["objects"]]
        assert one["image"] == other["image"]


def until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + 120
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.02)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_kill_9_of_the_call_and_then_of_a_worker_of_the_next_leaves_one_row_a_file(ray, model, photos, tmp_path):
    out = tmp_path / "out"
    command = [*PREDICT, str(model), str(photos), "--out", str(out), "--workers", "1", "--json"]
    told = os.environ | {"RAY_ADDRESS": ray}
    with subprocess.Popen(command, env=told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        until(lambda: list(out.glob("part-*")) or process.poll() is not None)
        process.send_signal(signal.SIGKILL)
        said, errors = process.communicate(timeout=60)
    assert (process.returncode, said) == (-signal.SIGKILL, ""), errors
    assert [line for line in errors.splitlines() if not line.startswith(("looking", "predicting"))] == []
    assert list(out.glob("part-*"))
    for left in out.glob(".try-*"):
        left.unlink()
    killed = []

    def kill() -> bool:
        for path in out.glob(".try-*"):
            with suppress(FileNotFoundError, ProcessLookupError):  # it has just finished
                for pid in map(int, path.read_text().split()):
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
        return bool(killed)

    killer = Thread(target=until, args=[kill])
    killer.start()
    bulk = ll.predict(model, [photos], out=out, engine="ray", progress=False)
    killer.join()
    assert killed
    assert isinstance(bulk, Bulk)
    assert 0 < bulk.predicted <= FILES - answers.FEWEST
    assert len({row["image"] for row in rows(out)}) == len(rows(out)) == FILES
    assert not [path for path in out.iterdir() if path.name.startswith(".")]
