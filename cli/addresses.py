"""Where a running service's database is, for commands that work beside it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

HomeFolder = Annotated[Path, typer.Option("--home", envvar="ACCORD_HOME", help="The data folder.")]
"""Where the embedded servers, the documents and the tokens are kept."""


class NotRunning(Exception):
    """Nothing says where the database is."""

    def __init__(self, home: Path, variable: str) -> None:
        super().__init__(f"no service runs on {home}, and {variable} names no database. Start one with `accord run`.")


def service_database(home: Path) -> str:
    """The database as the service reaches it. Raises NotRunning."""
    return _found(home, "DATABASE_URL")


def owner_database(home: Path) -> str:
    """The database as its owner reaches it. Raises NotRunning."""
    return _found(home, "DATABASE_OWNER_URL")


def temporal_server(home: Path) -> tuple[str, str]:
    """Address and namespace of Temporal. Raises NotRunning."""
    return _found(home, "TEMPORAL_ADDRESS"), _found(home, "TEMPORAL_NAMESPACE")


def document_store(home: Path) -> str:
    """Where documents are kept: where the service that runs says, or in the data folder."""
    try:
        return _found(home, "ACCORD_DOCUMENTS", "documents")
    except NotRunning:
        return str(home / "documents")


def _found(home: Path, variable: str, name: str | None = None) -> str:
    if named := os.environ.get(variable):
        return named
    try:
        kept = json.loads((home / "addresses.json").read_text()).get(name or variable.lower())
    except (OSError, ValueError):
        kept = None
    if not kept:
        raise NotRunning(home, variable)
    return str(kept)
