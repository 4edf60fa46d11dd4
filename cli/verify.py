"""`accord verify-ledgers`: verifies ledgers from their first entry, byte by byte."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.progress import Progress

from cli.addresses import HomeFolder, NotRunning, service_database
from db.ledger import ChainFault
from db.pools import ReadPool
from db.verification import ExpectedHead, expected_heads, verify_all


class NoSuchProgram(Exception):
    """An unknown program, which must not look like a ledger without faults."""

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
        faults = _verified(service_database(home), program)
    except (NotRunning, NoSuchProgram) as reason:
        typer.echo(f"accord: {reason}", err=True)
        raise typer.Exit(1) from reason
    for held, problem in faults:
        typer.echo(f"{held} entry {problem.seq}: {problem.code}: {problem.sentence}")
    if faults:
        raise typer.Exit(1)


def _verified(url: str, program: UUID | None) -> list[tuple[UUID, ChainFault]]:
    ledgers = asyncio.run(_expected(url, program))
    if program is not None and not ledgers:
        raise NoSuchProgram(program)
    faults: list[tuple[UUID, ChainFault]] = []
    entries = 0
    with Progress() as progress:
        task = progress.add_task("Entries", total=sum(ledger.seq for ledger in ledgers))
        for one in verify_all(url, ledgers):
            faults += [(one.program, problem) for problem in one.problems]
            entries += one.entries
            progress.update(task, completed=entries)
    typer.echo(f"{len(ledgers)} programs with {entries} entries were read again; {len(faults)} faults.")
    return faults


async def _expected(url: str, program: UUID | None) -> list[ExpectedHead]:
    async with ReadPool(url, size=1) as reader:
        return await expected_heads(reader, among=program)
