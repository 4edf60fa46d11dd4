"""`accord reconcile` and `accord retell`: compare the record with Temporal, and signal workflows again."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer
from pydantic import ValidationError
from temporalio.service import RPCError

from cli.addresses import HomeFolder, NotRunning, service_database, temporal_server
from db.dispatch import Dispatch
from db.pools import OperationalPool, ReadPool
from db.restore_epochs import Epochs
from db.workflow_reconciliation import Reconciliation
from logs.faults import settings_error
from workflows.client import connect
from workflows.namespace import namespace_id
from workflows.reconciler import WorkflowDifference, compare
from workflows.secret_file import SettingsUnusable

T = TypeVar("T")

AT_ONCE = timedelta()
MOST = 1_000_000

ProgramArgument = Annotated[UUID | None, typer.Argument(help="One program; left out, all.")]


def reconcile(
    program: ProgramArgument = None,
    home: HomeFolder = Path(".accord"),
    mend: Annotated[bool, typer.Option("--mend", help="Have the workflows that differ told again.")] = False,  # noqa: FBT002  an option
) -> None:
    """Compare the record with Temporal, and name each difference. The record is right.

    Exit code 0: they agree, or were mended. 1: they do not. The worker does the same by itself, each minute.
    """
    differences = _run(_compare(home, program, mend=mend))
    for one in differences:
        typer.echo(f"{one.kind}: {one.sentence}")
    typer.echo(f"{len(differences)} differences." + (" They are being mended." if mend and differences else ""))
    if differences and not mend:
        raise typer.Exit(1)


def retell(program: ProgramArgument = None, home: HomeFolder = Path(".accord")) -> None:
    """Have workflows told again how their programs stand. Harmless, and without haste: the relay does it."""
    typer.echo(f"{_run(_retell(home, program))} programs will be told again.")


async def _compare(home: Path, program: UUID | None, *, mend: bool) -> list[WorkflowDifference]:
    url, client = service_database(home), await connect(temporal_server(home))
    async with ReadPool(url, size=1) as reader, OperationalPool(url, size=2) as operational:
        epochs = Epochs(reader, operational)
        epoch = await epochs.current()
        async with Reconciliation(operational).unverified(
            namespace=await namespace_id(client),
            epoch=epoch,
            every=AT_ONCE,
            settled=AT_ONCE,
            most=MOST,
            program=program,
        ) as held:
            differences = await compare(client, held, epoch)
            if mend:
                await held.redispatch([one.program_id for one in differences])
        if mend and (ahead := next((one for one in differences if one.kind == "ahead"), None)):
            await epochs.declare(ahead.sentence, instead_of=epoch)
        return differences


async def _retell(home: Path, program: UUID | None) -> int:
    async with OperationalPool(service_database(home), size=1) as operational:
        return await Dispatch(operational).redispatch(program)


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except (NotRunning, SettingsUnusable, RPCError, RuntimeError) as reason:
        typer.echo(f"accord: {reason}", err=True)
        raise typer.Exit(1) from reason
    except ValidationError as error:
        typer.echo(f"accord: {settings_error(error)}", err=True)
        raise typer.Exit(1) from error
