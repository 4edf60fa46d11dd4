"""Decisions on members: admitting and removing people in roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

from rules import acts as a
from rules import facts
from rules.authority import FOR_A_PARTY, may, roles_in_words
from rules.entries import Fact
from rules.field_types import did_you_mean
from rules.language.parameters import recorded_plan
from rules.language.plan import Plan
from rules.program import Program
from rules.refusals import Code, Refusal


def member_fact(program: Program, actor: a.Actor, deed: a.AdmitMember | a.RemoveMember) -> Fact:
    """The fact of an act on membership. Raises Refusal."""
    match deed:
        case a.AdmitMember(member=member):
            _check_member(member, program.plan)
            _check_changer(program, actor, member)
            return _admission_fact(program, member)
        case a.RemoveMember():
            _check_changer(program, actor, deed.member)
            return _removal_fact(program, deed)
    assert_never(deed)


def role_not_held(one: a.Actor | a.Member) -> str:
    """The refusal of an actor who does not hold the role."""
    standing_for = f" for {one.party}" if one.party else ""
    return f"{one.person} is no {one.role}{standing_for} in this program."


def check_membership(program: Program, actor: a.Actor) -> None:
    """Raises Refusal unless the actor is a member in the role in which they act."""
    if a.Member(person=actor.person, role=actor.role, party=actor.party) not in program.members:
        raise Refusal(Code.NOT_A_MEMBER, role_not_held(actor), "a role that the person has been admitted to")


def check_members(members: Iterable[a.Member], plan: Plan, programs: Mapping[str, a.ChildPlan]) -> None:
    """Raises Refusal for a member for whom neither the plan nor a child's plan has a place."""
    for member in members:
        _check_member(member, plan)
    for child in programs.values():
        check_members(child.members, recorded_plan(child.document, child.parameters), child.programs or {})


def _check_member(member: a.Member, plan: Plan) -> None:
    parties = [*plan.parties, *plan.bodies, *(plan.assessors if member.role is a.Role.MONITOR else ())]
    if member.role is a.Role.CLOCK:
        raise Refusal(Code.ROLE_MAY_NOT, "Nobody is a member as the clock.", "another role")
    if member.person == a.CHECKS.person:
        raise Refusal(
            Code.ROLE_MAY_NOT, f"{member.person} is the service itself, in every program with checks.", "another person"
        )
    if member.role in FOR_A_PARTY and member.party is None:
        raise Refusal(Code.PARTY_UNKNOWN, f"The role {member.role} is held for a party.", f"one of {', '.join(parties)}")
    if member.party is not None and member.party not in parties:
        raise Refusal(
            Code.PARTY_UNKNOWN,
            f"{member.party} is nobody for whom a {member.role} is admitted.",
            did_you_mean(member.party, parties),
        )


@dataclass(frozen=True, slots=True)
class Changer:
    """Who may change a party's members: the permission it needs, and that party."""

    part: str
    party: str | None

    def covers(self, actor: a.Actor) -> bool:
        return may(actor.role, self.part) and (self.party is None or actor.party == self.party)

    @property
    def in_words(self) -> str:
        return roles_in_words(self.part, [self.party] if self.party else ())


def changer_of(program: Program, member: a.Member) -> Changer:
    """Who may change a member: representatives of the party, if it has any and the plan says so; otherwise officers."""
    party = member.party
    speaks = party is not None and any(one.party == party and one.role is a.Role.REPRESENTATIVE for one in program.members)
    if speaks and program.plan.members_admitted_by == "own_party":
        return Changer("change_own_members", party)
    return Changer("change_other_members", None)


def _check_changer(program: Program, actor: a.Actor, member: a.Member) -> None:
    """Raises Refusal."""
    changer = changer_of(program, member)
    if changer.covers(actor):
        return
    whose = f"Members for {member.party}" if member.party else "Members for nobody"
    accepted = changer.in_words
    raise Refusal(Code.PARTY_MAY_NOT, f"{whose} are admitted and removed by {accepted}.", accepted)


def _admission_fact(program: Program, member: a.Member) -> Fact:
    if member in program.members:
        raise Refusal(
            Code.MEMBER_EXISTS,
            f"{member.person} holds this role already.",
            "another role or person",
        )
    return facts.MemberAdmitted(member=member)


def _removal_fact(program: Program, deed: a.RemoveMember) -> Fact:
    _check_removable(program, deed.member)
    return facts.MemberRemoved(member=deed.member, reason=deed.reason)


def admission_taken_back_fact(program: Program, actor: a.Actor, member: a.Member, reason: str) -> Fact:
    """The fact that an admission was a mistake.

    Allowed to whoever may remove the member. Whoever admitted them is allowed too, until they have acted; otherwise a
    wrongly admitted representative could be removed only by themselves. Raises Refusal.
    """
    _check_removable(program, member)
    admitted = program.admitted.get(member)
    own = admitted is not None and not admitted.has_acted and actor.person == admitted.by.person
    if not own:
        _check_changer(program, actor, member)
    return facts.AdmissionTakenBack(member=member, entry=admitted.entry if admitted else 1, reason=reason)


def _check_removable(program: Program, member: a.Member) -> None:
    if member not in program.members:
        raise Refusal(
            Code.MEMBER_UNKNOWN,
            f"{member.person} does not hold this role.",
            "a role that is held",
        )
    officers = [one for one in program.members if one.role is a.Role.OFFICER]
    if officers == [member]:
        raise Refusal(
            Code.LAST_OFFICER,
            "A program keeps at least one officer.",
            "admit another officer first",
        )
