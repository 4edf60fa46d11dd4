"""`accord clock`: compares clocks, and accepts a jump of the database's."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.addresses import HomeFolder, NotRunning, service_database
from db.clock_acceptances import ClockAcceptances
from db.pools import OperationalPool, ReadPool

app = typer.Typer(no_args_is_help=True, help="Clocks: whether the database's is right.")

_SHOW = (
    "SELECT clock_timestamp() AS database, (SELECT max(updated_at) FROM program) AS newest,"
    " (SELECT max(accepted_at) FROM clock_acceptance) AS accepted"
)


@app.command()
def show(home: HomeFolder = Path(".accord")) -> None:
    """What the database, this machine and the newest entry say."""

    async def shown() -> None:
        async with ReadPool(_database(home), size=1) as reader:
            row = await reader.row(_SHOW)
        said = {"the database": row and row["database"], "this machine": datetime.now(UTC)}
        said |= {"the newest entry": row and row["newest"], "accepted last": row and row["accepted"]}
        for who, at in said.items():
            typer.echo(f"{who:18}{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else f"{who:18}never")

    asyncio.run(shown())


@app.command()
def accept(
    reason: Annotated[str, typer.Option(help="Why it is right: kept with the time.")],
    home: HomeFolder = Path(".accord"),
) -> None:
    """Say that the database's clock is right as it is now. Acts and strikes go on.

    Look before: whatever is due by that time takes effect, and cannot be taken back.
    """

    async def accepted() -> datetime:
        async with OperationalPool(_database(home), size=1) as operational:
            return await ClockAcceptances(operational).accept(reason)

    typer.echo(f"Accepted: it is {asyncio.run(accepted()).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC.")


def _database(home: Path) -> str:
    try:
        return service_database(home)
    except NotRunning as reason:
        typer.echo(f"accord: {reason}", err=True)
        raise typer.Exit(1) from reason
