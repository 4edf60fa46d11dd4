"""Ledger entries as bytes: sealing, parsing, and verification of the hash chain.

    body  canonical bytes of {v, program, seq, prev, nonce, at, act, actor?, content?, fact}
    leaf  SHA-256 of a zero byte and the body (a leaf of RFC 9162)
    prev  the leaf of the entry before; 32 zero bytes for the first

The nonce is random, so that a withheld entry cannot be guessed from its leaf. Fields without a value are left out of a body.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, ValidationError

from db.snapshot_body import UNREADABLE, program_in
from proof.merkle import leaf_hash
from rules.canonical import NotCanonical, canonical
from rules.entries import Entry
from rules.evolve import evolve
from rules.program import Program

LARGEST_BODY = 2**20
"""Limit on the bytes of a body; the longest plan in any script fits. Checked in `seal` and by a constraint."""

VERSION = 1
GENESIS = bytes(32)
SUBJECTS = (
    "evidence",
    "measurement",
    "incident",
    "proposal",
    "milestone",
    "phase",
    "stability",
    "commitment",
    "release",
    "snapback",
    "dispute",
    "date",
    "check",
    "clock",
    "program",
)
"""Fields of facts that can be the subject of an entry, most specific first."""

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class EntryTooLarge(ValueError):
    """An entry whose body exceeds LARGEST_BODY."""


class EntryUnreadable(ValueError):
    """Bytes that are not the body of an entry."""


class LedgerFault(RuntimeError):
    """The ledger contradicts itself or its head row. It is neither read nor appended to until an operator has looked."""


class EntryBody(Entry):
    """A parsed body: the entry with its program, previous leaf and nonce."""

    v: Literal[1]
    program: UUID
    prev: Hash
    nonce: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry with the bytes and hashes that are stored; `plain` is the entry as JSON data."""

    entry: Entry
    prev: bytes
    leaf: bytes
    body: bytes
    plain: Mapping[str, Any] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """A row of `ledger_entry`."""

    program_id: UUID
    seq: int
    prev: bytes
    leaf: bytes
    body: bytes
    recorded_at: datetime
    kind: str
    actor: str | None
    subject: str | None
    act_id: str
    content: str | None


@dataclass(frozen=True, slots=True)
class ChainFault:
    """A fault in a ledger: the entry, a code and a sentence."""

    seq: int
    code: Literal["gap", "order", "leaf", "prev", "body", "column", "time", "fold", "head", "snapshot"]
    sentence: str


def columns_of(entry: Entry) -> dict[str, Any]:
    """The columns of an entry's row beside its body, for filters.

    `content` enforces unique ids of accepted acts. A refused attempt has none, so its id can be used again.
    """
    fields = entry.fact.__dict__
    return {
        "seq": entry.seq,
        "recorded_at": entry.at,
        "kind": entry.fact.kind,
        "actor": entry.actor.person if entry.actor else None,
        "subject": next((fields[name] for name in SUBJECTS if fields.get(name) is not None), None),
        "act_id": entry.act,
        "content": None if entry.fact.kind == "attempt_refused" else entry.content,
    }


def seal(entry: Entry, program_id: UUID, prev: bytes, nonce: bytes) -> Sealed:
    """Serializes an entry and links it to `prev`. Raises NotCanonical or EntryTooLarge."""
    plain = entry.model_dump(mode="json", exclude_none=True)
    body = canonical(plain | {"v": VERSION, "program": str(program_id), "prev": prev.hex(), "nonce": nonce.hex()})
    if len(body) > LARGEST_BODY:
        raise EntryTooLarge(f"{len(body)} bytes; the ledger takes {LARGEST_BODY}")
    return Sealed(entry, prev, leaf_hash(body), body, plain)


def read(leaf: bytes, body: bytes) -> Entry:
    """The entry of a row. Raises LedgerFault where the leaf is not the hash of the body, or EntryUnreadable."""
    return entry_of(_parse_intact(leaf, body))


def read_next(leaf: bytes, body: bytes, prev: bytes) -> Entry:
    """The entry of a row whose predecessor has the leaf `prev`. Raises LedgerFault or EntryUnreadable."""
    parsed = _parse_intact(leaf, body)
    if parsed.prev != prev.hex():
        raise LedgerFault(f"program {parsed.program}: entry {parsed.seq} follows another entry than the one before it")
    return entry_of(parsed)


def _parse_intact(leaf: bytes, body: bytes) -> EntryBody:
    if leaf_hash(body) != leaf:
        raise LedgerFault(f"the leaf {leaf.hex()} is not the hash of its entry")
    return parse_body(body)


