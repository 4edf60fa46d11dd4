"""Bearer tokens: 32 random bytes, shown once, stored as their hash.

SHA-256 is sufficient for 256 random bits. A slow password hash would only make denial of service cheaper.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import LiteralString
from uuid import UUID, uuid4

from db.pools import OperationalPool, ReadPool

PREFIX = "accord_"
"""Prefix by which leaked secrets are recognised in repositories, logs and mails."""

_SHAPE = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")
_COLUMNS: LiteralString = (
    "id, person, program_id, party, role, created_at, expires_at, revoked_at, note, issued_by, revoked_by, last_used_at"
)


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token: its person, and its limits to one program, party and role. None is no limit.

    `issued_by` and `revoked_by` are None where the command line did it. `last_used_at` lags by at most a minute.
    """

    id: UUID
    person: str
    program_id: UUID | None
    party: str | None
    role: str | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    note: str
    issued_by: str | None
    revoked_by: str | None
    last_used_at: datetime | None

    def is_valid(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at


class TokenExists(Exception):
    """A token with this id exists."""


class Tokens:
    """Access to `token`."""

    def __init__(self, reader: ReadPool, operational: OperationalPool) -> None:
        self._reader = reader
        self._operational = operational

    async def issue(  # noqa: PLR0913  each is a limit of the token, and keyword-only
        self,
        person: str,
        *,
        lifetime: timedelta,
        program_id: UUID | None = None,
        party: str | None = None,
        role: str | None = None,
        note: str = "",
        issued_by: str | None = None,
        token_id: UUID | None = None,
    ) -> tuple[str, TokenRecord]:
        """Issues a token; its secret, which is not stored, and the token. Raises TokenExists."""
        secret = PREFIX + secrets.token_urlsafe(32)
        expires_at = datetime.now(UTC) + lifetime
        async with self._operational.transaction() as connection:
            cursor = await connection.execute(
                "INSERT INTO token (id, hash, person, program_id, party, role, expires_at, note, issued_by)"
                f" VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING RETURNING {_COLUMNS}",
                [token_id or uuid4(), _hash(secret), person, program_id, party, role, expires_at, note, issued_by],
            )
            row = await cursor.fetchone()
        if row is None:
            raise TokenExists(token_id)
        return secret, TokenRecord(**row)

    async def find(self, secret: str) -> TokenRecord | None:
        """The valid token of a secret; None if it is unknown, expired or revoked."""
        if _SHAPE.fullmatch(secret) is None:
            return None
        row = await self._reader.row(f"SELECT hash, {_COLUMNS} FROM token WHERE hash = %s", [_hash(secret)])
        if row is None or not hmac.compare_digest(row.pop("hash"), _hash(secret)):
            return None
        token = TokenRecord(**row)
        return token if token.is_valid(datetime.now(UTC)) else None

    async def revoke(self, token_id: UUID, revoked_by: str | None = None) -> bool:
        """Revokes a token; False if it is unknown or revoked already."""
        async with self._operational.transaction() as connection:
            cursor = await connection.execute(
                "UPDATE token SET revoked_at = clock_timestamp(), revoked_by = %s WHERE id = %s AND revoked_at IS NULL",
                [revoked_by, token_id],
            )
            return cursor.rowcount == 1

    async def record_uses(self, at: Mapping[UUID, datetime]) -> None:
        """Stores the times of last use, by token."""
        async with self._operational.transaction() as connection:
            await connection.execute(
                "UPDATE token SET last_used_at = greatest(last_used_at, used.at)"
                " FROM unnest(%s::uuid[], %s::timestamptz[]) AS used (id, at) WHERE token.id = used.id",
                [list(at), list(at.values())],
            )

    async def of_program(self, program_id: UUID) -> list[TokenRecord]:
        """Tokens limited to a program, newest first, including expired and revoked ones."""
        rows = await self._reader.rows(
            f"SELECT {_COLUMNS} FROM token WHERE program_id = %s ORDER BY created_at DESC, id", [program_id]
        )
        return [TokenRecord(**row) for row in rows]

    async def one(self, token_id: UUID) -> TokenRecord | None:
        row = await self._reader.row(f"SELECT {_COLUMNS} FROM token WHERE id = %s", [token_id])
        return TokenRecord(**row) if row else None

    async def issued(self, person: str | None = None) -> list[TokenRecord]:
        """All tokens, or those of a person, newest first, including expired and revoked ones."""
        rows = await self._reader.rows(
            f"SELECT {_COLUMNS} FROM token WHERE %(person)s::text IS NULL OR person = %(person)s ORDER BY created_at DESC, id",
            {"person": person},
        )
        return [TokenRecord(**row) for row in rows]


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
