"""What stands beside the ledger: how far workflows were told, epochs, documents, snapshots, and runs of checks."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import BigInteger, Field

from db.models.row import INSTANT, Row, column


class SchemaCompatibilityRow(Row, table=True):
    """The oldest version of these tables whose code may still run on them. A migration that takes something away raises it."""

    oldest: str = column(Text, primary_key=True)


class DispatchRow(Row, table=True):
    """What the workflow of a program has been told, in which namespace and of which epoch, and when the two were last
    compared. The relay locks these rows, never those of `program`.
    """

    __table_args__ = (Index("ix_dispatch_verified_at", text("verified_at NULLS FIRST")),)

    program_id: UUID = Field(primary_key=True, foreign_key="program.id")
    dispatched_seq: int = column(BigInteger, sa_column_kwargs={"server_default": text("0")})
    namespace_id: str | None = column(Text)
    epoch: int | None = column(BigInteger)
    dispatched_at: datetime | None = column(INSTANT)
    verified_at: datetime | None = column(INSTANT)


class EpochRow(Row, table=True):
    """Epochs of the record: a new one begins when a backup was restored."""

    number: int = column(BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    declared_at: datetime = column(INSTANT, sa_column_kwargs={"server_default": text("now()")})
    reason: str = column(Text)


class ClockAcceptanceRow(Row, table=True):
    """That an operator has said, at this time of the database's clock, that it is right."""

    accepted_at: datetime = column(INSTANT, primary_key=True)
    reason: str = column(Text)


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
    sha256: str = column(Text, primary_key=True)
    size: int = column(BigInteger)
    media_type: str = column(Text)
    name: str = column(Text)
    uploaded_by: str = column(Text, primary_key=True)
    uploaded_for: str = column(Text, primary_key=True)
    uploaded_at: datetime = column(INSTANT, sa_column_kwargs={"server_default": text("now()")})


class ProgramSnapshotRow(Row, table=True):
    """A folded program, as `db/snapshot_body.py` writes it, after an entry of which the leaf stands here.

    `law` is the version of the law that folded it; of each law there is one at each `point`.
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
    """How the last run of a check went, and since when its source has failed.

    `started_run` is the run that was started last, the only one that can still be counted; `run` the last that was counted.
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
    """What the last run of a check has fetched, written by the activity that fetched it and read by what records from it."""

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
