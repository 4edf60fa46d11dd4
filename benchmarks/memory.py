"""Benchmark of memory."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from benchmarks.stage import Stage
from benchmarks.tables import show


def measure_memory(stage: Stage, when: str) -> None:
    """Resident memory of each process. PostgreSQL's processes share memory, so they are counted by PSS."""
    parts = {**stage.service.children(), "supervisor": stage.service.pid, "(the floor)": stage.floor_pid}
    megabytes = {name: sum(map(pss, _tree(pid))) / 1024 for name, pid in parts.items() if name != "supervisor"}
    megabytes["supervisor"] = pss(parts["supervisor"]) / 1024
    total = sum(size for name, size in megabytes.items() if name != "(the floor)")
    lines = [*sorted(megabytes.items()), ("all of ours", total)]
    show(f"Memory {when}", ("", "MB"), lines)


def pss(pid: int) -> int:
    """The proportional set size in kilobytes."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def _tree(pid: int) -> list[int]:
    found = [pid]
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found += _tree(int(entry.name))
    return found
