"""Two processes, each with half of every batch, end where one process with the whole batch ends."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

RUN = """
import json, sys
import numpy as np, torch
from safetensors.torch import save_file
from lenslet.data import Batches
from lenslet.image import Preprocess
from lenslet.loops import Recipe, fit, joined
from lenslet.nets import build
from lenslet.tasks.classify.training import Classify

size, out = int(sys.argv[1]), sys.argv[2]
dice = np.random.default_rng(0)
pixels = dice.integers(0, 256, (22, 32, 32, 1), np.uint8)
labels = torch.arange(22) % 3
shape = Preprocess(size=(32, 32), resize="stretch", channels=1, mean=(0.5,), std=(0.25,))
with joined() as world:
    share = (world.rank, world.size)
    train = Batches(pixels, np.arange(22), labels, shape, size=size, shuffle=True, share=share)
    valid = Batches(pixels, np.arange(22), labels, shape, size=8)
    torch.manual_seed(0)
    net = build("lenet5_relu", num_classes=3)
    kept = []
    recipe = Recipe(epochs=3, precision="fp32", patience=9)
    epochs = list(fit(net, Classify(), train, valid, recipe, keep=kept.append))
    if world.first:
        save_file({k: v.contiguous() for k, v in net.state_dict().items()}, out + ".safetensors")
    told = [(e.train["loss"], e.valid.get("accuracy"), e.fraction) for e in epochs]
    open(f"{out}.{world.rank}.json", "w").write(json.dumps({"epochs": told, "kept": len(kept), "size": world.size}))
"""


def _start(size: int, out: Path, rank: int = 0, processes: int = 1, port: int = 0) -> subprocess.Popen[bytes]:
    place = {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(processes), "MASTER_PORT": str(port)}
    told = os.environ | place | {"MASTER_ADDR": "127.0.0.1", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen([sys.executable, "-c", RUN, str(size), str(out)], env=told)


def test_two_processes_are_one_process_with_the_doubled_batch(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = [_start(8, tmp_path / "one"), *(_start(4, tmp_path / "two", rank, 2, port) for rank in range(2))]
    assert [process.wait(timeout=100) for process in running] == [0, 0, 0]
    one, two = (load_file(tmp_path / f"{name}.safetensors") for name in ("one", "two"))
    assert all(torch.allclose(one[k], two[k], atol=2e-5) for k in one)
    alone, first, second = (json.loads((tmp_path / f"{n}.json").read_text()) for n in ("one.0", "two.0", "two.1"))
    assert (alone["size"], first["size"]) == (1, 2)
    assert [round(loss, 4) for loss, *_ in alone["epochs"]] == [round(loss, 4) for loss, *_ in first["epochs"]]
    assert [loss for loss, *_ in first["epochs"]] == [loss for loss, *_ in second["epochs"]]
    assert [e[1] for e in alone["epochs"]] == [e[1] for e in first["epochs"]]
    assert (first["kept"], second["kept"]) == (3, 0)
    assert [e[1] for e in second["epochs"]] == [None] * 3
