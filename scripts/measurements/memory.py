"""What the processes of a job take of the machine's memory, as Linux tells it; elsewhere nothing is measured."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import time
from pathlib import Path

MEASURABLE = sys.platform == "linux"
_CLEAN_ALL_BUFFERS = 0  # as oneTBB counts its commands
_PARENT = 1  # the place in /proc/PID/stat after the name and the state


def resident(pid: int) -> float:
    """Give the megabytes that a process holds now; 0 where it is gone."""
    return _status(pid, "VmRSS")


def peak(pid: int) -> float:
    """Give the most megabytes that a process has held; 0 where it is gone."""
    return _status(pid, "VmHWM")


def children(pid: int) -> list[int]:
    """Give the processes that a process has started and that still run."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            after_name = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(after_name[_PARENT]) == pid and after_name[0] != "Z":
                found.append(int(folder.name))
    return found


def of_jobs(worker: int) -> dict[str, int]:
    """Give the processes that take part in a job by name: Blender (this one), its worker, and the converter."""
    processes = {"Blender": os.getpid()}
    if worker:
        processes["worker"] = worker
        # In an application the program that is started may be a wrapper; the largest of the family is Blender.
        family = children(worker)
        for child in family:
            family += children(child)
        if family:
            processes["converter"] = max(family, key=resident)
    return processes


def give_back() -> float:
    """Have the allocators return what they keep of this process's freed memory; give the ms that it took.

    What is held then is in use. The bpy module frees to glibc, the application to oneTBB where it was built so.
    """
    began = time.perf_counter()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libtbbmalloc.so.2").scalable_allocation_command(_CLEAN_ALL_BUFFERS, None)
    return (time.perf_counter() - began) * 1000


def _status(pid: int, name: str) -> float:
    with contextlib.suppress(OSError, IndexError, ValueError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) / 1000 * 1.024
    return 0.0
