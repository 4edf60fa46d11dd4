"""The ledger and its head rows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, text
from sqlmodel import BigInteger, Field

from db.ledger import LARGEST_BODY
from db.models.row import INSTANT, WORDS, Row, column


class ProgramRow(Row, table=True):
    """The head row of a program's ledger, with the columns of the list of programs.

    `seq` and `head` are the number and leaf of the newest entry; every append locks this row. `clock_seq` is the number of the
    newest entry that the workflow must be sent.
    """

    __table_args__ = (
        Index("ix_program_started_at_id", text("started_at DESC"), "id"),
        Index("ix_program_open_phases", "open_phases", postgresql_using="gin"),
        Index("ix_program_parties", "parties", postgresql_using="gin"),
        # Free space for heap-only tuple updates (HOT), so that an append updates no index.
        {"postgresql_with": {"fillfactor": 50}},
    )

    id: UUID = Field(primary_key=True)
    title: str = column(Text)
    plan: str = column(Text, index=True)
    plan_sha256: str = column(Text)
    standing: str = column(Text, index=True)
    open_phases: list[str] = column(WORDS)
    parties: list[str] = column(WORDS)
    started_at: datetime = column(INSTANT)
    next_due: datetime | None = column(INSTANT, index=True)
    overdue_from: datetime | None = column(INSTANT, index=True)
    seq: int = column(BigInteger)
    head: bytes = column(LargeBinary)
    clock_seq: int = column(BigInteger)
    updated_at: datetime = column(INSTANT)
    parent_id: UUID | None = Field(index=True)
    name_in_parent: str | None = column(Text)


class LedgerEntryRow(Row, table=True):
    """One entry of a program's ledger. `body` is the source of truth; the columns after it are for filters.

    `content` is set on one entry of each accepted act and makes the act's id unique. Grants and triggers forbid changes; the
    check constraints hold for superusers too. There is no foreign key to `program`, whose check would cost a lookup for each
    entry: a trigger prevents the deletion of head rows instead.
    """

    __table_args__ = (
        CheckConstraint("leaf = sha256('\\x00'::bytea || body)", name="leaf_is_of_body"),
        CheckConstraint("octet_length(prev) = 32", name="prev_is_a_hash"),
        CheckConstraint("seq > 1 OR prev = decode(repeat('00', 32), 'hex')", name="first_follows_nothing"),
        CheckConstraint("seq >= 1", name="seq_counts_from_one"),
        CheckConstraint(f"octet_length(body) <= {LARGEST_BODY}", name="body_is_bounded"),
        Index(
            "uq_ledger_entry_program_id_act_id",
            "program_id",
            "act_id",
            unique=True,
            postgresql_where=text("content IS NOT NULL AND kind <> 'attempt_refused'"),
        ),
    )

    program_id: UUID = Field(primary_key=True)
    seq: int = column(BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    prev: bytes = column(LargeBinary)
    leaf: bytes = column(LargeBinary)
    body: bytes = column(LargeBinary)
    recorded_at: datetime = column(INSTANT)
    kind: str = column(Text)
    actor: str | None = column(Text)
    subject: str | None = column(Text)
    act_id: str = column(Text)
    content: str | None = column(Text)
