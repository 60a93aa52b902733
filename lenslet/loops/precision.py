"""Where a step runs, and in which numbers."""

from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path

import torch
from torch import nn


@cache
def cpu_has_bf16() -> bool:
    """Whether this CPU multiplies bfloat16 in hardware (AVX512-BF16 or AMX); without it, emulation is slower than
    fp32."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:  # not Linux: Macs and Windows fall back to fp32, which is right, if not always fastest
        return False
    return any(flag in flags for flag in (" avx512_bf16", " amx_bf16"))


def resolve(precision: str, net: nn.Module) -> str:
    """Turn "auto" into "bf16" or "fp32".

    A rule rather than a timing, so that the same seed gives the same weights on the same machine: bf16 where the
    hardware has it and at least one convolution is wide enough for it to pay.
    """
    if precision != "auto":
        return precision
    if torch.cuda.is_available():
        return "bf16" if torch.cuda.is_bf16_supported() else "fp32"
    wide = any(isinstance(m, nn.Conv2d) and m.in_channels // m.groups >= 32 for m in net.modules())
    return "bf16" if cpu_has_bf16() and wide else "fp32"


def autocast(precision: str, device: torch.device) -> AbstractContextManager[object]:
    """The context a forward pass runs in."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=precision == "bf16")
