"""Permissions in sentences: whoever is named as able to act is accepted by the law."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import product
from typing import Any, get_args

import pytest

from rules import acts as a
from rules.authority import MAY, NARROWER, permission_of, roles_in_words, who_may
from rules.decide import Decided, decide
from rules.explanations.explain import blocking_phase
from rules.explanations.owing import owed_acts
from rules.refusals import Refused
from tests.rules.small_plan import World, day

PARTIES = ("north", "south", "commission", None)
OF_ROLE = re.compile(rf"\ban? ({'|'.join(role.value for role in a.Role)})\b")


def everybody(world: World) -> World:
    """The same world, in which each party and body has somebody in each role."""
    members = {
        a.Member(person=f"{role}-{party or 'nobody'}", role=role, party=party)
        for role, party in product(a.Role, PARTIES)
        if role is not a.Role.CLOCK
    }
    world.program = world.program.changed(members=world.program.members | members)
    return world


def outcome(world: World, role: a.Role, party: str | None, deed: Any, at: datetime) -> Decided | Refused:
    actor = a.Actor(person=f"{role}-{party or 'nobody'}", role=role, party=party)
    return decide(world.program, a.Act(id="tried", actor=actor, deed=deed, filed=a.document_hashes(deed)), at)


def asked(world: World) -> World:
    """A world in which as much as possible is open to be done."""
    world.first_move(day(1))
    world.given("sara", world.document("e3", "safety", "order"), day(2))
    world.given("saul", a.RaiseDispute(dispute="d1", ladder="compliance", reason="No."), day(2))
    world.incident("i1", day(2), day(2))
    return everybody(world)


DEEDS: dict[str, Any] = {
    "verify": a.Verify(evidence="e3"),
    "return_evidence": a.ReturnEvidence(evidence="e3", reason="x"),
    "observe": a.Observe(milestone="announced", text="x"),
    "consent to a phase": a.Consent(phase="trade"),
    "settle_dispute": a.SettleDispute(dispute="d1", outcome="x"),
    "withdraw_dispute": a.WithdrawDispute(dispute="d1", reason="x"),
    "confirm_incident": a.ConfirmIncident(incident="i1", reason="x"),
    "dismiss_incident": a.DismissIncident(incident="i1", reason="x"),
    "terminate_program": a.TerminateProgram(reason="x"),
    "suspend_program": a.SuspendProgram(reason="x"),
    "admit": a.AdmitMember(member=a.Member(person="zoe", role=a.Role.VERIFIER, party="south")),
    "admit for nobody": a.AdmitMember(member=a.Member(person="zoe", role=a.Role.AUDITOR)),
}


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_whoever_is_named_as_who_may_is_not_refused_for_who_they_are(deed: Any) -> None:
    """All roles of all parties try; each refusal names who may; and each of those tries, and is not sent on."""
    world = asked(World())
    named = set()
    for role, party in product(a.Role, PARTIES):
        refused = outcome(world, role, party, deed, day(3))
        if isinstance(refused, Refused) and refused.code in ("role_may_not", "party_may_not", "party_verifies_itself"):
            roles = {a.Role(found) for found in OF_ROLE.findall(refused.accepted)}
            parties = [one for one in PARTIES if one and re.search(rf"\b{one}\b", refused.accepted)]
            named |= set(product(roles, parties)) if parties else set()
            assert roles, refused
            assert roles <= who_may(permission_of(deed)) | who_may("change_own_members") | who_may("change_other_members")
    for role, party in named:
        tried = outcome(world, role, party, deed, day(3))
        codes = ("role_may_not", "party_may_not", "party_verifies_itself", "recorder_is_verifier")
        assert isinstance(tried, Decided) or tried.code not in codes, (role, party, tried)


def test_an_authority_consents_to_proposals_and_to_no_phase() -> None:
    world = asked(World())
    refused = outcome(world, a.Role.AUTHORITY, "north", a.Consent(phase="trade"), day(3))
    assert isinstance(refused, Refused)
    assert (refused.code, refused.accepted) == ("role_may_not", "a representative")
    assert roles_in_words("consent", ["north"]) == "an authority or a representative of north"
    assert roles_in_words("consent_to_phase", ["north"]) == "a representative of north"


def test_every_kind_of_act_has_its_roles() -> None:
    kinds = {kind.model_fields["kind"].default for kind in get_args(get_args(a.Deed)[0])}
    assert kinds == set(MAY)
    assert not kinds & set(NARROWER)


@pytest.mark.parametrize("recorder", ["north", "south", "commission"])
def test_what_waits_for_a_verifier_is_owed_by_those_who_may(recorder: str) -> None:
    """Both parties and the commission are named. Whoever recorded it is told to nobody, and does not owe it."""
    world = everybody(World(phases__move__milestones__announced__verified_by=["north", "south", "commission"]))
    evidence = world.document("e1", "announced", "text")
    recorded = outcome(world, a.Role.RECORDER, recorder, evidence, day(1))
    assert isinstance(recorded, Decided)
    world.program = recorded.program
    block = blocking_phase(world.program, "move", day(2))[0]
    owed = {one.party for one in owed_acts(world.program, day(2)) if one.kind == "verification"}
    others = {"north", "south", "commission"} - {recorder}
    assert set(block.owes) == owed == others
    for party in others | {recorder}:
        tried = outcome(world, a.Role.VERIFIER, party, a.Verify(evidence="e1"), day(2))
        assert isinstance(tried, Decided) is (party in others), tried


def test_where_nobody_may_verify_nobody_is_sent() -> None:
    """The South alone is named, and has recorded it."""
    world = everybody(World())
    recorded = outcome(world, a.Role.RECORDER, "south", world.document("e1", "announced", "text"), day(1))
    assert isinstance(recorded, Decided)
    world.program = recorded.program
    refused = outcome(world, a.Role.VERIFIER, "south", a.Verify(evidence="e1"), day(2))
    assert isinstance(refused, Refused)
    assert refused.accepted == "evidence that somebody of another party has recorded"
    block = blocking_phase(world.program, "move", day(2))[0]
    assert block.owes == ()
    assert "nobody may verify text" in block.sentence
