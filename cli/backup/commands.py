"""`accord backup`, `accord restore` and `accord verify-receipts`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from cli.addresses import HomeFolder, NotRunning, document_store, running_settings
from cli.backup import manifest as manifests
from cli.backup.manifest import BackupError, Manifest
from cli.backup.receipts import load_receipts, unmet_receipts
from cli.backup.restore import Restored, RestoreOptions
from cli.backup.restore import restore as restored_from
from cli.backup.server import to_read, to_replace
from cli.backup.take import Source, take
from cli.options import AsJson
from cli.start_errors import CannotStart
from db.documents import store_at
from rules.times import format_instant

NOT_WHOLE = 3
"""Exit code: done, with missing or wrong parts that are listed."""

Tools = Annotated[
    Path | None, typer.Option(help="Folder of pg_dump, pg_restore and psql; left out, those of the embedded server.")
]
Receipts = Annotated[
    list[Path] | None, typer.Option("--receipts", help="A file of answers to acts that somebody has kept; may be repeated.")
]


def backup(
    target: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
    tools: Tools = None,
    home: HomeFolder = Path(".accord"),
    *,
    as_json: AsJson = False,
) -> None:
    """Save database, documents and settings as of one moment, while the service goes on. No secret is saved with the settings.

    Exit code 0: saved. 1: nothing was saved. 3: saved, and documents are missing or a ledger does not end as it should.
    """
    with _exit_on_error(), _progress() as progress, to_read(home) as url:
        source = Source(url, store_at(document_store(home)), os.environ | running_settings(home))
        made = take(source, target, progress, tools)
    differing = [str(head.program) for head in made.heads if head.differs]
    if as_json:
        _print(made.model_dump(mode="json", exclude={"files"}) | {"target": str(target), "differing": differing})
    else:
        _print_saved(made, target, differing)
    if made.missing or differing:
        raise typer.Exit(NOT_WHOLE)


def _print_saved(made: Manifest, target: Path, differing: list[str]) -> None:
    size = sum(file.size for file in made.files.values())
    typer.echo(
        f"Saved {len(made.heads)} programs with {made.entries} entries and {len(made.documents)} documents,"
        f" as of {format_instant(made.made_at)}, in {target} ({size / 2**20:.1f} MiB)."
    )
    for digest in made.missing:
        typer.echo(f"The document {digest} is not in the store, or damaged.")
    for program in differing:
        typer.echo(f"The ledger of {program} does not end as its head row says: accord verify-ledgers {program}")


def restore(  # noqa: PLR0913  each is an option of the command
    source: Annotated[Path, typer.Argument(help="The folder of a backup.")],
    receipts: Receipts = None,
    replace: Annotated[  # noqa: FBT002  an option
        bool, typer.Option("--replace", help="Set a record aside that is there, after saying what of it the backup has not.")
    ] = False,
    tools: Tools = None,
    home: HomeFolder = Path(".accord"),
    *,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back into the data folder, or into the database that DATABASE_OWNER_URL names. No service may run on it.

    Every file is held against the backup's hashes, every ledger against its heads, and receipts against the record. Exit code
    0: it is whole. 1: nothing was restored. 3: restored, and something is missing or wrong, which is said.
    """
    with _exit_on_error(), _progress() as progress, to_replace(home) as url:
        options = RestoreOptions(source, replace, tuple(load_receipts(receipts or ())), tools)
        done = restored_from(options, url, store_at(document_store(home)), _say, progress)
    if as_json:
        told = {name: getattr(done, name) for name in ("programs", "entries", "epoch", "aside", "missing", "faults")}
        _print(told | {"made_at": format_instant(done.made_at)})
    else:
        _print_restored(done)
    if not done.is_whole:
        raise typer.Exit(NOT_WHOLE)


def _print_restored(done: Restored) -> None:
    typer.echo(
        f"Restored {done.programs} programs with {done.entries} entries, as of {format_instant(done.made_at)}."
        f" A new epoch begins ({done.epoch}): every workflow is told again."
    )
    for digest in done.missing:
        typer.echo(f"The document {digest} is in neither the backup nor the store.")
    for fault in done.faults:
        typer.echo(fault)
    if done.aside:
        typer.echo(f"What was there stands in the schema {done.aside}, until you drop it: DROP SCHEMA {done.aside} CASCADE")
    else:
        typer.echo("Tokens that were revoked after the backup open again: accord token list")


def verify_receipts(
    files: Annotated[list[Path], typer.Argument(help="Answers to acts, as they were kept: one, a list, or one a line.")],
    home: HomeFolder = Path(".accord"),
) -> None:
    """Say which acknowledged acts do not stand in the record, after a restore or at any time.

    Exit code 0: all of them do. 3: some do not, which are named. 1: nothing could be compared.
    """
    with _exit_on_error(), to_read(home) as url:
        receipts = load_receipts(files)
        try:
            with psycopg.connect(url) as connection:
                faults = unmet_receipts(connection, receipts)
        except psycopg.Error as error:
            raise BackupError(f"The database cannot be read: {str(error).strip()}") from None
    typer.echo("\n".join([*faults, f"{len(receipts) - len(faults)} of {len(receipts)} receipts stand in the record."]))
    if faults:
        raise typer.Exit(NOT_WHOLE)


@contextmanager
def _exit_on_error() -> Iterator[None]:
    """Prints an expected error as a sentence, and exits with code 1."""
    try:
        yield
    except (CannotStart, NotRunning, BackupError) as reason:
        typer.echo(f"accord: {reason}", err=True)
        raise typer.Exit(1) from reason


@contextmanager
def _progress() -> Iterator[manifests.Progress]:
    """A progress bar, on terminals only."""
    columns = (TextColumn("{task.description:9}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=sys.stderr), disable=not sys.stderr.isatty()) as bars:
        tasks = {}

        def heard(step: str, done: int, of: int | None) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=of)
            bars.update(tasks[step], completed=done, total=of)

        yield heard


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _print(told: object) -> None:
    typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
