"""`accord token`: issuing, listing and revoking bearer tokens, next to the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Column, Table

from cli.addresses import HomeFolder, NotRunning, service_database
from db.session import Clerk, Reader
from db.tokens import Tokens
from rules.acts import CHECKS, Role
from rules.authority import FOR_A_PARTY

app = typer.Typer(no_args_is_help=True, help="Bearer tokens: who may come in, as what, until when.")


@asynccontextmanager
async def _tokens(home: Path) -> AsyncIterator[Tokens]:
    url = service_database(home)
    async with Reader(url, size=1) as reader, Clerk(url, size=1) as clerk:
        yield Tokens(reader, clerk)


@app.command()
def issue(  # noqa: PLR0913, PLR0917  each is an option of the command
    person: Annotated[str, typer.Argument(help="Who the bearer is; the name under which acts are recorded.")],
    role: Annotated[Role, typer.Option(help="What the bearer acts as.")],
    party: Annotated[str | None, typer.Option(help="For which party or body of the plan.")] = None,
    program: Annotated[UUID | None, typer.Option(help="Limit the token to one program.")] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it is valid.")] = 90,
    note: Annotated[str, typer.Option(help="What it is for.")] = "",
    home: HomeFolder = Path(".accord"),
) -> None:
    """Issue a token. Its secret is printed once and kept nowhere.

    A token lets somebody in; what they may do in a program is decided by their membership there.
    """
    if role is Role.CLOCK or (role in FOR_A_PARTY and party is None):
        raise typer.BadParameter("the clock has no token" if role is Role.CLOCK else f"a {role} acts for a --party")
    if person == CHECKS.person:
        raise typer.BadParameter(f"{person} is the service itself, and needs no token")

    async def issued() -> str:
        async with _tokens(home) as tokens:
            secret, _ = await tokens.issue(
                person, lifetime=timedelta(days=days), role=role, party=party, program_id=program, note=note
            )
            return secret

    typer.echo(_run(issued()))


@app.command("list")
def list_(
    person: Annotated[str | None, typer.Argument(help="Only those of this person.")] = None,
    home: HomeFolder = Path(".accord"),
) -> None:
    """List tokens, the newest first; expired and revoked ones too. Secrets are not known any more."""

    async def listed() -> Table:
        table = Table(Column("id", no_wrap=True), "person", "role", "party", "program", "state", "note")
        async with _tokens(home) as tokens:
            for token in await tokens.issued(person):
                state = "revoked" if token.revoked_at else f"until {token.expires_at:%Y-%m-%d}"
                if not token.revoked_at and token.expires_at <= datetime.now(UTC):
                    state = "expired"
                scope = str(token.program_id or "")
                table.add_row(str(token.id), token.person, token.role, token.party, scope, state, token.note)
        return table

    Console().print(_run(listed()))


@app.command()
def revoke(token: Annotated[UUID, typer.Argument(help="The id from the list.")], home: HomeFolder = Path(".accord")) -> None:
    """Revoke a token. It opens nothing any more two seconds later at the latest."""

    async def revoked() -> bool:
        async with _tokens(home) as tokens:
            return await tokens.revoke(token)

    if not _run(revoked()):
        typer.echo(f"accord: there is no token {token} that is not revoked already", err=True)
        raise typer.Exit(1)


T = TypeVar("T")


def _run(work: Coroutine[None, None, T]) -> T:
    try:
        return asyncio.run(work)
    except NotRunning as reason:
        typer.echo(f"accord: {reason}", err=True)
        raise typer.Exit(1) from reason
