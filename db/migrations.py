"""Schema migrations: upgrading a database, and checking whether its version suits this code."""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Literal

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from db.pools import ReadPool

Compatibility = Literal["ready", "newer", "behind", "too_new"]

_ONE_AT_A_TIME = Lock()
"""Alembic keeps the context of a migration in module globals: one migration at a time per process."""


def _folder() -> Path:
    """The migrations: beside this package in a checkout, inside it in an installed wheel."""
    here = Path(__file__).resolve().parent
    for folder in (here / "alembic", here.parent / "alembic"):
        if (folder / "env.py").is_file():
            return folder
    raise FileNotFoundError("the folder alembic with the migrations is missing from this installation")


def configuration(owner_url: str | None = None) -> Config:
    """Alembic's configuration; without a URL, `alembic/env.py` reads it from the environment."""
    config = Config()
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    if owner_url is not None:
        config.attributes["url"] = owner_url
    return config


async def upgrade(owner_url: str) -> None:
    """Upgrades the database to the newest version. Concurrent calls are safe: an advisory lock serializes them."""
    await asyncio.to_thread(_upgrade, owner_url)


def _upgrade(owner_url: str) -> None:
    with _ONE_AT_A_TIME:
        command.upgrade(configuration(owner_url), "head")


@cache
def newest() -> str:
    """The newest revision in this code."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    if head is None:
        raise FileNotFoundError("there are no migrations")
    return head


async def compatibility(reader: ReadPool) -> Compatibility:
    """Whether this code may run on the schema as it is.

    ready    the schema has this code's version
    newer    a later version that is compatible with this code
    too_new  a later version that is not
    behind   a migration is missing
    """
    found = await current(reader)
    if found == newest():
        return "ready"
    if found is None or is_known(found):
        return "behind"
    row = await reader.row("SELECT oldest FROM schema_compatibility")
    return "newer" if row is not None and is_known(row["oldest"]) else "too_new"


async def current(reader: ReadPool) -> str | None:
    """The revision of the database; None where it has no tables of Accord."""
    try:
        row = await reader.row("SELECT version_num FROM alembic_version")
    except psycopg.errors.UndefinedTable:
        return None
    return row["version_num"] if row else None


@cache
def is_known(revision: str) -> bool:
    """Whether a revision is among the migrations of this code."""
    try:
        return ScriptDirectory.from_config(configuration()).get_revision(revision) is not None
    except CommandError:
        return False
