"""Set-up of a new data folder: tokens, the report's program and its published figures.

Every step is an act with an idempotency key, so that an interrupted first run is repeated. Errors are printed and do not stop
the service.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psycopg

from cli import first_people
from cli.figures import record_figures
from cli.first_people import Person
from cli.home import Home
from cli.service import Refused, ServiceClient
from db.pools import ReadPool

PLAN = "us-iraq-reset"
KEY = "first-program"

Say = Callable[[str], None]


def sign_in_link(address: str, person: Person) -> str:
    """A link that signs a person in. Browsers do not send the fragment after `#`, so that the token is in no log."""
    return f"{address}/sign-in#{person.token}"


@dataclass(frozen=True, slots=True)
class RecordSize:
    """The size of a record."""

    programs: int
    tokens: int


async def first_run(  # noqa: PLR0913  what a first run needs
    api: str, database_url: str, home: Home, plans: Path, say: Say, *, requested: bool = False
) -> None:
    """Runs whenever the API has become ready. Starts the program once, and records each plan's figures once a program
    follows it: those of child programs wait until their phase has opened them.

    Other records are left alone unless it is `requested`. Prints the sign-in links once.
    """
    try:
        held = await _record_size(database_url)
        if not held.programs and not held.tokens:
            _clear_earlier(home, say)
        if not _should_run(home, held, requested=requested):
            say(_OF_OTHERS.format(count=f"{held.programs} program{'' if held.programs == 1 else 's'}"))
            return
        people = await _people(api, database_url, home, say)
        async with ServiceClient(api) as service:
            if not home.first_program.exists():
                await _start(service, people, home, database_url, say)
            await _record_all_figures(service, people, home, plans, say)
    except Refused as refused:
        say(f"The first run stopped: {refused}. The service runs; `accord run` goes on with it when it is started again.")
    except (httpx2.HTTPError, psycopg.Error, OSError, LookupError, ValueError) as error:
        say(f"The first run stopped ({type(error).__name__}: {error}). The service runs; the next start goes on with it.")


_OF_OTHERS = (
    "The record holds {count}, and this folder no tokens of a first run: nothing is started, and nobody gets a token. "
    "`accord token issue` makes a token; `accord run --first-run` a token for each role, and the first program."
)


async def _record_size(database_url: str) -> RecordSize:
    async with ReadPool(database_url, size=1) as reader:
        row = await reader.row("SELECT (SELECT count(*) FROM program) AS programs, (SELECT count(*) FROM token) AS tokens")
    return RecordSize(**row) if row else RecordSize(0, 0)


async def _started_program(database_url: str) -> str | None:
    """The program of an interrupted first run."""
    async with ReadPool(database_url, size=1) as reader:
        row = await reader.row(
            "SELECT e.program_id::text AS program FROM program p JOIN ledger_entry e ON e.program_id = p.id AND e.seq = 1"
            " WHERE p.plan = %s AND e.act_id = %s LIMIT 1",
            [PLAN, KEY],
        )
    return str(row["program"]) if row else None


def _should_run(home: Home, held: RecordSize, *, requested: bool) -> bool:
    """Whether to run. It also runs after the first run, since child programs are started later."""
    return requested or home.tokens.exists() or not held.programs


def _clear_earlier(home: Home, say: Say) -> None:
    """Deletes the state of an earlier record, where the record is empty; its tokens are renamed and kept for a restore."""
    home.first_program.unlink(missing_ok=True)
    shutil.rmtree(home.figures, ignore_errors=True)
    if home.tokens.exists():
        earlier = home.tokens.with_name("tokens.earlier.json")
        home.tokens.replace(earlier)
        say(f"The record is empty. The tokens of an earlier one are kept in {earlier}.")


async def _people(api: str, database_url: str, home: Home, say: Say) -> dict[str, Person]:
    if not home.tokens.exists():
        first_people.write(home.tokens, await first_people.issue_cast(database_url))
        say("These links sign people in, and are shown this once. Each is as secret as the token in it.")
        for person in first_people.read(home.tokens):
            say(f"  {person.name:20} {sign_in_link(api, person)}")
    return {person.name: person for person in first_people.read(home.tokens)}


async def _start(service: ServiceClient, people: dict[str, Person], home: Home, database_url: str, say: Say) -> None:
    program = await _started_program(database_url)
    if program is None:
        body = first_people.start_of(tuple(people.values()), PLAN)
        program = (await service.write(people["officer"], "/programs", body, key=KEY))["program"]
        say(f"Started the program {PLAN} ({program}).")
    home.first_program.write_text(f"{program}\n")


async def _record_all_figures(service: ServiceClient, people: dict[str, Person], home: Home, plans: Path, say: Say) -> None:
    first = home.first_program.read_text().strip()
    try:
        family = await service.read(people["officer"], f"/programs/{first}/family")
    except Refused as refused:
        why = "its tokens are not of this record, or have ended" if refused.status == 401 else "it is not in this record"
        say(f"The program of the first run ({first}) is left alone: {why}. `accord token issue` makes a token.")
        return
    for program in (family, *family["children"]):
        await _record_figures(service, people["checker"], program, home, plans, say)


async def _record_figures(  # noqa: PLR0913, PLR0917  as above
    service: ServiceClient, checker: Person, program: dict[str, Any], home: Home, plans: Path, say: Say
) -> None:
    recorded = home.figures / program["plan"]
    if program["open_phases"] is None or recorded.exists():
        return
    try:
        count = await record_figures(service, checker, program, plans)
    except Refused as refused:
        if refused.code != "act_id_reused":
            raise
        say(f"The figures of {program['title']} were recorded before, from another file: they stay as they are.")
        count = 0
    recorded.parent.mkdir(exist_ok=True)
    recorded.touch()
    if count:
        say(f"Recorded {count} figures for the indicators of {program['title']}.")
