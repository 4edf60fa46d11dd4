"""Bearer tokens: 32 random bytes, shown once, kept as their hash.

A plain SHA-256 is enough for a secret of 256 bits that no person chose, and a slow hash would be a
gift to whoever wants to keep the service busy.
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
"""By which a secret is recognised where it should not be: in a repository, a log, a mail."""

_SHAPE = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")
_COLUMNS: LiteralString = (
    "id, person, program_id, party, role, created_at, expires_at, revoked_at, note, issued_by, revoked_by, last_used_at"
)


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """Who the bearer is, and what the token is limited to: one program, one party, one role. None: not limited.

    `issued_by` and `revoked_by` are None where that was done beside the service. `last_used_at` is a minute behind at most.
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
    """A token of this id has been issued."""


class Tokens:
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
        """A new token and its secret, which is nowhere kept. Raises TokenExists for an id that there is."""
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
        """The token of a secret; None if there is none, or it has expired or been revoked."""
        if _SHAPE.fullmatch(secret) is None:
            return None
        row = await self._reader.row(f"SELECT hash, {_COLUMNS} FROM token WHERE hash = %s", [_hash(secret)])
        if row is None or not hmac.compare_digest(row.pop("hash"), _hash(secret)):
            return None
        token = TokenRecord(**row)
        return token if token.is_valid(datetime.now(UTC)) else None

    async def revoke(self, token_id: UUID, revoked_by: str | None = None) -> bool:
        """Ends a token at once; False if there is none, or it had been revoked."""
        async with self._operational.transaction() as connection:
            cursor = await connection.execute(
                "UPDATE token SET revoked_at = clock_timestamp(), revoked_by = %s WHERE id = %s AND revoked_at IS NULL",
                [revoked_by, token_id],
            )
            return cursor.rowcount == 1

    async def used(self, at: Mapping[UUID, datetime]) -> None:
        """Keeps when tokens were last used."""
        async with self._operational.transaction() as connection:
            await connection.execute(
                "UPDATE token SET last_used_at = greatest(last_used_at, used.at)"
                " FROM unnest(%s::uuid[], %s::timestamptz[]) AS used (id, at) WHERE token.id = used.id",
                [list(at), list(at.values())],
            )

    async def of_program(self, program_id: UUID) -> list[TokenRecord]:
        """Those that are limited to a program, the newest first; expired and revoked ones too."""
        rows = await self._reader.rows(
            f"SELECT {_COLUMNS} FROM token WHERE program_id = %s ORDER BY created_at DESC, id", [program_id]
        )
        return [TokenRecord(**row) for row in rows]

    async def one(self, token_id: UUID) -> TokenRecord | None:
        row = await self._reader.row(f"SELECT {_COLUMNS} FROM token WHERE id = %s", [token_id])
        return TokenRecord(**row) if row else None

    async def issued(self, person: str | None = None) -> list[TokenRecord]:
        """All tokens, or those of a person, the newest first; expired and revoked ones too."""
        rows = await self._reader.rows(
            f"SELECT {_COLUMNS} FROM token WHERE %(person)s::text IS NULL OR person = %(person)s ORDER BY created_at DESC, id",
            {"person": person},
        )
        return [TokenRecord(**row) for row in rows]


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
