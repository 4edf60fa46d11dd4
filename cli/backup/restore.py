"""Restore of a backup: checked before anything is changed, loaded in one transaction, and verified after it.

The existing schema is renamed and stays in the same database until somebody drops it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from obstore.store import ObjectStore
from psycopg import sql
from psycopg.rows import TupleRow

from cli.backup.existing_data import ExistingData, inspect, lost_entries
from cli.backup.manifest import DATABASE, DOCUMENTS, BackupError, Manifest, Progress, read_manifest
from cli.backup.receipts import KeptReceipt, unmet_receipts
from cli.backup.tools import ASIDE, load
from db.documents import Damaged, NotFiled, path_of, read_document, write_document
from db.ledger_heads import LedgerHead, heads
from db.migrations import is_known, upgrade
from db.pools import OperationalPool, ReadPool
from db.restore_epochs import Epochs
from db.server_version import CONNECT_SECONDS, TooOld, check_version
from db.service_role import RoleMissing, ensure_role
from db.verification import ExpectedHead, verify_all

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RestoreOptions:
    """What to restore, and which replacements are permitted."""

    source: Path
    replaces: bool = False
    receipts: tuple[KeptReceipt, ...] = ()
    tools: Path | None = None


@dataclass(slots=True)
class Restored:
    """The result. `faults`: of ledgers and receipts; `missing`: documents that are neither in the backup nor in the store."""

    programs: int
    entries: int
    made_at: datetime
    epoch: int = 0
    aside: str | None = None
    missing: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return not self.missing and not self.faults


def restore(options: RestoreOptions, url: str, store: ObjectStore, say: Say, progress: Progress) -> Restored:
    """Restores into a database as its owner. Raises BackupError, and then the database is unchanged."""
    manifest = read_manifest(options.source, progress)
    if not is_known(manifest.schema_revision):
        raise BackupError(
            f"The backup is of a newer form ({manifest.schema_revision}, by Accord {manifest.made_by}): use that."
        )
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS) as owner:
            check_version(owner.info.server_version)
            occupied = inspect(owner, manifest)
            _check_replacement(occupied, options, say)
            ensure_role(owner)
            missing = _documents(options.source, manifest, store, progress)
            aside = _load(owner, url, options, occupied, progress)
            asyncio.run(upgrade(url))
            done = Restored(len(manifest.heads), manifest.entries, manifest.made_at, aside=aside, missing=missing)
            _revoke_access(owner, aside)
            done.faults = [*_head_faults(heads(owner), manifest), *_ledger_faults(url, manifest, progress)]
            done.faults += unmet_receipts(owner, options.receipts)
    except (TooOld, RoleMissing) as reason:
        raise BackupError(f"Nothing was restored: {reason}") from None
    except psycopg.OperationalError as error:
        raise BackupError(f"The database cannot be used: {str(error).strip()}") from None
    done.epoch = asyncio.run(_begin_epoch(url, f"The backup of {manifest.made_at.isoformat()} was restored."))
    return done


def _check_replacement(occupied: ExistingData, options: RestoreOptions, say: Say) -> None:
    """Raises BackupError where a record would be replaced without permission."""
    if not occupied.heads:
        return
    held = f"The database holds a record of {len(occupied.heads)} programs with {occupied.entries} entries."
    lost = lost_entries(occupied)
    if not options.replaces:
        raise BackupError(f"{held} Nothing was touched. With --replace it is set aside, and from the record would go:\n{lost}")
    say(f"{held} It is set aside, and from the record go:\n{lost}")


def _documents(source: Path, manifest: Manifest, store: ObjectStore, progress: Progress) -> list[str]:
    """Stores missing documents; returns the hashes of those that neither the backup nor the store has."""
    wanted = manifest.documents
    for number, digest in enumerate(wanted, 1):
        if not _is_there(store, digest):
            write_document(store, (source / DOCUMENTS / path_of(digest)).read_bytes())
        progress("Documents", number, len(wanted))
    return [digest for digest in manifest.missing if not _is_there(store, digest)]


def _is_there(store: ObjectStore, digest: str) -> bool:
    try:
        read_document(store, digest)
    except (NotFiled, Damaged):
        return False
    return True


def _load(
    owner: psycopg.Connection[TupleRow], url: str, options: RestoreOptions, occupied: ExistingData, progress: Progress
) -> str | None:
    """Loads the dump. Returns the schema to which existing data was renamed; None without any."""
    aside = f"{ASIDE}{datetime.now(UTC):%Y%m%d_%H%M%S}" if occupied.has_tables else None
    away = f"ALTER SCHEMA public RENAME TO {aside}" if aside else "DROP SCHEMA IF EXISTS public"
    load(url, options.source / DATABASE, [away, "CREATE SCHEMA public"], progress, options.tools)
    owner.execute("ANALYZE")
    return aside


def _revoke_access(owner: psycopg.Connection[TupleRow], aside: str | None) -> None:
    """Ends all sessions, and revokes tokens that were revoked since the backup."""
    owner.execute("UPDATE session SET ended_at = now() WHERE ended_at IS NULL")
    if aside is not None:
        owner.execute(
            sql.SQL(
                "UPDATE token SET revoked_at = old.revoked_at, revoked_by = old.revoked_by FROM {}.token AS old"
                " WHERE old.id = token.id AND old.revoked_at IS NOT NULL AND token.revoked_at IS NULL"
            ).format(sql.Identifier(aside))
        )


def _head_faults(found: list[LedgerHead], manifest: Manifest) -> list[str]:
    """Ledgers whose heads differ from the manifest."""
    promised = {head.program: head for head in manifest.heads}
    there = {head.program: head for head in found}
    faults = [f"program {program} is in no backup of this moment" for program in there.keys() - promised.keys()]
    for program, head in promised.items():
        if (stands := there.get(program)) is None:
            faults.append(f"program {program} ({head.title}) is missing")
        elif (stands.seq, stands.leaf) != (head.seq, head.leaf) or stands.differs:
            faults.append(f"program {program} ({head.title}) ends with entry {stands.seq}, and was saved with {head.seq}")
    return faults


def _ledger_faults(url: str, manifest: Manifest, progress: Progress) -> list[str]:
    """Faults within the ledgers, verified from their first entries."""
    faults = []
    ledgers = [ExpectedHead(head.program, head.seq, bytes.fromhex(head.leaf)) for head in manifest.heads]
    for number, one in enumerate(verify_all(url, ledgers), 1):
        faults += [
            f"program {one.program} entry {problem.seq}: {problem.code}: {problem.sentence}"
            for problem in one.problems
            if problem.code != "head"  # `_ends` compares the heads of all ledgers
        ]
        progress("Ledgers", number, len(ledgers))
    return faults


async def _begin_epoch(url: str, reason: str) -> int:
    """Begins a new epoch: every workflow is signalled again and discards state from a later record."""
    async with ReadPool(url, size=1) as reader, OperationalPool(url, size=1) as operational:
        epochs = Epochs(reader, operational)
        return await epochs.declare(reason, instead_of=await epochs.current())
