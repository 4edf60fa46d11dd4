"""`accord token`: issues, lists and revokes bearer tokens, directly in the database."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Column, Table

from cli.addresses import HomeFolder, NotRunning, plan_folder, service_database
from cli.known_parties import ProgramUnknown, known_parties
from cli.options import AsJson
from db.pools import OperationalPool, ReadPool
from db.tokens import TokenRecord, Tokens
from rules.acts import CHECKS, Role
from rules.authority import FOR_A_PARTY
from rules.field_types import did_you_mean
from rules.times import format_instant

app = typer.Typer(no_args_is_help=True, help="Bearer tokens: who may come in, as what, until when.")


@asynccontextmanager
async def _tokens(home: Path) -> AsyncIterator[tuple[Tokens, ReadPool]]:
    url = service_database(home)
    async with ReadPool(url, size=1) as reader, OperationalPool(url, size=1) as operational:
        yield Tokens(reader, operational), reader


@app.command()
def issue(  # noqa: PLR0913, PLR0917  each is an option of the command
    person: Annotated[str, typer.Argument(help="Who the bearer is; the name under which acts are recorded.")],
    role: Annotated[Role, typer.Option(help="What the bearer acts as.")],
    party: Annotated[str | None, typer.Option(help="For which party or body of the plan.")] = None,
    program: Annotated[UUID | None, typer.Option(help="Limit the token to one program.")] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it is valid.")] = 90,
    note: Annotated[str, typer.Option(help="What it is for.")] = "",
    home: HomeFolder = Path(".accord"),
    *,
    as_json: AsJson = False,
) -> None:
    """Issue a token. Its secret is printed once and kept nowhere; its id, by which it is revoked, is printed beside.

    A token lets somebody in; what they may do in a program is decided by their membership there.
    """
    if role is Role.CLOCK or (role in FOR_A_PARTY and party is None):
        raise typer.BadParameter("the clock has no token" if role is Role.CLOCK else f"a {role} acts for a --party")
    if role not in FOR_A_PARTY | {Role.MONITOR} and party is not None:
        raise typer.BadParameter(f"who acts as {role} acts for nobody; leave --party out")
    if person == CHECKS.person:
        raise typer.BadParameter(f"{person} is the service itself, and needs no token")

    async def issued() -> tuple[str, TokenRecord]:
        async with _tokens(home) as (tokens, reader):
            known = await known_parties(reader, plan_folder(home), program)
            if party is not None and party not in known:
                whose = "of this program" if program else "of a program or a kept plan"
                raise typer.BadParameter(f"{party} is no party, body or assessor {whose}; {did_you_mean(party, known)}")
            return await tokens.issue(
                person, lifetime=timedelta(days=days), role=role, party=party, program_id=program, note=note
            )

    secret, token = _run(issued())
    if as_json:
        typer.echo(json.dumps({**_plain(token), "secret": secret}, indent=2))
        return
    typer.echo(f"token {token.id}, valid until {token.expires_at:%Y-%m-%d}", err=True)
    typer.echo(secret)


@app.command("list")
def list_(
    person: Annotated[str | None, typer.Argument(help="Only those of this person.")] = None,
    home: HomeFolder = Path(".accord"),
    *,
    as_json: AsJson = False,
) -> None:
    """List tokens, the newest first; expired and revoked ones too. Secrets are not known any more."""

    async def listed() -> list[TokenRecord]:
        async with _tokens(home) as (tokens, _):
            return await tokens.issued(person)

    found = _run(listed())
    if as_json:
        typer.echo(json.dumps([_plain(token) for token in found], indent=2, ensure_ascii=False))
        return
    table = Table(Column("token", width=36, no_wrap=True), Column("whose", overflow="fold"), Column("state", overflow="fold"))
    for token in found:
        of = f" of {token.party}" if token.party else ""
        whose = [token.person, f"{token.role}{of}", *([token.note] if token.note else [])]
        used = f"used {token.last_used_at:%Y-%m-%d}" if token.last_used_at else "never used"
        place = ["for one program:", str(token.program_id)] if token.program_id else []
        table.add_row("\n".join([str(token.id), *place]), "\n".join(whose), f"{_state(token)}\n{used}")
    Console(markup=False).print(table)


def _state(token: TokenRecord) -> str:
    if token.revoked_at:
        return f"revoked {token.revoked_at:%Y-%m-%d}"
    return f"{'until' if token.is_valid(datetime.now(UTC)) else 'expired'} {token.expires_at:%Y-%m-%d}"


def _plain(token: TokenRecord) -> dict[str, object]:
    """A token as JSON; instants as in the API."""
    return {
        name: format_instant(value) if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else value
        for name, value in asdict(token).items()
    }


@app.command()
def revoke(token: Annotated[UUID, typer.Argument(help="The id from the list.")], home: HomeFolder = Path(".accord")) -> None:
    """Revoke a token. It opens nothing any more two seconds later at the latest."""

    async def revoked() -> bool:
        async with _tokens(home) as (tokens, _):
            return await tokens.revoke(token)

    if not _run(revoked()):
        typer.echo(f"accord: there is no token {token} that is not revoked already", err=True)
        raise typer.Exit(1)


T = TypeVar("T")


def _run(work: Coroutine[None, None, T]) -> T:
    try:
        return asyncio.run(work)
    except (NotRunning, ProgramUnknown) as reason:
        typer.echo(f"accord: {reason}", err=True)
        raise typer.Exit(1) from reason
