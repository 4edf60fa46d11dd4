"""Existing data at the target of a restore, and which of it the backup lacks."""

from __future__ import annotations

import time
from dataclasses import dataclass

import psycopg
from psycopg.rows import TupleRow

from cli.backup.manifest import BackupError, Manifest
from db.ledger_heads import LedgerHead, heads, leaf

SAID_AT_MOST = 20
LEAVING_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class ExistingData:
    """The existing record, and whether there are tables. `later`: a sentence for each program with newer entries."""

    heads: tuple[LedgerHead, ...]
    has_tables: bool
    later: tuple[str, ...]

    @property
    def entries(self) -> int:
        return sum(head.seq for head in self.heads)


def inspect(owner: psycopg.Connection[TupleRow], manifest: Manifest) -> ExistingData:
    """Inspects a database. Raises BackupError where services are connected, or where the tables are not ours."""
    if not _is_unused(owner):
        raise BackupError("A service is connected to this database: stop the API and the workers first.")
    tables = {name for (name,) in owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    if tables and "alembic_version" not in tables:
        raise BackupError(f"This database holds tables of something else ({', '.join(sorted(tables)[:3])}): name an empty one.")
    if "ledger_entry" not in tables:
        return ExistingData((), bool(tables), ())
    found = tuple(heads(owner))
    return ExistingData(found, True, tuple(_later_entries(owner, found, manifest)))


def _is_unused(owner: psycopg.Connection[TupleRow]) -> bool:
    """Whether no service is connected. Waits briefly for one that is shutting down."""
    deadline = time.monotonic() + LEAVING_SECONDS
    while owner.execute(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'accord %' LIMIT 1"
    ).fetchone():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _later_entries(owner: psycopg.Connection[TupleRow], found: tuple[LedgerHead, ...], manifest: Manifest) -> list[str]:
    saved = {head.program: head for head in manifest.heads}
    told = []
    for head in found:
        known = saved.get(head.program)
        if known is None:
            told.append(f"program {head.program} ({head.title}) with all its {head.seq} entries")
        elif leaf(owner, head.program, known.seq) != known.leaf:
            told.append(f"program {head.program} ({head.title}), whose entries are others than those of the backup")
        elif head.seq > known.seq:
            told.append(f"entries {known.seq + 1} to {head.seq} of program {head.program} ({head.title})")
    return told


def lost_entries(occupied: ExistingData) -> str:
    """What the record would lose, in lines of text."""
    later = occupied.later
    lines = [f"  {one}" for one in later[:SAID_AT_MOST]]
    if len(later) > SAID_AT_MOST:
        lines.append(f"  and {len(later) - SAID_AT_MOST} more programs")
    return "\n".join(lines or ["  nothing: all of it stands in the backup, too"])
