"""Tables of access, beside the ledger: tokens and sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from db.models.row import INSTANT, Row, column


class TokenRow(Row, table=True):
    """A bearer token by the hash of its secret. `program_id`, `party` and `role` limit it; null is no limit."""

    __table_args__ = (CheckConstraint("octet_length(hash) = 32", name="hash_is_a_hash"),)

    id: UUID = Field(primary_key=True)
    hash: bytes = column(LargeBinary, unique=True)
    person: str = column(Text, index=True)
    program_id: UUID | None = Field(index=True)
    party: str | None = column(Text)
    role: str | None = column(Text)
    created_at: datetime = column(INSTANT, sa_column_kwargs={"server_default": text("now()")})
    expires_at: datetime = column(INSTANT)
    revoked_at: datetime | None = column(INSTANT)
    note: str = column(Text, sa_column_kwargs={"server_default": text("''")})
    issued_by: str | None = column(Text)
    revoked_by: str | None = column(Text)
    last_used_at: datetime | None = column(INSTANT)


class SessionRow(Row, table=True):
    """A session of the pages, by the hash of the cookie's secret.

    Role, party and program are those of the token that signed in. Without a token they are null, and `acting` maps programs to
    role and party. `seen_before` is the last use of the person's previous session.
    """

    __table_args__ = (CheckConstraint("octet_length(hash) = 32", name="hash_is_a_hash"),)

    id: UUID = Field(primary_key=True)
    hash: bytes = column(LargeBinary, unique=True)
    token_id: UUID | None = Field(foreign_key="token.id", index=True)
    person: str = column(Text, index=True)
    role: str | None = column(Text)
    party: str | None = column(Text)
    program_id: UUID | None
    acting: dict[str, Any] = column(JSONB, sa_column_kwargs={"server_default": text("'{}'")})
    created_at: datetime = column(INSTANT, sa_column_kwargs={"server_default": text("now()")})
    seen_at: datetime = column(INSTANT, sa_column_kwargs={"server_default": text("now()")})
    seen_before: datetime | None = column(INSTANT)
    expires_at: datetime = column(INSTANT)
    ended_at: datetime | None = column(INSTANT)
