"""The `accord` command. Groups of commands are typer apps in files of their own, added below."""

import asyncio
from pathlib import Path
from typing import Annotated
from uuid import UUID

import psycopg
import typer
from alembic.util import CommandError
from pydantic import ValidationError
from rich.progress import Progress

from cli import check, clock, operator_commands, plan, plan_diff, plan_fmt, plan_new, source, temporal_commands, token
from cli.addresses import HomeFolder, NotRunning, owner_database
from cli.demo import NoTokens, demonstrate
from cli.options import run_and_exit, whole_command
from cli.rehearse import command as rehearse
from cli.remote import commands
from cli.run import Ports, RunOptions, run_service
from cli.service import Refused
from cli.start_errors import CannotStart
from db.connection_settings import connection_arguments
from db.migrations import upgrade
from db.rebuild import ProgramSize, program_sizes, rebuild_programs
from db.server_version import TooOld, check_server
from logs.faults import settings_error

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


app.callback()(whole_command)

for name, writing in (("diff", plan_diff.command), ("fmt", plan_fmt.command), ("new", plan_new.command)):
    plan.app.command(name)(writing)


@app.command()
def run(  # noqa: PLR0913, PLR0917  each is an option of the command
    home: HomeFolder = Path(".accord"),
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where the API listens.")] = 8000,
    temporal_port: Annotated[int, typer.Option(min=1, max=65535, help="Where Temporal listens.")] = 7233,
    ui_port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help="Shows Temporal's pages here. They ask nobody who they are.", show_default="not shown"
        ),
    ] = None,
    prepare: Annotated[  # noqa: FBT002  an option
        bool, typer.Option("--prepare", help="Register namespace and search attributes in a Temporal of somebody else, too.")
    ] = False,
    first_run: Annotated[  # noqa: FBT002  an option
        bool,
        typer.Option("--first-run", help="Issue a token for each role and start a program in a database that is not new, too."),
    ] = False,
) -> None:
    """Run everything here: PostgreSQL, Temporal, the API and the worker.

    DATABASE_URL (with DATABASE_OWNER_URL) and TEMPORAL_ADDRESS replace the embedded servers. A new data folder gets tokens
    and a program; a database of somebody else gets neither unless --first-run asks for it.
    """
    try:
        run_service(home, Ports(port, temporal_port, ui_port), typer.echo, RunOptions(prepares=prepare, first_run=first_run))
    except CannotStart as reason:
        typer.echo(f"accord: {reason}", err=True)
        raise typer.Exit(1) from reason
    except ValidationError as error:
        typer.echo(f"accord: {settings_error(error)}", err=True)
        raise typer.Exit(1) from error


@app.command()
def demo(home: HomeFolder = Path(".accord")) -> None:
    """Drive a second program with short clocks over HTTP, from the announcement to an open SFA phase.

    Uses the service of the data folder, or one of its own where none runs.
    """
    try:
        demonstrate(home, typer.echo)
    except (NoTokens, Refused, TimeoutError) as reason:
        typer.echo(f"accord: the demonstration stopped: {reason}", err=True)
        raise typer.Exit(1) from reason


@app.command()
def migrate(
    owner_url: Annotated[str, typer.Argument(envvar="DATABASE_OWNER_URL", help="The owner's database address.")],
) -> None:
    """Bring a database that somebody else runs to this version's form."""
    try:
        check_server(owner_url)
        asyncio.run(upgrade(owner_url))
    except (TooOld, psycopg.Error) as reason:
        typer.echo(f"accord: {str(reason).strip()}", err=True)
        raise typer.Exit(1) from reason
    except CommandError as reason:
        typer.echo(f"accord: the database is of a form that this version does not know ({reason}): use a newer one", err=True)
        raise typer.Exit(1) from reason


@app.command()
def rebuild(
    program: Annotated[UUID | None, typer.Argument(help="One program; left out, all.")] = None,
    home: HomeFolder = Path(".accord"),
) -> None:
    """Make everything that is read from the ledger again, byte for byte, while the service goes on."""

    async def wanted(address: str) -> list[ProgramSize]:
        async with await psycopg.AsyncConnection.connect(address, autocommit=True, **connection_arguments(address)) as owner:
            return await program_sizes(owner, program)

    try:
        address = owner_database(home)
    except NotRunning as reason:
        typer.echo(f"accord: {reason}", err=True)
        raise typer.Exit(1) from reason
    programs = asyncio.run(wanted(address))
    with Progress() as progress:
        task = progress.add_task("Entries", total=sum(one.entries for one in programs))
        for one in rebuild_programs(address, programs):
            progress.advance(task, one.entries)
    typer.echo(f"{len(programs)} programs were made again from their ledgers.")


operator_commands.add_to(app)
app.add_typer(check.app, name="check")
app.add_typer(clock.app, name="clock")
app.add_typer(plan.app, name="plan")
app.add_typer(source.app, name="source")
app.add_typer(temporal_commands.app, name="temporal")
app.add_typer(token.app, name="token")
app.command("rehearse")(rehearse)
commands.add_to(app)


def main() -> None:
    """Runs `accord`."""
    run_and_exit(app)


if __name__ == "__main__":
    main()
