"""Shared options, global options, and the exit of the command."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from typing import Annotated

import typer
from pydantic import ValidationError

from cli.remote.login import ADDRESS
from logs.faults import settings_error
from logs.lines import configure
from workflows.process_exit import exit_now

AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]


def _say_version(asked: bool) -> None:  # noqa: FBT001  typer calls it with the option's value
    if asked:
        typer.echo(f"accord {version('accord')}")
        raise typer.Exit


def whole_command(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which version this is.")
    ] = False,
    address: Annotated[str | None, typer.Option(help="Of the service, where more than one is logged in to.")] = None,
) -> None:
    """Programs whose next step depends on proof."""
    if address is not None:
        os.environ[ADDRESS] = address
    try:
        configure()
    except ValidationError as error:
        typer.echo(f"accord: {settings_error(error)}", err=True)
        raise typer.Exit(1) from error


def run_and_exit(app: typer.Typer) -> None:
    """Runs the command and exits the process."""
    try:
        app(prog_name="accord")
    except SystemExit as asked:
        exit_now(asked.code)
    except Exception as error:
        if (told := _database_message(error)) is not None:
            exit_now(f"accord: {told}")
        raise


def _database_message(error: Exception) -> str | None:
    """The message for a database that cannot be used; None for other errors, which are bugs."""
    if "psycopg" not in sys.modules:
        return None  # commands for remote services do not need this import
    from psycopg import OperationalError  # noqa: PLC0415  imported already

    from db.outages import TransactionPooled, sentence  # noqa: PLC0415  as above

    match error:
        case TransactionPooled():
            return str(error)
        case OperationalError():
            return f"{sentence(error)}."
        case _:
            return None
