"""The `accord` command. Each further group of commands is a typer app in a file of its own, added below."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli import plan
from cli.demo import demonstrate
from cli.failures import CannotStart
from cli.service import Refused
from cli.rehearse import command as rehearse
from cli.supervisor import Ports, supervise
from db.migrations import upgrade

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

HomeFolder = Annotated[Path, typer.Option("--home", envvar="ACCORD_HOME", help="The data folder.")]
"""Where the embedded servers, the documents and the tokens are kept."""


@app.callback()
def accord() -> None:
    """Programs whose next step depends on proof."""


@app.command()
def run(
    home: HomeFolder = Path(".accord"),
    port: Annotated[int, typer.Option(help="Where the API listens.")] = 8000,
    temporal_port: Annotated[int, typer.Option(help="Where Temporal listens.")] = 7233,
    ui_port: Annotated[int, typer.Option(help="Where Temporal's pages are.")] = 8233,
) -> None:
    """Run everything here: PostgreSQL, Temporal, the API and the worker.

    DATABASE_URL (with DATABASE_OWNER_URL) and TEMPORAL_ADDRESS replace the embedded servers.
    """
    try:
        supervise(home, Ports(port, temporal_port, ui_port), typer.echo)
    except CannotStart as reason:
        typer.echo(f"accord: {reason}", err=True)
        raise typer.Exit(1) from reason


@app.command()
def demo(home: HomeFolder = Path(".accord")) -> None:
    """Drive a second program with short clocks over HTTP, from the announcement to an open SFA phase.

    Uses the service of the data folder, or one of its own where none runs.
    """
    try:
        demonstrate(home, typer.echo)
    except (Refused, TimeoutError) as reason:
        typer.echo(f"accord: the demonstration stopped: {reason}", err=True)
        raise typer.Exit(1) from reason


@app.command()
def migrate(
    owner_url: Annotated[str, typer.Argument(envvar="DATABASE_OWNER_URL", help="The owner's database address.")],
) -> None:
    """Bring a database that somebody else runs to this version's form."""
    asyncio.run(upgrade(owner_url))


app.add_typer(plan.app, name="plan")
app.command("rehearse")(rehearse)


if __name__ == "__main__":
    app()
