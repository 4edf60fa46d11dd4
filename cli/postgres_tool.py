"""`accord postgres`: PostgreSQL's client tools on the database of a data folder."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Annotated

import typer

from cli.addresses import HomeFolder, NotRunning
from cli.backup.manifest import BackupError
from cli.backup.server import to_read
from cli.backup.tools import environment, tool
from cli.start_errors import CannotStart


def command(
    name: Annotated[str, typer.Argument(help="psql, pg_basebackup, pg_waldump, pg_dump, …")],
    words: Annotated[list[str] | None, typer.Argument(help="What the tool is given, after --.")] = None,
    home: HomeFolder = Path(".accord"),
) -> None:
    """Run a tool of PostgreSQL as the owner of the database, whether a service runs on it or not. Its exit code is ours.

    An owner can do what the service cannot: look twice at what you type.
    """
    try:
        with to_read(home) as url:
            done = subprocess.run([tool(name), *(words or ())], env=environment(url), check=False)  # noqa: S603  the user's command
    except (CannotStart, NotRunning, BackupError) as reason:
        typer.echo(f"accord: {reason}", err=True)
        raise typer.Exit(1) from reason
    raise typer.Exit(done.returncode if done.returncode >= 0 else 128 - done.returncode)  # the shell's convention
