"""The same work on Ray Data: a row of the dataset is a part, an actor holds the model and writes the part's rows.

Only numbers travel: the workers read the list and write the parts themselves, so every machine must see the folder of
the answers and the files under the same paths.
"""

import json
import logging
import os
import platform
import socket
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lenslet.errors import CallError, LensletError, WorkError
from lenslet.verbs.asking import How
from lenslet.verbs.bulk.answers import LIST, MODEL, Answers, Part
from lenslet.verbs.bulk.rows import Tally
from lenslet.verbs.bulk.work import answer

if TYPE_CHECKING:
    from lenslet.verbs.job import Model

TRIES = 4  # workers that may die over a part before it is held against the part
OBJECTS = 100 * 2**20  # bytes of Ray's object store: it carries a few numbers a part


def ready() -> None:
    """Import Ray, with everything that would talk to others switched off before it looks.

    Raises:
        ModuleNotFoundError: Ray is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if "RAY_ADDRESS" not in os.environ:
        # Ray's switch for "this machine only", which it sets itself on macOS and Windows: listen on 127.0.0.1.
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # the rest is for its log files, not for our stderr
    import ray.data  # noqa: F401


def on_ray(
    answers: Answers,
    parts: Sequence[Part],
    *,
    workers: int | None,
    batch: int,
    on_files: Callable[[int], None],
) -> Generator[Tally, None, None]:
    """Predict parts on all cores of the Ray cluster that RAY_ADDRESS names, or of this machine.

    Args:
        answers: the folder, seen under this path by every machine.
        parts: those that are missing.
        workers: processes that predict at once; one a core if None.
        batch: pictures that go through the net together.
        on_files: called with the number of files answered since the last call.

    Returns:
        What each part says, when it is written; in no order.

    Raises:
        CallError: there is no Ray under RAY_ADDRESS.
        WorkError: the files are not there any more, the rows cannot be written, or a part kills its workers.
    """
    import ray

    for part in parts:
        answers.tries(part.number).unlink(missing_ok=True)  # a new call, a new chance
    with _session(workers):
        most = max(min(workers or int(ray.cluster_resources().get("CPU", 1)), len(parts)), 1)
        rows = [{"number": p.number, "files": p.files, "start": p.start, "length": p.length} for p in parts]
        data = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
            Worker,
            fn_constructor_args=(
                str(answers.folder.absolute()),
                answers.files,
                answers.rows,
                batch,
                answers.how.to_dict(),
            ),
            batch_size=1,
            compute=ray.data.ActorPoolStrategy(min_size=1, max_size=most, initial_size=most),
            num_cpus=1,
        )
        try:
            for row in data.iter_rows():
                said = json.loads(row["said"])
                if "error" in said:
                    raise (CallError if said["code"] == CallError.exit_code else WorkError)(said["error"])
                tally = Tally(**(said | {"labels": Counter(said["labels"])}))
                on_files(tally.files)
                yield tally
        except ray.exceptions.RayError as error:
            why = next(iter(str(error).splitlines()), "") or type(error).__name__
            raise WorkError(f"Ray stopped the work: {why}; what is written stays, and the same call goes on") from error


class Worker:
    """An actor: a process with one thread that holds the model, from its first part on.

    Args:
        folder: of the answers.
        files: in all.
        rows: of a part.
        batch: pictures that go through the net together.
        how: what a model that finds things is told, see `asking.How`.
    """

    def __init__(self, folder: str, files: int, rows: int, batch: int, how: Mapping[str, Any] | None = None) -> None:
        self.answers, self.batch = Answers(Path(folder), files, rows, How.from_dict(how or {})), batch
        self.model: Model | None = None

    def __call__(self, row: Mapping[str, Any]) -> dict[str, list[str]]:
        """Answer the part of this row, and say what it holds; what goes wrong is said, too, for Ray would wrap it."""
        part = Part(*(int(row[name][0]) for name in ("number", "files", "start", "length")))
        try:
            tally = self._answer(part)
            said: dict[str, Any] = {**vars(tally), "labels": dict(tally.labels)}
        except LensletError as error:
            said = {"error": str(error), "code": error.exit_code}
        except OSError as error:
            said = {"error": f"{platform.node()}: {error.strerror or error}: {error.filename}", "code": 1}
        return {"said": [json.dumps(said)]}

    def _answer(self, part: Part) -> Tally:
        folder = self.answers.folder
        if not (folder / LIST).exists():
            raise WorkError(
                f"{platform.node()} does not see {folder}: every machine of the cluster must see the folder of the "
                "answers and the pictures, under the same paths"
            )
        done = self.answers.tally(part)  # by a worker that died before it could say so
        if done is not None:
            return done
        tries = self.answers.tries(part.number)
        with tries.open("a+", encoding="ascii") as lines:
            lines.write(f"{os.getpid()}\n")
            lines.seek(0)
            deaths = len(lines.readlines()) - 1
        if deaths >= TRIES:
            first, last = self.answers.paths(part)[:: max(part.files - 1, 1)][:2]
            raise WorkError(
                f"{deaths} workers died over the same {part.files:,} files, from {first} to {last}: there is too "
                "little memory for so many workers (give fewer with --workers), or one of these files is to blame"
            )
        tally = answer(self.answers, part, self._model(), batch=self.batch)
        tries.unlink(missing_ok=True)
        return tally

    def _model(self) -> "Model":
        if self.model is None:
            from lenslet.verbs.exported import from_file
            from lenslet.verbs.load import KEPT, load

            folder = self.answers.folder / MODEL  # one thread: the other cores have workers of their own
            if (folder / KEPT).is_file():
                self.model = from_file(folder / KEPT, threads=1)
            else:
                import torch

                torch.set_num_threads(1)
                self.model = load(folder)
        return self.model


@contextmanager
def _session(workers: int | None) -> Iterator[None]:
    """Ray for the length of a block: the one that is already there, that of RAY_ADDRESS, or one on this machine."""
    import ray

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    if ray.is_initialized():
        yield
        return
    start(workers)
    # Ray prints of workers that died, to stdout, where results belong; that is made good, or said at the end.
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        try:
            yield
        finally:
            ray.shutdown()


def start(workers: int | None) -> None:
    """Connect to the Ray of RAY_ADDRESS, or start one on this machine, with a core for each of the workers.

    Raises:
        CallError: there is none, or it cannot be started.
    """
    import ray

    words: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    address = os.environ.get("RAY_ADDRESS")
    try:
        with _mute():
            if address:
                _knock(address)
                ray.init(address, **words)
            else:
                cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
                words |= {"num_cpus": workers or cores, "object_store_memory": OBJECTS}
                ray.init("local", include_dashboard=False, **words)
    except (OSError, RuntimeError, ValueError) as error:
        where = f"at RAY_ADDRESS={address}" if address else "on this machine"
        why = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise CallError(f"no Ray can be reached {where}: {why}") from error


def _knock(address: str) -> None:
    """Raise OSError at once where nobody listens; Ray itself would try for minutes."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()


@contextmanager
def _mute() -> Iterator[None]:
    """No word on stderr, not even from C++: while Ray starts, it says which of our settings it has read."""
    kept = os.dup(2)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
