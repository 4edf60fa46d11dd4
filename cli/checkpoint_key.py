"""`accord checkpoint-key`: creates the seed of the keys that sign checkpoints."""

from __future__ import annotations

import os
import secrets
from base64 import b64encode
from pathlib import Path
from typing import Annotated

import typer

from cli.remote.client import exit_with


def create(file: Path) -> None:
    """Writes a new seed with permissions for its owner only. Raises FileExistsError: a lost key means a new name."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(b64encode(secrets.token_bytes(64)) + b"\n")
        out.flush()
        os.fsync(out.fileno())


def command(
    file: Annotated[Path, typer.Argument(help="Where it is written; ACCORD_CHECKPOINT_KEY of the API names it.")],
) -> None:
    """Make the key with which checkpoints of ledgers are signed. Keep a copy apart from the service."""
    try:
        create(file)
    except OSError as refused:
        exit_with(f"{file} is not written: {refused.strerror}")
    typer.echo(f"Written to {file}, for you alone. Whoever has it can sign in the name of this service.")
