"""Expiring tokens, reported while somebody can still replace them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, LiteralString

from db.pools import ReadPool

SOON = timedelta(days=30)

Kind = Literal["token", "certificate", "secret"]

# A token with a later replacement for the same person, role, party and program is not reported.
_TOKENS: LiteralString = """
SELECT id, person, role, party, expires_at FROM token t
WHERE revoked_at IS NULL AND expires_at BETWEEN clock_timestamp() AND clock_timestamp() + %(within)s AND NOT EXISTS (
  SELECT FROM token other WHERE other.person = t.person AND other.revoked_at IS NULL AND other.expires_at > t.expires_at
    AND other.role IS NOT DISTINCT FROM t.role AND other.party IS NOT DISTINCT FROM t.party
    AND (other.program_id IS NULL OR other.program_id IS NOT DISTINCT FROM t.program_id)
) ORDER BY expires_at, id
"""


@dataclass(frozen=True, slots=True)
class Expiry:
    """A credential that is invalid from `ends_at` on. `name` identifies it and contains no secret."""

    kind: Kind
    name: str
    ends_at: datetime


async def expiring_tokens(reader: ReadPool, within: timedelta = SOON) -> list[Expiry]:
    """Valid tokens without a replacement that expire within a duration, soonest first. Raises psycopg.Error."""
    rows = await reader.rows(_TOKENS, {"within": within})
    return [Expiry("token", f"{row['id']} of {_holder(row)}", row["expires_at"]) for row in rows]


def _holder(row: dict[str, object]) -> str:
    acts_as = [str(row["role"])] if row["role"] else []
    acts_for = [f"for {row['party']}"] if row["party"] else []
    return " ".join([f"{row['person']}", *([f"({' '.join(acts_as + acts_for)})"] if acts_as else [])])
