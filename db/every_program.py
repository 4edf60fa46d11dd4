"""Parallel work over many programs: in this process for little work, in one process per core for more."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

Work = Callable[[str, Sequence[T]], list[R]]
"""A module-level function (it must be picklable) of the database URL and a chunk of programs."""

ENTRIES_IN_PROCESS = 20_000
"""Up to so many entries the work is done in this process: they fold in the two seconds that a process takes to start."""

CHUNK_ENTRIES = 5_000
"""Entries of one chunk; progress is reported after each."""


def map_programs(work: Work[T, R], url: str, programs: Sequence[T], weight: Callable[[T], int]) -> Iterator[R]:
    """The results of the work for all programs, in any order. `weight` is the number of entries. Propagates exceptions."""
    parts = list(_chunks(programs, weight))
    cores = len(os.sched_getaffinity(0))
    if cores == 1 or len(parts) == 1 or sum(map(weight, programs)) <= ENTRIES_IN_PROCESS:
        for part in parts:
            yield from work(url, part)
        return
    # Spawned, not forked: threads and connections of this process must not be copied.
    with ProcessPoolExecutor(min(cores, len(parts)), mp_context=multiprocessing.get_context("spawn")) as processes:
        for done in as_completed([processes.submit(work, url, part) for part in parts]):
            yield from done.result()


def _chunks(programs: Sequence[T], weight: Callable[[T], int]) -> Iterator[list[T]]:
    """Chunks, heaviest programs first, so that no core is left with a heavy one at the end."""
    part, entries = list[T](), 0
    for program in sorted(programs, key=weight, reverse=True):
        part.append(program)
        entries += weight(program)
        if entries >= CHUNK_ENTRIES:
            yield part
            part, entries = [], 0
    if part:
        yield part
