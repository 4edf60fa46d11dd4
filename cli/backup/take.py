"""Taking a backup: database, documents and settings as of one snapshot, while the service runs.

One transaction exports a snapshot; the ledger heads and the dump are read from it. Documents are stored before they are
recorded and never change, so those of the snapshot are copied after it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from obstore.store import ObjectStore
from psycopg.rows import TupleRow

from cli.backup.manifest import DATABASE, DOCUMENTS, MANIFEST, SETTINGS, BackupError, Manifest, Progress, hash_file, list_files
from cli.backup.tools import dump
from db.documents import Damaged, NotFiled, path_of, read_document
from db.ledger_heads import LedgerHead, heads
from db.server_version import CONNECT_SECONDS
from logs.withheld import Redaction
from workflows.deployment import build_id

OURS = ("ACCORD_", "DATABASE_", "TEMPORAL_")


@dataclass(frozen=True, slots=True)
class Source:
    """What is saved: a database by the URLs of owner and service, a document store, and settings as variables."""

    url: str
    store: ObjectStore
    settings: Mapping[str, str]


def take(source: Source, target: Path, progress: Progress, tools: Path | None = None) -> Manifest:
    """Writes a backup into a new folder, atomically. Raises BackupError.

    Missing or wrong data is listed in the manifest.
    """
    if target.exists():
        raise BackupError(f"{target} is there already: name a folder that is not, a new one for each backup.")
    half = target.with_name(f"{target.name}.unfinished")
    shutil.rmtree(half, ignore_errors=True)
    try:
        half.mkdir(mode=0o700, parents=True)
        manifest = _write_backup(source, half, progress, tools)
        (half / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", "utf-8")
        _close(half)
        half.rename(target)
    except psycopg.errors.UndefinedTable:
        raise BackupError("The database holds no record: there is nothing to save.") from None
    except psycopg.Error as error:
        raise BackupError(f"The database cannot be read: {str(error).strip()}") from None
    except OSError as error:
        raise BackupError(f"{target} cannot be written: {error.strerror or error}") from None
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return manifest


def _write_backup(source: Source, folder: Path, progress: Progress, tools: Path | None) -> Manifest:
    with psycopg.connect(source.url, connect_timeout=CONNECT_SECONDS) as held:
        held.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        held.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        found, identity = heads(held), _identity(held)
        digests = [str(row[0]) for row in held.execute("SELECT DISTINCT sha256 FROM document ORDER BY 1")]
        (snapshot,) = held.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        dump(source.url, snapshot, folder / DATABASE, progress, tools)
    missing = _copy_documents(source.store, digests, folder / DOCUMENTS, progress)
    (folder / SETTINGS).write_text(json.dumps(without_secrets(source.settings), indent=1) + "\n", "utf-8")
    return _manifest(folder, found, identity, missing)


def _identity(held: psycopg.Connection[TupleRow]) -> tuple[datetime, str, int, str]:
    row = held.execute(
        "SELECT now(), (SELECT version_num FROM alembic_version), current_setting('server_version_num')::int,"
        " (SELECT system_identifier::text FROM pg_control_system())"
    ).fetchone()
    at, revision, version, identifier = row or (datetime.now(UTC), "", 0, "")
    return datetime.fromisoformat(str(at)), str(revision), int(str(version)), str(identifier)


def _manifest(folder: Path, found: list[LedgerHead], identity: tuple[datetime, str, int, str], missing: list[str]) -> Manifest:
    at, revision, version, identifier = identity
    return Manifest(
        made_at=at,
        made_by=build_id(),
        schema_revision=revision,
        server_version=version,
        system_identifier=identifier,
        heads=found,
        missing=missing,
        files={name: hash_file(path) for name, path in list_files(folder)},
    )


def _copy_documents(store: ObjectStore, digests: list[str], folder: Path, progress: Progress) -> list[str]:
    """Copies documents; returns the hashes of those that are missing or damaged in the store."""
    missing = []
    for number, digest in enumerate(digests, 1):
        try:
            content = read_document(store, digest)
        except (NotFiled, Damaged):
            missing.append(digest)
        else:
            path = folder / path_of(digest)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_bytes(content)
        progress("Documents", number, len(digests))
    return missing


def without_secrets(environment: Mapping[str, str]) -> dict[str, object]:
    """The service's environment variables with secrets redacted, which have to be kept elsewhere."""
    withholding = Redaction(environment)
    return {name: withholding.value(name, value) for name, value in sorted(environment.items()) if name.startswith(OURS)}


def _close(folder: Path) -> None:
    """Restricts permissions to the owner and syncs to disk, before the folder gets its final name."""
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o700 if path.is_dir() else 0o600)
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
