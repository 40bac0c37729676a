"""Where the models run, and what the process holds."""

from __future__ import annotations

import os
from typing import Any


class DeviceError(Exception):
    """There is no such device, in one sentence."""


def chosen(name: str) -> str:
    """`auto`, `cpu`, `cuda` or `cuda:N` as the name of a device that is there. Raises DeviceError."""
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "auto":
        return "cuda:0" if count else "cpu"
    if name == "cpu":
        return name
    kind, _, number = name.partition(":")
    if kind != "cuda" or (number and not number.isdigit()) or name.endswith(":"):
        raise DeviceError(f"found --device {name!r}, expected auto, cpu, cuda or cuda:N")
    if int(number or 0) >= count:
        raise DeviceError(f"found --device {name}, and PyTorch sees {count} GPUs")
    return f"cuda:{int(number or 0)}"


def memory() -> int:
    """Resident bytes of this process."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # Not Linux: the most that was resident so far.
        import resource
        import sys

        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def device_memory(device: str) -> dict[str, Any]:
    """Bytes that the models take on a GPU, as a member of an answer."""
    if device == "cpu":
        return {}
    import torch

    return {"deviceMemory": torch.cuda.memory_allocated(device)}
