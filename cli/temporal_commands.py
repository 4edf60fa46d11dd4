"""`accord temporal`: prepares Temporal's namespace, checks it, and routes programs to worker versions."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from temporalio.service import RPCError

from cli.addresses import HomeFolder, NotRunning, temporal_server
from logs.faults import settings_error
from workflows.client import connect
from workflows.deployment import DeploymentSettings, build_id
from workflows.deployment import promote as promoted
from workflows.namespace import missing
from workflows.namespace import prepare as prepared
from workflows.secret_file import SettingsUnusable

app = typer.Typer(no_args_is_help=True, help="Temporal: what it has to have, and which workers it gives programs to.")


@app.command()
def prepare(home: HomeFolder = Path(".accord")) -> None:
    """Register the namespace and its search attributes. Safe to repeat; needs the rights of an operator of Temporal.

    ACCORD_RETENTION_DAYS says how long Temporal keeps closed runs. That is fixed for each run when it closes, and the retention
    of a namespace that exists stays as it is.
    """
    with _exit_on_error():
        server = temporal_server(home)
        found = asyncio.run(prepared(server))
    typer.echo(f"The namespace {server.temporal_namespace} is there, with id {found}.")


@app.command()
def check(home: HomeFolder = Path(".accord")) -> None:
    """Say what Temporal lacks. Exit code 0: nothing. 1: something, or it does not answer. Needs no rights of an operator."""

    async def lacking() -> list[str]:
        return await missing(await connect(temporal_server(home)))

    with _exit_on_error():
        told = asyncio.run(lacking())
    typer.echo("\n".join(told) or "Nothing is missing.")
    if told:
        raise typer.Exit(1)


@app.command()
def promote(
    build: Annotated[
        str | None, typer.Argument(help="The version of a worker that runs; left out, that of this program.")
    ] = None,
    percent: Annotated[float | None, typer.Option(min=0, max=100, help="Only so many of a hundred programs.")] = None,
    home: HomeFolder = Path(".accord"),
) -> None:
    """Give programs to the workers of a version: all of them at their next task, or a part. A rollback promotes the old one.

    ACCORD_DEPLOYMENT names the deployment, as it does for the workers.
    """

    async def done() -> str:
        if (deployment := DeploymentSettings().accord_deployment) is None:
            raise SettingsUnusable("ACCORD_DEPLOYMENT names no deployment: without one, any worker takes any program.")
        await promoted(await connect(temporal_server(home)), deployment, build or build_id(), percent)
        return deployment

    with _exit_on_error():
        deployment = asyncio.run(done())
    part = "Programs" if percent is None else f"{percent:g} of a hundred programs"
    typer.echo(f"{part} go to the workers of {build or build_id()} of the deployment {deployment}.")


@contextmanager
def _exit_on_error() -> Iterator[None]:
    """Prints an expected error as a sentence, and exits with code 1."""
    try:
        yield
    except ValidationError as error:
        typer.echo(f"accord: {settings_error(error)}", err=True)
        raise typer.Exit(1) from error
    except (NotRunning, SettingsUnusable, RPCError, RuntimeError) as reason:
        typer.echo(f"accord: {reason}", err=True)
        raise typer.Exit(1) from reason
