"""`accord check`: the status of automated checks, and figures recomputed from stored answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer
from psycopg import Error as DatabaseError

from cli.addresses import HomeFolder, NotRunning, document_store, service_database
from db.check_runs import CheckRuns
from db.documents import DocumentFault, read_document, store_at
from db.pools import OperationalPool, ReadPool
from db.program_cache import ProgramCache
from db.queries import LedgerFilter, Queries
from rules.checks.health import health
from rules.facts import MeasurementRecorded
from rules.field_types import did_you_mean
from rules.language.plan import Plan
from rules.vocabulary.readings import NoReading, ReadFigure, Readings
from workflows.recompute import read_answers
from workflows.sources.adapters import installed_adapters
from workflows.sources.answers import Answer, Denied, NoAnswer

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Look after the automated checks of programs.")

T = TypeVar("T")
ProgramOption = Annotated[UUID, typer.Argument(metavar="PROGRAM", help="The program's id.")]


class RecomputeError(Exception):
    """Why there is no result; the message is for the user."""


@app.command("list")
def listed(program: ProgramOption, home: HomeFolder = Path(".accord")) -> None:
    """List the checks of a program: how each goes, and when its last run ended."""
    for line in _run(_lines(home, program)):
        typer.echo(line)


@app.command()
def recompute(
    program: ProgramOption,
    measurement: Annotated[str, typer.Argument(help="The id of a figure that a check has recorded.")],
    home: HomeFolder = Path(".accord"),
) -> None:
    """Read a recorded figure again from the answers that were kept, and say whether it is the same.

    Works beside a running service, or with DATABASE_URL and ACCORD_DOCUMENTS. The producer is not asked.

    Exit code 0: it is the same. 1: it is not; each difference is named. 2: it can't be read again, and why.
    """
    again = _run(_recompute(home, program, measurement))
    recorded, by = again.recorded, again.by
    typer.echo(f"{measurement}: {recorded.value:f} {recorded.unit} in {recorded.period}, edition {recorded.edition}.")
    typer.echo(f"Read from {again.size:,} bytes that were kept on {recorded.retrieved_at:%Y-%m-%d}, by {by}.")
    for difference in again.differences:
        typer.echo(f"It differs: {difference}")
    if again.differences:
        raise typer.Exit(1)
    typer.echo("It is the same.")


@dataclass(frozen=True, slots=True)
class Recomputation:
    """A recorded figure and the differences of the recomputed one."""

    recorded: MeasurementRecorded
    size: int
    by: str
    differences: tuple[str, ...]


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Runs the work; exits with status 2 where there is no result."""
    try:
        return asyncio.run(work)
    except (RecomputeError, NotRunning) as reason:
        typer.echo(f"accord: {reason}", err=True)
    except DatabaseError as reason:
        typer.echo(f"accord: the database cannot be asked: {str(reason).strip()}", err=True)
    raise typer.Exit(2)


async def _recompute(home: Path, program: UUID, measurement: str) -> Recomputation:
    async with _connections(home) as (reader, _):
        recorded, plan = await _load_measurement(reader, program, measurement)
        origin = recorded.origin
        if origin is None:
            raise RecomputeError(f"{measurement} was recorded by a person, not by a check: {recorded.source}")
        store = store_at(document_store(home))
        try:
            adapter = installed_adapters()[origin.adapter]
            answers = [Answer(fetch, read_document(store, fetch.sha256)) for fetch in origin.fetched]
        except (Denied, NoAnswer) as fault:
            raise RecomputeError(str(fault)) from None
        except DocumentFault as fault:
            raise RecomputeError(f"the answer that {measurement} was read from is not to be had: {fault}") from None
        reading = await read_answers(adapter, plan, origin.check, answers)
        by = f"{adapter.name} {adapter.version}"
        if adapter.version != origin.version:
            by += f" (recorded by {origin.adapter} {origin.version})"
        return Recomputation(recorded, sum(fetch.size for fetch in origin.fetched), by, tuple(_differences(recorded, reading)))


async def _load_measurement(reader: ReadPool, program: UUID, measurement: str) -> tuple[MeasurementRecorded, Plan]:
    """A measurement, and the plan that was in force when it was recorded."""
    lines = await Queries(reader).ledger(program, LedgerFilter(kinds=["measurement_recorded"], subjects=[measurement]))
    programs = ProgramCache(reader)
    if not lines:
        if (cached := await programs.load(program)) is None:
            raise RecomputeError(f"there is no program {program}")
        known = [piece.id for piece in cached.program.evidence.values() if piece.measurement is not None]
        raise RecomputeError(f"{measurement} is no figure of this program; {did_you_mean(measurement, known)}")
    fact, then = lines[0].entry.fact, await programs.as_of(program, lines[0].entry.at)
    if not isinstance(fact, MeasurementRecorded) or then is None:
        raise RecomputeError(f"{measurement} is no figure")
    return fact, then.plan


def _differences(recorded: MeasurementRecorded, reading: Readings | NoReading) -> Iterator[str]:
    if isinstance(reading, NoReading):
        yield f"nothing is read: {reading.kind}. {reading.sentence}"
        return
    found = next((figure for figure in reading.figures if figure.period == recorded.period), None)
    if found is None:
        yield f"no figure is read for {recorded.period}."
        return
    yield from _differing(recorded, found)


def _differing(recorded: MeasurementRecorded, found: ReadFigure) -> Iterator[str]:
    row = recorded.origin.row if recorded.origin else None
    pairs = (
        ("the value", recorded.value, found.value),
        ("the edition", recorded.edition, found.edition),
        ("the standard error", recorded.standard_error, found.standard_error),
        ("the row", row, found.row),
    )
    for what, before, now in pairs:
        if before != now:
            yield f"{what} was {before}, and is read as {now}."


async def _lines(home: Path, program: UUID) -> list[str]:
    async with _connections(home) as (reader, operational):
        if (cached := await ProgramCache(reader).load(program)) is None:
            raise RecomputeError(f"there is no program {program}")
        last, now = await CheckRuns(reader, operational).of(program), datetime.now(UTC)
        told = {name: health(cached.program, name, last.get(name), now) for name in cached.program.plan.checks}
    return [f"{name:<24} {how:<10} {sentence}" for name, (how, sentence) in told.items()] or ["The plan has no checks."]


@asynccontextmanager
async def _connections(home: Path) -> AsyncIterator[tuple[ReadPool, OperationalPool]]:
    url = service_database(home)
    async with AsyncExitStack() as stack:
        reader = await stack.enter_async_context(ReadPool(url, size=1))
        yield reader, await stack.enter_async_context(OperationalPool(url, size=1))
