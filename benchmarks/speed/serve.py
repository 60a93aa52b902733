"""How much `lenslet serve` answers, with pictures going together and one by one; and whether it loses any.

Command: python -m benchmarks.speed.serve [--requests 10000] [--pairs 6] [--model signs]
Server and load generator are processes of their own on one machine, so they share its cores; what is compared is
measured in turn, in the same minutes. Each client keeps one connection and sends its next picture when it has read the
last answer.
"""

import argparse
import asyncio
import io
import json
import multiprocessing
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.record import RESULTS, Row, write

CLIENTS = (1, 2, 4, 8, 16, 32, 64)
PICTURES = 32  # different ones, sent in turn


@dataclass(frozen=True)
class Load:
    """What one run of the generator saw."""

    sent: int
    seconds: float
    statuses: dict[str, int]
    wrong: int
    times: list[float]

    @property
    def lost(self) -> int:
        return self.sent - sum(self.statuses.values())

    @property
    def rate(self) -> float:
        return self.statuses.get("200", 0) / self.seconds

    def at(self, share: float) -> float:
        return 1000 * sorted(self.times)[min(int(share * len(self.times)), len(self.times) - 1)]


def pictures(side: int) -> list[bytes]:
    """JPEGs of coloured noise on slopes, as large as small photos."""
    random = np.random.default_rng(0)
    made = []
    for _ in range(PICTURES):
        coarse = Image.fromarray(random.integers(0, 255, (8, 8, 3), dtype=np.uint8))
        stream = io.BytesIO()
        coarse.resize((side, side), Image.Resampling.BICUBIC).save(stream, "JPEG", quality=90)
        made.append(stream.getvalue())
    return made


