"""The same work on every program: in this process where it is little, and else in one process for each core."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

Work = Callable[[str, Sequence[T]], list[R]]
"""Done by a process of its own: a function of a module, with the address of the database and some of the programs."""

ENTRIES_IN_PROCESS = 20_000
"""Entries that are folded in the two seconds in which another process starts."""

CHUNK_ENTRIES = 5_000
"""Entries of the programs that a process is given at a time; then progress is told."""


def map_programs(work: Work[T, R], url: str, programs: Sequence[T], weight: Callable[[T], int]) -> Iterator[R]:
    """What the work gives for each program, in any order; `weight` is the number of its entries. Raises what it raises."""
    parts = list(_chunks(programs, weight))
    cores = len(os.sched_getaffinity(0))
    if cores == 1 or len(parts) == 1 or sum(map(weight, programs)) <= ENTRIES_IN_PROCESS:
        for part in parts:
            yield from work(url, part)
        return
    # Started anew and not forked: what runs in this process, threads and connections, is not to be copied.
    with ProcessPoolExecutor(min(cores, len(parts)), mp_context=multiprocessing.get_context("spawn")) as processes:
        for done in as_completed([processes.submit(work, url, part) for part in parts]):
            yield from done.result()


def _chunks(programs: Sequence[T], weight: Callable[[T], int]) -> Iterator[list[T]]:
    """The heaviest first, so that none of them is left to one core at the end."""
    part, entries = list[T](), 0
    for program in sorted(programs, key=weight, reverse=True):
        part.append(program)
        entries += weight(program)
        if entries >= CHUNK_ENTRIES:
            yield part
            part, entries = [], 0
    if part:
        yield part
