"""Operational tables, beside the ledger: dispatch, epochs, documents, snapshots, and runs of checks."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import BigInteger, Field

from db.models.row import INSTANT, Row, column


class SchemaCompatibilityRow(Row, table=True):
    """The oldest revision whose code can run on this schema. A migration that contracts the schema raises it."""

    oldest: str = column(Text, primary_key=True)


class DispatchRow(Row, table=True):
    """The last entry dispatched to a program's workflow, with namespace and epoch; `verified_at` is the last comparison.

    The relay locks these rows, never those of `program`.
    """

    __table_args__ = (Index("ix_dispatch_verified_at", text("verified_at NULLS FIRST")),)

    program_id: UUID = Field(primary_key=True, foreign_key="program.id")
    dispatched_seq: int = column(BigInteger, sa_column_kwargs={"server_default": text("0")})
    namespace_id: str | None = column(Text)
    epoch: int | None = column(BigInteger)
    dispatched_at: datetime | None = column(INSTANT)
    verified_at: datetime | None = column(INSTANT)


class EpochRow(Row, table=True):
    """Epochs of the record: a new one begins when a backup is restored."""

    number: int = column(BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    declared_at: datetime = column(INSTANT, sa_column_kwargs={"server_default": text("now()")})
    reason: str = column(Text)


class ClockAcceptanceRow(Row, table=True):
    """An operator's acceptance of the database's clock, at its time."""

    accepted_at: datetime = column(INSTANT, primary_key=True)
    reason: str = column(Text)


class DocumentRow(Row, table=True):
    """A filing of a document for a program, by the hash of its bytes, which are in the store of `db/documents.py`.

    The bytes are stored once. Access is decided for each program and uploader. `uploaded_for` is empty for a role without a
    party.
    """

    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_lower_hex"),
        CheckConstraint("size >= 0", name="size_is_not_negative"),
    )

    program_id: UUID = Field(primary_key=True, foreign_key="program.id")
    sha256: str = column(Text, primary_key=True)
    size: int = column(BigInteger)
    media_type: str = column(Text)
    name: str = column(Text)
    uploaded_by: str = column(Text, primary_key=True)
    uploaded_for: str = column(Text, primary_key=True)
    uploaded_at: datetime = column(INSTANT, sa_column_kwargs={"server_default": text("now()")})


class ProgramSnapshotRow(Row, table=True):
    """A serialized program (`db/snapshot_body.py`) as of entry `seq` with hash `leaf`.

    `law` is the version of the law that folded it. There is one snapshot for each law and `point`.
    """

    program_id: UUID = Field(primary_key=True, foreign_key="program.id")
    law: str = column(Text, primary_key=True)
    point: int = column(BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    seq: int = column(BigInteger)
    leaf: bytes = column(LargeBinary)
    recorded_at: datetime = column(INSTANT)
    made_at: datetime = column(INSTANT, sa_column_kwargs={"server_default": text("now()")})
    body: bytes = column(LargeBinary)


class CheckRunRow(Row, table=True):
    """The outcome of the last run of a check, and since when its source has failed.

    `started_run` is the last run that was started, the only one whose outcome is accepted; `run` is the last with an outcome.
    """

    program_id: UUID = Field(primary_key=True, foreign_key="program.id")
    name: str = column(Text, primary_key=True)
    watched_since: datetime = column(INSTANT, sa_column_kwargs={"server_default": text("now()")})
    started_at: datetime | None = column(INSTANT)
    started_run: str | None = column(Text)
    finished_at: datetime | None = column(INSTANT)
    run: str | None = column(Text)
    outcome: str | None = column(Text)
    sentence: str | None = column(Text)
    bytes: int | None = column(BigInteger)
    answered_at: datetime | None = column(INSTANT)
    failures: int = column(Integer, sa_column_kwargs={"server_default": text("0")})
    failing_since: datetime | None = column(INSTANT)


class CheckFetchRow(Row, table=True):
    """The answers fetched by the last run of a check, written by its fetch activity and read by its record activity."""

    __table_args__ = (
        ForeignKeyConstraint(["program_id", "name"], ["check_run.program_id", "check_run.name"], ondelete="CASCADE"),
    )

    program_id: UUID = Field(primary_key=True)
    name: str = column(Text, primary_key=True)
    run: str = column(Text)
    question: str = column(Text)
    answers: list[dict[str, Any]] = column(JSONB)
    denied: str | None = column(Text)
    denied_as: str = column(Text)
    fetched_at: datetime = column(INSTANT, sa_column_kwargs={"server_default": text("now()")})
