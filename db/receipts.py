"""What whoever acts is answered: what was recorded, or why not."""

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
    """That an act is in the ledger: its entries with all their effects, and the leaf (hex) of the last.

    No entries: the act was lawful and changed nothing (a clock that was not due), and `last_seq` is
    that of the newest entry. `repeated`: the act had been recorded before, and this says so again.
    `plain` are the entries as their bodies say them, so that nobody has to write them once more.
    `program` is the program as it stands when the receipt is given.
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
    """That nothing of several acts was recorded, because the one at `index` is refused."""

    index: int
    refused: Refused


def repeated(program_id: UUID, rows: Sequence[tuple[bytes, bytes]], entries: tuple[Entry, ...], program: Program) -> Receipt:
    """The first receipt of an act, from its rows (leaf and body) in the ledger."""
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
