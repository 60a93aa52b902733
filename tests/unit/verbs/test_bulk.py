"""Laws of `predict(..., out=...)`: one row a file, whatever stopped it; never a mixture of two models or lists."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import lenslet as ll
from lenslet.card import Card, save
from lenslet.errors import CallError, WorkError
from lenslet.image import Preprocess
from lenslet.nets import build
from lenslet.results import Unreadable
from lenslet.tasks.classify.classifier import Classifier
from lenslet.verbs.bulk import Bulk, answers, listing, on_ray, work

FILES, ROWS = 40, 16  # three parts


@pytest.fixture(scope="module")
def model() -> Classifier:
    import torch

    torch.manual_seed(0)
    arguments = {"num_classes": 3, "in_channels": 1}
    shape = Preprocess(size=(32, 32), resize="stretch", channels=1, mean=(0.5,), std=(0.25,))
    return Classifier(
        build("lenet5_relu", **arguments), Card("classify", "lenet5_relu", arguments, ("a", "b", "ج"), shape)
    )


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 files: 37 pictures, a broken, an empty and a lying one; two names that are not easy."""
    folder = tmp_path_factory.mktemp("files") / "photos"
    dice = np.random.default_rng(0)
    for number in range(FILES - 5):
        path = folder / "abc"[number % 3] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(dice.integers(0, 256, (24, 24), np.uint8)).save(path)
    for name in (os.fsdecode(b"not \xff utf-8\n.png"), '", "label": "صورة".png'):
        (folder / name).write_bytes((folder / "a" / "0.png").read_bytes())
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff no more")
    (folder / "empty.png").write_bytes(b"")
    (folder / "lies.jpg").write_text("<html>")
    return folder


@pytest.fixture
def predict(model: Classifier, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Bulk]:
    monkeypatch.setattr(answers, "FEWEST", ROWS)

    def call(*places: str | Path, model: Classifier = model, **options: object) -> Bulk:
        bulk = ll.predict(model, places or [photos], out=tmp_path / "out", batch=ROWS, progress=False, **options)  # type: ignore[arg-type]
        assert isinstance(bulk, Bulk)
        return bulk

    return call


def rows(folder: Path) -> list[dict[str, object]]:
    lines = [line for part in sorted(folder.glob("part-*.jsonl")) for line in part.read_text("utf-8").splitlines()]
    return [json.loads(line) for line in lines]


def interrupt(monkeypatch: pytest.MonkeyPatch, after: int, error: BaseException) -> None:
    """Let the model stop with `error` after so many answers."""
    honest = Classifier.predict

    def stopping(self: Classifier, *args: object, **options: object) -> Iterator[object]:
        for answer in honest(self, *args, **options):  # type: ignore[arg-type]
            answered.append(1)
            if len(answered) > after:
                raise error
            yield answer

    answered: list[int] = []
    monkeypatch.setattr(Classifier, "predict", stopping)


def test_every_file_has_one_row_and_it_is_the_one_that_predict_gives(model, photos, predict):
    bulk = predict()
    expected = [json.loads(answer.to_json()) for answer in ll.predict(model, [photos])]
    found = rows(bulk.folder)
    assert {row["image"]: row for row in found} == {row["image"]: row for row in expected}
    assert len(found) == len(bulk) == FILES
    assert all(row["schema"] == 1 for row in found)


def test_the_answers_come_back_as_they_were(model, photos, predict):
    bulk = predict()
    expected = {answer.picture: answer for answer in ll.predict(model, [photos])}
    for answer in bulk:
        assert answer == expected[answer.picture]  # type: ignore[index]


def test_a_file_that_is_named_often_is_answered_once(model, photos, predict, monkeypatch):
    monkeypatch.chdir(photos)
    assert predict(photos, "a", "./a/0.png", "b/../a/0.png", f"{photos}/**/*.png").files == FILES


def test_the_numbers_are_those_of_the_rows(predict):
    bulk = predict()
    plain = json.loads((bulk.folder / "summary.json").read_text("utf-8"))
    assert plain == {"schema": 1, **bulk.to_dict()}
    assert (bulk.files, bulk.unreadable, bulk.predicted) == (FILES, 3, FILES)
    labels = [row["label"] for row in rows(bulk.folder) if "label" in row]
    assert dict(bulk.labels) == {label: labels.count(label) for label in set(labels)}
    assert sum(isinstance(answer, Unreadable) for answer in bulk) == 3