def wire(model: str, picture: bytes) -> bytes:
    """A whole request, as it goes over the wire."""
    edge = "lenslet-load"
    form = (
        f'--{edge}\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    ).encode()
    body = form + picture + f"\r\n--{edge}--\r\n".encode()
    head = (
        f"POST /v1/predict/{model} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: multipart/form-data; boundary={edge}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _client(port: int, jobs: "list[int]", sent: list[bytes], seen: dict, expected: dict) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while jobs:
        number = jobs.pop()
        which = number % len(sent)
        began = time.perf_counter()
        writer.write(sent[which])
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status = head.split(" ", 2)[1]
        length = int(re.search(r"content-length: (\d+)", head, re.IGNORECASE).group(1))
        body = await reader.readexactly(length)
        seen["times"].append(time.perf_counter() - began)
        seen["statuses"][status] += 1
        if status == "200" and expected.setdefault(which, json.loads(body)["label"]) != json.loads(body)["label"]:
            seen["wrong"] += 1
        if status == "503":
            await asyncio.sleep(0.05)
    writer.close()


def _generate(port: int, model: str, clients: int, requests: int, side: int, back) -> None:
    sent = [wire(model, one) for one in pictures(side)]
    seen = {"times": [], "statuses": Counter(), "wrong": 0}

    async def all_clients() -> float:
        began = time.perf_counter()
        jobs, expected = list(range(requests)), {}
        await asyncio.gather(*(_client(port, jobs, sent, seen, expected) for _ in range(clients)))
        return time.perf_counter() - began

    seconds = asyncio.run(all_clients())
    back.send((requests, seconds, dict(seen["statuses"]), seen["wrong"], seen["times"]))


def load(port: int, model: str, clients: int, requests: int, side: int) -> Load:
    """Run the generator in a process of its own."""
    mine, its = multiprocessing.Pipe()
    worker = multiprocessing.get_context("spawn").Process(
        target=_generate, args=(port, model, clients, requests, side, its)
    )
    worker.start()
    found = mine.recv()
    worker.join()
    return Load(*found)


@contextmanager
def server(model: str, *options: str):
    """`lenslet serve`, on any free port."""
    command = [sys.executable, "-m", "lenslet", "serve", model, "--port", "0", "--queue", "256", *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        for line in process.stderr:
            if found := re.search(r"listening on http://[\d.]+:(\d+)", line):
                break
        yield int(found.group(1)), process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def resident(process: subprocess.Popen) -> float:
    """Megabytes that a process holds."""
    return int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    """Measure, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="signs")
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--each", type=int, default=600)
    parser.add_argument("--pairs", type=int, default=6)
    parser.add_argument("--side", type=int, default=256)
    asked = parser.parse_args()
    rows = growth(asked) + many(asked)
    command = f"python -m benchmarks.speed.serve --requests {asked.requests} --pairs {asked.pairs}"
    write("serve", rows, command=command)


def growth(asked: argparse.Namespace) -> list[Row]:
    """Requests a second by clients, together and one by one, in turn."""
    found: dict[tuple[str, int], list[Load]] = {}
    with server(asked.model) as (together, _), server(asked.model, "--batch", "1") as (alone, _):
        ways = {"together": together, "one by one": alone}
        for port in ways.values():
            load(port, asked.model, 8, 100, asked.side)
        for pair in range(asked.pairs):
            for clients in CLIENTS:
                count = max(asked.each * min(clients, 8) // 8, 60)
                for way in sorted(ways, reverse=bool(pair % 2)):
                    found.setdefault((way, clients), []).append(
                        load(ways[way], asked.model, clients, count, asked.side)
                    )
    rows = []
    for clients in CLIENTS:
        rates = {way: [one.rate for one in found[way, clients]] for way in ways}
        ratios = [a / b for a, b in zip(rates["together"], rates["one by one"], strict=True)]
        for way, values in rates.items():
            times = [one.at(0.5) for one in found[way, clients]], [one.at(0.95) for one in found[way, clients]]
            spread = f"{min(values):.0f}-{max(values):.0f}; answer after {statistics.median(times[0]):.0f} ms, "
            spread += f"19 of 20 within {statistics.median(times[1]):.0f} ms"
            rows.append(Row(f"{clients} clients, {way}", statistics.median(values), "requests/s", len(values), spread))
        low, high = min(ratios), max(ratios)
        rows.append(
            Row(
                f"{clients} clients, together over one by one", statistics.median(ratios), "x", len(ratios),
                f"{low:.2f}-{high:.2f} over pairs in turn",
            )
        )  # fmt: skip
    lost = sum(one.lost + one.wrong + one.sent - one.statuses.get("200", 0) for runs in found.values() for one in runs)
    rows.append(Row("requests of all these runs not answered by 200 and the same label", lost, "", sum(
        one.sent for runs in found.values() for one in runs)))  # fmt: skip
    drawn({way: [[one.rate for one in found[way, clients]] for clients in CLIENTS] for way in ways}, asked)
    return rows


def many(asked: argparse.Namespace) -> list[Row]:
    """Ten thousand requests, 64 at a time: what is lost, and what the server holds before and after."""
    with server(asked.model) as (port, process):
        load(port, asked.model, 64, 1000, asked.side)
        before = resident(process)
        run = load(port, asked.model, 64, asked.requests, asked.side)
        after = resident(process)
    n = run.sent
    return [
        Row("64 at a time: requests without an answer", run.lost, "", n, f"answers: {run.statuses}", "0"),
        Row("64 at a time: answers other than before to the same picture", run.wrong, "", n, "", "0"),
        Row("64 at a time: requests a second", run.rate, "requests/s", n, f"19 of 20 within {run.at(0.95):.0f} ms"),
        Row("64 at a time: memory of the server before", before, "MB", 1, "after 1,000 requests to warm up"),
        Row("64 at a time: memory of the server after", after, "MB", 1, f"{after - before:+.1f} MB", "flat"),
    ]


def drawn(rates: dict[str, list[list[float]]], asked: argparse.Namespace) -> None:
    """The growth, as a picture."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=(7, 4.2), dpi=120)
    for way, mark in (("together", "o"), ("one by one", "s")):
        middle = [statistics.median(values) for values in rates[way]]
        axis.fill_between(CLIENTS, [min(v) for v in rates[way]], [max(v) for v in rates[way]], alpha=0.15)
        axis.plot(CLIENTS, middle, marker=mark, label=f"pictures go {way}")
    axis.set_xscale("log", base=2)
    axis.set_xticks(CLIENTS, [str(clients) for clients in CLIENTS])
    axis.set_ylim(0)
    axis.set_xlabel("clients at once")
    axis.set_ylabel("requests answered a second")
    axis.set_title(f"lenslet serve {asked.model}, JPEGs of {asked.side} px, median and range of {asked.pairs}")
    axis.grid(alpha=0.3)
    axis.legend()
    figure.tight_layout()
    figure.savefig(RESULTS / "serve.png")


if __name__ == "__main__":
    main()
