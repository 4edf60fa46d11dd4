"""The tables, as `alembic check` compares them with the database. Never a request body or a payload.

A `table=True` class does not validate, and most of these rows are written by SQL in `record.py` and
`projections.py`: here stands their shape only. `ledger_entry` is the truth. `program`, `phase`,
`milestone`, `commitment`, `clock`, `incident`, `evidence`, `membership` and `owed` are projections of it,
written in the same transaction and made again by `rebuild.py`. `dispatch`, `epoch`, `clock_acceptance`, `token`, `session`,
`document`, `check_run` and `check_fetch` stand beside the ledger.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import declared_attr
from sqlmodel import BigInteger, Field, SQLModel

LARGEST_BODY = 2**20
"""Bytes of the largest entry: the longest plan in any script fits. `ledger.seal` refuses more before the database does."""

NAMING = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class Row(SQLModel):
    """A table is called by its class without the suffix: `LedgerEntryRow` is `ledger_entry`."""

    metadata = MetaData(naming_convention=NAMING)

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805  SQLAlchemy passes the class
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__.removesuffix("Row")).lower()


def _is(kind: Any, **more: Any) -> Any:
    """A column of an exact PostgreSQL type; SQLModel would make text `varchar` and instants zoneless."""
    return Field(sa_type=kind, **more)


WORDS = ARRAY(Text)
INSTANT = DateTime(timezone=True)


class ProgramRow(Row, table=True):
    """The head of a program's ledger and its line in the list of programs.

    `seq` and `head` are number and leaf hash of the newest entry; whoever appends locks this row
    first. `clock_seq` is the number of the newest entry after which the clock room must look again.
    """

    __table_args__ = (
        Index("ix_program_started_at_id", text("started_at DESC"), "id"),
        Index("ix_program_open_phases", "open_phases", postgresql_using="gin"),
        Index("ix_program_parties", "parties", postgresql_using="gin"),
        # Room on the page for the new version of the row, so that an append touches no index of it.
        {"postgresql_with": {"fillfactor": 50}},
    )

    id: UUID = Field(primary_key=True)
    title: str = _is(Text)
    plan: str = _is(Text, index=True)
    plan_sha256: str = _is(Text)
    standing: str = _is(Text, index=True)
    open_phases: list[str] = _is(WORDS)
    parties: list[str] = _is(WORDS)
    started_at: datetime = _is(INSTANT)
    next_due: datetime | None = _is(INSTANT, index=True)
    overdue_from: datetime | None = _is(INSTANT, index=True)
    seq: int = _is(BigInteger)
    head: bytes = _is(LargeBinary)
    clock_seq: int = _is(BigInteger)
    updated_at: datetime = _is(INSTANT)
    parent_id: UUID | None = Field(index=True)
    name_in_parent: str | None = _is(Text)


class LedgerEntryRow(Row, table=True):
    """One entry of a program's ledger. `body` is the truth; what follows it is for filters only.

    `content` is set on one entry of each accepted act, so that an act's id can be used once.
    Grants and triggers forbid change; the checks hold even for somebody who passes by both. No foreign key to `program`,
    since it would be looked up for each entry: a trigger keeps head rows from being deleted.
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
    seq: int = _is(BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    prev: bytes = _is(LargeBinary)
    leaf: bytes = _is(LargeBinary)
    body: bytes = _is(LargeBinary)
    recorded_at: datetime = _is(INSTANT)
    kind: str = _is(Text)
    actor: str | None = _is(Text)
    subject: str | None = _is(Text)
    act_id: str = _is(Text)
    content: str | None = _is(Text)


class PhaseRow(Row, table=True):
    """Where a phase stands, with its stability period if it has one."""

    program_id: UUID = Field(primary_key=True)
    name: str = _is(Text, primary_key=True)
    title: str = _is(Text)
    status: str = _is(Text)
    entry_met: bool
    entry_met_at: datetime | None = _is(INSTANT)
    opened_at: datetime | None = _is(INSTANT)
    exit_met: bool
    completed_at: datetime | None = _is(INSTANT)
    stability_status: str | None = _is(Text)
    stability_counted_from: datetime | None = _is(INSTANT)
    stability_completes_at: datetime | None = _is(INSTANT)
    stability_completed_at: datetime | None = _is(INSTANT)
    stability_moved_by: str | None = _is(Text)


class MilestoneRow(Row, table=True):
    """Where a milestone stands. `due_original`, `due_revised` and `achieved_at` are its date triple."""

    __table_args__ = (
        Index("ix_milestone_due_revised_program_id", "due_revised", "program_id"),
        {"postgresql_with": {"fillfactor": 70}},
    )

    program_id: UUID = Field(primary_key=True)
    name: str = _is(Text, primary_key=True)
    phase: str = _is(Text)
    title: str = _is(Text)
    party: str = _is(Text)
    status: str = _is(Text)
    first_recorded_at: datetime | None = _is(INSTANT)
    due_original: datetime | None = _is(INSTANT)
    due_revised: datetime | None = _is(INSTANT)
    missed_at: datetime | None = _is(INSTANT)
    achieved_at: datetime | None = _is(INSTANT)
    finding_outcome: str | None = _is(Text)
    finding_proposes: str | None = _is(Text)
    finding_sentence: str | None = _is(Text)
    observable_until: datetime | None = _is(INSTANT)


class CommitmentRow(Row, table=True):
    """Whether a commitment is in force, in question or broken, and by which incident."""

    program_id: UUID = Field(primary_key=True)
    name: str = _is(Text, primary_key=True)
    title: str = _is(Text)
    party: str | None = _is(Text)
    status: str = _is(Text)
    in_force_since: datetime = _is(INSTANT)
    because: str | None = _is(Text)


class ClockRow(Row, table=True):
    """A running clock: what becomes due when, if nobody acts."""

    __table_args__ = (
        # A due date of a milestone is found there, with what it was first.
        Index("ix_clock_due_at_program_id", "due_at", "program_id", postgresql_where=text("kind <> 'deadline'")),
    )

    program_id: UUID = Field(primary_key=True)
    name: str = _is(Text, primary_key=True)
    kind: str = _is(Text)
    phase: str = _is(Text)
    due_at: datetime = _is(INSTANT)
    note: str = _is(Text)


class IncidentRow(Row, table=True):
    program_id: UUID = Field(primary_key=True)
    id: str = _is(Text, primary_key=True)
    kind: str = _is(Text)
    severity: str = _is(Text)
    status: str = _is(Text)
    place: str = _is(Text)
    happened_at: datetime = _is(INSTANT)
    reported_at: datetime = _is(INSTANT)
    resolved_at: datetime | None = _is(INSTANT)
    attributed_to: str | None = _is(Text)
    confidence: str = _is(Text)
    reported_by: str = _is(Text)
    reported_for: str | None = _is(Text)
    related_to: str | None = _is(Text)


class EvidenceRow(Row, table=True):
    """A document, statement or attestation for a milestone, or a measurement of an indicator."""

    __table_args__ = ({"postgresql_with": {"fillfactor": 80}},)

    program_id: UUID = Field(primary_key=True)
    id: str = _is(Text, primary_key=True)
    milestone: str | None = _is(Text)
    shows: str | None = _is(Text)
    status: str = _is(Text)
    recorded_by: str = _is(Text)
    recorded_for: str | None = _is(Text)
    recorded_at: datetime = _is(INSTANT)
    happened_at: datetime | None = _is(INSTANT)
    verified_by: str | None = _is(Text)
    indicator: str | None = _is(Text)
    value: Decimal | None = _is(Numeric)
    unit: str | None = _is(Text)
    period: str | None = _is(Text)
    producer: str | None = _is(Text)
    edition: str | None = _is(Text)
    retrieved_at: datetime | None = _is(INSTANT)
    filed: bool | None = Field(default=None, description="whether the document that it names is filed; null: it names none")


class MembershipRow(Row, table=True):
    """Who may see a program, and as what. `party` is empty for a role that is held for nobody."""

    __table_args__ = (Index("ix_membership_person_role_party", "person", "role", "party"),)

    program_id: UUID = Field(primary_key=True)
    person: str = _is(Text, primary_key=True)
    role: str = _is(Text, primary_key=True)
    party: str = _is(Text, primary_key=True)


class OwedRow(Row, table=True):
    """One act that a party or body owes, from `since` on and until `ends_at`.

    `due_at` is when the first of its dates has passed, its own (`due`) or that of its milestone; infinity: it has none. It is
    overdue from `overdue_from` on.
    """

    __table_args__ = (
        Index("ix_owed_party_kind_due_at", "party", "kind", "due_at", "program_id", "name"),
        Index("ix_owed_kind_due_at", "kind", "due_at", "program_id", "party", "name"),
    )

    program_id: UUID = Field(primary_key=True)
    party: str = _is(Text, primary_key=True)
    kind: str = _is(Text, primary_key=True)
    name: str = _is(Text, primary_key=True)
    title: str = _is(Text)
    since: datetime = _is(INSTANT)
    due: datetime | None = _is(INSTANT)
    milestone_due_original: datetime | None = _is(INSTANT)
    milestone_due_revised: datetime | None = _is(INSTANT)
    due_at: datetime = _is(INSTANT)
    overdue_from: datetime | None = _is(INSTANT)
    ends_at: datetime | None = _is(INSTANT)
    binding: bool


class DispatchRow(Row, table=True):
    """What the workflow of a program has been told, in which namespace and of which epoch, and when the two were last
    compared. The relay locks these rows, never those of `program`.
    """

    __table_args__ = (Index("ix_dispatch_verified_at", text("verified_at NULLS FIRST")),)

    program_id: UUID = Field(primary_key=True, foreign_key="program.id")
    dispatched_seq: int = _is(BigInteger, sa_column_kwargs={"server_default": text("0")})
    namespace_id: str | None = _is(Text)
    epoch: int | None = _is(BigInteger)
    dispatched_at: datetime | None = _is(INSTANT)
    verified_at: datetime | None = _is(INSTANT)


class EpochRow(Row, table=True):
    """Epochs of the record: a new one begins when a backup was restored."""

    number: int = _is(BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    declared_at: datetime = _is(INSTANT, sa_column_kwargs={"server_default": text("now()")})
    reason: str = _is(Text)


class ClockAcceptanceRow(Row, table=True):
    """That an operator has said, at this time of the database's clock, that it is right."""

    accepted_at: datetime = _is(INSTANT, primary_key=True)
    reason: str = _is(Text)


class TokenRow(Row, table=True):
    """A bearer token by the hash of its secret, and how far it reaches; null is without a limit."""

    __table_args__ = (CheckConstraint("octet_length(hash) = 32", name="hash_is_a_hash"),)

    id: UUID = Field(primary_key=True)
    hash: bytes = _is(LargeBinary, unique=True)
    person: str = _is(Text, index=True)
    program_id: UUID | None = Field(index=True)
    party: str | None = _is(Text)
    role: str | None = _is(Text)
    created_at: datetime = _is(INSTANT, sa_column_kwargs={"server_default": text("now()")})
    expires_at: datetime = _is(INSTANT)
    revoked_at: datetime | None = _is(INSTANT)
    note: str = _is(Text, sa_column_kwargs={"server_default": text("''")})
    issued_by: str | None = _is(Text)
    revoked_by: str | None = _is(Text)
    last_used_at: datetime | None = _is(INSTANT)


class SessionRow(Row, table=True):
    """Somebody who is signed in to the pages, by the hash of the cookie's secret.

    Role, party and program are those of the token that signed in; without one they are null, and `acting` says as whom the
    person acts in which program. `seen_before` is when the session before this one was used last.
    """

    __table_args__ = (CheckConstraint("octet_length(hash) = 32", name="hash_is_a_hash"),)

    id: UUID = Field(primary_key=True)
    hash: bytes = _is(LargeBinary, unique=True)
    token_id: UUID | None = Field(foreign_key="token.id", index=True)
    person: str = _is(Text, index=True)
    role: str | None = _is(Text)
    party: str | None = _is(Text)
    program_id: UUID | None
    acting: dict[str, Any] = _is(JSONB, sa_column_kwargs={"server_default": text("'{}'")})
    created_at: datetime = _is(INSTANT, sa_column_kwargs={"server_default": text("now()")})
    seen_at: datetime = _is(INSTANT, sa_column_kwargs={"server_default": text("now()")})
    seen_before: datetime | None = _is(INSTANT)
    expires_at: datetime = _is(INSTANT)
    ended_at: datetime | None = _is(INSTANT)


class DocumentRow(Row, table=True):
    """A document as somebody has filed it for a program, by the hash of its bytes, which stand in the store of `documents.py`.

    The bytes are stored once; who may see them is decided program by program, and by who has filed them.
    `uploaded_for` is empty for a role that is held for nobody.
    """

    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_lower_hex"),
        CheckConstraint("size >= 0", name="size_is_not_negative"),
    )

    program_id: UUID = Field(primary_key=True, foreign_key="program.id")
    sha256: str = _is(Text, primary_key=True)
    size: int = _is(BigInteger)
    media_type: str = _is(Text)
    name: str = _is(Text)
    uploaded_by: str = _is(Text, primary_key=True)
    uploaded_for: str = _is(Text, primary_key=True)
    uploaded_at: datetime = _is(INSTANT, sa_column_kwargs={"server_default": text("now()")})


class CheckRunRow(Row, table=True):
    """How the last run of a check went, and since when its source has failed.

    `started_run` is the run that was started last, the only one that can still be counted; `run` the last that was counted.
    """

    program_id: UUID = Field(primary_key=True, foreign_key="program.id")
    name: str = _is(Text, primary_key=True)
    watched_since: datetime = _is(INSTANT, sa_column_kwargs={"server_default": text("now()")})
    started_at: datetime | None = _is(INSTANT)
    started_run: str | None = _is(Text)
    finished_at: datetime | None = _is(INSTANT)
    run: str | None = _is(Text)
    outcome: str | None = _is(Text)
    sentence: str | None = _is(Text)
    bytes: int | None = _is(BigInteger)
    answered_at: datetime | None = _is(INSTANT)
    failures: int = _is(Integer, sa_column_kwargs={"server_default": text("0")})
    failing_since: datetime | None = _is(INSTANT)


class CheckFetchRow(Row, table=True):
    """What the last run of a check has fetched, written by the activity that fetched it and read by what records from it."""

    __table_args__ = (
        ForeignKeyConstraint(["program_id", "name"], ["check_run.program_id", "check_run.name"], ondelete="CASCADE"),
    )

    program_id: UUID = Field(primary_key=True)
    name: str = _is(Text, primary_key=True)
    run: str = _is(Text)
    question: str = _is(Text)
    answers: list[dict[str, Any]] = _is(JSONB)
    denied: str | None = _is(Text)
    denied_as: str = _is(Text)
    fetched_at: datetime = _is(INSTANT, sa_column_kwargs={"server_default": text("now()")})


PROJECTIONS = (
    "program",
    "phase",
    "milestone",
    "commitment",
    "clock",
    "incident",
    "evidence",
    "membership",
    "owed",
)
"""Tables that the ledger alone determines."""
