"""`python -m benchmarks.saving`: the duration of backup and restore.

A hundred programs of 184 entries, and 300 documents of 200 kB, on two servers of its own.
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from cli.backup.restore import RestoreOptions, restore
from cli.backup.take import Source, take
from cli.postgres import Postgres
from db.documents import Documents, store_at
from db.migrations import upgrade
from tests.db.builders import evidence
from tests.db.conftest import Room, room_on

PROGRAMS, AT_ONCE, ACTS, DOCUMENTS, BYTES = 100, 10, 180, 3, 200_000

T = TypeVar("T")


async def _stream(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _fill(url: str, documents: Path) -> None:
    async for room in room_on(url):
        filed = Documents(room.reader, room.operational, store_at(documents))
        for _ in range(PROGRAMS // AT_ONCE):
            programs = await asyncio.gather(*(room.started() for _ in range(AT_ONCE)))
            await asyncio.gather(*(_run_program(room, filed, program) for program in programs))


async def _run_program(room: Room, filed: Documents, program: UUID) -> None:
    for _ in range(ACTS):
        await room.recorded(program, evidence())
    for _ in range(DOCUMENTS):
        content = _stream(secrets.token_bytes(BYTES))
        await filed.store(program, content, name="n", media_type="application/pdf", uploaded_by="nora")


def _measure(what: str, work: Callable[[], T]) -> T:
    begun = time.perf_counter()
    done = work()
    print(f"{what:24}{time.perf_counter() - begun:6.1f} s")
    return done


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="accord-saving-") as folder:
        place = Path(folder)
        for name in ("one", "other"):
            (place / name).mkdir()
        with Postgres(place / "one") as one, Postgres(place / "other") as other:
            asyncio.run(upgrade(one.url()))
            asyncio.run(_fill(one.url(), place / "documents"))
            source = Source(one.url(), store_at(place / "documents"), {})
            made = _measure("backup", lambda: take(source, place / "backup", lambda *_: None))
            size = sum(file.size for file in made.files.values()) / 2**20
            print(f"{made.entries} entries of {len(made.heads)} programs, {len(made.documents)} documents, {size:.0f} MiB")
            elsewhere = store_at(place / "elsewhere")
            for what, wish in (
                ("restore", RestoreOptions(place / "backup")),
                ("restore --replace", RestoreOptions(place / "backup", replaces=True)),
            ):
                done = _measure(what, lambda wish=wish: restore(wish, other.url(), elsewhere, lambda _: None, lambda *_: None))  # type: ignore[misc]
                assert done.is_whole


if __name__ == "__main__":
    main()
