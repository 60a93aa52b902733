"""Several processes that train one net: PyTorch's own engine, joined where torchrun has started us.

    torchrun --nproc_per_node 2 -m lenslet train flowers/ --out run

Each process learns from its share of every batch; the gradients are averaged (gloo on a CPU, nccl on GPUs), so that
the net moves as if one process had seen the whole batch. What must be the same everywhere (how much of the budget is
spent, whether to stop) is decided by the first process and told to the others.
"""

import gc
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel


@dataclass(frozen=True)
class World:
    """The processes of one run.

    Args:
        rank: of this one; the first, 0, writes files and speaks.
        size: how many there are.
        restarts: how often torchrun has started them anew, because one was lost.
    """

    rank: int = 0
    size: int = 1
    restarts: int = 0

    @property
    def first(self) -> bool:
        """Whether this is the process that writes files and speaks."""
        return self.rank == 0

    def wrap(self, net: nn.Module) -> nn.Module:
        """The net to run forward and backward through; alone, the net itself."""
        if self.size == 1 or not any(p.requires_grad for p in net.parameters()):
            return net
        device = next(net.parameters()).device
        return DistributedDataParallel(net, device_ids=[device.index] if device.type == "cuda" else None)

    def summed(self, values: Sequence[int | float]) -> list[float]:
        """The sums over all processes."""
        if self.size == 1:
            return [float(value) for value in values]
        tensor = self._tensor(values)
        distributed.all_reduce(tensor)
        return tensor.tolist()

    def from_first(self, values: Sequence[int | float]) -> list[float]:
        """What the first process has."""
        if self.size == 1:
            return [float(value) for value in values]
        tensor = self._tensor(values)
        distributed.broadcast(tensor, 0)
        return tensor.tolist()

    def wait(self) -> None:
        """Until all processes are here."""
        if self.size > 1:
            distributed.barrier()

    def _tensor(self, values: Sequence[int | float]) -> Tensor:
        device = "cuda" if distributed.get_backend() == "nccl" else "cpu"
        return torch.tensor(list(values), dtype=torch.float64, device=device)


def world() -> World:
    """The processes that this one has joined; itself alone where it has joined none."""
    if not (distributed.is_available() and distributed.is_initialized()):
        return World()
    restarts = int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))
    return World(distributed.get_rank(), distributed.get_world_size(), restarts)


@contextmanager
def joined() -> Iterator[World]:
    """Join the processes that torchrun has started beside this one, for the length of a block."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1 or not distributed.is_available() or distributed.is_initialized():
        yield world()
        return
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    _init("nccl" if torch.cuda.is_available() else "gloo")
    try:
        yield world()
    finally:
        # DistributedDataParallel and its hooks refer to each other in a ring, and hold the group with its threads. They
        # must end here: a thread that is still there when the interpreter ends aborts the process.
        gc.collect()
        distributed.destroy_process_group()


def _init(backend: str) -> None:
    """Meet the other processes.

    torchrun lets restarted workers meet in the store of those before them, where gloo then finds the addresses of the
    dead and waits for them. On one machine all workers have the same number of restarts, which keeps the attempts
    apart; on several they have not, and docs/training.md says what to set there.
    """
    if os.environ.get("GROUP_WORLD_SIZE", "1") != "1" or "TORCHELASTIC_RESTART_COUNT" not in os.environ:
        distributed.init_process_group(backend)
        return
    store, rank, size = next(distributed.rendezvous("env://"))  # type: ignore[attr-defined]
    number = os.environ["TORCHELASTIC_RESTART_COUNT"]
    attempt = distributed.PrefixStore(f"attempt {number}", store)  # type: ignore[attr-defined]
    distributed.init_process_group(backend, store=attempt, rank=rank, world_size=size)
