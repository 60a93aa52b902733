"""How much room there is: on the disk, in memory, and how much of the disk the cache may take."""

import math
import os
import shutil
from pathlib import Path

from lenslet.errors import CallError

GB = 1_000_000_000
_MOST, _SHARE = 10 * GB, 0.2


def disk_free(place: Path) -> int:
    """Bytes that this user can still write where `place` lies or will lie."""
    while not place.exists() and place != place.parent:
        place = place.parent
    return shutil.disk_usage(place).free


def cache_limit(place: Path, held: int) -> int:
    """Bytes that the decoded pictures may take: $LENSLET_CACHE_LIMIT GB, else 10 GB or 20 % of the room, if less.

    Args:
        place: where they lie.
        held: bytes that they take now; they count as room, so that the limit does not move as the cache grows.

    Raises:
        CallError: the variable is no number.
    """
    told = os.environ.get("LENSLET_CACHE_LIMIT", "").strip()
    if not told:
        return int(min(_MOST, _SHARE * (disk_free(place) + held)))
    try:
        limit = float(told)
    except ValueError:
        limit = math.nan
    if not (math.isfinite(limit) and limit >= 0):
        raise CallError(f"LENSLET_CACHE_LIMIT is {told!r}: give the gigabytes that the cache may take, for instance 5")
    return int(limit * GB)


def memory_free() -> int:
    """Bytes of memory that a program may still take without pushing others out, as far as the system tells."""
    found = [room for room in (_of_machine(), _of_group()) if room is not None]
    return max(min(found, default=GB), 0)


def _of_machine() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
        return None
    except (OSError, ValueError, IndexError):
        pass
    try:  # macOS: what is free now is not told, so half of what is built in
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (AttributeError, OSError, ValueError):  # Windows
        return None


def _of_group(root: Path = Path("/sys/fs/cgroup")) -> int | None:
    """What a container's limit leaves; None where there is no limit. File pages that can be dropped count as free."""
    try:
        most, now = ((root / name).read_text(encoding="ascii").strip() for name in ("memory.max", "memory.current"))
        lines = (root / "memory.stat").read_text(encoding="ascii").splitlines()
        droppable = next((int(line.split()[1]) for line in lines if line.startswith("inactive_file ")), 0)
        return None if most == "max" else int(most) - int(now) + droppable
    except (OSError, ValueError, IndexError):
        return None