def test_called_again_it_finds_everything_done(predict, monkeypatch):
    first = predict()
    interrupt(monkeypatch, 0, AssertionError("predicted again"))
    second = predict()
    assert (second.predicted, second.files_per_second) == (0, 0.0)
    assert (second.files, second.unreadable, second.labels) == (first.files, first.unreadable, first.labels)


@pytest.mark.parametrize("after", [0, 1, 18, 39])
def test_stopped_anywhere_it_goes_on_and_what_was_done_stays(after, predict, tmp_path, monkeypatch):
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt, match=r"stopped; \d+ of 40 files"):
        interrupt(patch, after, KeyboardInterrupt())
        predict()
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("part-*")}
    assert len(before) == after // ROWS
    bulk = predict()
    assert bulk.predicted == FILES - ROWS * (after // ROWS)
    assert all(path.stat().st_mtime_ns == when for path, when in before.items())
    assert len({row["image"] for row in rows(bulk.folder)}) == len(rows(bulk.folder)) == FILES


def test_what_killed_calls_leave_is_no_part_and_is_swept(predict, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".part-dead.jsonl").write_text("half a")
    (tmp_path / "out" / "files.list").write_text("written before there was a manifest")
    (tmp_path / "out" / ".try-00001").write_text("77\n")
    bulk = predict()
    assert len(rows(bulk.folder)) == FILES
    assert not [path for path in bulk.folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("damage", [lambda text: text[:-9], lambda text: text + text, lambda text: ""])
def test_a_damaged_part_is_made_again(damage, predict):
    bulk = predict()
    part = bulk.folder / "part-00001.jsonl"
    whole = part.read_text("utf-8")
    part.write_text(damage(whole), "utf-8")
    assert predict().predicted == ROWS
    assert part.read_text("utf-8") == whole


def test_another_model_is_refused_and_the_same_one_measured_anew_is_not(model, predict):
    predict()
    with pytest.raises(CallError, match=r"answers of another model .*out/model"):
        predict(model=Classifier(model.net, replace(model.card, labels=("a", "b", "c"))))
    with pytest.raises(CallError, match="another model"):
        predict(model=Classifier(build("lenet5_relu", **model.card.net_arguments), model.card))
    assert predict(model=Classifier(model.net, replace(model.card, metrics={"accuracy": 1.0}))).predicted == 0
    assert predict(model=ll.load(predict().folder / "model")).predicted == 0


def test_other_files_are_refused_and_the_old_list_can_be_finished(photos, predict, tmp_path, monkeypatch):
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        interrupt(patch, 18, KeyboardInterrupt())
        predict()
    new = tmp_path / "new.png"
    new.write_bytes((photos / "a" / "0.png").read_bytes())
    with pytest.raises(CallError, match=r"begun for 40 files, and this call names 41.*new\.png"):
        predict(photos, new)
    with pytest.raises(CallError, match="this call names 12"):
        predict(photos / "a")
    assert predict(f"@{tmp_path / 'out' / 'files.list'}").predicted == FILES - ROWS


def test_a_folder_of_other_things_is_not_written_into(predict, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(CallError, match="holds other files"):
        predict()
    (tmp_path / "out" / "manifest.json").write_text("{}")
    with pytest.raises(CallError, match="not the manifest"):
        predict()
    (tmp_path / "file").write_text("")
    with pytest.raises(CallError, match="is a file"):
        answers._refuse_other_files(tmp_path / "file")


def test_a_disk_that_is_gone_is_said_and_not_written_down_as_answers(predict, tmp_path):
    gone = tmp_path / "gone.txt"
    gone.write_text("\n".join(f"{tmp_path}/nowhere/{number}.png" for number in range(ROWS)))
    with pytest.raises(WorkError, match=r"none of 16 files is there any more.*bring their disk back"):
        predict(f"@{gone}")
    assert not list((tmp_path / "out").glob("part-*"))


def test_a_few_files_that_are_gone_have_rows_that_say_so(photos, predict, tmp_path):
    (tmp_path / "list.txt").write_text(f"{photos}/a/0.png\n{photos}/gone.png\n")
    bulk = predict(f"@{tmp_path}/list.txt")
    assert (bulk.files, bulk.unreadable) == (2, 1)
    assert "no such file" in str(rows(bulk.folder)[1]["error"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"engine": "ray"}, "give --out"),
        ({"workers": 2}, "give --out"),
        ({"workers": 2, "out": "x"}, "with --engine ray"),
        ({"workers": 0, "out": "x", "engine": "ray"}, "give 1 or more"),
        ({"plot": Path("p"), "out": "x"}, "not both"),
    ],
)
def test_calls_that_are_wrong_are_refused(options, said, model, photos, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CallError, match=said):
        ll.predict(model, [photos], **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("files", "batch", "expected"),
    [(1, 32, 64), (5_000, 32, 64), (5_000, 100, 100), (50_000, 32, 224), (5_000_000, 32, 1024), (50_000_000, 32, 5024)],
)
def test_parts_are_small_for_few_files_not_too_many_for_many_and_hold_whole_batches(files, batch, expected):
    assert answers._rows(files, batch) == expected


@given(st.lists(st.binary(min_size=1, max_size=3).map(lambda name: name.replace(b"\0", b"1")), max_size=40))
def test_a_list_is_sorted_and_has_each_name_once_however_it_is_cut(names):
    from contextlib import ExitStack

    with pytest.MonkeyPatch.context() as patch, ExitStack() as spills:
        patch.setattr(listing, "RUN", 7)
        assert list(listing._sorted_once(iter(names), Path(), spills)) == sorted(set(names))


def test_parts_name_each_file_of_the_list_once(photos, predict):
    bulk = predict()
    folder = answers.Answers(bulk.folder, FILES, ROWS)
    parts = list(folder.parts())
    assert [part.files for part in parts] == [16, 16, 8]
    listed = [path for part in parts for path in folder.paths(part)]
    assert len(set(listed)) == FILES
    assert {path.parent for path in listed} == {photos, photos / "a", photos / "b", photos / "c"}


def test_a_sweep_by_another_call_that_was_faster_does_no_harm(model, photos, predict, monkeypatch):
    bulk = predict()
    folder = answers.Answers(bulk.folder, FILES, ROWS)
    part = next(folder.parts())

    def swept(_: int) -> None:
        folder.remove_leftovers()

    assert work.answer(folder, part, model, batch=32, on_files=swept) == folder.tally(part)


def test_a_part_that_kills_its_workers_ends_with_a_sentence(predict):
    bulk = predict()
    folder = answers.Answers(bulk.folder, FILES, ROWS)
    folder.file(1).unlink()
    folder.tries(1).write_text("1\n" * on_ray.TRIES)
    worker = on_ray.Worker(str(bulk.folder), FILES, ROWS, ROWS)
    with pytest.raises(WorkError, match=r"4 workers died over the same 16 files, from .*png to .*png"):
        worker._answer(list(folder.parts())[1])


def test_a_machine_that_does_not_see_the_folder_says_so(tmp_path):
    row = {"number": np.array([0]), "files": np.array([1]), "start": np.array([0]), "length": np.array([1])}
    [said] = on_ray.Worker(str(tmp_path / "elsewhere"), 1, 64, 32)(row)["said"]
    assert "does not see" in json.loads(said)["error"]
    assert json.loads(said)["code"] == 1


def test_where_ray_is_not_installed_a_sentence_says_how_to_get_it(photos, model, tmp_path):
    save(tmp_path / "model", model.card, model.net.state_dict())
    call = ["predict", str(tmp_path / "model"), str(photos), "--out", str(tmp_path / "out"), "--engine", "ray"]
    code = f"import sys; sys.modules['ray'] = None; sys.argv = ['lenslet', *{call!r}]\n"
    code += "from lenslet.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == 'lenslet: this needs ray, which is not installed: pip install "lenslet[ray]"\n'
    assert not (tmp_path / "out").exists()
