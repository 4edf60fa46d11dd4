"""Receipts of acts, compared with the record: every acknowledged entry must be in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow
from pydantic import BaseModel, Field, ValidationError

from cli.backup.manifest import BackupError
from db.ledger_heads import leaf


class KeptReceipt(BaseModel):
    """The verifiable part of a receipt: the hash of this entry was the head of this ledger."""

    program: UUID
    last_seq: int = Field(ge=1)
    head: str = Field(pattern=r"^[0-9a-f]{64}$")


def load_receipts(files: Iterable[Path]) -> list[KeptReceipt]:
    """Receipts from files with one, a JSON list, or one a line, as the API answers them. Raises BackupError."""
    return [receipt for file in files for receipt in _load_file(file)]


def _load_file(file: Path) -> Iterator[KeptReceipt]:
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError(f"{file} cannot be read: {error}") from None
    for place, said in _parse(text):
        try:
            yield KeptReceipt.model_validate(said)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            what = ".".join(map(str, first["loc"])) or "it"
            raise BackupError(
                f"{file}, {place}: no receipt ({what}: {first['msg']}); keep the whole answer to an act."
            ) from None


def _parse(text: str) -> Iterator[tuple[str, Any]]:
    try:
        whole = json.loads(text)
    except ValueError:
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                try:
                    yield f"line {number}", json.loads(line)
                except ValueError:
                    yield f"line {number}", None
        return
    for number, one in enumerate(whole if isinstance(whole, list) else [whole], 1):
        yield f"receipt {number}", one


def unmet_receipts(connection: psycopg.Connection[TupleRow], receipts: Iterable[KeptReceipt]) -> list[str]:
    """A sentence for each receipt that does not match the record."""
    found = []
    for receipt in receipts:
        stands = leaf(connection, receipt.program, receipt.last_seq)
        if stands is None:
            found.append(f"program {receipt.program}: entry {receipt.last_seq} was acknowledged, and is not in this record.")
        elif stands != receipt.head:
            found.append(f"program {receipt.program}: entry {receipt.last_seq} is another one than was acknowledged.")
    return found
