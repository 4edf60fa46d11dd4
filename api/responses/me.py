"""Response models of the caller and their memberships."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, Field

from db.memberships import Membership
from rules.explanations.owing import OwedKind
from rules.times import Instant
from rules.vocabulary.members import Role
from rules.vocabulary.standing import Standing


class MembershipResponse(BaseModel):
    """One role in one program."""

    program: UUID
    title: str
    standing: Standing
    role: Role
    party: str | None

    @classmethod
    def of(cls, one: Membership) -> MembershipResponse:
        return cls(
            program=one.program_id, title=one.title, standing=Standing(one.standing), role=Role(one.role), party=one.party
        )


class MeResponse(BaseModel):
    """The bearer of a token."""

    person: str
    role: Role = Field(description="of the token; acts are done in it alone")
    party: str | None
    program: UUID | None = Field(description="the only one that the token is for; null: it is for all of this person's")
    expires_at: Instant
    can_do: list[OwedKind] = Field(description="kinds of what is owed that this role can do")
    programs: list[MembershipResponse] = Field(description="every membership of this person, also in other roles")
    next: str | None = Field(description="pass as `after` for the next page; null at the end")
