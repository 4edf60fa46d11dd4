"""Response models of tokens. Secrets are not stored and cannot be shown again."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, Field

from db.tokens import TokenRecord
from rules.times import Instant


class TokenResponse(BaseModel):
    """Whose a token is, as what it lets its bearer act in the program, and until when."""

    id: UUID
    person: str
    role: str | None
    party: str | None
    note: str
    issued_by: str | None = Field(description="null: beside the service, by whoever runs it")
    issued_at: Instant
    expires_at: Instant
    revoked_by: str | None
    revoked_at: Instant | None
    last_used_at: Instant | None = Field(description="a minute behind at most; null: never")

    @classmethod
    def of(cls, token: TokenRecord) -> TokenResponse:
        return cls(
            id=token.id,
            person=token.person,
            role=token.role,
            party=token.party,
            note=token.note,
            issued_by=token.issued_by,
            issued_at=token.created_at,
            expires_at=token.expires_at,
            revoked_by=token.revoked_by,
            revoked_at=token.revoked_at,
            last_used_at=token.last_used_at,
        )


class IssuedResponse(BaseModel):
    """A token that was issued, with its secret the first time."""

    token: TokenResponse
    secret: str | None = Field(description="shown once and kept nowhere; null when the same request is sent again")
