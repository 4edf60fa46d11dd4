"""Results of recording: receipts, and refusals of batches."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from rules.entries import Entry
from rules.program import Program
from rules.refusals import Refused


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that an act is recorded: its entries with all their effects, and the leaf (hex) of the last one.

    Without entries the act was lawful and changed nothing (a clock that was not due); `last_seq` is then the newest entry.
    `repeated` is true for an act that had been recorded before. `plain` are the entries as JSON data, serialized once.
    `program` is the current program.
    """

    program_id: UUID
    act_id: str
    recorded_at: datetime
    first_seq: int
    last_seq: int
    head: str
    entries: tuple[Entry, ...]
    repeated: bool
    plain: Sequence[Mapping[str, Any]] = field(repr=False, compare=False)
    program: Program = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class BatchRefused:
    """A batch of which nothing was recorded, because the act at `index` was refused."""

    index: int
    refused: Refused


def repeated(program_id: UUID, rows: Sequence[tuple[bytes, bytes]], entries: tuple[Entry, ...], program: Program) -> Receipt:
    """The receipt of an act that is recorded already, from its rows (leaf and body)."""
    first, last = entries[0], entries[-1]
    return Receipt(
        program_id=program_id,
        act_id=first.act,
        recorded_at=first.at,
        first_seq=first.seq,
        last_seq=last.seq,
        head=rows[-1][0].hex(),
        entries=entries,
        repeated=True,
        plain=[json.loads(body) for _, body in rows],
        program=program,
    )
