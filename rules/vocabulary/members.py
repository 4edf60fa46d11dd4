"""Members: people, and their roles for parties."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from pydantic import Field

from rules.field_types import Id, Name, Seq, StrictModel, Text


class Role(StrEnum):
    """What a member may do; `rules.authority` says which acts."""

    REPRESENTATIVE = "representative"
    RECORDER = "recorder"
    VERIFIER = "verifier"
    AUTHORITY = "authority"
    MONITOR = "monitor"
    OFFICER = "officer"
    AUDITOR = "auditor"
    CHECKER = "checker"
    CLOCK = "clock"


class Actor(StrictModel):
    """Who acts, for which party (or body), in which role."""

    person: Id
    role: Role
    party: Name | None = None


CHECKS = Actor(person="checks", role=Role.CHECKER)
"""The service itself, when it does what follows from the run of an automated check."""


class Member(StrictModel):
    """A person's standing in a program: one role for one party, or for none."""

    person: Id
    role: Role
    party: Name | None = None


class AdmitMember(StrictModel):
    """Makes a person a member in one role for one party."""

    kind: Literal["admit_member"] = "admit_member"
    member: Member


class RemoveMember(StrictModel):
    """Ends a membership."""

    kind: Literal["remove_member"] = "remove_member"
    member: Member
    reason: Text


class MemberAdmitted(StrictModel):
    kind: Literal["member_admitted"] = "member_admitted"
    member: Member


class MemberRemoved(StrictModel):
    kind: Literal["member_removed"] = "member_removed"
    member: Member
    reason: Text


class AdmissionTakenBack(StrictModel):
    """Somebody was admitted by mistake, and is a member in that role no more."""

    kind: Literal["admission_taken_back"] = "admission_taken_back"
    member: Member
    entry: Seq = Field(description="of the admission")
    reason: Text


OnMember: TypeAlias = MemberAdmitted | MemberRemoved | AdmissionTakenBack


@dataclass(frozen=True, slots=True)
class Admitted:
    """The ledger entry of an admission, and who admitted."""

    entry: int
    by: Actor
    has_acted: bool = False
