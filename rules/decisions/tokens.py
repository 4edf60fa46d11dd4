"""Permissions on API tokens: who may issue, list and revoke them. Tokens are kept outside the ledger."""

from __future__ import annotations

from rules import acts as a
from rules.decisions.members import changer_of, check_membership, role_not_held
from rules.program import Program
from rules.refusals import Code, Refusal

SERVICE_ONLY = frozenset({a.Role.CLOCK, a.Role.CHECKER})
"""Roles in which the service itself and its feeds act; their tokens are made by whoever runs it."""


def check_gives_token(program: Program, actor: a.Actor, member: a.Member) -> None:
    """Whoever may admit a member may issue a token for them, in that membership's role and party. Raises Refusal."""
    if member.role in SERVICE_ONLY:
        raise Refusal(Code.ROLE_MAY_NOT, f"A token for a {member.role} is made beside the service.", "another role")
    check_membership(program, actor)
    changer = changer_of(program, member)
    if not changer.covers(actor):
        whose = f"members for {member.party}" if member.party else "members for nobody"
        accepted = changer.in_words
        raise Refusal(Code.PARTY_MAY_NOT, f"Tokens for {whose} are given by who admits them: {accepted}.", accepted)
    if member not in program.members:
        raise Refusal(Code.MEMBER_UNKNOWN, role_not_held(member), "a member, as admitted")


def sees_token(program: Program, actor: a.Actor, holder: a.Actor) -> bool:
    """Whether an actor sees a token: their own; as representative, those of the party; as officer or auditor, all."""
    if a.Member(**actor.model_dump()) not in program.members:
        return False
    return actor.role in {a.Role.OFFICER, a.Role.AUDITOR} or _is_close(actor, holder)


def check_ends_token(program: Program, actor: a.Actor, holder: a.Actor) -> None:
    """Raises Refusal unless the actor is an officer, the token's person, or a representative of its party.

    Revoking is safe, and a lost token has to be revoked quickly, so the circle is wide.
    """
    check_membership(program, actor)
    if actor.role is not a.Role.OFFICER and not _is_close(actor, holder):
        accepted = "an officer, the token's person, or a representative of its party"
        raise Refusal(Code.PARTY_MAY_NOT, f"The token of {holder.person} is ended by {accepted}.", accepted)


def _is_close(actor: a.Actor, holder: a.Actor) -> bool:
    if actor.person == holder.person:
        return True
    return actor.role is a.Role.REPRESENTATIVE and actor.party is not None and actor.party == holder.party
