"""Sessions of the pages: a random secret in a cookie, stored as its hash.

A session ends by sign-out, by inactivity, at its expiry, and with the token that began it.
"""

from __future__ import annotations

import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, LiteralString
from uuid import UUID, uuid4

from db.pools import OperationalPool, ReadPool
from db.tokens import TokenRecord

SEEN_INTERVAL = timedelta(minutes=1)
"""Uses are written at most once a minute, so that a page read costs no write."""

CACHED_SECONDS, MAX_CACHED = 2.0, 10_000
MAX_SECRET_LENGTH = 100
_COLUMNS: LiteralString = (
    "s.id, s.person, s.role, s.party, s.program_id, s.acting, s.created_at, s.seen_at, s.seen_before, s.expires_at"
)


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person. Role, party and program are those of the token; None where an identity provider signed in.

    `acting` maps programs to the role and party that such a person has chosen.
    """

    id: UUID
    person: str
    role: str | None
    party: str | None
    program_id: UUID | None
    acting: Mapping[str, Any]
    created_at: datetime
    seen_at: datetime
    seen_before: datetime | None
    expires_at: datetime


class Sessions:
    """Access to `session`. `idle` is the limit of inactivity, `longest` that of the lifetime."""

    def __init__(self, reader: ReadPool, operational: OperationalPool, *, idle: timedelta, longest: timedelta) -> None:
        self._reader, self._operational = reader, operational
        self._idle, self._longest = idle, longest

    async def begin(self, person: str, token: TokenRecord | None = None) -> str:
        """Begins a session with the limits of the token; its secret, which is not stored."""
        secret = secrets.token_urlsafe(32)
        expires_at = datetime.now(UTC) + self._longest
        async with self._operational.transaction() as connection:
            await connection.execute(
                "INSERT INTO session (id, hash, token_id, person, role, party, program_id, expires_at, seen_before)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, (SELECT max(seen_at) FROM session WHERE person = %s))",
                [
                    uuid4(),
                    _hash(secret),
                    token.id if token else None,
                    person,
                    token.role if token else None,
                    token.party if token else None,
                    token.program_id if token else None,
                    min(expires_at, token.expires_at) if token else expires_at,
                    person,
                ],
            )
        return secret

    async def find(self, secret: str) -> Session | None:
        """The session of a secret, whose use is noted; None if there is none or it has ended."""
        if len(secret) > MAX_SECRET_LENGTH:
            return None
        row = await self._reader.row(
            f"SELECT s.hash, {_COLUMNS} FROM session s LEFT JOIN token t ON t.id = s.token_id"
            " WHERE s.hash = %s AND s.ended_at IS NULL AND s.expires_at > now() AND s.seen_at > now() - %s"
            " AND (s.token_id IS NULL OR (t.revoked_at IS NULL AND t.expires_at > now()))",
            [_hash(secret), self._idle],
        )
        if row is None or not hmac.compare_digest(row.pop("hash"), _hash(secret)):
            return None
        found = Session(**row)
        if datetime.now(UTC) - found.seen_at > SEEN_INTERVAL:
            await self._write("UPDATE session SET seen_at = now() WHERE id = %s", found.id)
        return found

    async def act_as(self, session: Session, program: UUID, role: str, party: str | None) -> None:
        """Sets role and party of the person in a program for this session."""
        acting = json.dumps({str(program): [role, party]})
        await self._write("UPDATE session SET acting = acting || %s::jsonb WHERE id = %s", acting, session.id)

    async def end(self, session: Session) -> None:
        """Signs out."""
        await self._write("UPDATE session SET ended_at = now() WHERE id = %s AND ended_at IS NULL", session.id)

    async def _write(self, statement: LiteralString, *values: object) -> None:
        async with self._operational.transaction() as connection:
            await connection.execute(statement, values)


class SessionCache:
    """Cache of sessions with a TTL, so that not every page queries the database."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._cached: dict[str, tuple[float, Session]] = {}

    async def find(self, secret: str) -> Session | None:
        """As `Sessions.find`; a session that has ended may be returned for the TTL of two seconds."""
        now = time.monotonic()
        cached = self._cached.get(secret)
        if cached is not None and cached[0] > now:
            return cached[1]
        found = await self._sessions.find(secret)
        if found is None:
            self._cached.pop(secret, None)
            return None
        if len(self._cached) >= MAX_CACHED:
            self._cached.clear()
        self._cached[secret] = (now + CACHED_SECONDS, found)
        return found

    def forget(self, secret: str) -> None:
        """Invalidates a session that has ended or changed."""
        self._cached.pop(secret, None)


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
