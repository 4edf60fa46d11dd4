"""Addresses of the running service and its database, for commands on the same machine."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from cli.home import packaged_plans
from workflows.client import TemporalSettings

HomeFolder = Annotated[Path, typer.Option("--home", envvar="ACCORD_HOME", help="The data folder.")]
"""The data folder: embedded servers, documents and tokens."""


class NotRunning(Exception):
    """No address of the service, its database or its Temporal is known."""

    def __init__(self, home: Path, variable: str) -> None:
        super().__init__(f"no service runs on {home}, and {variable} is not set. Start one with `accord run`.")


def service_database(home: Path) -> str:
    """The database URL of the service's role. Raises NotRunning."""
    return _look_up(home, "DATABASE_URL")


def owner_database(home: Path) -> str:
    """The database URL of the owner's role. Raises NotRunning."""
    return _look_up(home, "DATABASE_OWNER_URL")


def temporal_server(home: Path) -> TemporalSettings:
    """Temporal's connection settings: from the environment where it names an address, else from the running service.

    Raises NotRunning.
    """
    if os.environ.get("TEMPORAL_ADDRESS"):
        return TemporalSettings()
    address = _look_up(home, "TEMPORAL_ADDRESS")
    kept = {name: value for name, value in _stored_addresses(home).items() if name in TemporalSettings.model_fields}
    here = TemporalSettings.of(address, kept["temporal_namespace"])
    # API keys are not written to files: the command needs the same variable as the service.
    outside = TemporalSettings().temporal_api_key if kept.get("temporal_tls") != "false" else None
    return TemporalSettings.model_validate(here.model_dump() | {"temporal_tls": None, "temporal_api_key": outside} | kept)


def api_address(home: Path) -> str:
    """The URL of the API of the service that runs on the folder. Raises NotRunning."""
    return _look_up(home, "ACCORD_API", "api")


def document_store(home: Path) -> str:
    """The document store: that of the running service, or the one in the data folder."""
    try:
        return _look_up(home, "ACCORD_DOCUMENTS", "documents")
    except NotRunning:
        return str(home / "documents")


def plan_folder(home: Path) -> Path:
    """The folder of plans that are started by name: that of the running service, or the packaged one."""
    try:
        return Path(_look_up(home, "ACCORD_PLANS", "plans"))
    except NotRunning:
        return packaged_plans()


def running_settings(home: Path) -> dict[str, str]:
    """Settings of the running service, as environment variables; empty where none runs."""
    held = _stored_addresses(home)
    ours = {name.upper(): str(held[name]) for name in held if name.startswith(("database_", "temporal_", "accord_"))}
    return ours | {f"ACCORD_{name.upper()}": str(held[name]) for name in ("documents", "plans") if name in held}


def _look_up(home: Path, variable: str, name: str | None = None) -> str:
    if named := os.environ.get(variable):
        return named
    if not (kept := _stored_addresses(home).get(name or variable.lower())):
        raise NotRunning(home, variable)
    return str(kept)


def _stored_addresses(home: Path) -> dict[str, str]:
    """What the running service has written about itself; empty where none runs."""
    try:
        held = json.loads((home / "addresses.json").read_text())
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}
