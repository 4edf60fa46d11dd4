"""`accord verify-ledgers`: the ledger read again from its first entry, byte by byte."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.progress import Progress

from cli.addresses import HomeFolder, NotRunning, service_database
from db.ledger import Problem, Stored, verify_chain
from db.queries import Listed, Queries, Wanted
from db.session import Reader

PAGE = 200


class NoSuchProgram(Exception):
    """What was asked for is not there, which must not read like a ledger without faults."""

    def __init__(self, program: UUID) -> None:
        super().__init__(f"there is no program {program} here; accord verify-ledgers without an id reads all.")


def command(
    program: Annotated[UUID | None, typer.Argument(help="One program; left out, all.")] = None,
    home: HomeFolder = Path(".accord"),
) -> None:
    """Check that ledgers are whole: every hash, the chain, the numbering, and that they can be folded.

    Exit code 0: everything is as it was recorded. 1: something is not; each fault is named. Who is no operator proves a
    ledger over HTTP, with `accord prove`.
    """
    try:
        faults = asyncio.run(_verified(service_database(home), program))
    except (NotRunning, NoSuchProgram) as reason:
        typer.echo(f"accord: {reason}", err=True)
        raise typer.Exit(1) from reason
    for held, problem in faults:
        typer.echo(f"{held.id} entry {problem.seq}: {problem.code}: {problem.sentence}")
    if faults:
        raise typer.Exit(1)


async def _verified(url: str, program: UUID | None) -> list[tuple[Listed, Problem]]:
    faults: list[tuple[Listed, Problem]] = []
    checked = entries = 0
    async with Reader(url, size=1) as reader:
        queries = Queries(reader)
        with Progress() as progress:
            task = progress.add_task("Programs", total=None)
            async for held in _programs(queries, program):
                rows: list[Stored] = [row async for row in queries.stored(held.id)]
                # The head was read before the rows, so an entry added meanwhile is not taken for a fault.
                head = (held.seq, held.head) if rows and rows[-1].seq == held.seq else None
                snapshots = await queries.snapshots(held.id)
                faults += [(held, problem) for problem in verify_chain(rows, head, snapshots)]
                if not rows or rows[-1].seq < held.seq:
                    faults.append((held, Problem(held.seq, "head", "the ledger ends before its head row")))
                checked, entries = checked + 1, entries + len(rows)
                progress.update(task, completed=checked)
    if program is not None and not checked:
        raise NoSuchProgram(program)
    typer.echo(f"{checked} programs with {entries} entries were read again; {len(faults)} faults.")
    return faults


async def _programs(queries: Queries, program: UUID | None) -> AsyncIterator[Listed]:
    wanted, after = Wanted(among=[program] if program else None), None
    while page := await queries.programs(wanted, after=after, most=PAGE):
        for held in page:
            yield held
        after = page[-1].place