def parse_body(body: bytes) -> EntryBody:
    """Parses and validates a body. Raises EntryUnreadable."""
    try:
        return EntryBody.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise EntryUnreadable(f"{place}: {first['msg']}") from None


def entry_of(body: EntryBody) -> Entry:
    return Entry.model_construct(seq=body.seq, at=body.at, act=body.act, actor=body.actor, content=body.content, fact=body.fact)


def verify_chain(
    rows: Iterable[StoredEntry], head: tuple[int, bytes] | None = None, snapshots: Mapping[int, bytes] | None = None
) -> list[ChainFault]:
    """All faults in the rows of one program, in the order of the rows.

    `head` is the number and leaf of the newest entry from another source (the head row, a checkpoint); without it, missing
    rows at the end are not detected. `snapshots` are compressed programs by entry number.
    """
    check = _Check(snapshots or {})
    faults = [problem for row in rows for problem in check.row(row)]
    if head is not None and head != (check.seq, check.leaf):
        sentence = f"the head is entry {head[0]} with leaf {head[1].hex()}, and the rows end with entry {check.seq}"
        faults.append(ChainFault(check.seq, "head", sentence))
    return faults


class _Check:
    """Verifies a chain row by row. After a fault it continues from the current row, so that each fault is reported once."""

    def __init__(self, snapshots: Mapping[int, bytes]) -> None:
        self.seq = 0
        self._snapshots = snapshots
        self.leaf = GENESIS
        self._at: datetime | None = None
        self._program: Program | None = None
        self._folds = True

    def row(self, row: StoredEntry) -> Iterator[ChainFault]:
        yield from self._place(row)
        if row.leaf != leaf_hash(row.body):
            yield ChainFault(row.seq, "leaf", "the leaf is not the hash of the body")
        yield from self._body(row)
        self.seq, self.leaf = row.seq, row.leaf

    def _place(self, row: StoredEntry) -> Iterator[ChainFault]:
        if row.seq <= self.seq:
            yield ChainFault(row.seq, "order", f"stands after entry {self.seq}")
        elif row.seq > self.seq + 1:
            missing = f"{self.seq + 1}" if row.seq == self.seq + 2 else f"{self.seq + 1} to {row.seq - 1}"
            yield ChainFault(row.seq, "gap", f"missing before it: {missing}")
        elif row.prev != self.leaf:
            yield ChainFault(row.seq, "prev", f"follows another entry {self.seq} than the one that stands there")

    def _body(self, row: StoredEntry) -> Iterator[ChainFault]:
        try:
            if canonical(json.loads(row.body)) != row.body:
                yield ChainFault(row.seq, "body", "the bytes are not the canonical form of what they say")
            parsed = parse_body(row.body)
        except (EntryUnreadable, NotCanonical, ValueError, RecursionError) as error:
            yield ChainFault(row.seq, "body", f"cannot be read: {error}")
            self._folds = False
            return
        yield from self._columns(row, parsed)
        if self._at is not None and parsed.at < self._at:
            yield ChainFault(row.seq, "time", f"was recorded before entry {self.seq}")
        self._at = parsed.at
        yield from self._fold(row, entry_of(parsed))

    def _columns(self, row: StoredEntry, parsed: EntryBody) -> Iterator[ChainFault]:
        from_body = {"program_id": parsed.program, "prev": bytes.fromhex(parsed.prev), **columns_of(parsed)}
        wrong = [name for name, value in from_body.items() if getattr(row, name) != value]
        if wrong:
            yield ChainFault(row.seq, "column", f"the body says something else than {', '.join(wrong)}")

    def _fold(self, row: StoredEntry, entry: Entry) -> Iterator[ChainFault]:
        # After an entry that cannot be folded there is no program to compare with.
        if not self._folds:
            return
        try:
            self._program = evolve(self._program, entry)
        except Exception as error:  # noqa: BLE001  whatever a forged entry breaks is a finding
            self._folds = False
            yield ChainFault(row.seq, "fold", f"cannot follow what was recorded before: {error!r}")
            return
        if row.seq in self._snapshots and not self._matches_snapshot(self._snapshots[row.seq]):
            yield ChainFault(row.seq, "snapshot", "the snapshot after it holds another program; accord rebuild deletes it")

    def _matches_snapshot(self, body: bytes) -> bool:
        """Whether a snapshot is equal to the folded program."""
        try:
            return program_in(body) == self._program
        except UNREADABLE:
            return False
