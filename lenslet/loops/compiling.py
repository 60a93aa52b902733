"""torch.compile around the net that learns; the net itself, and so every saved name and weight, stays as it is."""

import torch
from torch import nn

from lenslet.errors import CallError

BACKEND = "inductor"  # writes C++ for a CPU and Triton for a GPU


def compiled(net: nn.Module) -> nn.Module:
    """The same net, to be run through kernels that are written for it at its first batch; it shares all weights."""
    made: nn.Module = torch.compile(net, backend=BACKEND)  # type: ignore[assignment]
    return made


def check_compiler() -> None:
    """See that a small function can be compiled here, before anything that takes time.

    Raises:
        CallError: it cannot, and what is missing.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.compile(_small, backend=BACKEND)(torch.ones(8, device=device))
    except Exception as error:  # dynamo and inductor have many, of which none is public
        said = _missing(error, device)
        raise CallError(f"--compile does not work on this machine: {said}; or leave it out") from error
    finally:
        torch.compiler.reset()


def _small(x: torch.Tensor) -> torch.Tensor:
    return torch.relu(x) + 1


def _missing(error: Exception, device: str) -> str:
    """What to install, by the look of the error."""
    said = " ".join(str(error).split())
    if "triton" in said.lower():
        return "PyTorch finds no working Triton, which compiles for the GPU; install the package triton"
    if "Python.h" in said:
        return "the C++ compiler finds no Python.h; install python3-dev"
    if device == "cpu" and ("C++ compiler" in said or "CXX" in said or "g++" in said):
        return "PyTorch finds no working C++ compiler; install g++, or name one in the variable CXX"
    return f"PyTorch's compiler says: {said[:200]}"
