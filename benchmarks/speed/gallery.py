"""A gallery of a million: one encoding identified, beside FAISS's exact index; opening, enrolling, PostgreSQL's index.

Command: python -m benchmarks.speed.gallery [THREADS]
Minutes: 5
Measures: milliseconds of one search among 1,000,000 encodings of 128 numbers, the median of many; two processes that
    hold the same vectors, ours and FAISS's, take turns, so that what else the machine does falls on both; both find the
    same rows. Memory held while searching. Then a gallery in a file: 10,000 people enrolled one by one, each on the
    disk before the next; the same in one transaction, from an export; opened and searched the first time; whole
    `identify` calls. Then on PostgreSQL: 10,000 people, one search by the HNSW index, and how often it names whom exact
    search names.
Peers: faiss-cpu's IndexFlatIP, in benchmarks/peers/faiss_flat.py (pip install faiss-cpu into the peers' environment, or
    LENSLET_FAISS=/path/to/python).
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import peers
from benchmarks.record import Row, write

COUNT, PEOPLE, ROUNDS = 1_000_000, 10_000, 12
SCRIPT = Path(peers.__file__).parent / "faiss_flat.py"
OURS = """
import sys
sys.path[:0] = [{folder!r}]
import numpy as np
from faiss_flat import scene, serve
from lenslet.gallery.search import Held
rows, probes = scene(int(sys.argv[1]))
held = Held(rows, np.arange(len(rows), dtype=np.int32), range(len(rows)))
serve(lambda probe: held.nearest(probe)[0], probes)
"""


def ask(process: "subprocess.Popen[str]") -> dict[str, Any]:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    return answer


def beside(threads: str) -> list[Row]:
    """Both sides in turn."""
    environment = {**os.environ, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
    sides = {"Lenslet": [sys.executable, "-c", OURS.format(folder=str(SCRIPT.parent)), str(COUNT)]}
    python = os.environ.get("LENSLET_FAISS") or (peers.python() if peers.here() else "")
    if python:
        sides["FAISS"] = [python, str(SCRIPT), str(COUNT), threads]
    running, rows, middle = {}, [], {}
    for name, command in sides.items():
        running[name] = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        assert running[name].stdout.readline() == "ready\n"
    answers: dict[str, list[dict[str, Any]]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, process in running.items():
            answers[name].append(ask(process))
    for process in running.values():
        process.communicate()
    found = {name: answers[name][0]["found"] for name in sides}
    if len({str(one) for one in found.values()}) > 1:
        raise SystemExit(f"the sides find different rows: {found}")
    for name, said in answers.items():
        times = [1000 * one for answer in said for one in answer["seconds"]]
        low, middle[name], high = statistics.quantiles(times, n=4)
        what = f"nearest of {COUNT:,} encodings, {threads} thread{'s' * (threads != '1')}, {name}"
        held = f"{low:.1f}-{high:.1f} ms, quartiles; {said[-1]['held']:,.0f} MB held"
        rows.append(Row(what, round(middle[name], 2), "ms", len(times), held))
    if "FAISS" in middle:
        ratio = [
            statistics.median(a["seconds"]) / statistics.median(b["seconds"])
            for a, b in zip(answers["Lenslet"], answers["FAISS"], strict=True)
        ]
        spread = f"{min(ratio):.2f}-{max(ratio):.2f} over {ROUNDS} rounds in turn"
        what = f"time of Lenslet over that of FAISS, {threads} thread{'s' * (threads != '1')}"
        rows.append(Row(what, round(middle["Lenslet"] / middle["FAISS"], 3), "x", ROUNDS, spread, "at most 1.2"))
    return rows


def on_disk(place: Path) -> list[Row]:
    """A gallery in a file."""
    from lenslet.gallery import Gallery
    from lenslet.results import Encoding

    vectors = np.random.default_rng(1).normal(size=(PEOPLE, 128))
    encodings = [Encoding(vector) for vector in vectors / np.linalg.norm(vectors, axis=1, keepdims=True)]
    rows, each = [], []
    with Gallery(place / "people.db") as gallery:
        for number, encoding in enumerate(encodings):
            began = time.perf_counter()
            gallery.enrol(f"p{number}", encoding)
            each.append(time.perf_counter() - began)
        low, middle, high = (1000 * value for value in statistics.quantiles(each, n=4))
        spread = f"{low:.2f}-{high:.2f} ms a person, quartiles (median {middle:.2f})"
        rows.append(
            Row(f"enrol {PEOPLE:,} people, each on the disk before the next", round(sum(each), 1), "s", 1, spread)
        )
        gallery.export(place / "people.json")
        size = sum(path.stat().st_size for path in place.glob("people.db*")) / 1e6
    with Gallery(place / "again.db") as again:
        began = time.perf_counter()
        again.bring(place / "people.json")
        rows.append(Row(f"import {PEOPLE:,} people in one transaction", round(time.perf_counter() - began, 1), "s", 1))
    with Gallery(place / "people.db") as gallery:
        began = time.perf_counter()
        gallery.identify(encodings[0], threshold=1)
        first = time.perf_counter() - began
        rows.append(
            Row(
                f"first search among {PEOPLE:,}: every encoding opened",
                round(first, 3),
                "s",
                1,
                f"{size:.0f} MB on the disk",
            )
        )
        rows.append(answered(gallery, encodings, f"identify among {PEOPLE:,} people, whole call, file"))
        began = time.perf_counter()
        audit = gallery.audit()
        assert audit.whole
        rows.append(Row(f"audit of {PEOPLE:,} people", round(time.perf_counter() - began, 2), "s", 1))
        began = time.perf_counter()
        assert gallery.delete("p77").gone
        rows.append(
            Row(
                f"delete one of {PEOPLE:,}, with the look into the raw files",
                round(time.perf_counter() - began, 3),
                "s",
                1,
            )
        )
    return rows


def answered(gallery: Any, encodings: list[Any], what: str) -> Row:
    times = []
    for encoding in encodings[:200]:
        began = time.perf_counter()
        gallery.identify(encoding, threshold=1)
        times.append(1000 * (time.perf_counter() - began))
    low, middle, high = statistics.quantiles(times, n=4)
    return Row(what, round(middle, 2), "ms", len(times), f"{low:.2f}-{high:.2f} ms, quartiles")


def on_server(place: Path) -> list[Row]:
    """The same people on PostgreSQL."""
    try:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(place))
        import pgserver
    except ImportError:
        return []
    from lenslet.gallery import Gallery
    from lenslet.results import Encoding

    server = pgserver.get_server(place / "pg", cleanup_mode="delete")
    rows = []
    with Gallery(server.get_uri()) as gallery:
        began = time.perf_counter()
        gallery.bring(place / "people.json")
        rows.append(
            Row(
                f"import {PEOPLE:,} people, PostgreSQL with its HNSW index",
                round(time.perf_counter() - began, 1),
                "s",
                1,
            )
        )
        gallery._vault.store.engine.do("ANALYZE")  # noqa: SLF001 - what a server does by itself within a minute
        dice = np.random.default_rng(2)
        base = np.random.default_rng(1).normal(size=(PEOPLE, 128))
        for noise, words in ((0.5, "a picture of somebody there"), (None, "a stranger, who is near nobody")):
            probes = (
                dice.normal(size=(200, 128)) if noise is None else base[:200] + noise * dice.normal(size=(200, 128))
            )
            asked = [Encoding(probe) for probe in probes / np.linalg.norm(probes, axis=1, keepdims=True)]
            same = [
                gallery.identify(a, threshold=1).nearest == gallery.identify(a, threshold=1, exact=True).nearest
                for a in asked
            ]
            what = f"the index names whom exact search names, {words}"
            rows.append(
                Row(what, 100 * float(np.mean(same)), "%", len(same), "HNSW m 16, ef_construction 64, ef_search 200")
            )
        rows.append(answered(gallery, asked, f"identify among {PEOPLE:,} people, whole call, PostgreSQL"))
    server.cleanup()
    return rows


def main() -> None:
    threads = sys.argv[1] if len(sys.argv) > 1 else "1"
    rows = beside(threads)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:  # a disk, not a memory file system; all may enter
        os.environ["LENSLET_KEYS"] = f"{name}/keys"
        rows += on_disk(Path(name))
        rows += on_server(Path(name))
    write("gallery", rows, command=" ".join(["python -m benchmarks.speed.gallery", *sys.argv[1:]]))


if __name__ == "__main__":
    main()
