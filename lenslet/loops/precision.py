"""Where a step runs, and in which numbers."""

from contextlib import AbstractContextManager
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn


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
        # older cards only emulate it, and are slower for it; asked plainly, torch says yes of those, too
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    wide = any(isinstance(m, nn.Conv2d) and m.in_channels // m.groups >= 32 for m in net.modules())
    return "bf16" if cpu_has_bf16() and wide else "fp32"


def autocast(precision: str, device: torch.device) -> AbstractContextManager[object]:
    """The context a forward pass runs in."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=precision == "bf16")


def to_device(targets: Any, device: torch.device) -> Any:
    """Targets on the device, also within tuples, lists, mappings and dataclasses; what is no tensor stays as it is."""
    if isinstance(targets, Tensor):
        return targets.to(device)
    if isinstance(targets, dict):
        return {name: to_device(value, device) for name, value in targets.items()}
    if isinstance(targets, tuple | list):
        moved = [to_device(value, device) for value in targets]
        return type(targets)(*moved) if hasattr(targets, "_fields") else type(targets)(moved)
    if is_dataclass(targets) and not isinstance(targets, type):
        own = {part.name: to_device(getattr(targets, part.name), device) for part in fields(targets) if part.init}
        return replace(targets, **own)
    return targets
