"""The manifest of a backup: its record, the head of each ledger, and the hash of every file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from db.ledger_heads import LedgerHead

FORMAT: Literal[1] = 1
MANIFEST, DATABASE, SETTINGS, DOCUMENTS = "manifest.json", "database.dump", "settings.json", "documents"

Progress: TypeAlias = Callable[[str, int, int | None], None]
"""A callback: step, amount done, total amount or None."""


class BackupError(Exception):
    """A backup cannot be made or used. The message says why; nothing was changed."""


class BackupFile(BaseModel):
    """A file of the backup. Its size is in bytes."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)


class Manifest(BaseModel):
    """`missing`: documents that are recorded as filed and are missing or damaged in the store."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = FORMAT
    made_at: datetime
    made_by: str = Field(description="the version of Accord, whose law wrote and read the ledgers")
    schema_revision: str
    server_version: int
    system_identifier: str = Field(description="of the cluster that it was taken from")
    heads: list[LedgerHead]
    missing: list[str] = []
    files: dict[str, BackupFile]

    @property
    def documents(self) -> list[str]:
        """The hashes of the documents in the backup."""
        return [Path(name).name for name in self.files if name.startswith(f"{DOCUMENTS}/")]

    @property
    def entries(self) -> int:
        return sum(head.seq for head in self.heads)


def hash_file(path: Path) -> BackupFile:
    with path.open("rb") as file:
        return BackupFile(sha256=file_digest(file, "sha256").hexdigest(), size=path.stat().st_size)


def read_manifest(folder: Path, progress: Progress) -> Manifest:
    """The manifest of a backup, after checking the hash of every file. Raises BackupError."""
    manifest = _manifest(folder)
    faults = []
    for number, (name, promised) in enumerate(manifest.files.items(), 1):
        if fault := _fault(folder, name, promised):
            faults.append(fault)
        progress("Files", number, len(manifest.files))
    if faults:
        more = f" (and {len(faults) - 3} more)" if len(faults) > 3 else ""
        raise BackupError(f"The backup {folder} is damaged: {'; '.join(faults[:3])}{more}. Use another one.")
    return manifest


def _manifest(folder: Path) -> Manifest:
    try:
        said = json.loads((folder / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        raise BackupError(f"{folder} is no backup: it has no {MANIFEST}. One that was interrupted has none.") from None
    except (OSError, ValueError) as error:
        raise BackupError(f"{folder / MANIFEST} cannot be read: {error}") from None
    if isinstance(said, dict) and said.get("format") != FORMAT:
        raise BackupError(
            f"{folder} has the format {said.get('format')!r}, and this version reads {FORMAT}: use a newer Accord."
        )
    try:
        return Manifest.model_validate(said)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise BackupError(f"{folder / MANIFEST} is damaged at {place}: {first['msg']}.") from None


def _fault(folder: Path, name: str, promised: BackupFile) -> str | None:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        return f"{name} lies outside of it"
    try:
        found = hash_file(path)
    except OSError:
        return f"{name} is missing"
    return None if found == promised else f"{name} has other bytes than were saved"


def list_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """All files below a folder, by relative name."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path
