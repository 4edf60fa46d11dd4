"""The command `accord doctor`: runs all checks and prints their findings."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from psycopg_pool import PoolTimeout
from pydantic import ValidationError

from cli.addresses import HomeFolder, NotRunning, document_store, service_database, temporal_server
from cli.doctor import database, machine, record
from cli.doctor.finding import Finding, Severity, fault, warning, well
from cli.doctor.temporal import temporal
from cli.options import AsJson
from db.expiry import SOON, Expiry, expiring_tokens
from db.pools import OperationalPool, ReadPool
from logs.faults import settings_error
from workflows.client import TemporalSettings
from workflows.expiry import expiring
from workflows.secret_file import SettingsUnusable

EXIT_CODES = {Severity.WELL: 0, Severity.WARNING: 1, Severity.FAULT: 2}
INSTEAD = {
    "token": "accord token issue, for the same person and role, before that day.",
    "certificate": "Get a new certificate, put it in the place of the old one, and restart the API and the workers.",
    "secret": "Get a new one, put it in the place of the old one, and restart the workers.",
}


@dataclass(frozen=True, slots=True)
class Checkup:
    """The scope of the checks."""

    home: Path
    within: timedelta = SOON
    all_of_it: bool = False


def doctor(
    home: HomeFolder = Path(".accord"),
    all_of_it: Annotated[  # noqa: FBT002  an option
        bool, typer.Option("--all", help="Every ledger and every document, not the newest and some.")
    ] = False,
    days: Annotated[int, typer.Option(min=1, max=3650, help="What ends within so many days is told.")] = SOON.days,
    *,
    as_json: AsJson = False,
) -> None:
    """Look whether everything is as it has to be, and say what to do where it is not. Nothing is changed.

    Exit code 0: all is well. 1: something will need somebody. 2: something does not work, or is not safe.
    """

    async def all_found() -> list[Finding]:
        found = []
        async for finding in findings(Checkup(home, timedelta(days=days), all_of_it), os.environ):
            found.append(finding)
            if not as_json:
                _tell(finding)
        return found

    found = asyncio.run(all_found())
    worst = max((finding.state for finding in found), key=EXIT_CODES.__getitem__)
    if as_json:
        typer.echo(json.dumps({"state": worst, "findings": [asdict(one) for one in found]}, indent=2, ensure_ascii=False))
    else:
        number = sum(one.state is not Severity.WELL for one in found)
        typer.echo(
            f"{len(found)} things were looked at; {number or 'none'} of them {'need' if number != 1 else 'needs'} somebody."
        )
    raise typer.Exit(EXIT_CODES[worst])


def _tell(finding: Finding) -> None:
    typer.echo(f"{finding.state:8}{finding.check:10}{finding.sentence}")
    if finding.do:
        typer.echo(f"{'':18}→ {finding.do}")


async def findings(checkup: Checkup, environment: Mapping[str, str]) -> AsyncIterator[Finding]:
    """Runs the checks in order. Checks whose prerequisites failed are skipped."""
    yield machine.disk(checkup.home)
    for finding in machine.modes(checkup.home, environment):
        yield finding
    try:
        url, settings = service_database(checkup.home), temporal_server(checkup.home)
    except NotRunning as reason:
        yield fault("service", str(reason), "accord run, or set DATABASE_URL and TEMPORAL_ADDRESS.")
        return
    except ValidationError as error:
        yield fault("settings", settings_error(error), "Correct the setting.")
        return
    async for finding in _of_database(url, checkup):
        yield finding
    async for finding in temporal(settings):
        yield finding
    yield _of_files(settings, environment, checkup.within)


async def _of_database(url: str, checkup: Checkup) -> AsyncIterator[Finding]:
    answers = True
    async for finding in database.server(url):
        answers = answers and not (finding.check == "database" and finding.state is Severity.FAULT)
        yield finding
    if not answers:
        return
    try:
        async with ReadPool(url, size=1) as reader, OperationalPool(url, size=1) as operational:
            usable = True
            async for finding in database.form(reader, operational):
                usable = usable and not (finding.check == "schema" and finding.state is Severity.FAULT)
                yield finding
            if usable:
                async for finding in _of_record(reader, checkup):
                    yield finding
    except (psycopg.Error, PoolTimeout) as error:
        yield fault("database", f"The database does not go on answering ({type(error).__name__}).", "Read its log.")


async def _of_record(reader: ReadPool, checkup: Checkup) -> AsyncIterator[Finding]:
    yield await database.rights(reader)
    yield await database.clocks(reader)
    async for finding in database.room(reader):
        yield finding
    async for finding in record.due(reader):
        yield finding
    yield await record.ledgers(reader, all_of_them=checkup.all_of_it)
    yield await record.documents(reader, document_store(checkup.home), all_of_them=checkup.all_of_it)
    yield await record.checks(reader)
    yield _expiry_finding("tokens", await expiring_tokens(reader, checkup.within), checkup.within)


def _of_files(settings: TemporalSettings, environment: Mapping[str, str], within: timedelta) -> Finding:
    try:
        return _expiry_finding("endings", expiring(settings, environment, within), within)
    except SettingsUnusable as reason:
        return fault("endings", str(reason), "Correct what it names.")


def _expiry_finding(check: str, found: list[Expiry], within: timedelta) -> Finding:
    what = "tokens end" if check == "tokens" else "certificates or secrets end"
    if not found:
        return well(check, f"No {what} within {within.days} days.")
    told = "; ".join(f"{one.name}: {one.ends_at:%Y-%m-%d}" for one in found[:5])
    sentence = f"{len(found)} {what} within {within.days} days: {told}{' …' if found[5:] else ''}."
    is_over = any(one.ends_at <= datetime.now(UTC) for one in found)
    return (fault if is_over else warning)(check, sentence, INSTEAD[found[0].kind])
